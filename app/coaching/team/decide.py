"""Rules over facts: what speaks for which arrangement, what is still worth asking. The model has no say here."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.coaching.model import Fact, FactValue
from app.coaching.rules import Consideration, Decision, FactRule

CLEAR, LEANING = 2.0, 1.0  # difference of summed weights; to be set on labelled vignettes with team advice


@dataclass(frozen=True)
class Reason:
    """A consideration whose condition holds, with its words filled in and the facts it rests on."""

    consideration: Consideration
    text: str
    facts: tuple[str, ...]


@dataclass(frozen=True)
class Leaning:
    """Where the facts point: an arrangement, None if they settle nothing; `change` is keep, start or unclear."""

    decision: Decision
    arrangement: str | None
    change: str
    band: str
    reasons_for: tuple[Reason, ...]
    reasons_against: tuple[Reason, ...]
    ask_next: FactRule | None

    @property
    def verdict(self) -> str:
        """The rule's own sentence for this outcome."""
        key = "open" if self.arrangement is None else "keep" if self.change == "keep" else self.arrangement
        return self.decision.verdicts.get(key, self.decision.verdicts["open"])


def leaning(decision: Decision, facts: Sequence[Fact], rules: Sequence[FactRule]) -> Leaning:
    """Weigh every consideration whose condition the facts meet.

    The arrangement with the largest sum of weights wins if it leads by `LEANING`, clearly if by `CLEAR`.
    """
    known = {f.id: f.value for f in facts}
    reasons = [
        Reason(c, _filled(c.text, known), tuple(c.when))
        for c in decision.considerations
        if c.weight > 0 and c.when and all(_holds(known.get(k), wanted) for k, wanted in c.when.items())
    ]
    sums: dict[str, float] = {}
    for reason in reasons:
        target = reason.consideration.points_to
        sums[target] = sums.get(target, 0.0) + reason.consideration.weight
    ranked = sorted(sums.items(), key=lambda pair: -pair[1])
    lead = ranked[0][1] - (ranked[1][1] if len(ranked) > 1 else 0.0) if ranked else 0.0
    arrangement = ranked[0][0] if lead >= LEANING else None
    band = "clear" if lead >= CLEAR else "leaning" if lead >= LEANING else "too_close"
    held = any(role in _roles(known.get("roles_present")) for role in decision.held_by)
    change = "unclear"
    if arrangement in ("dedicated", "programme"):
        change = "keep" if held else "start"
    for_it = tuple(r for r in reasons if r.consideration.points_to == arrangement)
    against = tuple(r for r in reasons if r.consideration.points_to != arrangement)
    asked = {rule.id: rule for rule in rules}
    ask = next((asked[f] for f in decision.ask_order if f not in known and f in asked), None)
    return Leaning(decision, arrangement, change, band, for_it, against, ask)


def advice_json(result: Leaning, facts: Sequence[Fact], source_numbers: Mapping[str, int]) -> dict[str, Any]:
    """The `advice` object of an answer (DESIGN section 7); the decision that was not asked for is left out."""
    total = sum(r.consideration.weight for r in result.reasons_for + result.reasons_against)
    share = sum(r.consideration.weight for r in result.reasons_for) / total if total else 0.0

    def row(reason: Reason) -> dict[str, Any]:
        n = source_numbers.get(reason.consideration.tie.passage)
        return {
            "consideration": reason.consideration.id,
            "text": reason.text,
            "weight": reason.consideration.weight,
            "facts": list(reason.facts),
            "cites": [n] if n else [],
        }

    ask = result.ask_next
    return {
        "recommendation": {
            result.decision.id: {
                "arrangement": result.arrangement,
                "change": result.change,
                "confidence": round(share, 2),
                "band": result.band,
                "for": [row(r) for r in result.reasons_for],
                "against": [row(r) for r in result.reasons_against],
            }
        },
        "facts": [
            {"id": f.id, "value": _plain(f.value), "certainty": str(f.certainty)}
            | {"quotes": [{"text": q.text, "start": q.start, "end": q.end} for q in f.quotes]}
            for f in facts
        ],
        "would_change": [],
        "ask_next": [{"fact": ask.id, "question": ask.question, "value": None}] if ask else [],
    }


def _plain(value: FactValue) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _roles(value: FactValue) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _filled(text: str, known: Mapping[str, FactValue]) -> str:
    """The text with each {fact} replaced by its value, once: what a value says is not filled again."""
    return re.sub(r"\{(\w+)\}", lambda m: str(known.get(m[1], m[0])), text)


def _holds(value: FactValue, wanted: object) -> bool:
    """Whether a fact meets one line of a condition; an unknown fact meets none."""
    if value is None:
        return False
    if isinstance(wanted, list):
        return value in wanted
    if isinstance(wanted, str) and wanted[:2] in (">=", "<="):
        if isinstance(value, bool) or not isinstance(value, int):
            return False
        bound = int(wanted[2:])
        return value >= bound if wanted[0] == ">" else value <= bound
    return value == wanted
