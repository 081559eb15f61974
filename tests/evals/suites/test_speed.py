from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.coaching.model import Usage
from app.coaching.ports import ChatModel
from app.llm.scripted import Line, ScriptedModel
from app.settings import Settings
from app.wiring import Service
from evals.cases import AnswerCase
from evals.running import Plan, run
from evals.subject import Bench
from evals.suite import Judged
from evals.suites.speed import judge, metrics

OpeningWith = Callable[[ChatModel | None], Callable[[Settings], Service]]


def a_case(number: int, by: str = "rolewise") -> AnswerCase:
    name = f"q{number}" + ("/tutorial" if by == "tutorial" else "")
    return AnswerCase(name, "?", "explain", ("answered",), ("x",), (), frozenset({"g#a"}), by)


def ours(bench: Bench, number: int, **changes: Any) -> Judged:
    row = {"evidence_ms": 40, "first_sentence_ms": 50, "first_model_sentence_ms": 0, "total_ms": 60, "peak_mb": 700.0}
    row |= {"prompt_tokens": 0, "cached_tokens": 0, "completion_tokens": 0}
    return judge(a_case(number), {**row, **changes}, bench)


def theirs(bench: Bench, number: int) -> Judged:
    row = {"first_word_ms": 500, "total_ms": 1_200, "prompt_tokens": 900, "cached_tokens": 0, "completion_tokens": 100}
    return judge(a_case(number, "tutorial"), {"tutorial": row}, bench)


def figures(rows: list[Judged]) -> dict[str, Any]:
    return {m.name: m for m in metrics(rows) if not m.slice}


def test_medians_are_held_against_their_targets(bench: Bench) -> None:
    found = figures([ours(bench, n, evidence_ms=100 * n) for n in range(1, 6)])

    assert found["evidence_ms, median"].value == 300
    assert found["evidence_ms, median"].met is True
    assert found["evidence_ms, p95"].value > 400
    assert found["total_ms, median"].value == 60
    assert found["peak memory"].value == 700
    assert found["peak memory"].target == 1_500


def test_a_sentence_that_no_model_wrote_has_no_time_and_no_target(bench: Bench) -> None:
    found = figures([ours(bench, 1)])

    assert found["first_model_sentence_ms, median"].value is None
    assert found["first_model_sentence_ms, median"].met is None


def test_with_a_model_more_memory_is_allowed(bench: Bench) -> None:
    found = figures([ours(bench, 1, prompt_tokens=200, completion_tokens=40, first_model_sentence_ms=4_000)])

    assert found["peak memory"].target == 3_500
    assert found["first_model_sentence_ms, median"].value == 4_000
    assert found["tokens, median"].value == 240


def test_ratios_are_taken_over_the_questions_that_both_answered(bench: Bench) -> None:
    rows = [ours(bench, 1), ours(bench, 2, total_ms=1_000_000), theirs(bench, 1)]

    found = figures(rows)

    assert found["ratio of time to the tutorial's"].value == pytest.approx(0.05)
    assert found["ratio of time to first sentence to the tutorial's first word"].value == pytest.approx(0.1)
    assert found["ratio of tokens to the tutorial's"].value == 0.0
    assert found["tutorial total_ms, median"].value == 1_200


def test_the_tutorial_runs_beside_ours_on_the_same_questions(
    settings: Settings, opening_with: OpeningWith, tmp_path: Path
) -> None:
    usage = Usage(prompt_tokens=800, completion_tokens=9)
    model = ScriptedModel([Line(("It is ", "so."), usage=usage)] * 2)

    result = run(Plan(("speed",), "dev", 3, 2), settings, tmp_path, opening=opening_with(model))

    found = {m.name: m for m in result.suites[0].metrics if not m.slice and m.n}
    assert len(model.prompts) == 2  # a model without a card writes nothing of ours
    assert (result.suites[0].cases, result.suites[0].failed) == (5, 0)
    assert {"evidence_ms, median", "total_ms, median", "peak memory"} <= found.keys()
    assert found["tutorial tokens, median"].value == 809
    assert found["ratio of tokens to the tutorial's"].n == 2
