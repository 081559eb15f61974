"""How many: people, teams, outside parties and products in one statement, computed from the parts where no total stands."""

from __future__ import annotations

import re
from dataclasses import dataclass

NUMBER_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "a couple of": 2,
    "a dozen": 12, "half a dozen": 6, "a handful of": 5, "both": 2,
}  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty")
NUMBER_WORDS |= {f"{t}-{o}": NUMBER_WORDS[t] + NUMBER_WORDS[o] for t in _TENS for o in list(NUMBER_WORDS)[:9]}
NUMBER = r"(?P<n>\d{1,4}|" + "|".join(sorted(NUMBER_WORDS, key=len, reverse=True)) + r")"
PARTIES = (
    r"suppliers?|vendors?|contractors?|agencies|agency|partners?|parties|party|firms?|companies|company|outfits?|providers?|outsiders?|others|"
    r"counterparties|subcontractors?|manufacturers?|makers?|organisations?|bodies|factory|factories|houses?|institutes?|offices?"
)
TEAMS = r"(?:sub)?teams?|squads?|crews?|groups?|units?|streams?|tribes?|pods?"
_NO_PARTY = re.compile(r"\b(?:dates?|deadlines?|contract with|holidays?|weather|months?|weeks?)\b", re.I)
_NONE = re.compile(
    r"\b(?:no|not an?|n't an?|n't any|without|zero|never an?) (?:[\w-]+ ){0,2}?(?:" + PARTIES + r"|outside|dependenc(?:y|ies))\b"
    r"|\b(?:nobody|no one|no-one|nothing|none)(?: else\b| outside| but| \w+ (?:we|to)\b|[ -](?:external|outside)|\W*$)"
    r"|\b(?:depends?|rel(?:y|ies)|lean|hang|wait(?:s|ing)?|needs?) (?:on |for |of )?(?:absolutely |literally )?(?:nobody|no one|no-one|nothing|none)\b"
    r"|\b(?:don't|doesn't|do not|does not|never) (?:really )?(?:depend|rely|need|wait|hang|buy)\b|^\W*(?:nil|none|nobody|no one|zero|0)\b",
    re.I,
)
_EXCEPT = re.compile(r"\b(?:but|except|apart from|besides|other than|can.t do without|cannot do without|not without|and (?:on |for )?(?:nobody|no one) else)\b", re.I)
_ONE = re.compile(r"\b(?:one|only|single|sole|just the|apart from the|the|an?|our|their)\b", re.I)
_COUNTED_ONE = re.compile(r"\b(?:only|just one|one|single|sole|exactly one) (?:[\w-]+ ){0,2}?(?:" + PARTIES + r")\b", re.I)
FEWEST = 3  # "one of us", "two people" count a part of the team, hardly ever the whole
MOST = 2000  # people of one team; more is no team

