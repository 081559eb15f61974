"""Is this sentence carried by that passage? Several signals that anybody can read, combined by stated weights.

Meaning (cosine similarity of embeddings), content words, numbers, negation, conditions and scope words, and whose
responsibility it is. No single signal is enough: similarity alone accepts role swaps and dropped conditions.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.coaching.ports import Encoder, Vectors
from app.coaching.rules import Duty
from app.coaching.vocabulary import Vocabulary
from app.coaching.words import stems, words

SCOPE = re.compile(r"\b(?:always|never|every|all|any|only|must|guarantee\w*|proves?|proven|entirely|completely|everyone|everybody|anyone|nobody|solely|exclusively|in all|regardless|whatever|best|worst|most important|fully|ensures?|impossible|cannot)\b", re.I)
HEDGE = re.compile(r"\b(?:may|might|can|could|often|usually|sometimes|seldom|rarely|mostly|typically|some|many|roughly|about|probably|perhaps)\b", re.I)
OPINION = re.compile(r"\b(?:best|great|excellent|wonderful|important to note|i think|i believe|in my opinion|clearly|obviously|of course|simply|better|smartest|definitely|amazing|terrible|useless|waste)\b", re.I)
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
NUMBER_WORDS = {w: str(n) for n, w in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())} | {"twenty": "20", "forty": "40", "fifteen": "15", "fifty": "50", "half": "half", "twice": "2", "dozen": "12", "third": "third"}
# A plain denial: found on one side only, the two say opposite things.
DENIAL = re.compile(r"\b(?:no|not|never|nobody|none|nothing|neither|nor|without|cannot|unable|myth|mistake|mistaken|misconception|untrue|false)\b|n't\b", re.I)
# The part of a sentence that says when it holds, up to the next comma.
CONDITION_PART = re.compile(r"\b(?:only if|if|unless|when|whenever|provided that|until|once|as long as|even if|where)\b ([^,.;]+)", re.I)
SETTING_PART = re.compile(r"^((?:in|for|with|on|at|under) [^,]{4,80}),", re.I)

# Weights of a logistic score, and the score from which a sentence is shown: `docs/decisions/` says how they were fitted on the
# `dev` claim pairs (few false accepts before many accepts). `tools/fit_checker.py` prints them anew.
WEIGHTS = {
    "bias": -2.02,
    "similarity": 0.89,
    "coverage": 3.68,
    "scope": -0.66,
    "condition": -1.55,
    "omitted": -2.77,
    "hedge": -0.56,
    "opinion": -1.54,
    "new_words": -0.34,
}
# 0.80 accepted 4 % of the unsupported and 48 % of the supported `dev` claims in cross-validation.
THRESHOLD = 0.80


@dataclass(frozen=True)
class Verdict:
    """What the checker says of one sentence; `by` are 1-based numbers of the passages that carry it."""

    supported: bool
    score: float
    by: tuple[int, ...]
    why: str


@dataclass(frozen=True)
class Piece:
    """One sentence of evidence, prepared once per check."""

    text: str
    passage: int
    stems: frozenset[str]
    roles: tuple[str, ...]
    vector: Vectors


class Grounding:
    """Checks sentences against passages; implements the port `SupportChecker`."""

    def __init__(self, encoder: Encoder, vocabulary: Vocabulary, duties: Sequence[Duty]) -> None:
        self._encoder = encoder
        self._vocabulary = vocabulary
        self._duties = [(d, re.compile(d.words, re.I)) for d in duties if d.words]

    def check(self, sentence: str, passages: Sequence[str]) -> Verdict:
        """Whether the passages carry the sentence; the reason names the first signal that speaks against it.

        A sentence that stands word for word in a passage passes at once.
        """
        claim = sentence.strip()
        if not passages or not stems(claim):
            return Verdict(False, 0.0, (), "there is nothing to compare it with")
        for number, passage in enumerate(passages, 1):
            if _folded(claim) in {_folded(passage), *(_folded(s) for s in _sentences(passage))}:
                return Verdict(True, 1.0, (number,), "it stands in the passage word for word")
        pieces = self.pieces(passages)
        refusal = self.refusal(claim, pieces)
        features = self.features(claim, pieces)
        score = _logistic(sum(WEIGHTS[name] * value for name, value in features.items()) + WEIGHTS["bias"])
        if refusal:
            return Verdict(False, min(score, THRESHOLD - 0.01), (), refusal)
        if score < THRESHOLD:
            return Verdict(False, score, (), _weakest(features))
        return Verdict(True, score, self._carriers(claim, pieces), "its meaning and words are in the passage")

    def features(self, claim: str, pieces: Sequence[Piece]) -> dict[str, float]:
        """The graded signals, by name, for a claim against prepared evidence."""
        vector = self._encoder.encode([claim])[0]
        similarities = np.array([float(p.vector @ vector) for p in pieces])
        best = pieces[int(similarities.argmax())]
        own = set(stems(claim))
        near = [p for p, s in zip(pieces, similarities, strict=True) if s >= similarities.max() - 0.25]
        together = frozenset().union(*(p.stems for p in near))
        carrier = self._carrier(claim, pieces)
        return {
            "similarity": float(similarities.max()),
            "coverage": len(own & together) / len(own),
            "scope": float(bool(_found(SCOPE, claim) - _found(SCOPE, " ".join(p.text for p in near)))),
            "condition": _dropped_condition(claim, carrier.text),
            "omitted": len(carrier.stems - own) / max(len(carrier.stems), 1),
            "hedge": float(bool(HEDGE.search(carrier.text)) and not HEDGE.search(claim)),
            "opinion": float(bool(_found(OPINION, claim) - _found(OPINION, best.text))),
            "new_words": float(min(6, len(own - together))),
        }

    def pieces(self, passages: Sequence[str]) -> list[Piece]:
        """The sentences of the passages, prepared for `features` and `refusal`."""
        texts = [(s, n) for n, passage in enumerate(passages, 1) for s in _sentences(passage)]
        vectors = self._encoder.encode([s for s, _ in texts])
        return [
            Piece(s, n, frozenset(stems(s)), tuple(self._vocabulary.roles_in(s)), v)
            for (s, n), v in zip(texts, vectors, strict=True)
        ]

    def refusal(self, claim: str, pieces: Sequence[Piece]) -> str:
        """Why the claim cannot be carried whatever its score: a number, a role or a duty that the evidence does not have."""
        everything = " ".join(p.text for p in pieces)
        for number in _numbers(claim) - _numbers(everything):
            return f"the passage does not hold the number {number}"
        roles = self._vocabulary.roles_in(claim)
        known = set(self._vocabulary.roles_in(everything))
        for role in roles:
            if role not in known:
                return f"the passage does not speak of a {self._vocabulary.name(role)}"
        carrier = self._carrier(claim, pieces)
        if bool(DENIAL.search(claim)) != bool(DENIAL.search(carrier.text)):
            return "one of the two is negated and the other is not"
        for actor, does in self._acts(claim):
            for duty, pattern in self._duties:
                if not pattern.search(does) or actor not in duty.not_roles:
                    continue
                if not any(a == actor and pattern.search(d) for p in pieces for a, d in self._acts(p.text)):
                    return f"{duty.id.replace('_', ' ')} is not the {self._vocabulary.name(actor)}'s in the passage"
            if len(known) > 1 and not self._does(actor, does, pieces):
                return f"the passage does not say so of the {self._vocabulary.name(actor)}"
        return ""

    def _carrier(self, claim: str, pieces: Sequence[Piece]) -> Piece:
        """The piece that says most nearly the same, by words first and meaning second."""
        vector = self._encoder.encode([claim])[0]
        own = set(stems(claim))
        return max(pieces, key=lambda p: len(own & p.stems) / len(own) + 0.5 * float(p.vector @ vector))

    def _acts(self, text: str) -> list[tuple[str, str]]:
        """Who does what: each role that opens a clause, with the words up to the next role that does."""
        mentions = self._vocabulary.mentions(text)
        found = []
        for position, mention in enumerate(mentions):
            end = mentions[position + 1].start if position + 1 < len(mentions) else len(text)
            does = text[mention.end : end]
            if stems(does):
                found.append((mention.role, does))
        return found

    def _does(self, actor: str, does: str, pieces: Sequence[Piece]) -> bool:
        """Whether some sentence about `actor` has more of the words than the best sentence that leaves the actor out."""
        own = set(stems(does))
        if len(own) < 2:
            return True
        about = max((len(own & set(stems(d))) for p in pieces for a, d in self._acts(p.text) if a == actor), default=0)
        general = max((len(own & p.stems) for p in pieces if not p.roles or p.roles == (actor,)), default=0)
        others = max((len(own & set(stems(d))) for p in pieces for a, d in self._acts(p.text) if a != actor), default=0)
        return max(about, general) >= others

    def _carriers(self, claim: str, pieces: Sequence[Piece]) -> tuple[int, ...]:
        own = set(stems(claim))
        by_passage: dict[int, float] = {}
        for piece in pieces:
            by_passage[piece.passage] = max(by_passage.get(piece.passage, 0.0), len(own & piece.stems) / len(own))
        best = max(by_passage.values())
        return tuple(sorted(n for n, share in by_passage.items() if share >= max(0.8 * best, 0.34)) or (1,))


def _dropped_condition(claim: str, carrier: str) -> float:
    """The share of the carrier's condition that the claim leaves out; 0 if the carrier makes none."""
    parts = [*CONDITION_PART.findall(carrier), *SETTING_PART.findall(carrier)]
    wanted = {s for part in parts for s in stems(part)}
    if not wanted:
        return 0.0
    return len(wanted - set(stems(claim))) / len(wanted)


def _weakest(features: dict[str, float]) -> str:
    if features["scope"] or features["opinion"]:
        return "it claims more than the passage says"
    if features["condition"] > 0.5:
        return "it leaves out the condition that the passage makes"
    if features["coverage"] < 0.6:
        return "too few of its words are in the passage"
    return "its meaning is too far from the passage"


def _sentences(passage: str) -> list[str]:
    parts = [p.strip() for p in re.split(r"(?<=[.!?])\s+(?=[A-Z0-9\"“‘])", passage)]
    return [p for p in parts if stems(p)] or [passage]


def _numbers(text: str) -> set[str]:
    found = {n.replace(",", "") for n in NUMBER.findall(text)}
    return found | {NUMBER_WORDS[w] for w in words(text) if w in NUMBER_WORDS and w != "one"}


def _found(pattern: re.Pattern[str], text: str) -> set[str]:
    return {m.lower() for m in pattern.findall(text)}


def _folded(text: str) -> str:
    return re.sub(r"\W+", " ", text.lower()).strip()


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, x))))
