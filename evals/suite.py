"""What a suite is: cases, how an output is produced, how it is judged, and which figures come of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from app.coaching.model import Status
from app.quality import Metric
from evals.cases import Case, Row
from evals.subject import Bench, Subject

Json = dict[str, Any]  # Any: JSON nests without end
C = TypeVar("C", bound=Case)
ANSWERS = frozenset({Status.ANSWERED.value, Status.PARTLY_ANSWERED.value})  # every other status refuses in some way


@dataclass(frozen=True)
class Score:
    """One judgement of one case; `value` is None if it could not be made, which is never counted as 0."""

    value: float | None
    reason: str


@dataclass(frozen=True)
class Judged:
    """A case with its scores by name; `slices` say which parts of the cases it belongs to, `detail` what figures need."""

    id: str
    slices: Mapping[str, str]
    scores: Mapping[str, Score]
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def unscored(self) -> bool:
        """Whether something of it could not be judged."""
        return any(score.value is None for score in self.scores.values())


@dataclass(frozen=True)
class Table:
    """What figures cannot say in one row each: a confusion matrix, or the figures of every fact. The first column names a row."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Suite(Generic[C]):
    """A suite. `produce` asks the subject and returns what is kept; `judge` sees only the case and what was kept.

    `trials` turns the sampled cases into what is asked, given how many the tutorial pipeline answers too. Cases of further
    files, which `more` names, are read the same way; `joined` sees those of all files before any are sampled.
    """

    name: str
    data: str
    about: str
    read: Callable[[Row, Collection[str]], C]
    produce: Callable[[C, Subject], Json]
    judge: Callable[[C, Json, Bench], Judged]
    metrics: Callable[[Sequence[Judged]], list[Metric]]
    trials: Callable[[Sequence[C], int], Sequence[C]] = lambda cases, tutorial: cases
    tables: Callable[[Sequence[Judged]], list[Table]] = lambda judged: []
    more: tuple[str, ...] = ()
    joined: Callable[[Sequence[C]], Sequence[C]] = lambda cases: cases
    cases: int | None = None  # how many are taken without --limit; None: all


def values(judged: Sequence[Judged], score: str) -> list[float]:
    """The values of a score over the cases that have one."""
    found = [row.scores[score].value for row in judged if score in row.scores]
    return [value for value in found if value is not None]


def parts(judged: Sequence[Judged], key: str) -> list[tuple[float, float]]:
    """The (part, whole) pairs that cases carry under `key` of their detail."""
    return [(float(row.detail[key][0]), float(row.detail[key][1])) for row in judged if key in row.detail]


def slice_names(judged: Sequence[Judged], key: str) -> list[str]:
    """The values that a slice takes, in order of first appearance."""
    return list(dict.fromkeys(row.slices[key] for row in judged if key in row.slices))


def yes(passed: bool, reason: str) -> Score:
    """A score of 1 or 0."""
    return Score(1.0 if passed else 0.0, reason)