_N = NUMBER.replace("?P<n>", "?:")
_TOTAL = [
    re.compile(rf"\b({_N})(?: (?:of us|in (?:all|total|the team|our team)|altogether|strong|people|persons|heads|members|folks|humans|souls|FTEs?))\b", re.I),
    re.compile(rf"\b(?:we are|we're|we were|there are|there's|they are|team of|group of|crew of|squad of|staff of|unit of|total(?: of)?|in all|altogether|"
               rf"headcount|head count|team size|size|(?:people|members) (?:on it |in it )?are|strong|makes?(?: that| it| us)?|counting \w+|team)\W{{1,3}}(?:about |around |roughly |currently |now |just |only |all |a team of )*"
               rf"({_N})(?![\w%]|[.,]\d|(?: \w+){{0,2}} (?:years?|months?|weeks?|days?|hours?|sprints?|teams?|squads?|suppliers?|clients?|customers?|sites?|offices?|products?|projects?|dates?))", re.I),
    re.compile(rf"\b({_N})[- ](?:person|people|strong|member|head)\b", re.I),
    re.compile(rf"\bthe ({_N}) of (?:us|them)\b", re.I),
]  # fmt: skip
_NOT_COUNTED = re.compile(r"\b(?:not counting|not including|without|besides|excluding|plus|apart from) (?:me|myself|you|the undersigned)\b", re.I)
_NUMBER = re.compile(rf"(?<![\w.,:/€$£#-])({_N})(?![\w%€]|[.,:/-]\d|[’']s|-\w)", re.I)
# What follows a number that counts no people.
_OTHER_THINGS = re.compile(
    r" ?(?:%|per ?cent|st\b|nd\b|rd\b|th\b|o'clock|am\b|pm\b|[ -]?(?:(?!(?:on|in|of|at|for|from|to|the|and|with|across|over|all|who)\b)\w+[ -]){0,2}?(?:years?|yrs?|months?|mos?|weeks?|wks?|days?|hours?|hrs?|minutes?|min|sprints?|releases?|teams?|squads?|crews?|"
    r"suppliers?|vendors?|clients?|customers?|users?|sites?|cities|offices?|countries|products?|projects?|dates?|floors?|tickets?|items?|meetings?|times?|modules?|apps?|services?|"
    r"January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b)",
    re.I,
)
_BEFORE_OTHERS = re.compile(r"\b(?:floor|level|room|week|wk|sprint|version|v|release|Q|day|page|row|item|since|until|by|after) ?$", re.I)
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_DETAIL = re.compile(rf"\b((?:{_N})\s[\w -]{{2,30}}?)\s?[:–—]\s?[A-ZÀ-Þ][^;.]*?(?=;|\.|$|,\s(?:{_N}|an?|one|plus|and an?)\s)")
_BREAK = re.compile(r"\s*(?:[,;/&+·]|(?<!\w)[–—-](?!\w)|\b(?:and|plus|with|as well as|then)\b)\s*", re.I)
_STRETCH = re.compile(r"[\n:=|–—;?!]|\.(?:\s|$)|\s-\s")
_HEAD = re.compile(r"[^,]{0,50}?\b(?:we are|we're|we have|you are|you'd be|there are|there's|they are|is|are|has|have|had|consists? of|comprises?|number|makes?|left with|that's)\s(?=\S)", re.I)
_PERSON = re.compile(r"(?:[a-zà-ÿ-]+ ){0,3}?[A-ZÀ-ÖØ-ÞĀ-Ž][\w’'-]+(?: [\w’'-]+){0,6}$")
_SOMEBODY = re.compile(r"^(?:only |just |also |both |our |my |the |half[- ]time |part[- ]time )*(?:an?|another|our|my|the|me|myself|i|i'm|you|yourself|self|herself|himself|yours truly|half (?:an?|of an?))\b", re.I)
_CLAUSE = re.compile(r"^(?:who|which|that|where|when|while|because|so|but|since|for|all|in|on|at|by|to|from|it|they|he|she|nobody|no|not|none|same|every|each|mostly|half the|most|now|still|has|have|is|are|was|were|do|does|works?|keeps?)\b", re.I)
# A number that counts a part of the team, by what the people in it do.
_PART = re.compile(
    r"\s?(?:(?!(?:and|of|in|on|with|plus|who)\b)[\w/&-]+\s){0,3}?(?:engineers?|engs?|developers?|devs?|programmers?|coders?|testers?|designers?|analysts?|researchers?|scientists?|technicians?|"
    r"specialists?|contractors?|freelancers?|students?|interns?|trainees?|managers?|owners?|leads?|masters?|architects?|writers?|editors?|nurses?|doctors?|teachers?|fitters?|QAs?|PMs?|POs?|BAs?|"
    r"admins?|administrators?|operators?|electricians?|chemists?|physicists?|consultants?|trainers?|founders?|ops|QA|UX|test|web|mech\w*|firmware|embedded|back[- ]?end\w*|front[- ]?end\w*|who\b|of whom)\b",
    re.I,
)


@dataclass(frozen=True)
class Count:
    """A number; `said` where the statement says it in so many words, else it was added up."""

    n: int
    said: bool


def number(text: str) -> int:
    """The number that digits or words stand for."""
    return int(text) if text.isdigit() else NUMBER_WORDS[text.lower()]


def people(statement: str) -> Count | None:
    """How many people the statement says there are: a total if one stands there, else the sum of its parts; None if neither."""
    added = 1 if _NOT_COUNTED.search(statement) else 0
    plain = _ASIDE.sub(" ", _DETAIL.sub(r"\1", statement))
    totals = [number(m[1]) for m in _NUMBER.finditer(plain) if _counts_people(plain, m) and not _PART.match(plain, m.end())]
    totals = [n for n in totals if FEWEST <= n < MOST]
    summed = _sum_of_parts(plain)
    said = [number(m[1]) for pattern in _TOTAL for m in pattern.finditer(plain) if number(m[1]) in totals]
    groups = _groups(statement)
    agreeing = [n for n in totals if n == sum(groups) or (summed is not None and (0 <= n - summed <= 2 or 2 * n == summed))]
    for n in [*agreeing, *said, *(totals if summed is None and len(set(totals)) == 1 else ())]:
        return Count(n + added, said=True)
    if len(groups) > 1 and (summed is None or sum(groups) > summed):
        return Count(sum(groups), said=False)
    if summed is not None:
        return Count(summed + added, said=False)
    inside = [number(m[1]) for pattern in _TOTAL for m in pattern.finditer(statement)]
    return Count(inside[0] + added, said=True) if inside and FEWEST <= inside[0] < MOST else None


def cell(row: str) -> int | None:
    """The one cell of a row that is a number alone; None if there is none, or more than one."""
    cells = [c.strip() for c in re.split(r"\|+|\t| {3,}", row)]
    found = [int(c) for c in cells if re.fullmatch(r"\d{1,3}", c)]
    return found[0] if len(cells) > 1 and len(found) == 1 else None


