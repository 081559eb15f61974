"""What kind of question is this? Patterns that anybody can read, and a classifier that learned from examples."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.coaching.model import Kind, Turn
from app.coaching.query import Query
from app.coaching.rules import FALLBACK_REPLY, FixedReply, Rules
from app.coaching.vocabulary import Vocabulary

FIRST_NAME = r"(?-i:(?!(?:I|The|My|Our|We|You|They|He|She|It|This|That|These|Those|What|Who|Which|How|Why|When|Where|Is|Are|Do|Does|Can|Could|Should|Would|Will|If|In|On|At|And|Or|But|So|A|An|Product|Project|Programme|Program|Delivery|Scrum|Agile|Business|Technical|Tech|Team|PM|PO|BA|TPM|Jira|UK|US|EU|HR|CEO|CTO)\b)[A-Z][a-zà-öø-ÿ]{1,14})"
# Log-odds that a matching pattern adds to its kind; set on the `dev` questions. A take-over attempt is decided by its words alone.
PATTERN = 3.0
CERTAIN = 6.0
CAUTION = 1.1  # taken from the ordinary kinds, which have by far the most examples
ORDINARY = 20.0  # keeps the other guided kinds in order among themselves, far below the one that stands for all
COVERED = "covered"
GUIDED = frozenset({Kind.EXPLAIN, Kind.COMPARE, Kind.TEAM, Kind.FIT, Kind.STEP})
COMPARING = re.compile(
    r"\b(?:differ\w*|versus|vs\.?|compare\w*|comparison|distinguish|same (?:as|thing|job|role)|or (?:a|an|the)\b|rather than|instead of|overlap|"
    r"distinction|between|better than|as opposed to|contrast)",
    re.I,
)
OTHER_SCRIPT = re.compile(r"[^\W\d_a-zA-ZÀ-ɏ]")
LETTERS = re.compile(r"[^\W\d_]")
LOWER_WORD = re.compile(r"[^\W\d_]+")
ENGLISH = frozenset(
    "the is are a an of to in and or what how do does my our we i should who why when for with between need it be on can you it's "
    "me not that this as at have has would which their team from will about if your but one".split()
)


class Classifier(Protocol):
    """Gives every label of the example questions a probability."""

    def probabilities(self, question: str) -> dict[str, float]:
        """Probabilities by label; they sum to 1."""
        ...


@dataclass(frozen=True)
class Route:
    """Where a question goes: its kind, and the fixed reply if it is not answered from guides."""

    kind: Kind
    reply: FixedReply | None
    confidence: float


class Router:
    """Decides the kind of a question. Needs no passage and no language model."""

    def __init__(self, rules: Rules, vocabulary: Vocabulary, classifier: Classifier) -> None:
        self._rules = rules
        self._vocabulary = vocabulary
        self._classifier = classifier
        self._patterns = [
            (
                p,
                re.compile(p.match.replace("{name}", FIRST_NAME), re.I),
                re.compile(p.unless.replace("{name}", FIRST_NAME), re.I) if p.unless else None,
            )
            for p in rules.patterns
        ]

    def route(self, query: Query, turns: Sequence[Turn]) -> Route:
        """The kind of `query`; `reply` is set for everything that is not answered from guides."""
        if self._is_foreign(query.asked):
            return Route(Kind.EXPLAIN, self._rules.reply("language"), 1.0)
        matched = self._matched(query.asked)
        scores = self._scores(query, matched)
        label = max(scores, key=lambda k: scores[k])
        confidence = _share(scores, label)
        if label in matched:
            return Route(_kind(label), self._rules.reply(matched[label]), confidence)
        if query.pm_is_open and label in {*map(str, GUIDED), "needs_facts", "not_covered", "courtesy"}:
            return Route(Kind.EXPLAIN, self._rules.reply("ask_pm"), confidence)
        if query.points_nowhere and label not in ("signpost", "out_of_scope"):
            return Route(Kind.EXPLAIN, self._rules.reply("ask_role"), confidence)
        if label == "needs_facts":
            if query.roles or (query.follows and turns):
                return Route(self._guided(query, scores, turns), None, confidence)
            return Route(Kind.EXPLAIN, self._rules.reply("ask_role"), confidence)
        if label in map(str, GUIDED):
            return Route(self._guided(query, scores, turns), None, confidence)
        return Route(_kind(label), self._rules.reply(FALLBACK_REPLY[label]), confidence)

    def refuses(self, query: Query, *, settled: bool = False) -> bool:
        """Whether the words alone ask for a refusal, a pointer elsewhere or a courtesy, whatever was spoken of before.

        A turn that settles something about the team is no courtesy, as in "Thanks, three of them".
        """
        ends = {"declined", "signpost"} | (set() if settled else {"courtesy"})
        return bool(ends & self._matched(query.asked).keys()) or self._is_foreign(query.asked)

    def _matched(self, asked: str) -> dict[str, str]:
        """Kinds whose patterns match, each with the reply of the first that does."""
        found: dict[str, str] = {}
        for pattern, match, unless in self._patterns:
            if pattern.kind not in found and match.search(asked) and not (unless and unless.search(asked)):
                found[pattern.kind] = pattern.reply
        return found

    def _scores(self, query: Query, matched: Mapping[str, str]) -> dict[str, float]:
        """Log-odds by label. The kinds that guides answer stand together against each other label: the likeliest of them
        gets what all of them, and the questions beside the passages, have."""
        shares = self._classifier.probabilities(query.text)
        ordinary = {k: shares[k] for k in map(str, GUIDED) if k in shares}
        scores = {k: math.log(max(p, 1e-6)) for k, p in shares.items() if k not in ordinary and k != COVERED}
        best = max(ordinary, key=lambda k: ordinary[k])
        scores.update({k: math.log(max(p, 1e-6)) - ORDINARY for k, p in ordinary.items()})
        scores[best] = math.log(max(sum(ordinary.values()) + shares.get(COVERED, 0.0), 1e-6)) - CAUTION
        for kind, reply in matched.items():
            certain = reply in ("declined_instructions", "thanks", "courtesy")
            scores[kind] = scores.get(kind, -6.0) + (CERTAIN if certain else PATTERN)
        if query.roles:  # naming a role speaks for an ordinary question and against another subject
            scores["out_of_scope"] = scores.get("out_of_scope", -6.0) - 1.5
        return scores

    def _guided(self, query: Query, scores: Mapping[str, float], turns: Sequence[Turn]) -> Kind:
        """The kind among those that are answered from guides."""
        kind = Kind(max(map(str, GUIDED), key=lambda k: scores.get(k, -9.0)))
        named = self._vocabulary.roles_in(self._vocabulary.completed(query.asked))
        if kind is Kind.EXPLAIN and len(named) >= 2 and COMPARING.search(query.asked):
            kind = Kind.COMPARE
        if kind is Kind.COMPARE and len(query.roles) < 2:
            kind = Kind.EXPLAIN
        if query.follows and turns and turns[-1].answer.kind in (Kind.TEAM, Kind.FIT) and kind is Kind.EXPLAIN:
            kind = Kind.ABOUT_LAST
        return kind

    def _is_foreign(self, asked: str) -> bool:
        """Whether the question is in another language: another script, or foreign function words and hardly English ones."""
        letters = LETTERS.findall(asked)
        if not letters:
            return False
        if len(OTHER_SCRIPT.findall(asked)) > 0.4 * len(letters):
            return True
        found = [w.lower() for w in LOWER_WORD.findall(asked)]
        foreign = len({w for w in found if w in self._rules.languages and w not in ENGLISH})
        english = len({w for w in found if w in ENGLISH and w not in self._rules.languages})
        return foreign >= 2 and foreign > 1.5 * english


def _kind(label: str) -> Kind:
    return Kind.EXPLAIN if label in ("not_covered", "needs_facts") else Kind(label)


def _share(scores: Mapping[str, float], label: str) -> float:
    top = max(scores.values())
    total = sum(math.exp(s - top) for s in scores.values())
    return math.exp(scores[label] - top) / total
