from __future__ import annotations

import pytest

from app.coaching.model import Status
from app.errors import BadInput
from app.wiring import Service
from evals.subject import Subject, evened
from evals.tutorial import Tutorial


@pytest.fixture(scope="module")
def subject(service: Service) -> Subject:
    def tutorial(model: object) -> Tutorial:
        raise AssertionError("nobody asked for it")

    return Subject(service, tutorial)


def test_a_follow_up_is_looked_up_with_the_role_of_the_turn_before(subject: Subject) -> None:
    alone, _ = subject.found("And how do they fail?", [], 5)
    after, found = subject.found("And how do they fail?", ["What does a scrum master do?"], 5)

    assert "scrum master" not in alone.lower()
    assert "scrum master" in after.lower()
    assert found["ours"][0].startswith("scrum-master#")


def test_every_way_of_looking_gives_its_own_order(subject: Subject) -> None:
    _, found = subject.found("When should a team share project management?", [], 5)

    assert set(found) == {"ours", "dense alone", "BM25 alone"}
    assert all(len(ranked) == 5 for ranked in found.values())
    assert found["dense alone"] != found["BM25 alone"]


def test_the_last_turn_is_answered_in_the_light_of_those_before(subject: Subject) -> None:
    alone = subject.asked(["does a PM run the stand-up?"])
    after = subject.asked(["What is a project manager?", "does a PM run the stand-up?"])

    assert alone.status is Status.NEEDS_FACTS
    assert after.status is not Status.NEEDS_FACTS
    assert after.turn == 2


def test_cases_do_not_remember_each_other(subject: Subject) -> None:
    subject.asked(["What is a project manager?"])

    assert subject.asked(["does a PM run the stand-up?"]).turn == 1


def test_the_tutorial_needs_a_model(subject: Subject) -> None:
    with pytest.raises(BadInput, match="needs a model"):
        _ = subject.tutorial


def test_white_space_is_made_even() -> None:
    assert evened(" a\n\n b\tc ") == "a b c"
