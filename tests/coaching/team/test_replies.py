"""Replies to the question back, statements and corrections: what they set, and what wins."""

from __future__ import annotations

import pytest

from app.coaching.model import Answer, Certainty, Fact, FactValue, Kind, Quote, Status, Turn
from app.coaching.team.facts import FactFinder
from app.coaching.team.replies import Heard, Listener, asked_fact, value_of
from tests.coaching.team.made import SHIPPED, VOCABULARY

RULES = {rule.id: rule for rule in SHIPPED.facts}


def a_listener() -> Listener:
    return Listener(FactFinder(SHIPPED.facts, VOCABULARY), SHIPPED.facts, VOCABULARY)


def a_turn(n: int, question: str, asks: str = "") -> Turn:
    advice = {"ask_next": [{"fact": asks, "question": "?", "value": 0.1}]} if asks else None
    return Turn(n, question, Answer(question, Kind.TEAM, Status.ANSWERED, (), ask_back="?" if asks else "", advice=advice))


def heard(said: str, asked: str = "") -> Heard:
    return a_listener().heard(said, RULES[asked] if asked else None)


def known(*turns: Turn, said: str, documents: tuple[str, ...] = (), told: tuple[Fact, ...] = ()) -> dict[str, FactValue]:
    return {f.id: f.value for f in a_listener().known(documents, turns, said, told).facts}


# One reply


@pytest.mark.parametrize(
    ("fact", "choice", "value"), [(rule.id, choice, value) for rule in SHIPPED.facts for choice, value in rule.answers.items()]
)
def test_every_choice_sets_the_value_that_it_stands_for(fact: str, choice: str, value: FactValue) -> None:
    for said in (choice, f" {choice.lower()}. "):
        told = heard(said, fact)

        assert told.answers == fact
        assert [(f.id, f.value, f.certainty) for f in told.facts] == [(fact, value, Certainty.TOLD)]
        assert told.facts[0].quotes == (Quote(said.strip(), said.index(said.strip()), len(said.rstrip())),)


@pytest.mark.parametrize(
    ("fact", "said", "value"),
    [
        ("teams_involved", "three", 3),
        ("teams_involved", "just us", 1),
        ("teams_involved", "only one", 1),
        ("external_parties", "none", 0),
        ("external_parties", "two or three", 3),
        ("external_parties", "several", 4),
        ("team_size", "about nine people", 9),
        ("team_size", "a dozen", 12),
        ("team_size", "23", 23),
        ("deadline", "no fixed date", "none"),
        ("deadline", "no", "none"),
        ("deadline", "an internal one", "internal"),
        ("deadline", "the law", "regulator"),
        ("deadline", "our client did", "contract"),
        ("governance", "a formal board", "formal"),
        ("coordination_load", "a few hours", "medium"),
        ("coordination_load", "far too much", "high"),
        ("delivery_rhythm", "weekly", "regular"),
        ("missed_dates", "yes, often", "repeated"),
        ("missed_dates", "never", "none"),
        ("blockers_unowned", "yes", True),
        ("blockers_unowned", "no", False),
        ("blockers_unowned", "no, we don't", False),
        ("sharing_works", "yes, mostly", True),
        ("sharing_works", "not really", False),
        ("owner_stretched", "yes", False),  # enough time
        ("owner_stretched", "no", True),
        ("pm_idle", "too little", True),
        ("priorities_owner", "our product owner", "product_owner"),
        ("priorities_owner", "the founder", "founder"),
        ("priorities_owner", "all of us together", "team"),
        ("coordination_owner", "no one", "nobody"),
        ("coordination_owner", "the tech lead", "tech_lead"),
        ("roles_present", "a product owner and a scrum master", ("product_owner", "scrum_master")),
        ("roles_present", "none", ()),
    ],
)
def test_a_few_words_are_read_in_the_light_of_the_question(fact: str, said: str, value: FactValue) -> None:
    told = heard(said, fact)

    assert told.answers == fact
    assert {f.id: f.value for f in told.facts}[fact] == value


@pytest.mark.parametrize(
    ("fact", "said"), [("priorities_owner", "yes"), ("deadline", "maybe"), ("team_size", "no"), ("priorities_owner", "Anna")]
)
def test_what_does_not_tell_a_value_sets_none(fact: str, said: str) -> None:
    assert heard(said, fact) == Heard()


@pytest.mark.parametrize("said", ["I don't know", "not sure", "no idea", "skip", "We do not know yet.", "can't say", "unsure"])
def test_not_knowing_is_understood(said: str) -> None:
    assert heard(said, "team_size").unsure == "team_size"


