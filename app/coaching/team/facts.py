"""What a text says about a team: typed facts, each with the words it came from and where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from app.coaching.model import Certainty, Fact, FactValue, Quote
from app.coaching.rules import FactRule
from app.coaching.vocabulary import Vocabulary

NUMBER_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "a couple of": 2,
    "a dozen": 12, "half a dozen": 6,
}  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty")
NUMBER_WORDS |= {f"{t}-{o}": NUMBER_WORDS[t] + NUMBER_WORDS[o] for t in _TENS for o in list(NUMBER_WORDS)[:9]}
NUMBER = r"(?P<n>\d{1,4}|" + "|".join(sorted(NUMBER_WORDS, key=len, reverse=True)) + r")"
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


class FactFinder:
    """Finds facts in text by the patterns of `corpus/rules/facts.yaml`."""

    def __init__(self, rules: Sequence[FactRule], vocabulary: Vocabulary) -> None:
        self.rules = tuple(rules)
        self._vocabulary = vocabulary
        names = sorted({n for r in vocabulary.roles for n in r.names}, key=len, reverse=True)
        role = "(?P<role>" + "|".join(re.escape(n).replace(r"\ ", r"[\s-]+") for n in names) + ")"
        self._compiled = [
            (rule, pattern.value, re.compile(pattern.match.replace("{n}", NUMBER).replace("{role}", role), re.I))
            for rule in rules
            for pattern in rule.patterns
        ]

    def facts(self, text: str) -> list[Fact]:
        """The facts that `text` states, one per id, in the order of the rules; quotes carry offsets into `text`."""
        found: dict[str, list[tuple[FactValue, Quote]]] = {}
        for rule, value, pattern in self._compiled:
            for match in pattern.finditer(text):
                if not match[0].strip() or self._is_off(text, match):
                    continue
                for read in self._values(rule, value, match):
                    start, end = _trimmed(text, match.start(), match.end())
                    found.setdefault(rule.id, []).append((read, Quote(text[start:end], start, end)))
        return [_fact(rule, found[rule.id]) for rule in self.rules if rule.id in found]

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
            number = _number(groups["n"])
            if 0 < number < 2000:
                yield number
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


def _fact(rule: FactRule, found: Sequence[tuple[FactValue, Quote]]) -> Fact:
    if rule.type == "roles":
        values = tuple(dict.fromkeys(str(v) for v, _ in found))
        firsts = {str(v): q for v, q in reversed(found)}
        return Fact(rule.id, values, Certainty.STATED, tuple(firsts[v] for v in values))
    if rule.type == "count":  # the largest: "team of seven: two developers" states the whole first or last
        value, quote = max(found, key=lambda pair: pair[0] if isinstance(pair[0], int) else 0)
        return Fact(rule.id, value, Certainty.STATED, (quote,))
    value, quote = found[0]
    return Fact(rule.id, value, Certainty.STATED, (quote,))


def _number(text: str) -> int:
    return int(text) if text.isdigit() else NUMBER_WORDS[text.lower()]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in " \n\t,.;:-*•":
        start += 1
    while end > start and text[end - 1] in " \n\t,;:":
        end -= 1
    while 0 < end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1  # a pattern may end within a word; a quote does not
    return start, end
