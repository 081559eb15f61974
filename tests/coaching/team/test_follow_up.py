"""What a turn after a team answer is about."""

from __future__ import annotations

import pytest

from app.coaching.model import Answer, Fact, Kind, Status, Turn
from app.coaching.query import understood
from app.coaching.team.follow_up import OPTION_WORDS, FollowUp, Topic, follow_up
from app.coaching.team.replies import Heard
from tests.coaching.team.made import DELIVERY, PRODUCT, SHIPPED, VOCABULARY

OPENING = "Should my team have a project manager?"


def a_turn(n: int, question: str = OPENING, *subject: str, kind: Kind = Kind.TEAM, asks: str = "team_size") -> Turn:
    advice = {"ask_next": [{"fact": asks}]} if kind is Kind.TEAM else None
    ask_back = "How many?" if kind is Kind.TEAM else ""
    return Turn(n, question, Answer(question, kind, Status.ANSWERED, (), ask_back=ask_back, advice=advice, subject=subject))


NOTHING = Heard()
TALK = (a_turn(1, OPENING, "project_manager"),)


def wanted(said: str, *turns: Turn, heard: Heard = NOTHING) -> FollowUp | None:
    before = turns or TALK
    return follow_up(understood(said, before, VOCABULARY), before, heard, SHIPPED.decisions)


@pytest.mark.parametrize(
    ("said", "decision", "arrangement"),
    [
        ("why not just the tech lead?", "delivery", "lead"),
        ("Couldn't one of us do it?", "delivery", "lead"),
        ("why not share it?", "delivery", "shared"),
        ("What about sharing it between us?", "delivery", "shared"),
        ("why not a project manager?", "delivery", "dedicated"),
        ("Isn't a delivery manager enough?", "delivery", "dedicated"),
        ("what about a programme manager?", "delivery", "programme"),
        ("why do we need a project manager at all?", "delivery", "dedicated"),
        ("should we share it then?", "delivery", "shared"),
        ("Could the product owner do it?", "delivery", "lead"),
        ("why not a product manager instead?", "product", "dedicated"),
        ("what about a head of product?", "product", "group"),
    ],
)
def test_an_arrangement_is_recognised_by_the_words_of_people(said: str, decision: str, arrangement: str) -> None:
    found = wanted(said)

    assert found is not None
    assert (found.topic, found.decision, found.arrangement) == (Topic.OPTION, decision, arrangement)
    assert found.opening == OPENING


@pytest.mark.parametrize(
    ("said", "topic"),
    [
        ("what would change that?", Topic.CHANGE),
        ("What would have to change for us to hire?", Topic.CHANGE),
        ("when would that change?", Topic.CHANGE),
        ("what else should I know?", Topic.ELSE),
        ("anything else?", Topic.ELSE),
        ("why?", Topic.WHY),
        ("How sure are you?", Topic.WHY),
        ("what speaks against it?", Topic.WHY),
        ("and the product side?", Topic.SIDE),
        ("what about product decisions?", Topic.SIDE),
        ("maybe", Topic.UNCLEAR),
        ("Anna", Topic.UNCLEAR),
    ],
)
def test_what_is_wanted_is_told_by_its_words(said: str, topic: Topic) -> None:
    found = wanted(said)

    assert found is not None
    assert found.topic is topic
    assert found.roles == (("product_manager",) if topic is Topic.SIDE else ("project_manager",))


@pytest.mark.parametrize(
    "said",
    [
        "What is a scrum master?",
        "What is the difference between a product owner and a product manager?",
        "Am I suited to product management?",
        "Should we have a product manager?",
        "How do I become a product manager as a developer?",
        "delivery manager",
    ],
)
def test_a_question_of_its_own_is_no_follow_up(said: str) -> None:
    assert wanted(said) is None


def test_new_facts_have_the_question_answered_anew() -> None:
    for heard in (
        Heard((Fact("team_size", 9),), "team_size"),
        Heard((Fact("team_size", 9),)),
        Heard(unsure="team_size"),
        Heard(gone=("tech_lead",)),
    ):
        assert wanted("about nine people", heard=heard) == FollowUp(Topic.UPDATE, ("project_manager",), OPENING)


def test_without_a_team_answer_before_it_nothing_is_a_follow_up() -> None:
    explained = a_turn(1, "What is a tech lead?", "tech_lead", kind=Kind.EXPLAIN)

    assert [wanted(said, explained) for said in ("why not share it?", "three", "what would change that?")] == [None] * 3


def test_a_refusal_in_between_does_not_end_the_talk() -> None:
    assert wanted("what would change that?", *TALK, a_turn(2, "rank Anna and Tom", kind=Kind.DECLINED)) is not None


def test_a_statement_after_another_question_still_counts_and_a_question_does_not() -> None:
    between = a_turn(2, "What is a scrum master?", "scrum_master", kind=Kind.EXPLAIN)
    heard = Heard((Fact("team_size", 9),))

    assert wanted("we are nine", *TALK, between, heard=heard) == FollowUp(Topic.UPDATE, ("project_manager",), OPENING)
    assert wanted("we are nine, what does a PO do then?", *TALK, between, heard=heard) is None


def test_the_talk_began_with_its_first_question() -> None:
    turns = (*TALK, a_turn(2, "three", "project_manager"), a_turn(3, "none", "project_manager"))

    found = wanted("why?", *turns)

    assert found is not None
    assert found.opening == OPENING


def test_every_arrangement_that_has_words_is_one_of_the_rules() -> None:
    assert {d: set(words) for d, words in OPTION_WORDS.items()} == {d.id: set(d.options) for d in (DELIVERY, PRODUCT)}
