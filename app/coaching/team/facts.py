"""What a text says about a team: typed facts, each with the words it came from and where they stand.

Patterns that anybody can read come first; what they do not know, a model recognises that learned from labelled statements.
Questions, suppositions, the past and other people's teams state nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.coaching.model import Certainty, Fact, FactValue, Quote
from app.coaching.ports import StatementReader
from app.coaching.rules import FactRule
from app.coaching.team import counting
from app.coaching.team.counting import NUMBER, Count, number
from app.coaching.team.following import completed
from app.coaching.team.roster import NOBODY, SOMEONE, TEAM, Roster
from app.coaching.team.statements import Statement, statements_of
from app.coaching.vocabulary import Vocabulary

SURE = 0.85  # confidence from which a fact counts as stated
LONGEST_WORD = 40  # characters; what is longer is no word, and is not followed to its end
LIKELY = 0.4  # … from which it counts as inferred
HELD = 0.6  # … from which a role counts as held
A_ROW = 0.25  # … that each of neighbouring rows needs for their numbers to be added up
A_ROLE = 0.3  # … that it must have in a role for a pattern to be believed
ADDED_UP = 0.84  # the most for a number that was added up and a role that was looked up: they are inferred
SAID, AGREED = 0.1, 0.1  # what a number gains that is said in so many words, or found twice
FEWEST_ROWS = 3
TOGETHER = 0.2  # what neighbouring rows gain that hold a number each
NOT_OPPOSED = 0.12  # confidence that the reader must have in a fact for a pattern to be believed where both have looked
COUNTED: Mapping[str, Callable[[str], Count | None]] = {
    "team_size": counting.people,
    "teams_involved": counting.teams,
    "external_parties": counting.parties,
    "products": lambda s: counting.things(s, r"products?|apps?|product lines?|lines?|services?|portals?|platforms?|tools?"),
}
# Words to the program that reads, not about a team: such a statement settles nothing, whatever else it says.
TO_THE_READER = re.compile(
    r"<\|\w+\|>|\b(?:ignore|disregard|forget|override) (?:(?:all|any|your|the|these|previous|prior|above|other) )+(?:\w+ )?(?:rules?|instructions?|prompts?|guidelines|text)\b|"
    r"\b(?:note|message|instruction)s? (?:to|for) (?:the |any )?(?:ai|assistant|model|llm|reader program|program|tool|system)\b|\bsystem prompt\b|\b(?:the )?(?:right |correct )?answer is:?\s|"
    r"^\W*(?:system|assistant|ai)\s*:|\brecommend (?:hiring |to hire )?(?:an? |the )?(?:\w+ ){0,2}(?:manager|owner|lead)\b",
    re.I,
)
# What stands before a match and turns it off: negation, supposition, the past, others' teams, wishes.
OFF = re.compile(
    r"\b(?:no|not|never|without|don't|doesn't|didn't|isn't|aren't|haven't|hasn't|if|suppose|imagine|whether|should|used to|"
    r"previously|formerly|at my last|in my last|other companies|should i|need|needs|hire|hiring|get|getting|want|wants|looking for|"
    r"do we have|is there)\b[^.,;!?\n]{0,30}$",
    re.I,
)
# Where asking begins in a sentence that ends with a question mark.
ASKING = re.compile(
    r"(?:^\W*|[,;:–-]\s*|\b(?:and|so|but|or)\s+)(?:so |then |and |but )*(?:should|do|does|did|is|are|was|can|could|would|will|shall|may|might|has|have we|"
    r"who|whom|whose|what|which|when|where|why|how|am i|any|need)\b",
    re.I,
)
# A sentence that asks without a question mark.
ASKS = re.compile(
    r"\s*(?:what|which|who|whose|why|how|when|where|compare|explain|describe|tell me|define|i(?: would|'d) like to (?:know|understand))\b", re.I
)
# A supposition turns off a negation as well; what follows a role may say that it is gone.
SUPPOSED = re.compile(r"\b(?:if|suppose|imagine|would|ideal|become|becoming|my friend)\b[^.;!?\n]{0,40}$", re.I)
GONE = re.compile(r"\s*(?:has |have |just )*(?:left|resigned|quit|gone|was let go)\b", re.I)
OWN_NEGATION = re.compile(r"^(?:no\b|without|nobody|no one|no-one|noone|never)", re.I)


@dataclass(frozen=True)
class _Found:
    """A value that was read somewhere, how sure it is, and the words; `said` unless it was added up or looked up."""

    value: FactValue
    confidence: float
    quote: Quote
    said: bool = True


class FactFinder:
    """Finds facts in text by the patterns of `corpus/rules/facts.yaml`, and by a reader of statements where there is one."""

    def __init__(self, rules: Sequence[FactRule], vocabulary: Vocabulary, reader: StatementReader | None = None) -> None:
        self.rules = tuple(rules)
        self._vocabulary = vocabulary
        self._reader = reader
        self._roster = Roster(vocabulary)
        names = sorted({n for r in vocabulary.roles for n in r.names}, key=len, reverse=True)
        role = "(?P<role>" + "|".join(re.escape(n).replace(r"\ ", r"[\s-]+") for n in names) + ")"
        self._compiled = [
            (rule, pattern.value, re.compile(pattern.match.replace("{n}", NUMBER).replace("{role}", role), re.I))
            for rule in rules
            for pattern in rule.patterns
        ]

    def facts(self, text: str) -> list[Fact]:
        """The facts that `text` states, one per id, in the order of the rules; quotes carry offsets into `text`."""
        found = self._by_patterns(text)
        statements = statements_of(text) if self._reader is not None else []
        if self._reader is not None and statements:
            read_off = self._reader.read([s.text for s in statements])
            seen = [{} if TO_THE_READER.search(s.text) else c for s, c in zip(statements, read_off, strict=True)]
            found = {fact_id: [f for f in some if _not_opposed(fact_id, f, statements, seen)] for fact_id, some in found.items()}
            for fact_id, learned in self._learned(statements, seen).items():
                found.setdefault(fact_id, []).extend(learned)
        read = {rule.id: fact for rule in self.rules if (fact := _fact(rule, found.get(rule.id, ()))) is not None}
        told = {f.id: f for f in completed(read.values(), self.rules)}
        return [told[rule.id] for rule in self.rules if rule.id in told]

    def _by_patterns(self, text: str) -> dict[str, list[_Found]]:
        found: dict[str, list[_Found]] = {}
        for rule, value, pattern in self._compiled:
            for match in pattern.finditer(text):
                if not match[0].strip() or self._is_off(text, match):
                    continue
                for read in self._values(rule, value, match):
                    start, end = _trimmed(text, match.start(), match.end())
                    found.setdefault(rule.id, []).append(_Found(read, SURE, Quote(text[start:end], start, end)))
        return found

    def _learned(
        self, statements: Sequence[Statement], read_off: Sequence[Mapping[str, float]]
    ) -> dict[str, list[_Found]]:
        """What the reader makes of each statement; numbers, roles and owners are read off the statement's own words."""
        found: dict[str, list[_Found]] = {}
        by_name = self._roster.by_name(statements)
        known = {rule.id: rule for rule in self.rules}
        for statement, confidences in zip(statements, read_off, strict=True):
            if statement.text.rstrip().endswith("?"):
                continue
            quote = Quote(statement.text, statement.start, statement.end)
            for label, confidence in confidences.items():
                fact_id, _, value = label.partition("=")
                if confidence < LIKELY or fact_id not in known:
                    continue
                if fact_id in COUNTED:
                    counted = COUNTED[fact_id](statement.text)
                    if counted is not None:
                        found.setdefault(fact_id, []).append(_found(counted.n, confidence, quote, said=counted.said))
                    continue
                read = self._read_value(known[fact_id], value, statement, by_name, confidences)
                if read is not None:
                    named = value != SOMEONE or confidences.get(f"{fact_id}={read}", 0.0) >= SURE
                    found.setdefault(fact_id, []).append(_found(read, confidence, quote, said=named))
            if "roles_present" in known:
                found.setdefault("roles_present", []).extend(self._roles(statement, confidences))
        if "team_size" in known:
            found.setdefault("team_size", []).extend(_rows(statements, read_off))
        return found

    def _roles(self, statement: Statement, confidences: Mapping[str, float]) -> Iterator[_Found]:
        """The roles that the reader sees held, each with the words that name it, or else the whole statement."""
        named = {held.role: held for held in reversed(self._roster.mentions(statement.text))}
        for label, confidence in confidences.items():
            kind, _, role = label.partition(":")
            if kind != "role" or confidence < HELD:
                continue
            start, end = (named[role].start, named[role].end) if role in named else (0, len(statement.text))
            yield _Found(role, confidence, Quote(statement.text[start:end], statement.start + start, statement.start + end))

    def _read_value(
        self, rule: FactRule, value: str, statement: Statement, by_name: Mapping[str, str], confidences: Mapping[str, float]
    ) -> FactValue:
        if rule.type == "flag":
            return value == "true"
        if rule.type == "roles":
            return None  # read role by role
        if value == SOMEONE:
            prefix = f"{rule.id}="
            seen = {k.removeprefix(prefix): c for k, c in confidences.items() if k.startswith(prefix)}
            role = max((k for k in seen if k not in (SOMEONE, NOBODY, TEAM)), key=lambda k: seen[k], default=None)
            return role if role and seen[role] >= HELD else self._roster.holder(statement, by_name) or role
        return value if value in rule.values or value in (NOBODY, TEAM) else None

    def _is_off(self, text: str, match: re.Match[str]) -> bool:
        before = text[max(0, match.start() - 60) : match.start()]
        if SUPPOSED.search(before) or GONE.match(text, match.end()):
            return True
        return bool(OFF.search(before)) and not OWN_NEGATION.match(match[0])

    def _values(self, rule: FactRule, value: FactValue, match: re.Match[str]) -> Iterator[FactValue]:
        groups = match.groupdict()
        if rule.type == "roles":
            role = self._vocabulary.roles_in(groups.get("role") or "")
            if role:
                yield role[0]
        elif value is not None:
            yield (str(value).lower() == "true") if rule.type == "flag" else value
        elif groups.get("n"):
            n = number(groups["n"])
            if 0 < n < counting.MOST:
                yield n
        elif groups.get("role"):
            yield from self._vocabulary.roles_in(groups["role"])[:1]
        elif match.groups() and match[match.lastindex or 1]:
            yield match[match.lastindex or 1].lower()


