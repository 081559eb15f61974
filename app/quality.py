"""What was measured: results of evals with their intervals, and model cards that say which jobs a model has earned.

Read by the evals, which write both, by the page that shows quality, and by the service, which gives a model only the
jobs of its card: from measured pass rates and never from its name alone.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.errors import BadInput

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]

EARNED = 0.95  # lower bound of the pass rate, 95 % Wilson interval
RESAMPLES = 2_000  # of a bootstrap: its bounds are then stable to about a hundredth
SEED = 20261120  # so that two runs over the same outputs give the same intervals
SUMMARY = "summary.json"


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


@dataclass(frozen=True)
class Metric:
    """One measured figure with its 95 % interval over `n` cases; `value` is None if nothing could be measured.

    `slice` names the part of the cases that it speaks of (empty: all). `target` is what it should reach, or stay under
    if `at_most`.
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    target: float | None = None
    at_most: bool = False
    slice: str = ""
    unit: str = "share"

    @property
    def met(self) -> bool | None:
        """Whether the value reaches its target; None without a target."""
        return self._reaches(self.value)

    @property
    def surely_met(self) -> bool | None:
        """Whether the bound that counts against us reaches the target too.

        For a target of 1 or 0 no bound ever can; there it is enough that none was seen, and `n` says how often.
        """
        if self.target == (0.0 if self.at_most else 1.0) and self.unit == "share":
            return self.met
        return self._reaches(self.high if self.at_most else self.low)

    def _reaches(self, value: float | None) -> bool | None:
        if self.target is None:
            return None
        if value is None:
            return False
        return value <= self.target if self.at_most else value >= self.target


@dataclass(frozen=True)
class SuiteResult:
    """What one suite measured. `unscored` cases could not be judged and `failed` ones gave no output: both are kept apart."""

    suite: str
    split: str
    metrics: tuple[Metric, ...]
    cases: int
    unscored: int = 0
    failed: int = 0
    missing: int = 0


@dataclass(frozen=True)
class RunResult:
    """One run of the evals; a partial one was interrupted and has not been resumed."""

    run: str
    suites: tuple[SuiteResult, ...]
    seconds: float

    @property
    def partial(self) -> bool:
        """Whether cases are missing."""
        return any(s.missing for s in self.suites)


def share(name: str, passed: Sequence[bool], **more: Any) -> Metric:  # Any: further fields of Metric
    """The share of passed cases, with its Wilson interval."""
    if not passed:
        return Metric(name, None, None, None, 0, **more)
    low, high = wilson(sum(passed), len(passed))
    return Metric(name, sum(passed) / len(passed), low, high, len(passed), **more)


def mean(name: str, values: Sequence[float], **more: Any) -> Metric:
    """The mean over cases, with a bootstrap interval."""
    return pooled(name, [(v, 1.0) for v in values], **more)


def pooled(name: str, parts: Sequence[tuple[float, float]], **more: Any) -> Metric:
    """The ratio of two sums, such as right citations to citations, where a case gives (its part, its whole).

    Whole cases are resampled, so that several sentences of one answer do not count as independent.
    """
    parts = [(part, whole) for part, whole in parts if whole]
    if not parts:
        return Metric(name, None, None, None, 0, **more)
    low, high = bootstrap(parts, lambda drawn: drawn[:, :, 0].sum(axis=1) / drawn[:, :, 1].sum(axis=1))
    value = sum(part for part, _ in parts) / sum(whole for _, whole in parts)
    return Metric(name, value, low, high, len(parts), **more)


def quantile(name: str, values: Sequence[float], at: float, **more: Any) -> Metric:
    """The quantile `at` (0.5 is the median) with a bootstrap interval."""
    import numpy as np

    if not values:
        return Metric(name, None, None, None, 0, **more)
    low, high = bootstrap([(v, 1.0) for v in values], lambda drawn: np.quantile(drawn[:, :, 0], at, axis=1))
    return Metric(name, float(np.quantile(values, at)), low, high, len(values), **more)


def bootstrap(cases: Sequence[tuple[float, float]], figure: Callable[[Numbers], Numbers]) -> tuple[float, float]:
    """The 95 % percentile interval of a figure under resampling of cases; the same cases always give the same interval.

    `figure` gets an array of shape (resamples, cases, 2) and gives one number a resample.
    """
    import numpy as np

    given = np.asarray(cases, np.float64)
    drawn = np.random.default_rng(SEED).integers(0, len(given), size=(RESAMPLES, len(given)))
    low, high = np.quantile(figure(given[drawn]), (0.025, 0.975))
    return float(low), float(high)


def mcnemar(only_first: int, only_second: int) -> float:
    """The exact two-sided p-value (McNemar, 1947) of cases that only one of two subjects passed; 1.0 for none."""
    n, few = only_first + only_second, min(only_first, only_second)
    return min(1.0, 2 * sum(math.comb(n, k) for k in range(few + 1)) / 2**n) if n else 1.0


def run_json(result: RunResult) -> dict[str, Any]:
    """The result as `rolewise-evals run --json` prints it."""
    return {
        "run": result.run,
        "partial": result.partial,
        "suites": [
            {
                "suite": s.suite,
                "split": s.split,
                "metrics": [_metric_json(m) for m in s.metrics],
                "cases": s.cases,
                "unscored": s.unscored,
                "failed": s.failed,
                "missing": s.missing,
            }
            for s in result.suites
        ],
        "seconds": round(result.seconds, 1),
    }


def run_from_json(data: Mapping[str, Any]) -> RunResult:
    """The result that `run_json` described; raises KeyError, TypeError or ValueError if it is none."""
    suites = tuple(
        SuiteResult(
            suite=str(s["suite"]),
            split=str(s["split"]),
            metrics=tuple(_metric(m) for m in s["metrics"]),
            cases=int(s["cases"]),
            unscored=int(s["unscored"]),
            failed=int(s["failed"]),
            missing=int(s["missing"]),
        )
        for s in data["suites"]
    )
    return RunResult(str(data["run"]), suites, float(data["seconds"]))


def read_run(folder: Path) -> RunResult:
    """The summary of a results folder. Raises BadInput if there is none that can be read."""
    try:
        return run_from_json(json.loads((folder / SUMMARY).read_text(encoding="utf-8")))
    except OSError as error:
        raise BadInput(
            f"There is no finished result in {folder}.", f"Finish it: rolewise-evals run --resume {folder.name}"
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{folder / SUMMARY} cannot be read.", f"Judge it anew: rolewise-evals judge {folder.name}") from error


def _metric_json(metric: Metric) -> dict[str, Any]:
    return {
        "name": metric.name,
        "slice": metric.slice,
        "value": _rounded(metric.value),
        "low": _rounded(metric.low),
        "high": _rounded(metric.high),
        "n": metric.n,
        "unit": metric.unit,
        "target": metric.target,
        "at_most": metric.at_most,
        "met": metric.met,
        "surely_met": metric.surely_met,
    }


def _metric(row: Mapping[str, Any]) -> Metric:
    numbers = {key: None if row[key] is None else float(row[key]) for key in ("value", "low", "high", "target")}
    return Metric(
        name=str(row["name"]),
        n=int(row["n"]),
        at_most=row["at_most"] is True,
        slice=str(row["slice"]),
        unit=str(row["unit"]),
        **numbers,
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
