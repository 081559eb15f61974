from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from app.settings import Settings
from app.wiring import Service
from evals.dialogues import About, Arranged, Check, ConversationCase, Ended, FactHeld, FactNotHeld, PlayedTurn
from evals.running import Plan, run
from evals.subject import Bench, Subject
from evals.suite import Judged
from evals.suites.conversation import judge, metrics, produce


def an_answer(size: int | None = 6) -> dict[str, Any]:
    understood = [] if size is None else [{"id": "team_size", "value": size, "certainty": "stated", "quotes": []}]
    return {
        "status": "answered",
        "answer": "A tech lead.",
        "understood": understood,
        "sources": [{"passage": "g#a"}],
        "advice": None,
    }


def judged(bench: Bench, *turns: Sequence[Check], answers: Sequence[dict[str, Any]] | None = None) -> Judged:
    case = ConversationCase("d1", tuple(PlayedTurn("?", tuple(checks)) for checks in turns), "correction")
    return judge(case, {"answers": answers or [an_answer() for _ in turns]}, bench)


def figures(rows: Sequence[Judged]) -> dict[tuple[str, str], Any]:
    return {(m.name, m.slice): m for m in metrics(rows)}


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("facts used", FactHeld("team_size", 6), FactHeld("team_size", 9)),
        ("facts not held that must not be", FactNotHeld("deadline"), FactNotHeld("team_size")),
        ("about right", About(("tech_lead",)), About(("scrum_master",))),
        ("status right", Ended(("answered",)), Ended(("declined",))),
        ("arrangement right", None, Arranged({"delivery": ("lead",)})),
    ],
)
def test_each_kind_of_check_has_a_share_of_its_own(bench: Bench, name: str, right: Check | None, wrong: Check) -> None:
    checks = [wrong] if right is None else [right, wrong]

    row = judged(bench, checks)

    assert figures([row])[name, ""].value == (0.5 if right else 0.0)
    assert row.scores[name].value == (0.5 if right else 0.0)


def test_a_conversation_that_holds_everything_meets_the_targets(bench: Bench) -> None:
    row = judged(bench, [FactHeld("team_size", 6)], [FactHeld("team_size", 6), FactNotHeld("deadline")])

    found = figures([row])

    assert [m.name for m in found.values() if m.target is not None and not m.met] == []
    assert found["all checks right", "of a conversation"].value == 1.0
    assert found["all checks right", "note=correction"].value == 1.0


def test_one_wrong_check_spoils_the_conversation_and_says_at_which_turn(bench: Bench) -> None:
    row = judged(bench, [FactHeld("team_size", 6)], [About(("scrum_master",))])

    assert figures([row])["all checks right", "of a conversation"].value == 0.0
    assert row.scores["all checks right"].reason == "turn 2: says nothing of scrum_master"


def test_corrections_are_the_facts_after_the_first_turn(bench: Bench) -> None:
    row = judged(
        bench,
        [FactHeld("team_size", 6)],
        [FactHeld("team_size", 9), Ended(("declined",))],
        [FactNotHeld("team_size")],
        answers=[an_answer(), an_answer(), an_answer(None)],
    )

    assert figures([row])["corrections honoured", "facts after the first turn"].value == 0.5
    assert figures([row])["facts used", ""].value == 0.5


def test_turns_are_played_in_one_memory(service: Service, bench: Bench) -> None:
    turns = (
        PlayedTurn("We are six people. Do we need a project manager?", (FactHeld("team_size", 6),)),
        PlayedTurn("sorry, I meant nine people", (FactHeld("team_size", 9),)),
    )
    case = ConversationCase("d1", turns, "correction")

    output = produce(case, Subject(service, lambda model: pytest.fail("nobody asked for it")))

    assert [answer["turn"] for answer in output["answers"]] == [1, 2]
    assert judge(case, output, bench).scores["facts used"].value == 1.0


def test_the_suite_runs(settings: Settings, opening: Callable[[Settings], Service], tmp_path: Path) -> None:
    (suite,) = run(Plan(("conversation",), "dev", 3, 0), settings, tmp_path, opening=opening).suites

    assert (suite.cases, suite.failed, suite.missing, suite.unscored) == (3, 0, 0, 0)
    assert {"facts used", "corrections honoured", "all checks right"} <= {m.name for m in suite.metrics if m.n}
