"""What a person's turns say of their team: replies to the question that was asked back, statements, corrections.

A reply may be one of the choices or a few words; it is read in the light of the question that it answers. What is said later
wins over what was said before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from app.coaching.model import Answer, Certainty, Fact, FactValue, Quote, Turn
from app.coaching.query import without_identity
from app.coaching.rules import FactRule
from app.coaching.team.counting import NUMBER, number
from app.coaching.team.decide import NOBODY, TEAM
from app.coaching.team.facts import ASKS, FactFinder, merged, statements
from app.coaching.team.following import completed
from app.coaching.vocabulary import Vocabulary
from app.coaching.words import stems

LONGEST_REPLY = 14  # words; what is longer is a description, not a reply
BARE = 4  # words; in a reply this short nothing but the reply is read
BACK = 2  # turns that may lie between a question back and its answer

# Words before a statement that say that it corrects; "no" only where a statement follows, since "no suppliers" states something.
CORRECTING = re.compile(
    r"^\W*(?:(?:sorry|actually|correction|wait|well|oh|oops|hmm|i (?:meant|mean)|i was wrong|to correct (?:that|myself)"
    r"|not quite|that(?:'s|’s| is) (?:wrong|not right)"
    r"|(?:no|nope|nah)(?=\s*[,;:.–-]\s*\w|\s+(?:the|we|it|our|there|that|they|i)\b))\b[\s,;:.–-]*)+",
    re.I,
)
UNSURE = re.compile(
    r"^\W*(?:sorry,? )?(?:(?:i|we)(?:'m|’m| am| are|'re)? )?(?:really |honestly )?"
    r"(?:(?:do not|don['’]?t|not|can['’]?t|cannot|couldn['’]?t|hard to|difficult to) (?:really |quite |yet )?"
    r"(?:know|sure|certain|say|tell|remember)"
    r"|(?:have )?no (?:idea|clue)|unsure|unknown|unclear|idk|dunno|skip|pass|next)(?: (?:yet|either|that|this|question|it))*\W*$",
    re.I,
)
YES = re.compile(
    r"^\W*(?:yes|yeah|yep|yup|sure|definitely|indeed|certainly|absolutely|of course|true|right|correct|mostly|usually|often"
    r"|always|very much|a lot|"
    r"quite|they do|we do|it does|it is|it has|somewhat)\b",
    re.I,
)
NO = re.compile(
    r"^\W*(?:no|nope|nah|not|never|none|nobody|no-one|nothing|false|hardly|rarely|seldom|zero|without|we don'?t|it (?:isn"
    r"|doesn)'?t)\b",
    re.I,
)
GOES_ON = re.compile(
    r"^\W*(?:no|nope|nah)\b(?:\s*[.;!]|,? (?:and|but)\b)", re.I
)  # the "no" is an answer, and something else follows
SEVERAL = re.compile(r"\b(?:several|many|a few|lots|multiple|various|dozens|numerous|plenty)\b", re.I)
OF_THE_TEAM = re.compile(
    r"\b(?:team|together|all of us|everybody|everyone|we all|ourselves|jointly|collectively|between us)\b", re.I
)
OWNERS = re.compile(
    r"\b(founders?|ceo|cto|boss|manager|client|customer|sponsor|director|management|developer|engineer|designer"
    r"|tester)s?\b",
    re.I,
)
GONE = re.compile(
    r"\b(?:no|not|don't have|don’t have|do not have|doesn't have|haven't got|without|lost|never had)\b(?: (?:an?|any|our|the"
    r"|longer|more|have))*\s*$",
    re.I,
)
# How people put a value in a few words, where neither its choice nor its name says so.
_LOAD = {
    "low": r"little|not much|hardly|small|low|few things",
    "medium": r"medium|moderate|some|a few hours|an? (?:half )?day|an hour|manageable",
    "high": r"a lot|lots|too much|plenty|huge|high|more than|full[- ]time|heavy|loads",
}
IN_WORDS: Mapping[str, Mapping[str, str]] = {
    "deadline": {
        "contract": r"contract\w*|clients?|customers?|penalt\w+|agreed",
        "regulator": r"law|legal|regulat\w+|statut\w+|compliance|authority|government",
        "internal": r"own|ourselves|internal|inside|target|boss|management|self[- ]imposed",
    },
    "governance": {"formal": r"formal|boards?|gates?|steering|committees?|yes", "light": r"light|informal|a bit|sometimes"},
    "locations_time_zones": {
        "several_time_zones": r"time ?zones?|countries|continents|world|globally|abroad|offshore",
        "several_sites": r"sites|offices|cities|hybrid|remote\w*|home|several places",
        "one_site": r"(?:same|one|single) (?:office|room|place|building|city|site|floor)|together|co-?located|on[- ]site",
    },
    "delivery_rhythm": {
        "continuous": r"daily|every day|constantly|continuous\w*|on demand|hourly|several times a (?:day|week)|whenever",
        "regular": r"weekly|fortnight\w*|bi-?weekly|every (?:\w+ )?(?:weeks?|sprint)|monthly|(?:each|every|per) (?:sprint"
        r"|month)|once a (?:week|month|sprint)",
        "rare": r"quarter\w*|yearly|annual\w*|rarely|seldom|(?:once|twice) a year|every (?:\w+ )?months",
    },
    "missed_dates": {
        "repeated": r"often|always|repeated\w*|several|many|twice|again|constantly|all the time|regularly",
        "once": r"once|one",
    },
    "coordination_load": _LOAD,
    "autonomy": _LOAD,
    "work_shape": {
        "client_work": r"clients?",
        "one_off_project": r"projects?|one-off|ends",
        "ongoing_product": r"products?|ongoing|goes on",
    },
    "users": {
        "external": r"outside|external|customers|clients|public|citizens|consumers|patients",
        "internal": r"inside|internal|colleagues|staff|employees",
    },
    "customer_contact": {
        "regular": r"regular\w*|often|daily|weekly|every|constantly|frequent\w*",
        "occasional": r"now and then|sometimes|occasional\w*|rarely|seldom|monthly|once in a while",
    },
    "product_stage": {
        "idea": r"idea|concept", "early": r"early|mvp|prototype|beta|pilot|new", "growing": r"grow\w*|scaling",
        "mature": r"mature|stable|established|legacy|old",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Heard:
    """What one turn says of the team: `answers` is the fact asked for that it settles, `unsure` the one it cannot settle.

    `gone` are roles of which it says that nobody holds them.
    """

    facts: tuple[Fact, ...] = ()
    answers: str = ""
    unsure: str = ""
    corrects: bool = False
    gone: tuple[str, ...] = ()

    @property
    def settles(self) -> bool:
        """Whether something is known of the team now that was not before."""
        return bool(self.facts or self.gone or self.unsure)


@dataclass(frozen=True)
class Known:
    """What is known of the team after all turns; `skipped` are the facts that the person does not know."""

    facts: tuple[Fact, ...]
    skipped: frozenset[str]
    last: Heard


class Listener:
    """Hears what is said of the team, turn by turn."""

    def __init__(self, finder: FactFinder, rules: Sequence[FactRule], vocabulary: Vocabulary) -> None:
        self._finder = finder
        self._rules = {rule.id: rule for rule in rules}
        self._vocabulary = vocabulary

    def known(self, documents: Iterable[str], turns: Sequence[Turn], question: str, told: Sequence[Fact] = ()) -> Known:
        """Documents first, then what was said turn by turn, later turns over earlier ones, then what was `told`."""
        facts = merged(*(self._finder.facts(text) for text in documents))
        skipped: set[str] = set()
        heard = Heard()
        for n, said in enumerate([*(t.question for t in turns), question]):
            heard = self.heard(said, self.asked_for(turns[:n]))
            facts = _updated(facts, heard)
            skipped |= {heard.unsure} if heard.unsure else set()
        return Known(tuple(completed(merged(facts, told), tuple(self._rules.values()))), frozenset(skipped), heard)

    def asked_for(self, turns: Sequence[Turn]) -> FactRule | None:
        """The fact that the latest question back asked for, if that question may still be answered."""
        for turn in reversed(turns[-1 - BACK :]):
            if turn.answer.ask_back:
                return self._rules.get(asked_fact(turn.answer))
        return None

    def heard(self, said: str, asked: FactRule | None) -> Heard:
        """What a turn says, if the question before it was `asked`."""
        corrects = CORRECTING.match(said)
        plain = " " * corrects.end() + said[corrects.end() :] if corrects else said
        reply = without_identity(said) or said
        short = asked is not None and "?" not in said and not ASKS.match(reply) and len(reply.split()) <= LONGEST_REPLY
        if short and asked is not None:
            chosen = asked.answers.get(_chosen(asked, reply))
            if chosen is not None:
                return Heard((_told(asked, chosen, said),), asked.id)
            if UNSURE.match(reply):
                return Heard(unsure=asked.id)
        gone = tuple(m.role for m in self._vocabulary.mentions(plain) if "?" not in said and GONE.search(plain[: m.start]))
        found = list(_without(self._finder.facts(statements(plain)), gone))
        if not short or asked is None:
            return Heard(tuple(found), corrects=bool(corrects), gone=gone)
        own = next((f for f in found if f.id == asked.id), None)
        others = tuple(f for f in found if f.id != asked.id)
        if own is not None:
            return Heard((*others, replace(own, certainty=Certainty.TOLD)), asked.id, gone=gone)
        if corrects and others:
            return Heard(others, corrects=True, gone=gone)
        if others and NO.match(reply) and len(stems(NO.sub("", reply, count=1))) >= 2 and not GOES_ON.match(reply):
            return Heard(others, gone=gone)  # "no fixed date" is no answer to "how many suppliers?"
        counts = any(isinstance(f.value, int) and not isinstance(f.value, bool) for f in others)
        value = None if asked.type == "count" and counts else value_of(asked, reply, self._vocabulary)
        if value is None:
            return Heard(others, corrects=bool(corrects), gone=gone)
        also = others if len(reply.split()) > BARE else ()
        return Heard((*also, _told(asked, value, said)), asked.id)


def asked_fact(answer: Answer) -> str:
    """The fact that an answer asked for; empty if it asked for none."""
    asks = (answer.advice or {}).get("ask_next") or []
    return str(asks[0].get("fact", "")) if answer.ask_back and asks else ""


def value_of(rule: FactRule, reply: str, vocabulary: Vocabulary) -> FactValue:
    """The value that a few words give the fact they were asked for; None if that cannot be told."""
    if rule.type == "count":
        return _count(rule, reply)
    if rule.type == "flag":
        return _flag(rule, reply)
    if rule.type == "roles":
        return tuple(vocabulary.roles_in(reply)) or (() if NO.match(reply) else None)
    if not rule.values:
        return _owner(reply, vocabulary) or _nearest(rule, reply)
    near = _nearest(rule, reply)
    if near is not None:
        return near
    return "none" if "none" in rule.values and NO.match(reply) else None


def _without(facts: Iterable[Fact], gone: Sequence[str]) -> Iterator[Fact]:
    """The facts but for what they say of roles that are not there."""
    for fact in facts:
        if not isinstance(fact.value, tuple):
            yield fact
        elif roles := tuple(r for r in fact.value if r not in gone):
            yield replace(fact, value=roles)


def _updated(facts: Sequence[Fact], heard: Heard) -> list[Fact]:
    new = {f.id for f in heard.facts}
    kept = []
    for fact in facts:
        if fact.id == "roles_present" and isinstance(fact.value, tuple):
            roles = tuple(r for r in fact.value if r not in heard.gone)
            kept.append(replace(fact, value=roles, certainty=Certainty.STATED))  # roles add up, whoever told of them
        elif fact.id not in new and str(fact.value) not in heard.gone:  # who is not there holds nothing
            kept.append(fact)
    return merged(kept, heard.facts)


def _told(rule: FactRule, value: FactValue, said: str) -> Fact:
    start = len(said) - len(said.lstrip())
    text = said.strip()
    return Fact(rule.id, value, Certainty.TOLD, (Quote(text, start, start + len(text)),))


def _chosen(rule: FactRule, reply: str) -> str:
    """The choice that the reply repeats, empty if none."""
    same = re.sub(r"\W+", " ", reply).strip().lower()
    return next((c for c in rule.choices if re.sub(r"\W+", " ", c).strip().lower() == same), "")


def _count(rule: FactRule, reply: str) -> FactValue:
    given = [v for v in rule.answers.values() if isinstance(v, int)]
    if re.search(r"\b(?:only|just) (?:ours?|us|the one|one)\b|\balone\b", reply, re.I) and rule.id != "team_size":
        return 1
    if re.match(r"\W*(?:none|no|nope|zero|nobody|no one|not any|nothing)\b", reply, re.I):
        return min(given) if given and min(given) <= 1 else None
    numbers = [number(m[0]) for m in re.finditer(rf"\b{NUMBER}\b", reply, re.I)]
    if numbers:
        return max(numbers[:2])  # of "two or three" the larger
    return max(given) if given and SEVERAL.search(reply) else None


def _flag(rule: FactRule, reply: str) -> FactValue:
    # choices say which value a plain yes stands for: "Yes" and "No" themselves, else the first one ("Enough time")
    values = dict(rule.answers)
    yes = next((v for c, v in values.items() if c.lower().startswith("yes")), None)
    if yes is None:
        no = next((v for c, v in values.items() if c.lower().startswith("no")), None)
        yes = (not no) if no is not None else next(iter(values.values()), True)
    if YES.match(reply):
        return yes
    return (not yes) if NO.match(reply) else _nearest(rule, reply)


def _nearest(rule: FactRule, reply: str) -> FactValue:
    """The value whose words the reply uses; None if that is no single one."""
    for named, how in IN_WORDS.get(rule.id, {}).items():
        if re.search(rf"\b(?:{how})\b", reply, re.I) and not (NO.match(reply) and len(reply.split()) <= 3):
            return named
    said = set(stems(reply))
    shared: dict[FactValue, int] = {}
    for choice, value in rule.answers.items():
        own = set(stems(choice)) | set(stems(str(value).replace("_", " ")))
        shared[value] = max(shared.get(value, 0), len(said & own))
    best = max(shared.values(), default=0)
    first = [value for value, n in shared.items() if n == best]
    return first[0] if best and len(first) == 1 else None


def _owner(reply: str, vocabulary: Vocabulary) -> FactValue:
    if NO.match(reply):
        return NOBODY
    roles = vocabulary.roles_in(reply)
    if roles:
        return roles[0]
    if OF_THE_TEAM.search(reply):
        return TEAM
    match = OWNERS.search(reply)
    return match[1].lower() if match else None
