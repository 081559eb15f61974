"""From passages to the few sentences that answer: relevance, the right role, no repetition."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.coaching.model import Evidence, Hit, Kind, Passage
from app.coaching.vocabulary import Vocabulary
from app.coaching.words import stems, words

# Weights beside cosine similarity, set on the `dev` answers: how much a sentence gains from its passage's rank, from naming
# a role that was asked about, and loses from speaking of other roles only.
PASSAGE = 0.30
ASKED = 0.30
RIGHT_ROLE = 0.08
OTHER_ROLE = 0.18
DEFINITION = 0.20
WORDS = 0.15
FITTING = 0.08
CAREER = 0.15
ACTOR = 0.12
REPEATED = 0.55  # share of content stems in common from which two sentences say the same

CONDITION = re.compile(
    r"\b(?:if|unless|when|whenever|provided|only|as long as|in an?|for an?|once|until|where|depends?|except)\b", re.I
)
CAUSE = re.compile(r"\b(?:because|since|so that|therefore|which means)\b", re.I)
WHAT_IS = re.compile(r"\bwhat(?:'s| is| are) (?:an? |the |meant by (?:an? )?)?([\w -]{3,40}?)(?: exactly| anyway)?\s*\??$", re.I)
WHOSE = re.compile(r"\b(?:who|whose|which role)\b", re.I)
CONTRASTING = re.compile(r"\b(?:while|whereas|unlike|rather than|differs?|difference|but)\b", re.I)
HOW_TO = re.compile(r"\bhow (?:do|can|should|would|to|might)\b", re.I)
DEFINING = re.compile(
    r"\b(?:what(?:'s| is| are| does| do| exactly is)|define|meaning of|explain|tell me about|role of|describe|who is)\b", re.I
)


@dataclass(frozen=True)
class Candidate:
    """A sentence that may be shown, with what it would be good for."""

    passage: Passage
    sentence: str
    similarity: float
    value: float
    roles: tuple[str, ...]
    order: int

    @property
    def is_condition(self) -> bool:
        """Whether it says when something holds."""
        return bool(CONDITION.search(self.sentence))

    @property
    def contrast(self) -> float:
        """How well it states a difference: its value, more if it sets two things against each other or opens its section."""
        return self.value + 0.15 * bool(CONTRASTING.search(self.sentence)) + 0.1 * (self.order == 0)

    @property
    def is_reason(self) -> bool:
        """Whether it says why."""
        return bool(CAUSE.search(self.sentence))


def candidates(
    question: str, kind: Kind, roles: Sequence[str], hits: Sequence[Hit], evidence: Iterable[Evidence], vocabulary: Vocabulary
) -> list[Candidate]:
    """Every sentence of the hits as a candidate, best first."""
    share = {h.passage.id: h.score for h in hits}
    asked_of = {h.passage.id: h.asked for h in hits}
    asked = set(roles)
    content = set(stems(question)) - {s for r in roles for s in stems(vocabulary.name(r))}
    fitting = _fitting_kind(question, kind)
    whose = bool(WHOSE.search(question))
    defining = kind is Kind.EXPLAIN and bool(DEFINING.search(question)) and len(words(question)) <= 14
    asks_what = WHAT_IS.search(question)
    subject = asks_what[1] if asks_what else ""
    found = []
    for item in evidence:
        named = tuple(vocabulary.roles_in(item.sentence))
        value = item.score + PASSAGE * share.get(item.passage.id, 0.0) + ASKED * asked_of.get(item.passage.id, 0.0)
        if content:
            value += WORDS * len(content & set(stems(item.sentence))) / len(content)
        if item.passage.kind == fitting:
            value += CAREER if fitting == "career" else FITTING
        if whose and named and vocabulary.mentions(item.sentence)[0].start < 4:
            value += ACTOR
        if asked and named:
            value += RIGHT_ROLE if asked & set(named) else -OTHER_ROLE
        if defining and len(asked) == 1 and _defines(item.passage, item.sentence, roles[0], vocabulary):
            value += DEFINITION
        if subject and re.match(rf"(?:an? |the )?{re.escape(subject)} (?:is|are|means|names)\b", item.sentence, re.I):
            value += DEFINITION
        order = item.passage.sentences.index(item.sentence)
        found.append(Candidate(item.passage, item.sentence, item.score, value, named, order))
    return sorted(found, key=lambda c: -c.value)


def _fitting_kind(question: str, kind: Kind) -> str:
    """The kind of guide that such a question is best answered from, empty if any will do."""
    if kind in (Kind.FIT, Kind.STEP):
        return "career"
    if kind is Kind.COMPARE:
        return "comparison"
    return "practice" if HOW_TO.search(question) else ""


def without_repetition(ranked: Iterable[Candidate], limit: int, taken: Sequence[str] = ()) -> list[Candidate]:
    """The first `limit` candidates that do not say again what one before them, or one of `taken`, says."""
    chosen: list[Candidate] = []
    said = [set(stems(t)) for t in taken]
    for candidate in ranked:
        if len(chosen) == limit:
            break
        own = set(stems(candidate.sentence))
        if any(len(own & other) > REPEATED * min(len(own), len(other)) for other in said if other):
            continue
        chosen.append(candidate)
        said.append(own)
    return chosen


def in_reading_order(chosen: Sequence[Candidate]) -> list[Candidate]:
    """Sentences grouped by passage, passages in order of first appearance, sentences as they stand in the passage."""
    passages = list(dict.fromkeys(c.passage.id for c in chosen))
    return sorted(chosen, key=lambda c: (passages.index(c.passage.id), c.order))


def quote_of(passage: Passage, sentences: Iterable[str]) -> str:
    """The passage's sentences that are cited, in their own order, with an ellipsis between them."""
    wanted = set(sentences)
    return " … ".join(s for s in passage.sentences if s in wanted)


def _defines(passage: Passage, sentence: str, role: str, vocabulary: Vocabulary) -> bool:
    if passage.kind != "role" or role not in passage.roles or passage.sentences[0] != sentence:
        return False
    return bool(re.match(rf"an? {re.escape(vocabulary.name(role))} ", sentence, re.I))