@pytest.mark.parametrize(
    ("asked", "said", "others"),
    [
        ("external_parties", "no fixed date", {"deadline": "none"}),
        ("teams_involved", "we are nine people", {"team_size": 9}),
        ("blockers_unowned", "no, we rely on three suppliers", {"external_parties": 3}),
    ],
)
def test_words_about_something_else_are_no_reply_and_are_kept(asked: str, said: str, others: dict[str, FactValue]) -> None:
    told = heard(said, asked)

    assert told.answers == ""
    assert others.items() <= {f.id: f.value for f in told.facts}.items()
    assert asked not in {f.id for f in told.facts}


def test_a_reply_may_tell_more_than_was_asked() -> None:
    told = heard("Yes, and we have three suppliers.", "blockers_unowned")

    assert {"blockers_unowned": True, "external_parties": 3}.items() <= {f.id: f.value for f in told.facts}.items()


def test_a_request_is_no_reply() -> None:
    assert heard("compare a scrum master and a project manager", "coordination_owner").answers == ""


def test_a_question_is_no_reply() -> None:
    assert heard("Three what?", "teams_involved") == Heard()


def test_who_somebody_is_does_not_hide_the_reply() -> None:
    assert heard("I am a 58-year-old Muslim woman. Three", "teams_involved").facts[0].value == 3


def test_every_rule_gives_none_or_a_value_that_it_may_have_for_odd_words() -> None:
    for rule in SHIPPED.facts:
        for said in ("", "…", "yes no maybe", "x" * 500, "three no founder weekly", "👍"):
            value = value_of(rule, said, VOCABULARY)

            assert value is None or isinstance(value, int | bool | str | tuple)


# Over the turns


def test_answers_are_remembered_and_a_later_statement_wins() -> None:
    turns = (
        a_turn(1, "Should my team have a project manager?", "team_size"),
        a_turn(2, "six", "external_parties"),
        a_turn(3, "none"),
    )

    assert known(*turns, said="And now?") == {"team_size": 6, "external_parties": 0}
    assert known(*turns, said="Actually we are nine people.") == {"team_size": 9, "external_parties": 0}


@pytest.mark.parametrize(
    "said",
    [
        "no, we have an internal deadline",
        "No we have an internal deadline",
        "Correction: internal deadline",
        "sorry, I meant: internal deadline",
    ],
)
def test_a_correction_is_read_behind_its_first_word(said: str) -> None:
    turns = (a_turn(1, "We have a contract deadline. Do we need a project manager?", "blockers_unowned"),)

    assert known(*turns, said=said) == {"deadline": "internal"}


def test_what_is_said_wins_over_a_document_and_what_is_told_over_both() -> None:
    document = ("We have no suppliers. We are six people.",)
    told = (Fact("team_size", 8, Certainty.TOLD),)

    facts = known(
        a_turn(1, "Do we need one?"), said="Actually, we have two suppliers and are seven people.", documents=document, told=told
    )

    assert facts == {"external_parties": 2, "team_size": 8}


def test_a_role_that_is_gone_is_there_no_longer_and_holds_nothing() -> None:
    turns = (a_turn(1, "We have a product owner and a tech lead.", "coordination_owner"), a_turn(2, "the tech lead", "team_size"))

    assert known(*turns, said="we don't have a tech lead any more") == {"roles_present": ("product_owner",)}


def test_a_question_back_may_be_answered_after_another_question() -> None:
    turns = [a_turn(1, "Do we need a project manager?", "teams_involved"), a_turn(2, "What is a scrum master?")]

    assert known(*turns, said="three") == {"teams_involved": 3, "coordination_load": "high"}  # the second follows
    assert known(*turns, a_turn(3, "What is a PO?"), a_turn(4, "And a BA?"), said="three") == {}


def test_what_somebody_does_not_know_is_remembered() -> None:
    turns = (a_turn(1, "Do we need a project manager?", "teams_involved"), a_turn(2, "no idea", "team_size"))

    assert a_listener().known((), turns, "nine people", ()).skipped == {"teams_involved"}


@pytest.mark.parametrize("advice", [None, {}, {"ask_next": []}, {"ask_next": [{"fact": "no_such_fact"}]}])
def test_an_answer_without_a_fact_to_ask_for_asks_for_none(advice: dict[str, object] | None) -> None:
    turn = Turn(1, "q", Answer("q", Kind.TEAM, Status.ANSWERED, (), ask_back="What now?", advice=advice))

    assert a_listener().asked_for([turn]) is None
    assert asked_fact(turn.answer) in ("", "no_such_fact")
