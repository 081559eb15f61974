"""Suite `grounding`: does the checker let through what the passages say, and nothing else?"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from app.quality import Metric, bootstrap, quantile, share
from evals.cases import Row
from evals.dialogues import NEGATION, ROLE_SWAP, ClaimCase, claim_case
from evals.subject import Bench, Subject
from evals.suite import Json, Judged, Suite, slice_names, yes

if TYPE_CHECKING:
    from app.quality import Numbers

BALANCED_TARGET = 0.88
FALSE_TARGET = 0.04
OPPOSITE_TARGET = 0.02
SUPPORTED_TARGET = 0.75
OPPOSITES = (ROLE_SWAP, NEGATION)  # what does most harm: the same words, and the opposite of what the guides say


def read(row: Row, passages: Collection[str]) -> ClaimCase:
    """The claim of a row; its passages are quoted, not named."""
    return claim_case(row)


def produce(case: ClaimCase, subject: Subject) -> Json:
    """What the checker says, and how many milliseconds that took."""
    checker = subject.checker
    began = time.perf_counter()
    verdict = checker.check(case.sentence, case.passages)
    ms = 1000 * (time.perf_counter() - began)
    return {
        "verdict": {"supported": verdict.supported, "score": round(verdict.score, 4), "why": verdict.why},
        "timings": {"check_ms": round(ms, 2)},
    }


def judge(case: ClaimCase, output: Json, bench: Bench) -> Judged:
    """Whether the checker agrees with the label."""
    verdict = output["verdict"]
    accepted = bool(verdict["supported"])
    reason = f"{'accepted' if accepted else 'refused'} at {verdict['score']}, {verdict['why']}: “{case.sentence}”"
    slices = {"type": case.type, "supported": "yes" if case.supported else "no"}
    detail = {"accepted": accepted, "ms": output["timings"]["check_ms"]}
    return Judged(case.id, slices, {"judged right": yes(accepted == case.supported, reason)}, detail)


def metrics(judged: Sequence[Judged]) -> list[Metric]:
    """The four targets, then acceptance by type and the time that a sentence takes."""
    right = [row for row in judged if row.slices["supported"] == "yes"]
    wrong = [row for row in judged if row.slices["supported"] == "no"]
    opposite = [row for row in wrong if row.slices["type"] in OPPOSITES]
    found = [
        balanced("balanced accuracy", _accepted(right), _accepted(wrong), target=BALANCED_TARGET),
        share("unsupported accepted", _accepted(wrong), target=FALSE_TARGET, at_most=True),
        share(
            "unsupported accepted",
            _accepted(opposite),
            slice=" and ".join(OPPOSITES),
            target=OPPOSITE_TARGET,
            at_most=True,
        ),
        share("supported accepted", _accepted(right), target=SUPPORTED_TARGET),
    ]
    for name, rows in (("supported accepted", right), ("unsupported accepted", wrong)):
        for type_ in sorted(slice_names(rows, "type")):
            of_type = [row for row in rows if row.slices["type"] == type_]
            found.append(share(name, _accepted(of_type), slice=f"type={type_}"))
    times = [float(row.detail["ms"]) for row in judged]
    found.append(quantile("a sentence, median", times, 0.5, unit="ms"))
    found.append(quantile("a sentence, p95", times, 0.95, unit="ms"))
    return found


def balanced(
    name: str,
    right: Sequence[bool],
    wrong: Sequence[bool],
    **more: Any,  # Any: further fields of Metric
) -> Metric:
    """The mean of two shares: of what is right, the accepted; of what is wrong, the refused. The interval is a bootstrap's."""
    if not right or not wrong:
        return Metric(name, None, None, None, 0, **more)
    import numpy as np

    cases = [(float(a), 1.0) for a in right] + [(float(not a), 0.0) for a in wrong]

    def figure(drawn: Numbers) -> Numbers:
        agreed, of_right = drawn[:, :, 0], drawn[:, :, 1]
        shares = [(agreed * part).sum(axis=1) / np.maximum(part.sum(axis=1), 1) for part in (of_right, 1 - of_right)]
        return np.asarray((shares[0] + shares[1]) / 2, np.float64)

    low, high = bootstrap(cases, figure)
    return Metric(name, float(figure(np.asarray([cases], np.float64))[0]), low, high, len(cases), **more)


def _accepted(rows: Sequence[Judged]) -> list[bool]:
    return [bool(row.detail["accepted"]) for row in rows]


SUITE = Suite[ClaimCase](
    name="grounding",
    data="claims",
    about=(
        "Claims beside the passages that carry them or do not. The checker's weights were fitted on the dev claims, so only the "
        "hidden ones say how it does on a model's sentences."
    ),
    read=read,
    produce=produce,
    judge=judge,
    metrics=metrics,
)
