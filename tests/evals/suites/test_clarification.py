from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from app.settings import Settings
from app.wiring import Service
from evals.dialogues import ClarificationCase
from evals.running import Plan, run
from evals.subject import Bench
from evals.suite import Judged
from evals.suites.clarification import asked_back, judge, metrics


def an_answer(status: str = "answered", ask_back: str = "", advice: Any = None) -> dict[str, Any]:
    return {"status": status, "ask_back": ask_back, "advice": advice}


def judged(bench: Bench, ambiguous: bool, answer: dict[str, Any], turns: int = 1) -> Judged:
    return judge(ClarificationCase("q1", ("?",) * turns, ambiguous), {"answer": answer}, bench)


def figures(rows: Sequence[Judged]) -> dict[tuple[str, str], Any]:
    return {(m.name, m.slice): m for m in metrics(rows)}


@pytest.mark.parametrize(
    ("answer", "asked"),
    [
        (an_answer("needs_facts", "Which one do you mean?"), True),
        (an_answer("needs_facts"), True),
        (an_answer("partly_answered", "Which role do you mean?"), True),
        (an_answer("partly_answered", "How many people are in the team?"), False),
        (an_answer("partly_answered", "Which part of the work did you like, and what did it mean to you?"), False),
        (an_answer("answered"), False),
        (an_answer("declined"), False),
    ],
)
def test_asking_which_one_is_meant_is_told_from_asking_for_more(answer: dict[str, Any], asked: bool) -> None:
    assert asked_back(answer) is asked


def test_the_ambiguous_are_to_be_asked_back_and_the_clear_are_not(bench: Bench) -> None:
    back = an_answer("needs_facts", "Which one do you mean?")
    rows = [judged(bench, True, back), judged(bench, True, an_answer()), judged(bench, False, an_answer())]

    found = figures(rows)

    assert (found["asked back", "ambiguous"].value, found["asked back", "ambiguous"].met) == (0.5, False)
    assert (found["asked back", "clear"].value, found["asked back", "clear"].met) == (0.0, True)
    assert [row.scores["asked back when it should"].value for row in rows] == [1.0, 0.0, 1.0]


def test_a_clear_question_that_is_asked_back_counts_against_it(bench: Bench) -> None:
    found = figures([judged(bench, False, an_answer("needs_facts"), turns=2)])

    assert (found["asked back", "clear"].value, found["asked back", "clear"].met) == (1.0, False)
    assert found["asked back", "clear, turns=several"].value == 1.0


def test_asking_for_a_fact_of_the_team_is_told_apart(bench: Bench) -> None:
    of_team = an_answer("needs_facts", "How many people are in the team?", {"recommendation": {}})

    found = figures([judged(bench, True, of_team), judged(bench, True, an_answer("needs_facts"))])

    assert found["asked for a fact of the team", "ambiguous"].value == 0.5


def test_the_suite_runs(settings: Settings, opening: Callable[[Settings], Service], tmp_path: Path) -> None:
    (suite,) = run(Plan(("clarification",), "dev", 6, 0), settings, tmp_path, opening=opening).suites

    assert (suite.cases, suite.failed, suite.missing, suite.unscored) == (6, 0, 0, 0)
    assert {"ambiguous", "clear"} <= {m.slice for m in suite.metrics if m.n}
