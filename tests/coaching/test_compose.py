"""The composed floor: which sentences are said, for each kind of question."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from app.coaching import compose
from app.coaching.evidence import Candidate
from app.coaching.model import Fact, Kind, Origin, Passage, SentenceKind, Status
from app.coaching.query import understood
from app.coaching.rules import Bands, Consideration, Decision, FactRule, Option, Tie
from app.coaching.team.plans import Plan, Told
from tests.coaching.builders import VOCABULARY, a_passage

GUIDE = a_passage(
    "guide#when",
    "A project manager pays off with several suppliers.",
    "A small team can share project management.",
    "Somebody must own the dates.",
    "First name one lead.",
    kind="situation",
    roles=("project_manager",),
)
PARTIES = Consideration(
    "parties",
    "dedicated",
    2.0,
    {"external_parties": ">=2"},
    "You rely on {external_parties} parties.",
    Tie(GUIDE.id, GUIDE.sentences[0]),
)
SMALL = Consideration(
    "small", "shared", 1.5, {"team_size": "<=9"}, "You are {team_size} people.", Tie(GUIDE.id, GUIDE.sentences[1])
)


def an_option(option_id: str, name: str, verdict: str) -> Option:
    return Option(option_id, name, 0.0, {"unclear": verdict})


DECISION = Decision(
    id="delivery",
    roles=("project_manager",),
    options={
        "shared": an_option("shared", "sharing it", "Share it."),
        "dedicated": an_option("dedicated", "a project manager", "Take one on."),
    },
    bands=Bands(0.75, 0.6),
    least=1.0,
    opening=Tie(GUIDE.id, GUIDE.sentences[2]),
    caveat=Tie(GUIDE.id, GUIDE.sentences[3]),
    considerations=(PARTIES, SMALL),
)
FACT_RULES = (
    FactRule("external_parties", "count", "Parties", "How many suppliers?", "Each has a calendar.", ("None", "Two"), (), ()),
    FactRule("team_size", "count", "People", "How many people?", "Small teams share.", ("Five", "Ten"), (), ()),
)


def a_plan(
    kind: Kind, question: str, *passages: Passage, facts: tuple[Fact, ...] = (), rules: bool = False, **more: bool
) -> Plan:
    shelf: Mapping[str, Passage] = {p.id: p for p in (*passages, GUIDE)}
    sentences = [(p, s) for p in passages for s in p.sentences]
    ranked = [
        Candidate(p, s, 0.9, 0.9 - 0.01 * n, tuple(VOCABULARY.roles_in(s)), p.sentences.index(s))
        for n, (p, s) in enumerate(sentences)
    ]
    told = Told(facts, FACT_RULES if rules else (), shelf.get, VOCABULARY.name)
    return compose.plan(kind, understood(question, (), VOCABULARY), ranked, told, (DECISION,) if rules else (), **more)


def texts(plan: Plan) -> list[str]:
    return [line.text for line in plan.lines]


# Explaining and comparing


def test_an_explanation_opens_with_the_best_sentence_and_says_nothing_twice() -> None:
    passage = a_passage(
        "a#b", "It removes blockers.", "It plans ahead.", "It removes the blockers.", "If it stalls, it asks for help."
    )

    plan = a_plan(Kind.EXPLAIN, "what is it?", passage)

    assert plan.status is Status.ANSWERED
    assert plan.lead[0].text == "It removes blockers."
    assert "It removes the blockers." not in texts(plan)
    assert len(texts(plan)) == len(set(texts(plan)))


def test_a_condition_closes_an_explanation() -> None:
    passage = a_passage(
        "a#b", "It removes blockers.", "If money is short, others share.", "It plans ahead.", "It writes reports."
    )

    plan = a_plan(Kind.EXPLAIN, "what is it?", passage)

    assert [line.text for line in plan.close] == ["If money is short, others share."]
    assert plan.close[0].kind is SentenceKind.CONDITION


def test_one_sentence_is_enough_for_an_answer() -> None:
    plan = a_plan(Kind.EXPLAIN, "what is it?", a_passage("a#b", "It removes blockers."))

    assert texts(plan) == ["It removes blockers."]


def test_a_comparison_says_the_difference_and_then_something_of_each_side() -> None:
    table = a_passage(
        "vs#table",
        "A product owner orders the backlog, while a scrum master coaches the team.",
        "A product owner talks to users.",
        "A scrum master runs the retrospective.",
        kind="comparison",
    )

    plan = a_plan(Kind.COMPARE, "product owner versus scrum master?", table)

    assert plan.lead[0].text == table.sentences[0]
    assert [line.text for line in plan.body[:2]] == [table.sentences[1], table.sentences[2]]


def test_both_sides_speak_even_if_no_sentence_names_both() -> None:
    plan = a_plan(
        Kind.COMPARE,
        "product owner versus scrum master?",
        a_passage("po#a", "A product owner orders the backlog.", "A product owner talks to users."),
        a_passage("sm#a", "A scrum master coaches the team."),
    )

    assert {role for text in texts(plan) for role in VOCABULARY.roles_in(text)} == {"product_owner", "scrum_master"}


# Fit


def test_a_picture_of_fit_has_signs_for_and_against_and_a_question_and_no_verdict() -> None:
    plan = a_plan(
        Kind.FIT,
        "am I suited to project management?",
        a_passage("fit#a", "Liking plans is a start.", section="What it asks"),
        a_passage("fit#b", "Calm under pressure speaks for it.", section="Signs of a good fit"),
        a_passage("fit#c", "Hating lists speaks against it.", section="Signs against"),
        a_passage("fit#d", "Run one small event.", section="What to try"),
    )

    assert plan.status is Status.PARTLY_ANSWERED
    assert {"Calm under pressure speaks for it.", "Hating lists speaks against it.", "Run one small event."} <= set(texts(plan))
    assert plan.ask.endswith("?")


# A team


def test_a_team_question_without_facts_says_when_yes_and_when_no_and_asks_one_thing_back() -> None:
    plan = a_plan(Kind.TEAM, "Should my team have a project manager?", GUIDE, rules=True)

    assert plan.status is Status.PARTLY_ANSWERED
    assert {GUIDE.sentences[0], GUIDE.sentences[1], GUIDE.sentences[2]} <= set(texts(plan))
    assert plan.ask == "How many suppliers? Each has a calendar."
    assert plan.choices == ("None", "Two")
    assert all(line.origin is Origin.GUIDE for line in plan.lines)


def test_a_team_question_with_facts_opens_with_the_verdict_of_the_rules() -> None:
    facts = (Fact("external_parties", 3), Fact("team_size", 6))

    plan = a_plan(Kind.TEAM, "Should my team have a project manager?", GUIDE, facts=facts, rules=True)

    assert plan.status is Status.ANSWERED
    assert plan.lead[0].text.startswith("Take one on.")  # 2.0 against 1.5, which is a share of 0.62
    assert {("You rely on 3 parties.", ("external_parties",)), ("You are 6 people.", ("team_size",))} <= {
        (line.text, line.facts) for line in plan.body
    }


def test_each_reason_of_a_team_answer_rests_on_a_guide_sentence_and_names_its_facts() -> None:
    plan = a_plan(Kind.TEAM, "Should my team have a project manager?", GUIDE, facts=(Fact("external_parties", 3),), rules=True)

    assert plan.lead[0].text == "Take one on."
    for line in plan.lead + plan.body:
        assert line.passage == GUIDE
        assert set(line.quotes) <= set(GUIDE.sentences)
        assert line.facts == ("external_parties",) or line.origin is Origin.GUIDE


def test_what_is_known_is_not_asked_again() -> None:
    plan = a_plan(Kind.TEAM, "Should my team have a project manager?", GUIDE, facts=(Fact("external_parties", 3),), rules=True)

    assert plan.ask.startswith("How many people?")


def test_a_team_question_that_no_rule_weighs_is_answered_from_guides_with_a_question_back() -> None:
    plan = a_plan(
        Kind.TEAM, "Does our team need more meetings?", a_passage("a#b", "Meetings help when work is shared."), rules=True
    )

    assert plan.status is Status.PARTLY_ANSWERED
    assert plan.lead[0].text == "Meetings help when work is shared."
    assert plan.ask


WHOLE = [
    "What do you make of this team?", "Who do we need?", "What roles should we have?", "How should we be organised?",
    "Any advice for our team?", "What would you change?",
]  # fmt: skip


@pytest.mark.parametrize("question", WHOLE)
def test_a_question_about_the_whole_team_needs_no_role_to_be_decided(question: str) -> None:
    plan = a_plan(Kind.TEAM, question, GUIDE, facts=(Fact("external_parties", 3),), rules=True)

    assert plan.decided is not None
    assert plan.lead[0].text == "Take one on."


def test_a_team_that_was_described_is_decided_whatever_is_asked_about_it() -> None:
    plan = a_plan(Kind.TEAM, "Does it look right?", GUIDE, facts=(Fact("external_parties", 3),), rules=True, described=True)

    assert plan.lead[0].text == "Take one on."


def test_of_a_situation_that_a_passage_answers_the_passage_speaks_and_the_rules_ask() -> None:
    passage = a_passage("a#b", "Plan the summer together.", "Write dates down.")

    plan = a_plan(Kind.TEAM, "Do we need a project manager for the summer?", passage, rules=True, on_point=True)

    assert (plan.status, plan.lead[0].text) == (Status.ANSWERED, "Plan the summer together.")
    assert plan.ask == "How many suppliers? Each has a calendar."
    assert plan.decided is not None
