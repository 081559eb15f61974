"""Does an answer make this point? Matched by meaning and words, in code, and checked on labelled cases of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.coaching.ports import Encoder
from app.coaching.vocabulary import Vocabulary
from app.coaching.words import stems

# Set on 78 labelled pairs of dev points and dev answers (0.94 right); tests/evals/matcher_cases.jsonl holds other pairs,
# which check them. Claims that must not be made need more, since a careful sentence shares most words with a careless one.
COSINE = 0.5  # weight of the cosine similarity
STEMS = 0.5  # weight of the share of the point's content stems
MATCH = 0.48  # from here a point counts as made
VIOLATION, NEAR = 0.68, 0.75  # from this score and this cosine a claim counts as made, if nothing speaks against it
# Kept apart from the checker's own list: what judges must not share its blind spots with what is judged.
NEGATION = re.compile(
    r"\b(?:no|not|never|nobody|none|nothing|neither|nor|without|cannot|seldom|rarely|hardly|rather than|instead of)\b|n['’]t\b",
    re.I,
)
WIDE = re.compile(
    r"\b(?:always|never|every|each|all|any|only|must|nobody|everyone|everybody|no one|alone|guarantees?|proves?|"
    r"(?:the )?same|another word|solely|entirely|at once|immediately)\b",
    re.I,
)


@dataclass(frozen=True)
class Match:
    """The best place in an answer for a point: sentences `first` to `last` (-1: none), and why it counts or does not."""

    made: bool
    score: float
    first: int
    last: int
    reason: str


class Matcher:
    """Compares points with the sentences of an answer."""

    def __init__(self, encoder: Encoder, vocabulary: Vocabulary) -> None:
        self._encoder = encoder
        self._vocabulary = vocabulary

    def points(self, points: Sequence[str], sentences: Sequence[str]) -> list[Match]:
        """For each point that should be made, where it is made best: in a sentence or in two adjacent ones."""
        spans = [(i, i) for i in range(len(sentences))] + [(i, i + 1) for i in range(len(sentences) - 1)]
        return [self._match(found, MATCH) for _, found in self._places(points, sentences, spans)]

    def claims(self, claims: Sequence[str], sentences: Sequence[str]) -> list[Match]:
        """For each claim that must not be made, where it comes nearest, in single sentences.

        A sentence that denies what the claim says, says it of other roles, or says it less widely, does not make it.
        """
        spans = [(i, i) for i in range(len(sentences))]
        return [
            self._match(found, VIOLATION, [self._against(claim, place) for place in found])
            for claim, found in self._places(claims, sentences, spans)
        ]

    def similarity(self, one: str, other: str) -> float:
        """The cosine similarity of two texts."""
        vectors = self._encoder.encode([one, other])
        return float(vectors[0] @ vectors[1])

    def _places(
        self, points: Sequence[str], sentences: Sequence[str], spans: Sequence[tuple[int, int]]
    ) -> list[tuple[str, list[_Place]]]:
        texts = [" ".join(sentences[first : last + 1]) for first, last in spans]
        if not points or not texts:
            return [(point, []) for point in points]
        vectors = self._encoder.encode([*points, *texts])
        similarity = vectors[: len(points)] @ vectors[len(points) :].T
        held = [set(stems(text)) for text in texts]
        return [
            (
                point,
                [_Place(*spans[n], texts[n], float(similarity[row, n]), _share(point, held[n])) for n in range(len(texts))],
            )
            for row, point in enumerate(points)
        ]

    def _match(self, places: Sequence[_Place], threshold: float, against: Sequence[str] = ()) -> Match:
        if not places:
            return Match(False, 0.0, -1, -1, "the answer has no sentence")
        against = against or [""] * len(places)
        # A place that nothing speaks against comes before a nearer one that does not make the claim.
        best = max(range(len(places)), key=lambda n: (not against[n] and places[n].score >= threshold, places[n].score))
        place, objection = places[best], against[best]
        made = place.score >= threshold and not objection
        reason = f"{'made' if made else 'not made'}: cosine {place.cosine:.2f}, {place.share:.0%} of its words"
        return Match(made, round(place.score, 4), place.first, place.last, f"{reason}; {objection}".rstrip("; "))

    def _against(self, claim: str, place: _Place) -> str:
        text = place.text
        if bool(NEGATION.search(claim)) != bool(NEGATION.search(text)):
            return "one of the two is negated"
        roles, spoken_of = self._vocabulary.roles_in(claim), self._vocabulary.roles_in(text)
        if roles and (not spoken_of or roles[0] != spoken_of[0] or not set(roles) <= set(spoken_of)):
            return "it is said of other roles"
        if place.cosine < NEAR:
            return "its meaning is too far"
        wide = {word.lower() for word in WIDE.findall(claim)} - {word.lower() for word in WIDE.findall(text)}
        if wide:
            return f"the answer does not say {min(wide)}"
        return ""


@dataclass(frozen=True)
class _Place:
    first: int
    last: int
    text: str
    cosine: float
    share: float

    @property
    def score(self) -> float:
        return COSINE * self.cosine + STEMS * self.share


def _share(point: str, held: set[str]) -> float:
    own = set(stems(point))
    return len(own & held) / len(own) if own else 0.0
