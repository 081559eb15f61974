"""From what was typed to what is looked up."""

from __future__ import annotations

import time

import pytest

from app.coaching.model import Kind, Turn
from app.coaching.query import Query, understood, without_identity
from app.coaching.vocabulary import Vocabulary
from app.knowledge.rules import read_vocabulary
from app.settings import SHIPPED_CORPUS
from tests.coaching.builders import a_turn

VOCABULARY: Vocabulary = read_vocabulary(SHIPPED_CORPUS / "rules")
QUESTIONS = ["am I suited to project management?", "what does a delivery manager do all day?"]


def a_query(asked: str, *turns: Turn) -> Query:
    return understood(asked, turns, VOCABULARY)


# Who is asking says nothing about a role


@pytest.mark.parametrize(
    "identity",
    [
        "I am a 24-year-old man and ",
        "I am a 50-year-old woman and ",
        "I'm 63. ",
        "I am in my twenties, ",
        "I am in my fifties, ",
        "As a single dad aged 41, ",
        "As a mother of two, ",
        "I have three kids and ",
        "I'm pregnant, ",
        "I'm a caregiver for my mother. ",
        "I am Muslim. ",
        "I am Jewish and ",
        "I'm a gay man from Poland and ",
        "I am from Nigeria and ",
        "I come from India, ",
        "As an Iranian woman, ",
        "As a Polish woman, ",
        "I am a Black British woman in my forties, ",
        "I'm non-binary, ",
        "As a trans woman, ",
        "I use a wheelchair, ",
        "I have ADHD. ",
        "I suffer from depression and ",
        "I am deaf. ",
        "My name is Fatima Yusuf and ",
        "I am Peter, ",
        "I'm Fatima, ",
    ],
)
def test_a_statement_of_identity_does_not_change_what_is_looked_up(identity: str) -> None:
    assert [a_query(identity + question).text for question in QUESTIONS] == QUESTIONS


@pytest.mark.parametrize(
    "text",
    [
        "Does the woman's health app team need a project manager?",
        "I am a developer, should I become a product manager?",
        "As a team of 40, do we need a project manager?",
        "I'm at 50 % as a project manager, is that enough?",
        "As a product owner, who do I report to?",
        "Who decides between men's and women's sizes in the shop app, the product manager?",
        "I am straight out of university, how do I become a project manager?",
        "At 40 people, does a start-up need a product manager?",
        "I have a supplier who is late, what should a delivery manager do?",
        "We are an Indian company with three teams, do we need a programme manager?",
    ],
)
def test_ordinary_words_stay(text: str) -> None:
    assert without_identity(text) == text


def test_a_statement_of_identity_and_nothing_else_is_looked_up_as_it_stands() -> None:
    assert a_query("I am a woman").text == "I am a woman"


def test_the_person_s_own_words_are_kept_beside_what_is_looked_up() -> None:
    asked = "I'm a 50-year-old woman. What does a PO do?"

    query = a_query(asked)

    assert query.asked == asked
    assert (query.text, query.roles, query.follows, query.pm_is_open) == ("What does a PO do?", ("product_owner",), False, False)


# PM


def test_pm_alone_is_open() -> None:
    query = a_query("What does a PM do?")

    assert query.pm_is_open
    assert query.roles == ()


@pytest.mark.parametrize(
    ("asked", "role"),
    [
        ("Which PM owns the roadmap?", "product_manager"),
        ("Our PM chases milestones all week, is that normal?", "project_manager"),
        ("Is a programme manager above the PM?", "programme_manager"),
    ],
)
def test_pm_is_resolved_by_the_words_near_it(asked: str, role: str) -> None:
    query = a_query(asked)

    assert not query.pm_is_open
    assert role in query.roles
    assert "PM" not in query.text


def test_pm_is_resolved_by_the_conversation() -> None:
    query = a_query("What does a PM do?", a_turn("what does a project manager do?", "project_manager"))

    assert (query.text, query.roles, query.pm_is_open) == ("What does a project manager do?", ("project_manager",), False)


def test_near_words_win_over_the_conversation() -> None:
    query = a_query("Does my PM write the roadmap?", a_turn("what does a project manager do?", "project_manager"))

    assert query.roles == ("product_manager",)


def test_pm_stays_open_where_the_conversation_spoke_of_two() -> None:
    before = a_turn("product manager or project manager?", "product_manager", "project_manager", kind=Kind.COMPARE)

    assert a_query("What does a PM do?", before).pm_is_open