def statements(question: str) -> str:
    """The question with what is asked blanked out, so that offsets hold and only what is stated can give a fact.

    "We have three suppliers, should we hire a project manager?" states suppliers and no project manager.
    """
    kept = []
    for sentence in re.split(r"(?<=[.!?\n])", question):
        if sentence.rstrip().endswith("?"):
            asks = ASKING.search(sentence)
            start = asks.start() if asks else 0
            sentence = sentence[:start] + " " * (len(sentence) - start)
        elif ASKS.match(sentence):
            sentence = " " * len(sentence)
        kept.append(sentence)
    return "".join(kept)


def merged(*layers: Iterable[Fact]) -> list[Fact]:
    """Facts of several texts or turns: later ones win, and what the person told wins over all.

    A told fact of certainty UNKNOWN takes the fact away.
    """
    result: dict[str, Fact] = {}
    told: dict[str, Fact] = {}
    for layer in layers:
        for fact in layer:
            if fact.certainty in (Certainty.TOLD, Certainty.UNKNOWN):
                told[fact.id] = fact
            elif fact.id == "roles_present" and fact.id in result:
                before = result[fact.id]
                both = tuple(dict.fromkeys((*_words(before.value), *_words(fact.value))))
                result[fact.id] = Fact(fact.id, both, fact.certainty, before.quotes + fact.quotes)
            else:
                result[fact.id] = fact
    result.update(told)
    return [f for f in result.values() if f.certainty is not Certainty.UNKNOWN]


