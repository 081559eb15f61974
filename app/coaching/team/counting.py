"""How many: people, teams, outside parties and products in one statement, computed from the parts where no total stands."""

from __future__ import annotations

import re

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
_NONE = re.compile(
    r"\b(?:no|none|nobody|no one|no-one|nothing|zero|without|(?:don't|doesn't|do not|does not|never) (?:depend|rely|need|wait|hang)|not (?:depend|rely))\b",
    re.I,
)
_ONLY_ONE = re.compile(r"\b(?:one|only|single|just the|apart from the|the)\b", re.I)
FEWEST = 3  # "one of us", "two people" count a part of the team, hardly ever the whole
MOST = 2000  # people of one team; more is no team

_N = NUMBER.replace("?P<n>", "?:")
_PEOPLE = (
    r"people|persons?|folks|members|heads|humans|souls|of us|of them|engineers?|developers?|devs?|programmers?|coders?|testers?|"
    r"designers?|analysts?|researchers?|scientists?|technicians?|specialists?|colleagues|contractors?|freelancers?|students?|interns?|"
    r"trainees?|managers?|owners?|leads?|masters?|architects?|writers?|editors?|nurses?|doctors?|physicians?|teachers?|editors?|fitters?|"
    r"FTEs?|QAs?|PMs?|POs?|BAs?|admins?|administrators?|operators?|electricians?|chemists?|physicists?|consultants?|trainers?"
)
_TOTAL = [
    re.compile(rf"\b({_N})(?: (?:of us|in (?:all|total|the team|our team)|altogether|strong|people|persons|heads|members|folks|humans|souls|FTEs?))\b", re.I),
    re.compile(rf"\b(?:we are|we're|we were|there are|there's|they are|team of|group of|crew of|squad of|staff of|unit of|total(?: of)?|in all|altogether|"
               rf"headcount|head count|team size|size|(?:people|members) (?:on it |in it )?are|strong|makes?(?: that| it| us)?|counting \w+|team)\W{{1,3}}(?:about |around |roughly |currently |now |just |only |all |a team of )*"
               rf"({_N})(?![\w%]|[.,]\d|(?: \w+){{0,2}} (?:years?|months?|weeks?|days?|hours?|sprints?|teams?|squads?|suppliers?|clients?|customers?|sites?|offices?|products?|projects?|dates?))", re.I),
    re.compile(rf"\b({_N})[- ](?:person|people|strong|member|head)\b", re.I),
    re.compile(rf"\bthe ({_N}) of (?:us|them)\b", re.I),
]  # fmt: skip
_PART = re.compile(
    rf"\b(?P<n>{_N}|an?|another|our|my|the)\s+(?:(?:[\w/&-]+)\s+){{0,3}}?(?P<who>{_PEOPLE})\b|\b(?P<me>me|myself|I'm|I am|yours truly)\b", re.I
)
_ADDED = re.compile(rf"\b(?:plus|and|with)\s+(?:me|myself|(?P<n>{_N})|an? |[A-ZÀ-Þ][\w’'-]+)", re.I)
_NOT_COUNTED = re.compile(r"\b(?:not counting|without|apart from|besides|excluding|counting|including|incl\.?|included)\b", re.I)
_NAME = re.compile(r"\b[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ'’-]+(?:\s(?:[A-ZÀ-ÖØ-Þ]\.?|[a-z]{2,3}|[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ'’-]+))*")
_NUMBER = re.compile(rf"\b({_N})\b", re.I)


def number(text: str) -> int:
    """The number that digits or words stand for."""
    return int(text) if text.isdigit() else NUMBER_WORDS[text.lower()]


def people(statement: str) -> int | None:
    """How many people the statement says there are: a total if one stands there, else the sum of its parts; None if neither."""
    for pattern in _TOTAL:
        match = pattern.search(statement)
        n = number(match[1]) if match else 0
        if match and n >= FEWEST:
            after = statement[match.end() : match.end() + 40]
            added = re.match(r"[\w ]{0,12}?[,;]? ?(?:plus|and) (?:me|myself)\b", after)
            return n + 1 if added else n if n < MOST else None
    return _sum_of_parts(statement)


def things(statement: str, nouns: str) -> int | None:
    """How many `nouns` (a regular expression) the statement counts; None if it counts none."""
    match = re.search(rf"\b({_N})\s+(?:(?:[\w/&’'-]+)\s+){{0,2}}?(?:{nouns})\b", statement, re.I)
    if match:
        return number(match[1])
    match = re.search(rf"\b(?:{nouns})\b\W{{1,3}}(?:\w+\W{{1,3}})?({_N})\b(?![\w%]|[.,]\d)", statement, re.I)
    if match:
        return number(match[1])
    return None


def parties(statement: str) -> int | None:
    """How many outside parties the statement counts or lists; 0 where it says that there is none, None where it says nothing."""
    found = things(statement, PARTIES)
    listed = _sum_of_list(statement)
    if found is not None and listed in (0, found, found + 1):  # "two others, the printer and the courier"
        return found
    if listed >= 2 and (found is None or listed > found) and not _NONE.search(statement):
        return listed
    if found is not None:
        return found
    if _NONE.search(statement):
        return 0
    return 1 if _ONLY_ONE.search(statement) else None


def _sum_of_list(statement: str) -> int:
    """The sum over the longest list of the statement: a part counts as the number that it begins with, else as one."""
    best = 0
    for stretch in re.split(r"[.;!?()–—]|:\s|\b(?:which|who|because|so that|but|and each|and (?:it|they|we|that))\b", statement):
        parts = [p.strip() for p in re.split(r",\s*(?:and |plus |then )?|\s(?:and|plus|&|\+)\s", stretch) if re.search(r"\w{2}", p)]
        if not 2 <= len(parts) <= 12 or any(len(p.split()) > 9 for p in parts[1:]):
            continue
        total = 0
        for part in parts:
            lead = re.search(rf"(?:^|\b(?:on|are|is|need|with|from|have|the)\s)({_N})\s", part, re.I)
            total += number(lead[1]) if lead and 0 < number(lead[1]) < 20 else 1
        best = max(best, total)
    return best


def _sum_of_parts(statement: str) -> int | None:
    total, parts, me = 0, 0, False
    for match in _PART.finditer(statement):
        if match["me"]:
            me = True
            continue
        lead = match["n"].lower()
        total += number(lead) if _NUMBER.fullmatch(lead) else 1
        parts += 1
    if parts + me < 2:
        return None
    return total + me
