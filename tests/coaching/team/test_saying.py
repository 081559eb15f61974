"""What is said of a team: over random teams and the shipped rules, every claim is held against the rules."""

from __future__ import annotations

import re

import pytest

from app.coaching.model import Fact, Line, Passage, SentenceKind, Status
from app.coaching.team.decide import ask_next, recommend, would_change
from app.coaching.team.follow_up import FollowUp, Topic
from app.coaching.team.following import completed
from app.coaching.team.plans import Plan, Told
from app.coaching.team.saying import changes_to, focus_of, follow_up_plan, team_plan, weighed_as
from app.coaching.team.summary import flip_line, question_of
from tests.coaching.builders import a_passage
from tests.coaching.team.made import DELIVERY, PRODUCT, SHIPPED, VOCABULARY, facts_of, random_teams

FREE = (SentenceKind.SUGGESTION, SentenceKind.COURTESY)
DECISIONS = SHIPPED.decisions
SHARING = tuple(facts_of(team_size=5, external_parties=0, deadline="none", delivery_rhythm="continuous"))
SUPPLIED = tuple(facts_of(team_size=12, external_parties=4, deadline="contract", teams_involved=1))


def a_passage_of(passage_id: str) -> Passage:
    return a_passage(passage_id, "A sentence.")


def told(*facts: Fact, skipped: frozenset[str] = frozenset()) -> Told:
    return Told(facts, SHIPPED.facts, a_passage_of, VOCABULARY.name, skipped)


def asked(
    topic: Topic, *facts: Fact, decision: str = "", arrangement: str = "", roles: tuple[str, ...] = ("project_manager",)
) -> Plan:
    return follow_up_plan(FollowUp(topic, roles, "?", decision, arrangement), DECISIONS, told(*facts))


def said(plan: Plan) -> str:
    return " ".join(line.text for line in plan.lines)


def cited(line: Line) -> bool:
    return line.kind in FREE or (line.passage is not None and bool(line.quotes))


# One decision, and both


def test_both_decisions_are_made_whichever_is_asked_about() -> None:
    for facts in random_teams(40):
        plan = team_plan([DELIVERY], DECISIONS, told(*facts))

        assert plan.decided is not None
        assert [r.decision.id for r in plan.decided.recommendations] == ["delivery", "product"]
        assert plan.decided.recommendations[0] == recommend(DELIVERY, facts)


def test_the_question_that_is_asked_is_the_first_of_those_that_are_named() -> None:
    for facts in random_teams(40):
        for focus in ([DELIVERY], [PRODUCT], [DELIVERY, PRODUCT]):
            plan = team_plan(focus, DECISIONS, told(*facts))

            assert plan.decided is not None
            assert plan.ask == (question_of(plan.decided.asks[0]) if plan.decided.asks else "")
            of_focus = ask_next(focus, facts, SHIPPED.facts)
            assert not of_focus or plan.decided.asks[0] == of_focus[0]
            assert len({a.fact for a in plan.decided.asks}) == len(plan.decided.asks)


def test_what_somebody_does_not_know_is_not_asked_again() -> None:
    first = team_plan([DELIVERY], DECISIONS, told(*SHARING))
    assert first.decided is not None
    fact = first.decided.asks[0].fact

    again = team_plan([DELIVERY], DECISIONS, told(*SHARING, skipped=frozenset({fact})))

    assert again.decided is not None
    assert fact not in {a.fact for a in again.decided.asks}
    assert again.ask != first.ask


def test_every_sentence_rests_on_a_guide_in_every_plan() -> None:
    for facts in random_teams(6):
        plans = [team_plan(focus, DECISIONS, told(*facts)) for focus in ([DELIVERY], [PRODUCT], [DELIVERY, PRODUCT])]
        plans += [asked(topic, *facts) for topic in Topic if topic is not Topic.OPTION]
        plans += [asked(Topic.OPTION, *facts, decision=d.id, arrangement=o) for d in DECISIONS for o in d.options]

        for plan in plans:
            assert plan.lead
            assert [line.text for line in plan.lines if not cited(line)] == []


def test_both_verdicts_open_the_answer_to_a_question_about_the_whole_team() -> None:
    facts = (*SUPPLIED, *facts_of(priorities_owner="nobody", priorities_clear=False))

    plan = team_plan(DECISIONS, DECISIONS, told(*facts))

    assert plan.status is Status.ANSWERED
    assert [line.text for line in plan.lead] == [
        "What you have told me points towards a dedicated project or delivery manager.",
        "What you have told me points towards giving product decisions to one named person who is there already.",
    ]


def test_what_is_too_little_is_said_and_still_counted() -> None:
    plan = team_plan([DELIVERY], DECISIONS, told(*facts_of(deadline="none")))

    assert plan.status is Status.PARTLY_ANSWERED
    assert plan.lead[0].text == "What you have told me is not enough for a recommendation yet."
    assert "Nothing fixes your date, so scope and date can move." in said(plan)


