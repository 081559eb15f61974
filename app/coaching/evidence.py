"""From passages to the few sentences that answer: relevance, the right role, no repetition."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.coaching.model import Evidence, Hit, Passage
from app.coaching.vocabulary import Vocabulary
from app.coaching.words import stems, words

# Weights beside cosine similarity, set on the `dev` answers: how much a sentence gains from its passage's rank, from naming
# a role that was asked about, and loses from speaking of other roles only.
PASSAGE = 0.20
RIGHT_ROLE = 0.08
OTHER_ROLE = 0.18
DEFINITION = 0.20
REPEATED = 0.55  # share of content stems in common from which two sentences say the same

CONDITION = re.compile(
    r"\b(?:if|unless|when|whenever|provided|only|as long as|in an?|for an?|once|until|where|depends?|except)\b", re.I
)
CAUSE = re.compile(r"\b(?:because|since|so that|therefore|which means)\b", re.I)
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
    def is_reason(self) -> bool:
        """Whether it says why."""
        return bool(CAUSE.search(self.sentence))


def candidates(
    question: str, roles: Sequence[str], hits: Sequence[Hit], evidence: Iterable[Evidence], vocabulary: Vocabulary
) -> list[Candidate]:
    """Every sentence of the hits as a candidate, best first."""
    share = {h.passage.id: h.score for h in hits}
    asked = set(roles)
    defining = bool(DEFINING.search(question)) and len(words(question)) <= 14
    found = []
    for item in evidence:
        named = tuple(vocabulary.roles_in(item.sentence))
        order = item.passage.sentences.index(item.sentence)
        value = item.score + PASSAGE * share.get(item.passage.id, 0.0)
        if asked and named:
            value += RIGHT_ROLE if asked & set(named) else -OTHER_ROLE
        if defining and len(asked) == 1 and _defines(item.passage, item.sentence, roles[0], vocabulary):
            value += DEFINITION
        found.append(Candidate(item.passage, item.sentence, item.score, value, named, order))
    return sorted(found, key=lambda c: -c.value)


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