def _words(value: FactValue) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _found(value: FactValue, confidence: float, quote: Quote, *, said: bool) -> _Found:
    """What was read; what was not said in so many words is never sure enough to be stated."""
    return _Found(value, confidence if said else min(confidence, ADDED_UP), quote, said)


def _rows(statements: Sequence[Statement], read: Sequence[Mapping[str, float]]) -> Iterator[_Found]:
    """The sum over neighbouring rows that each hold the size of a team, or their last row if it is the total."""
    stretch: list[tuple[Statement, int, float]] = []
    for statement, confidences in [*zip(statements, read, strict=True), (None, {})]:
        size = counting.cell(statement.text) if statement else None
        sure = confidences.get("team_size", 0.0)
        if statement is not None and size is not None and sure >= A_ROW:
            stretch.append((statement, size, sure))
            continue
        if len(stretch) >= FEWEST_ROWS:
            sizes = [n for _, n, _ in stretch]
            n = sizes[-1] if sizes[-1] == sum(sizes[:-1]) else sum(sizes)
            where = stretch[0][0]
            yield _found(n, max(c for *_, c in stretch) + TOGETHER, Quote(where.text, where.start, where.end), said=False)
        stretch = []


def _not_opposed(fact_id: str, found: _Found, statements: Sequence[Statement], read: Sequence[Mapping[str, float]]) -> bool:
    """Whether the reader sees at least a trace of the fact in the statement in which a pattern found it."""
    for statement, confidences in zip(statements, read, strict=True):
        if statement.start <= found.quote.start < statement.end:
            if fact_id == "roles_present":
                return confidences.get(f"role:{found.value}", 0.0) >= A_ROLE
            return max((c for label, c in confidences.items() if label.partition("=")[0] == fact_id), default=0.0) >= NOT_OPPOSED
    return True


def _fact(rule: FactRule, found: Sequence[_Found]) -> Fact | None:
    """The fact that the places agree on: of several values the surest; None if there is none."""
    if not found:
        return None
    if rule.type == "roles":
        values = tuple(dict.fromkeys(str(f.value) for f in found))
        firsts = {str(f.value): f.quote for f in reversed(found)}
        certainty = Certainty.STATED if max(f.confidence for f in found) >= LIKELY else Certainty.INFERRED
        return Fact(rule.id, values, certainty, tuple(firsts[v] for v in values))
    times = Counter(f.value for f in found)
    best = max(
        found,
        key=lambda f: f.confidence + (SAID * f.said + AGREED * (times[f.value] > 1) if rule.type == "count" else 0),
    )
    quotes = tuple(dict.fromkeys(f.quote for f in found if f.value == best.value))[:3]
    return Fact(rule.id, best.value, Certainty.STATED if best.confidence >= SURE else Certainty.INFERRED, quotes)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in " \n\t,.;:-*•":
        start += 1
    while end > start and text[end - 1] in " \n\t,;:":
        end -= 1
    longest = min(len(text), end + LONGEST_WORD)
    while 0 < end < longest and text[end - 1].isalnum() and text[end].isalnum():
        end += 1  # a pattern may end within a word; a quote does not
    return start, end
