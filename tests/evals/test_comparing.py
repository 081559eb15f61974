from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from app.errors import BadInput
from app.quality import RunResult, SuiteResult
from evals.comparing import compare, comparison_json, comparison_text
from evals.results import Results
from evals.suite import Judged, Score

PASSED = Score(1.0, "yes")
MISSED = Score(0.0, "no")
UNSCORED = Score(None, "could not be judged")


def a_run(root: Path, name: str, scores: Mapping[str, Score], *, missing: int = 0, **changes: Any) -> Results:
    """A finished run of one suite with the score `right` for each case."""
    config = {
        "datasets": {"abstention": {"sha256": "0", "split": "dev", "cases": list(scores)}},
        "code": {"commit": name},
        "index": {"version": name},
        "model": {"name": "none"},
        "settings": {"llm": "none"},
        "machine": {"cores": 2},
    }
    results = Results.begin(root, name, {**config, **changes})
    results.keep_cases("abstention", [Judged(case, {}, {"right": score}) for case, score in scores.items()])
    results.keep_summary(RunResult(name, (SuiteResult("abstention", "dev", (), len(scores), missing=missing),), 1.0), "")
    return results


def cases(passed: int, missed: int) -> dict[str, Score]:
    return {f"c{n}": PASSED if n < passed else MISSED for n in range(passed + missed)}


def test_a_clear_gain_is_beyond_chance(tmp_path: Path) -> None:
    before, after = a_run(tmp_path, "a", cases(10, 20)), a_run(tmp_path, "b", cases(20, 10))

    (difference,) = compare(before, after).differences

    assert (difference.n, difference.only_first, difference.only_second) == (30, 0, 10)
    assert difference.second - difference.first == pytest.approx(1 / 3)
    assert difference.low < 1 / 3 < difference.high
    assert difference.p is not None
    assert difference.p < 0.01
    assert difference.beyond_chance


def test_two_cases_more_are_within_chance(tmp_path: Path) -> None:
    before, after = a_run(tmp_path, "a", cases(10, 20)), a_run(tmp_path, "b", cases(12, 18))

    (difference,) = compare(before, after).differences

    assert difference.p == 0.5
    assert not difference.beyond_chance


def test_graded_scores_are_compared_by_their_paired_difference(tmp_path: Path) -> None:
    before = a_run(tmp_path, "a", {f"c{n}": Score(n / 40, "") for n in range(20)})
    after = a_run(tmp_path, "b", {f"c{n}": Score(n / 40 + 0.1, "") for n in range(20)})

    (difference,) = compare(before, after).differences

    assert difference.p is None
    assert (difference.low, difference.high) == pytest.approx((0.1, 0.1))


def test_what_one_run_could_not_score_is_left_out_of_both(tmp_path: Path) -> None:
    before = a_run(tmp_path, "a", cases(2, 2))
    after = a_run(tmp_path, "b", {**cases(2, 2), "c0": UNSCORED})

    (difference,) = compare(before, after).differences

    assert difference.n == 3


def test_runs_over_other_cases_are_not_compared(tmp_path: Path) -> None:
    before, after = a_run(tmp_path, "a", cases(2, 2)), a_run(tmp_path, "b", cases(2, 3))
    changed = a_run(
        tmp_path, "c", cases(2, 2), datasets={"abstention": {"sha256": "1", "split": "dev", "cases": ["c0", "c1", "c2", "c3"]}}
    )

    for other in (after, changed):
        with pytest.raises(BadInput, match="other cases in abstention"):
            compare(before, other)


def test_runs_of_other_suites_are_not_compared(tmp_path: Path) -> None:
    before, after = a_run(tmp_path, "a", cases(2, 2)), a_run(tmp_path, "b", cases(2, 2), datasets={})

    with pytest.raises(BadInput, match="share no suite"):
        compare(before, after)


def test_answers_of_the_tutorial_are_extra_and_do_not_matter(tmp_path: Path) -> None:
    sets = {"abstention": {"sha256": "0", "split": "dev", "cases": ["c0", "c1", "c0/tutorial"]}}

    found = compare(a_run(tmp_path, "a", cases(1, 1)), a_run(tmp_path, "b", cases(1, 1), datasets=sets))

    assert found.differences[0].n == 2


def test_a_partial_run_is_no_baseline(tmp_path: Path) -> None:
    before, after = a_run(tmp_path, "a", cases(2, 2), missing=1), a_run(tmp_path, "b", cases(2, 2))

    with pytest.raises(BadInput, match="a is partial"):
        compare(before, after)


def test_another_model_is_compared_only_when_asked_for(tmp_path: Path) -> None:
    before, after = a_run(tmp_path, "a", cases(2, 2)), a_run(tmp_path, "b", cases(3, 1), model={"name": "embedded"})

    with pytest.raises(BadInput, match=r"model\.name: none, embedded"):
        compare(before, after)

    assert "model.name: none, embedded" in compare(before, after, across=True).configuration


def test_a_new_commit_or_index_is_said_but_does_not_hinder(tmp_path: Path) -> None:
    found = compare(a_run(tmp_path, "a", cases(2, 2)), a_run(tmp_path, "b", cases(2, 2)))

    assert found.configuration == ("code.commit: a, b", "index.version: a, b")


def test_the_comparison_can_be_read_by_people_and_programs(tmp_path: Path) -> None:
    found = compare(a_run(tmp_path, "a", cases(10, 20)), a_run(tmp_path, "b", cases(20, 10)))

    assert "| abstention | right | 30 | 0.333 | 0.667 | +0.333" in comparison_text(found)
    assert comparison_json(found)["differences"][0]["beyond_chance"] is True