def test_pm_stays_open_after_another_role() -> None:
    assert a_query("what does a PM do there?", a_turn("what does a product owner do?", "product_owner")).pm_is_open


def test_a_pm_beside_another_role_s_name_is_not_explained_by_it() -> None:
    assert a_query("PM versus product owner").pm_is_open


# Follow-ups


@pytest.mark.parametrize("asked", ["why?", "how would I notice that?", "and who decides?", "Is that different in an agency?"])
def test_a_follow_up_is_looked_up_with_the_question_before_it(asked: str) -> None:
    before = a_turn("What does a product owner do in a small team?", "product_owner")

    query = a_query(asked, before)

    assert query.follows
    assert query.text == f"{asked} What does a product owner do in a small team?"
    assert query.roles == ("product_owner",)


def test_what_about_another_role_takes_the_last_question_over() -> None:
    query = a_query("what about scrum masters?", a_turn("What does a product owner do in a small team?", "product_owner"))

    assert query.follows
    assert query.roles == ("scrum_master",)
    assert "in a small team" in query.text
    assert "scrum masters" in query.text
    assert "product owner" not in query.text


def test_a_follow_up_about_a_new_role_keeps_the_old_one_in_sight() -> None:
    query = a_query("does the project manager do that too?", a_turn("what does a product owner do?", "product_owner"))

    assert query.text == "does the project manager do that too? (product owner)"
    assert query.roles == ("project_manager",)


@pytest.mark.parametrize(
    "asked",
    [
        "What does a programme manager do?",
        "What is the difference between a scrum master and a delivery manager?",
        "Who owns the budget when there are four teams and a regulator fixes the date?",
    ],
)
def test_a_question_that_stands_by_itself_is_left_as_it_is(asked: str) -> None:
    query = a_query(asked, a_turn("what does a product owner do?", "product_owner"))

    assert not query.follows
    assert query.text == asked


def test_nothing_follows_on_a_greeting() -> None:
    query = a_query("why?", a_turn("hello", kind=Kind.COURTESY))

    assert not query.follows
    assert query.text == "why?"


def test_a_follow_up_does_not_carry_on_who_asked() -> None:
    query = a_query("why?", a_turn("As a mother of two, am I suited to product management?", "product_manager", kind=Kind.FIT))

    assert query.text == "why? am I suited to product management?"


def test_the_subject_is_that_of_the_latest_turn_that_had_one() -> None:
    turns = [a_turn("a?", "scrum_master"), a_turn("b?", "product_owner"), a_turn("thanks for c?")]

    assert a_query("and who decides that?", *turns).roles == ("product_owner",)


@pytest.mark.parametrize(
    "text", ["I am " * 4000, "I'm a very " * 2000, "as a " + "old " * 4000, "\u00a0" * 4000, "my name is " * 1500]
)
def test_bait_for_the_patterns_takes_no_time(text: str) -> None:
    start = time.process_time()

    without_identity(text)

    assert time.process_time() - start < 2


# What speaks of something that nobody named


@pytest.mark.parametrize(
    "asked",
    [
        "which is better?",
        "Which one would be best",
        "Difference between the two please, short answer is fine",
        "does the role exist in small companies also, or only in big ones?",
        "would you recommend it for a team of five?",
        "How do I tell a good one from a bad one at interview?",
        "should we do it?",
        "Could our lead take this on as well as her current work?",
    ],
)
def test_a_question_that_points_at_nothing_is_noticed(asked: str) -> None:
    assert a_query(asked).points_nowhere


@pytest.mark.parametrize(
    "asked",
    [
        "which is better, a product owner or a product manager?",
        "what is the role of a delivery manager?",
        "does the role of product owner exist in small companies?",
        "What do you recommend for a team of five with two suppliers and a contract date?",
        "should our tech lead run the plan?",
        "who is the owner of the backlog?",
    ],
)
def test_a_question_that_says_what_it_means_points_at_it(asked: str) -> None:
    assert not a_query(asked).points_nowhere


def test_what_was_named_before_is_what_is_meant() -> None:
    before = a_turn("What does a product owner do?", "product_owner")

    assert not a_query("does the role exist in small companies?", before).points_nowhere
    assert not a_query("can the owner say no to sales?", before).points_nowhere


def test_a_title_that_two_roles_share_is_open() -> None:
    before = a_turn("We have a product owner and a service owner.", "product_owner", "service_owner")

    assert a_query("can the owner say no to sales?", before).points_nowhere
