from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from app.settings import Settings
from app.wiring import Service
from evals.dialogues import ClaimCase
from evals.running import Plan, run
from evals.subject import Bench, Subject
from evals.suite import Judged
from evals.suites.grounding import judge, metrics, produce


def judged(bench: Bench, type_: str, accepted: bool, ms: float = 2.0) -> Judged:
    case = ClaimCase(f"{type_}-{accepted}", "So it is.", ("It is so.",), type_ == "paraphrase", type_)
    output = {"verdict": {"supported": accepted, "score": 0.5, "why": "because"}, "timings": {"check_ms": ms}}
    return judge(case, output, bench)


def figures(rows: Sequence[Judged]) -> dict[tuple[str, str], Any]:
    return {(m.name, m.slice): m for m in metrics(rows)}


def test_a_checker_that_agrees_with_every_label_meets_every_target(bench: Bench) -> None:
    rows = [judged(bench, t, t == "paraphrase") for t in ("paraphrase", "role_swap", "negation", "opinion")]

    found = metrics(rows)

    assert [m.name for m in found if m.target is not None and not m.met] == []
    assert all(row.scores["judged right"].value == 1.0 for row in rows)


@pytest.mark.parametrize(
    ("name", "slice", "wrong", "value"),
    [
        ("balanced accuracy", "", ("paraphrase", False), 0.25),
        ("balanced accuracy", "", ("opinion", True), 0.25),
        ("unsupported accepted", "", ("opinion", True), 1.0),
        ("unsupported accepted", "role_swap and negation", ("role_swap", True), 1.0),
        ("unsupported accepted", "type=opinion", ("opinion", True), 1.0),
        ("supported accepted", "", ("paraphrase", False), 0.0),
        ("supported accepted", "type=paraphrase", ("paraphrase", False), 0.0),
    ],
)
def test_a_wrong_verdict_counts_where_it_belongs(
    bench: Bench, name: str, slice: str, wrong: tuple[str, bool], value: float
) -> None:
    rows = [judged(bench, *wrong)]
    if name == "balanced accuracy":  # needs both kinds: the other kind is right half of the time
        other = "opinion" if wrong[0] == "paraphrase" else "paraphrase"
        rows += [judged(bench, other, True), judged(bench, other, False)]

    assert figures(rows)[name, slice].value == value
    assert rows[0].scores["judged right"].value == 0.0


def test_each_kind_weighs_the_same_however_many_there_are(bench: Bench) -> None:
    rows = [judged(bench, "paraphrase", True)] + [judged(bench, "opinion", n == 0) for n in range(4)]

    assert figures(rows)["balanced accuracy", ""].value == pytest.approx((1 + 0.75) / 2)


def test_with_claims_of_one_kind_there_is_no_balance(bench: Bench) -> None:
    assert figures([judged(bench, "paraphrase", True)])["balanced accuracy", ""].value is None


def test_the_time_of_a_sentence_is_a_median(bench: Bench) -> None:
    rows = [judged(bench, "paraphrase", True, ms) for ms in (1.0, 2.0, 90.0)]

    assert figures(rows)["a sentence, median", ""].value == 2.0


def test_only_times_differ_between_two_checks(service: Service) -> None:
    subject = Subject(service, lambda model: pytest.fail("nobody asked for it"))
    case = ClaimCase("c1", "A scrum master removes obstacles.", ("The scrum master removes obstacles.",), True, "paraphrase")

    one, two = produce(case, subject), produce(case, subject)

    assert one["verdict"] == two["verdict"]
    assert one["timings"]["check_ms"] > 0


def test_the_suite_runs(settings: Settings, opening: Callable[[Settings], Service], tmp_path: Path) -> None:
    (suite,) = run(Plan(("grounding",), "dev", 11, 0), settings, tmp_path, opening=opening).suites

    assert (suite.cases, suite.failed, suite.missing, suite.unscored) == (11, 0, 0, 0)
    assert {"balanced accuracy", "a sentence, median"} <= {m.name for m in suite.metrics if m.n}
