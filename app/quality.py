"""Model cards: which jobs a model has earned, read from measured pass rates and never from its name alone."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

EARNED = 0.95  # lower bound of the pass rate, 95 % Wilson interval


@dataclass(frozen=True)
class JobRecord:
    """How a model did at one job: `passed` of `n` labelled outputs, with the bounds of the 95 % interval."""

    passed: int
    n: int
    low: float
    high: float

    @property
    def earned(self) -> bool:
        """Whether the service gives the model this job."""
        return self.low >= EARNED


@dataclass(frozen=True)
class Card:
    """What was measured of one model. `weights` is the SHA-256 of its file, empty for a hosted model."""

    model: str
    weights: str
    measured: str
    jobs: Mapping[str, JobRecord]

    @property
    def earned(self) -> frozenset[str]:
        """Names of the jobs it has earned."""
        return frozenset(name for name, record in self.jobs.items() if record.earned)


def wilson(passed: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """The Wilson score interval of a share (Wilson, 1927); (0, 1) for no cases."""
    if n == 0:
        return 0.0, 1.0
    share = passed / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, centre - half), min(1.0, centre + half)


def read_card(model: str, weights: str, folders: Iterable[Path]) -> Card | None:
    """The card of a model from the first folder that has one; a card of other weights does not count."""
    for folder in folders:
        path = folder / f"{card_name(model)}.json"
        if not path.is_file():
            continue
        try:
            card = card_from_json(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError):
            continue  # a card that cannot be read earns nothing
        if card.model == model and card.weights == weights:
            return card
    return None


def card_name(model: str) -> str:
    """The file name of a model's card, without its ending."""
    return "".join(c if c.isalnum() or c in ".-" else "-" for c in model)


def card_json(card: Card) -> dict[str, Any]:
    """The card as it is written."""
    return {
        "model": card.model,
        "weights": card.weights,
        "measured": card.measured,
        "jobs": {
            name: {"passed": r.passed, "n": r.n, "low": round(r.low, 4), "high": round(r.high, 4), "earned": r.earned}
            for name, r in card.jobs.items()
        },
    }


def card_from_json(data: Mapping[str, Any]) -> Card:
    """The card that was written; bounds are computed anew from the counts, so that a card cannot claim more than it shows."""
    jobs = {}
    for name, row in data["jobs"].items():
        passed, n = int(row["passed"]), int(row["n"])
        jobs[name] = JobRecord(passed, n, *wilson(passed, n))
    return Card(str(data["model"]), str(data["weights"]), str(data["measured"]), jobs)