def _counts_people(text: str, match: re.Match[str]) -> bool:
    end = match.end(1)
    return not (_OTHER_THINGS.match(text[end : end + 40]) or _BEFORE_OTHERS.search(text[max(0, match.start(1) - 12) : match.start(1)]))


def _groups(statement: str) -> list[int]:
    """The sizes of groups that are named with their numbers: "Forms (Tirana, 7), Payments (4)", "Gates 10, Tickets 12", "9 + 7 + 6"."""
    added = re.search(rf"(?<![\w.])({_N})(?:\s?\+\s?({_N}))+(?![\w.%])", statement, re.I)
    if added:
        return [number(n) for n in re.findall(rf"{_N}", added[0], re.I)]
    in_brackets = re.findall(rf"\((?:[^()\d]{{0,25}},\s?)?({_N})(?:\s?(?:people|ppl|persons?|heads?|of us|folks?))?(?:,[^()]{{0,40}})?\)", statement, re.I)
    if len(in_brackets) > 1:
        return [number(n) for n in in_brackets]
    after_names = re.findall(rf"(?:^|[,:;]\s?|\band )(?:the )?[A-ZÀ-Þ][\w&/’'-]*(?: [\w&/’'-]+){{0,2}} ({_N})(?=\s?(?:[,;.(]|and\b|$))", statement)
    return [number(n) for n in after_names] if len(after_names) > 1 else []


def things(statement: str, nouns: str) -> Count | None:
    """How many `nouns` (a regular expression) the statement counts; None if it counts none."""
    between = rf"(?:(?!(?:{_N})\b)[\w/&’'-]+\s+){{0,2}}?"
    match = re.search(rf"\b({_N})\s+{between}(?:{nouns})\b", statement, re.I)
    if match:
        return Count(number(match[1]), said=True)
    match = re.search(rf"\b(?:{nouns})\b\W{{1,3}}(?:\w+\W{{1,3}})?({_N})\b(?![\w%]|[.,]\d)", statement, re.I)
    if match:
        return Count(number(match[1]), said=True)
    return None


def teams(statement: str) -> Count | None:
    """How many teams the statement counts, or lists with their sizes."""
    found = things(statement, TEAMS)
    groups = _groups(statement) if found is None else []
    return Count(len(groups), said=False) if len(groups) > 1 else found


def parties(statement: str) -> Count | None:
    """How many outside parties the statement counts or lists; 0 where it says that there is none, None where it says nothing.

    A number that stands there is believed before what is listed: the list says who they are.
    """
    found = things(statement, PARTIES) or things(statement, r"outside|that can stop us|dependencies|externals?")
    if found is not None and (found.n > 1 or _COUNTED_ONE.search(statement)):
        return found
    if _NONE.search(statement) and not _EXCEPT.search(statement):
        return Count(0, said=True)
    if _COUNTED_ONE.search(statement):
        return Count(1, said=True)
    listed = _sum_of_list(statement)
    if listed >= 2:
        return Count(listed, said=False)
    return found or (Count(1, said=False) if _ONE.search(statement) else None)


def _sum_of_list(statement: str) -> int:
    """The sum over the longest list of the statement: a part counts as the number that it begins with, else as one."""
    best = 0
    for stretch in re.split(r"[.;!?–—]|:\s|\b(?:which|who|because|so that|but|and each|and (?:it|they|we|that))\b", _ASIDE.sub(" ", statement)):
        parts = [p.strip() for p in re.split(r",\s*(?:and |plus |then )?|\s(?:and|plus|&|\+)\s", stretch) if re.search(r"\w{2}", p)]
        parts = [p for n, p in enumerate(parts) if n == 0 or not (_CLAUSE.match(p) or _NO_PARTY.search(p))]
        if not 2 <= len(parts) <= 12 or any(len(p.split()) > 9 for p in parts[1:]):
            continue
        total = 0
        for part in parts:
            lead = re.search(rf"(?:^|\b(?:on|are|is|need|with|from|have|the|our|all|of)\s)({_N})(?:\s|$)", part, re.I)
            total += number(lead[1]) if lead and 0 < number(lead[1]) < 20 else 1
        best = max(best, total)
    return best


def _sum_of_parts(plain: str) -> int | None:
    """The largest sum over a list of people: a part counts as the number that it begins with, a name, "a tester" or "me" as one."""
    best = None
    for stretch in _STRETCH.split(plain):
        head = _HEAD.match(stretch)
        total, parts = 0, 0
        for item in _BREAK.split(stretch[head.end() :] if head else stretch):
            item = item.strip(" \t\n\"'“”’-*•")
            lead = re.match(rf"(?:only |just |about |another |our |my |the |other )*({_N})\b", item, re.I)
            if lead and _counts_people(item, lead):
                total, parts = total + number(lead[1]), parts + 1
            elif item and not _CLAUSE.match(item) and (_SOMEBODY.match(item) or _PERSON.match(item)):
                total, parts = total + 1, parts + 1
        if parts > 1 and (best is None or total > best):
            best = total
    return best
