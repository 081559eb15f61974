"""The advice on a team: everything that page, command line, exports and evals need, and its JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.coaching.model import Certainty, Fact, FactValue, Quote, Sentence, Source, Status, Timings, marked
from app.coaching.team.decide import Ask, Flip, Reason, Recommendation
from app.coaching.wire import plain, sentence_json, source_json

Json = dict[str, Any]  # Any: JSON nests without end


@dataclass(frozen=True)
class Responsibility:
    """One responsibility of the team: `state` is owned, shared, doubled, unowned or unknown; `owners` are role ids or `team`.

    `name` is what it is called. `advice` is empty unless nobody holds it: how to share it, then whom to hire for it.
    """

    id: str
    family: str
    name: str
    state: str
    owners: tuple[str, ...] = ()
    quotes: tuple[Quote, ...] = ()
    advice: str = ""
    cites: tuple[int, ...] = ()


@dataclass(frozen=True)
class TeamAdvice:
    """What can be said of a team from what is known of it.

    `facts` has every fact of the rules, those not known with certainty unknown; quotes carry offsets into `text`. `status` is
    answered or needs_facts. `cites` maps passage ids to the numbers of `sources`.
    """

    status: Status
    text: str
    text_sha256: str
    facts: tuple[Fact, ...]
    delivery: Recommendation
    product: Recommendation
    would_change: tuple[Flip, ...]
    ask_next: tuple[Ask, ...]
    responsibilities: tuple[Responsibility, ...]
    sentences: tuple[Sentence, ...]
    sources: tuple[Source, ...]
    cites: Mapping[str, int]
    warnings: tuple[str, ...] = ()
    timings: Timings = field(default_factory=Timings)
    model: str = "none"
    index_version: str = ""

    @property
    def recommendations(self) -> tuple[Recommendation, Recommendation]:
        """Delivery, then product."""
        return self.delivery, self.product

    @property
    def known(self) -> tuple[Fact, ...]:
        """The facts that are known."""
        return tuple(f for f in self.facts if f.certainty is not Certainty.UNKNOWN)

    @property
    def summary(self) -> str:
        """The summary as one text with [n] markers."""
        return " ".join(marked(sentence) for sentence in self.sentences)


def team_json(advice: TeamAdvice) -> Json:
    """The advice as `rolewise team --json` prints it (DESIGN section 7)."""
    return {
        "status": advice.status.value,
        "text_sha256": advice.text_sha256,
        "facts": [fact_json(fact) for fact in advice.facts],
        "recommendation": {r.decision.id: recommendation_json(r, advice.cites) for r in advice.recommendations},
        "would_change": [flip_json(flip) for flip in advice.would_change],
        "ask_next": [
            {"fact": a.fact, "question": a.question, "why": a.why, "choices": list(a.choices), "value": a.value}
            for a in advice.ask_next
        ],
        "responsibilities": [
            {
                "id": r.id,
                "family": r.family,
                "name": r.name,
                "state": r.state,
                "owners": list(r.owners),
                "quotes": [quote_json(q) for q in r.quotes],
                "advice": r.advice,
                "cites": list(r.cites),
            }
            for r in advice.responsibilities
        ],
        "summary": {"sentences": [sentence_json(s) for s in advice.sentences], "answer": advice.summary},
        "sources": [source_json(s) for s in advice.sources],
        "warnings": list(advice.warnings),
        "timings": {
            "evidence_ms": advice.timings.evidence_ms,
            "first_sentence_ms": advice.timings.first_sentence_ms,
            "total_ms": advice.timings.total_ms,
        },
        "model": advice.model,
        "index_version": advice.index_version,
    }


def advice_json(
    recommendations: Sequence[Recommendation],
    facts: Sequence[Fact],
    flips: Sequence[Flip],
    asks: Sequence[Ask],
    cites: Mapping[str, int],
) -> Json:
    """The `advice` object of an answer in the chat: the same parts as `team_json`, for what is known there."""
    return {
        "recommendation": {r.decision.id: recommendation_json(r, cites) for r in recommendations},
        "facts": [fact_json(fact) for fact in facts],
        "would_change": [flip_json(flip) for flip in flips],
        "ask_next": [{"fact": a.fact, "question": a.question, "value": a.value} for a in asks],
    }


def flip_json(flip: Flip) -> Json:
    """One change that would flip a recommendation."""
    return {"decision": flip.decision, "fact": flip.fact, "to": value_json(flip.to), "arrangement": flip.arrangement}


def fact_json(fact: Fact) -> Json:
    """One fact with its quotes."""
    return {
        "id": fact.id,
        "value": value_json(fact.value),
        "certainty": fact.certainty.value,
        "quotes": [quote_json(q) for q in fact.quotes],
    }


def quote_json(quote: Quote) -> Json:
    """One quote with its offsets."""
    return {"text": quote.text, "start": quote.start, "end": quote.end}


def recommendation_json(recommendation: Recommendation, cites: Mapping[str, int]) -> Json:
    """One recommendation; a reason cites the passage that its consideration is tied to, if that is a source."""

    def row(reason: Reason) -> Json:
        n = cites.get(reason.consideration.tie.passage)
        return {
            "consideration": reason.consideration.id,
            "text": reason.text,
            "weight": reason.consideration.weight,
            "facts": list(reason.facts),
            "cites": [n] if n else [],
        }

    return {
        "arrangement": recommendation.arrangement,
        "change": recommendation.change,
        "confidence": round(recommendation.confidence, 2),
        "band": recommendation.band,
        "for": [row(r) for r in recommendation.reasons_for],
        "against": [row(r) for r in recommendation.reasons_against],
    }


def value_json(value: FactValue) -> Any:  # Any: a number, a word, a list of words, yes, no or null
    """The value as JSON has it."""
    return plain(value)
