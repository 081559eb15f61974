from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.errors import BadInput
from app.quality import (
    SUMMARY,
    Card,
    JobRecord,
    Metric,
    RunResult,
    SuiteResult,
    card_json,
    card_name,
    mcnemar,
    mean,
    pooled,
    quantile,
    read_card,
    read_run,
    run_from_json,
    run_json,
    share,
    wilson,
)


def a_result(missing: int = 0) -> RunResult:
    metrics = (share("recall@5", [True] * 9 + [False], target=0.9, slice="style=plain"), Metric("none", None, None, None, 0))
    return RunResult("r1", (SuiteResult("retrieval", "dev", metrics, 10, missing=missing),), 1.25)


def bounds(metric: Metric) -> tuple[float, float]:
    assert metric.low is not None
    assert metric.high is not None
    return metric.low, metric.high


def width(metric: Metric) -> float:
    low, high = bounds(metric)
    return high - low


def test_wilsons_interval_is_the_published_one() -> None:
    # Newcombe (1998), table I: 81 of 263
    low, high = wilson(81, 263)

    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)


def test_no_cases_have_no_value_and_are_not_counted_as_zero() -> None:
    assert share("x", []).value is None
    assert mean("x", []).value is None
    assert quantile("x", [], 0.5).value is None
    assert pooled("x", [(0.0, 0.0)]).value is None


def test_the_same_cases_always_give_the_same_interval() -> None:
    values = [0.1, 0.4, 0.4, 0.9, 1.0]

    assert mean("x", values) == mean("x", values)
    assert quantile("x", values, 0.5) == quantile("x", values, 0.5)


def test_a_bootstrap_interval_holds_the_mean_and_narrows_with_more_cases() -> None:
    few, many = mean("x", [0.0, 1.0] * 5), mean("x", [0.0, 1.0] * 200)

    assert bounds(few)[0] < 0.5 < bounds(few)[1]
    assert width(many) < width(few)


def test_sentences_of_one_answer_do_not_count_as_independent() -> None:
    spread = pooled("x", [(1.0, 1.0), (0.0, 1.0)] * 20)
    clustered = pooled("x", [(10.0, 10.0), (0.0, 10.0)] * 2)

    assert spread.value == clustered.value == 0.5
    assert width(clustered) > width(spread)


def test_an_upper_target_is_met_from_below() -> None:
    metric = share("over-refusal", [True] * 5 + [False] * 95, target=0.08, at_most=True)

    assert metric.met is True
    assert metric.surely_met is False


def test_a_target_that_nothing_was_measured_for_is_not_met() -> None:
    assert share("x", [], target=0.9).met is False


def test_where_everything_must_pass_it_is_enough_that_everything_did() -> None:
    assert share("citation validity", [True] * 300, target=1.0).surely_met is True
    assert share("citation validity", [True] * 299 + [False], target=1.0).surely_met is False


@pytest.mark.parametrize(("first", "second", "p"), [(0, 0, 1.0), (5, 5, 1.0), (0, 6, 0.03125), (1, 9, 0.021484375)])
def test_mcnemars_exact_value(first: int, second: int, p: float) -> None:
    assert mcnemar(first, second) == pytest.approx(p)


def test_a_result_survives_the_way_to_json_and_back() -> None:
    result = a_result()

    back = run_from_json(json.loads(json.dumps(run_json(result))))

    assert run_json(back) == run_json(result)
    assert back.suites[0].metrics[0].met is True


def test_a_run_with_missing_cases_is_partial() -> None:
    assert a_result(missing=1).partial
    assert not a_result().partial


def test_a_run_without_a_summary_says_how_to_finish_it(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        read_run(tmp_path)

    assert "--resume" in caught.value.hint


def test_a_damaged_summary_is_refused(tmp_path: Path) -> None:
    (tmp_path / SUMMARY).write_text('{"run": "r1", "suites": [{}]}', encoding="utf-8")

    with pytest.raises(BadInput, match="cannot be read"):
        read_run(tmp_path)


def a_card(passed: int, n: int = 200, model: str = "tiny:1b", weights: str = "abc") -> Card:
    return Card(model, weights, "2026-07-01", {"summarise": JobRecord(passed, n, *wilson(passed, n))})


def write_card(folder: Path, data: object) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "tiny-1b.json").write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("passed", "n", "earned"), [(200, 200, True), (197, 200, True), (195, 200, False), (20, 20, False), (0, 0, False)]
)
def test_a_job_is_earned_if_the_lower_bound_reaches_the_mark(passed: int, n: int, earned: bool) -> None:
    assert bool(a_card(passed, n).earned) is earned


def test_a_card_survives_the_way_to_a_file_and_back(tmp_path: Path) -> None:
    card = a_card(198)

    assert read_card("tiny:1b", "abc", [tmp_path / "absent", write_card(tmp_path, card_json(card))]) == card


def test_the_first_folder_with_a_card_wins(tmp_path: Path) -> None:
    own, shipped = write_card(tmp_path / "own", card_json(a_card(10))), write_card(tmp_path / "shipped", card_json(a_card(200)))

    assert read_card("tiny:1b", "abc", [own, shipped]) == a_card(10)


@pytest.mark.parametrize("other", [{"model": "tiny:2b"}, {"weights": "other"}])
def test_a_card_of_another_model_or_other_weights_does_not_count(other: dict[str, str], tmp_path: Path) -> None:
    assert read_card("tiny:1b", "abc", [write_card(tmp_path, card_json(a_card(200)) | other)]) is None


def test_a_card_cannot_claim_more_than_its_counts_show(tmp_path: Path) -> None:
    boast = card_json(a_card(100)) | {"jobs": {"summarise": {"passed": 100, "n": 200, "low": 0.99, "high": 1.0, "earned": True}}}

    card = read_card("tiny:1b", "abc", [write_card(tmp_path, boast)])

    assert card is not None
    assert card.earned == frozenset()


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"model": "tiny:1b", "weights": "abc", "measured": "", "jobs": {"summarise": {"passed": "many"}}}']
)
def test_a_card_that_cannot_be_read_earns_nothing(text: str, tmp_path: Path) -> None:
    assert read_card("tiny:1b", "abc", [write_card(tmp_path, text)]) is None


@pytest.mark.parametrize(("passed", "n"), [(300, 200), (-5, 200)])
def test_a_card_with_impossible_counts_earns_nothing(passed: int, n: int, tmp_path: Path) -> None:
    data = card_json(a_card(100)) | {"jobs": {"summarise": {"passed": passed, "n": n}}}

    card = read_card("tiny:1b", "abc", [write_card(tmp_path, data)])

    assert card is None or card.earned == frozenset()


def test_a_models_name_is_no_path() -> None:
    assert read_card("../../etc/passwd", "", []) is None
    assert "/" not in card_name("../../etc/passwd")