def test_nothing_known_of_the_whole_team_needs_facts() -> None:
    plan = team_plan(DECISIONS, DECISIONS, told())

    assert plan.status is Status.NEEDS_FACTS
    assert plan.ask


def test_the_other_decision_is_mentioned_where_it_is_clear_and_calls_for_a_change() -> None:
    facts = (
        *SUPPLIED,
        *facts_of(priorities_owner="nobody", priorities_clear=False, users="internal", work_shape="one_off_project"),
    )

    beside = [line.text for line in team_plan([DELIVERY], DECISIONS, told(*facts)).close if line.text.startswith("On ")]
    without = [line.text for line in team_plan([DELIVERY], DECISIONS, told(*SUPPLIED)).close if line.text.startswith("On ")]

    assert beside == [
        "On product decisions, what you have told me clearly calls for a change: giving product decisions to one named person who is there."
    ]
    assert without == []


@pytest.mark.parametrize(
    ("roles", "ids"),
    [
        (("product_owner",), ["product"]),
        (("tech_lead", "scrum_master"), ["delivery"]),
        (("tech_lead",), ["delivery", "product"]),
        ((), ["delivery", "product"]),
    ],
)
def test_the_decision_is_that_of_the_role_that_is_named_first(roles: tuple[str, ...], ids: list[str]) -> None:
    assert [d.id for d in focus_of(roles, DECISIONS)] == ids


# Follow-ups


def test_another_arrangement_is_weighed_against_the_one_that_comes_first() -> None:
    plan = asked(Topic.OPTION, *SUPPLIED, decision="delivery", arrangement="lead")

    assert plan.status is Status.ANSWERED
    assert "one existing member who holds coordination" in plan.lead[0].text
    assert "a dedicated project or delivery manager" in plan.lead[0].text
    assert "Against it: you rely on 4 outside parties" in said(plan)
    assert "For it: " not in said(plan)
    assert re.search(r"If .+, it would be one existing member who holds coordination\.", said(plan))


def test_reasons_for_an_arrangement_are_those_that_hold_and_point_to_it() -> None:
    for facts in random_teams(40):
        for decision in DECISIONS:
            for option in decision.options:
                weighed = weighed_as(decision, option, facts)

                assert {r.consideration.points_to for r in weighed.reasons_for} <= {option}
                assert all(r.consideration.weight > 0 for r in weighed.reasons_for)
                assert all(r.consideration.points_to != option or r.consideration.weight < 0 for r in weighed.reasons_against)


def test_what_would_lead_to_an_arrangement_is_true_when_tried() -> None:
    tried = 0
    for facts in random_teams(20):
        for decision in DECISIONS:
            for option in decision.options:
                changes = changes_to(decision, option, facts, SHIPPED.facts)
                kept = [f for f in facts if f.id not in dict(changes)]
                changed = completed([*kept, *facts_of(**dict(changes))], SHIPPED.facts)

                if changes and recommend(decision, completed(facts, SHIPPED.facts)).arrangement:
                    tried += 1
                    assert recommend(decision, changed).arrangement == option
    assert tried > 50


def test_the_arrangement_that_comes_first_is_defended_with_all_its_reasons() -> None:
    plan = asked(Topic.OPTION, *SUPPLIED, decision="delivery", arrangement="dedicated")

    assert plan.lead[0].text == "What you have told me points towards a dedicated project or delivery manager."
    reasons = recommend(DELIVERY, SUPPLIED).reasons_for
    assert len([line for line in plan.body if line.text.startswith("For it: ")]) == len(reasons)
    assert "By the published rules this is a clear case." in said(plan)


def test_without_a_recommendation_an_arrangement_is_neither_chosen_nor_ruled_out() -> None:
    plan = asked(Topic.OPTION, decision="delivery", arrangement="lead")

    assert plan.status is Status.PARTLY_ANSWERED
    assert "not enough to say whether it should be one existing member" in plan.lead[0].text
    assert plan.ask


def test_what_would_change_it_names_single_changes_that_flip() -> None:
    plan = asked(Topic.CHANGE, *SHARING)

    flips = would_change([DELIVERY], SHARING, SHIPPED.facts)
    conditions = [flip_line(f, DELIVERY, SHARING, SHIPPED.facts, a_passage_of, VOCABULARY.name) for f in flips]
    assert plan.status is Status.ANSWERED
    assert plan.body == tuple(line for line in conditions if line is not None)[:4]
    assert plan.body


def test_what_else_is_worth_knowing_are_further_questions() -> None:
    plan = asked(Topic.ELSE, *SHARING)

    assert plan.decided is not None
    assert [line.text for line in plan.close] == [f"Also worth knowing: {question_of(a)}" for a in plan.decided.asks[1:3]]


def test_a_reply_that_was_not_understood_has_the_question_asked_once_more() -> None:
    plan = asked(Topic.UNCLEAR, *SHARING)

    assert plan.status is Status.NEEDS_FACTS
    assert plan.ask == team_plan([DELIVERY], DECISIONS, told(*SHARING)).ask
    assert plan.choices
