from __future__ import annotations

from pathlib import Path

import pytest

from app.errors import BadInput
from evals.results import Results
from evals.suite import Judged, Score


def a_run(root: Path, name: str = "20261120T100000-dev") -> Results:
    return Results.begin(root, name, {"datasets": {"answers": {}}})


def test_outputs_are_read_back_by_case(tmp_path: Path) -> None:
    results = a_run(tmp_path)

    results.add_output("answers", {"id": "a", "answer": "one"})
    results.add_output("answers", {"id": "b", "answer": "zwei – drei"})

    assert list(results.outputs("answers")) == ["a", "b"]
    assert results.outputs("answers")["b"]["answer"] == "zwei – drei"


def test_half_a_line_of_an_interrupted_run_neither_counts_nor_spoils_the_next(tmp_path: Path) -> None:
    results = a_run(tmp_path)
    results.add_output("answers", {"id": "a"})
    with (results.folder / "answers.outputs.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"id": "b", "answ')

    results.add_output("answers", {"id": "c"})

    assert list(results.outputs("answers")) == ["a", "c"]


def test_of_two_attempts_at_a_case_the_last_one_counts(tmp_path: Path) -> None:
    results = a_run(tmp_path)

    results.add_output("answers", {"id": "a", "error": {}})
    results.add_output("answers", {"id": "a", "answer": "now"})

    assert results.outputs("answers")["a"] == {"id": "a", "answer": "now"}


def test_judgements_are_read_back_with_what_could_not_be_scored(tmp_path: Path) -> None:
    results = a_run(tmp_path)
    judged = [Judged("a", {"kind": "fit"}, {"x": Score(None, "nothing to judge"), "y": Score(0.5, "half")}, {"n": [1, 2]})]

    results.keep_cases("answers", judged)

    assert results.cases("answers") == judged
    assert judged[0].unscored


def test_the_latest_run_of_suites_is_found_without_a_name(tmp_path: Path) -> None:
    a_run(tmp_path, "20261120T100000-dev")
    later = a_run(tmp_path, "20261121T100000-dev")
    Results.begin(tmp_path, "20261122T100000-card", {"datasets": {}})

    assert Results.find(tmp_path, None).run == later.run
    assert Results.find(tmp_path, str(later.folder)).folder == later.folder


@pytest.mark.parametrize("name", [None, "nothing"])
def test_a_run_that_is_not_there_is_one_sentence(tmp_path: Path, name: str | None) -> None:
    with pytest.raises(BadInput):
        Results.find(tmp_path, name)


def test_a_run_never_overwrites_another(tmp_path: Path) -> None:
    a_run(tmp_path)

    with pytest.raises(BadInput, match="there already"):
        a_run(tmp_path)
