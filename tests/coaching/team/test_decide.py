"""Rules over facts: conditions, shares, bands, what would change it, what to ask next."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import pytest

from app.coaching.model import Fact, FactValue
from app.coaching.rules import Consideration, Decision
from app.coaching.team.decide import (
    MOST_QUESTIONS,
    Recommendation,
    alternatives,
    ask_next,
    recommend,
    verdict,
    would_change,
)
from app.coaching.team.following import completed
from tests.coaching.team.made import (
    DELIVERY,
    PRODUCT,
    SHIPPED,
    a_consideration,
    a_decision,
    a_rule,
    facts_of,
    random_team,
    random_teams,
)


def decided(*considerations: Consideration, **values: FactValue) -> Recommendation:
    return recommend(a_decision(*considerations), facts_of(**values))


def with_fact(facts: Sequence[Fact], fact: str, value: FactValue) -> list[Fact]:
    return [f for f in facts if f.id != fact] + [Fact(fact, value)]


# Conditions


@pytest.mark.parametrize(
    ("wanted", "value", "holds"),
    [
        (">=2", 2, True),
        (">=2", 1, False),
        ("<=9", 9, True),
        ("<=9", 10, False),
        (">=2", True, False),
        (">=2", "2", False),
        (">=0", 0, True),
        ("<=1", 0, True),
        ([1, 2], 2, True),
        ([1, 2], 3, False),
        (["contract", "regulator"], "regulator", True),
        (["contract", "regulator"], "internal", False),
        ("nobody", "nobody", True),
        ("nobody", "founder", False),
        (True, True, True),
        (True, False, False),
        (False, False, True),
        ("has tester|designer", ("designer",), True),
        ("has tester|designer", ("developer",), False),
        ("has tester|designer", (), False),
        ("lacks tester|designer", ("developer",), True),
        ("lacks tester|designer", (), True),
        ("lacks tester|designer", ("developer", "tester"), False),
        (">=2", None, False),
        (["none"], None, False),
        (True, None, False),
        ("lacks tester", None, False),
    ],
)
def test_a_condition_holds_or_not(wanted: object, value: FactValue, holds: bool) -> None:
    result = decided(a_consideration("dedicated", 2.0, {"a": wanted}), a=value)

    assert bool(result.reasons_for) is holds


@pytest.mark.parametrize("wanted", [False, "none", "<=0", "lacks tester"])
def test_a_fact_that_is_not_known_meets_no_condition(wanted: object) -> None:
    result = decided(a_consideration("dedicated", 2.0, {"a": wanted}), b=1)

    assert (result.reasons_for, result.reasons_against) == ((), ())


def test_all_lines_of_a_condition_must_hold() -> None:
    both = a_consideration("dedicated", 2.0, {"a": ">=2", "b": True})

    assert decided(both, a=3).reasons_for == ()
    assert decided(both, a=3, b=True).arrangement == "dedicated"


def test_a_consideration_without_weight_or_condition_decides_nothing() -> None:
    result = decided(a_consideration("dedicated", 0.0, {"a": ">=1"}), a_consideration("lead", 3.0, {}), a=1)

    assert (result.reasons_for, result.reasons_against) == ((), ())


# Shares and bands


def test_the_share_of_an_option_is_the_softmax_of_prior_and_weights() -> None:
    decision = a_decision(a_consideration("dedicated", 2.0, {"a": 1}), a_consideration("lead", -1.0, {"a": 1}), prior=0.5)

    shares = recommend(decision, facts_of(a=1)).shares

    total = math.exp(0.5) + math.exp(-1) + math.exp(2)
    expected = {"shared": math.exp(0.5) / total, "lead": math.exp(-1) / total, "dedicated": math.exp(2) / total}
    assert shares == pytest.approx(expected)


def test_enormous_weights_do_not_overflow() -> None:
    heavy = [a_consideration("dedicated", 10.0, {"a": n}) for n in [">=0"] * 200]

    result = decided(*heavy, a=1)

    assert result.arrangement == "dedicated"
    assert result.confidence == pytest.approx(1.0)


@pytest.mark.parametrize(("weight", "band"), [(2.5, "clear"), (1.0, "leaning"), (0.4, "too_close")])
def test_the_share_of_the_first_option_sets_the_band(weight: float, band: str) -> None:
    result = decided(a_consideration("dedicated", weight, {"a": 1}), a=1)

    assert (result.arrangement, result.band) == ("dedicated", band)
    assert result.confidence == result.shares["dedicated"] == max(result.shares.values())


@pytest.mark.parametrize(("share", "band"), [(0.5, "clear"), (0.4999, "leaning"), (0.4, "leaning"), (0.3999, "too_close")])
def test_a_band_begins_at_its_number(share: float, band: str) -> None:
    weight = math.log(2 * share / (1 - share))  # against two options of weight 0
    decision = a_decision(a_consideration("dedicated", weight + 1e-12, {"a": 1}), clear=0.5, leaning=0.4)

    assert recommend(decision, facts_of(a=1)).band == band


def test_with_too_little_weight_nothing_is_recommended() -> None:
    decision = a_decision(a_consideration("dedicated", 0.9, {"a": 1}), a_consideration("lead", -0.2, {"b": 1}), least=1.0)

    little = recommend(decision, facts_of(a=1))

    assert (little.arrangement, little.option, little.runner_up) == (None, None, None)
    assert (little.change, little.band, verdict(little)) == ("unclear", "too_close", "")
    assert recommend(decision, facts_of(a=1, b=1)).arrangement == "dedicated"


@pytest.mark.parametrize("decision", [DELIVERY, PRODUCT], ids=["delivery", "product"])
def test_shares_sum_to_one_and_the_first_is_recommended(decision: Decision) -> None:
    for facts in random_teams(200):
        result = recommend(decision, facts)

        assert sum(result.shares.values()) == pytest.approx(1.0)
        assert result.shares.keys() == decision.options.keys()
        assert result.confidence == max(result.shares.values())
        assert result.arrangement in (None, max(result.shares, key=lambda name: result.shares[name]))


# Reasons


def test_reasons_are_sorted_by_weight_and_by_what_they_speak_for() -> None:
    result = decided(
        a_consideration("dedicated", 1.0, {"a": 1}, "weak for"),
        a_consideration("dedicated", 3.0, {"a": 1}, "strong for"),
        a_consideration("dedicated", -0.5, {"a": 1}, "against it"),
        a_consideration("lead", 0.7, {"a": 1}, "for another"),
        a_consideration("shared", -2.0, {"a": 1}, "against another"),
        a=1,
    )

    assert [r.text for r in result.reasons_for] == ["strong for", "weak for"]
    assert [r.text for r in result.reasons_against] == ["for another", "against it"]


def test_the_numbers_of_a_reason_are_filled_in_and_its_facts_named() -> None:
    reason = decided(a_consideration("dedicated", 2.0, {"a": ">=2"}, "You rely on {a} parties."), a=4).reasons_for[0]

    assert (reason.text, reason.facts) == ("You rely on 4 parties.", ("a",))


def test_braces_in_a_value_are_not_filled_again() -> None:
    result = decided(a_consideration("dedicated", 2.0, {"a": "{b}"}, "{a} and {b} decide."), a="{b}", b="{a.__class__}")

    assert result.reasons_for[0].text == "{b} and {a.__class__} decide."


@pytest.mark.parametrize("decision", [DELIVERY, PRODUCT], ids=["delivery", "product"])
def test_each_shipped_reason_is_one_whose_condition_holds_with_no_blank_left(decision: Decision) -> None:
    for facts in random_teams(200):
        known = {f.id for f in facts}
        result = recommend(decision, facts)

        for reason in (*result.reasons_for, *result.reasons_against):
            assert set(reason.facts) <= known
            assert "{" not in reason.text


# Keep, start, stop


@pytest.mark.parametrize(
    ("points_to", "values", "change"),
    [
        ("dedicated", {}, "start"),
        ("dedicated", {"roles_present": ("designer",)}, "start"),
        ("dedicated", {"roles_present": ("designer", "project_manager")}, "keep"),
        ("shared", {}, "unclear"),
        ("shared", {"coordination_owner": "team"}, "keep"),
        ("shared", {"coordination_owner": "nobody"}, "start"),
        ("shared", {"sharing_works": True}, "keep"),
        ("shared", {"roles_present": ("project_manager",)}, "stop"),
        ("lead", {"coordination_owner": "nobody"}, "start"),
        ("lead", {"coordination_owner": "tech_lead"}, "keep"),
        ("lead", {"roles_present": ("delivery_manager", "tester")}, "stop"),
        ("lead", {}, "unclear"),
    ],
)
def test_what_is_there_is_kept_and_what_is_not_is_begun(points_to: str, values: dict[str, FactValue], change: str) -> None:
    result = decided(a_consideration(points_to, 3.0, {"a": 1}), a=1, **values)

    assert (result.arrangement, result.change) == (points_to, change)


def test_whoever_has_a_project_manager_is_never_told_to_start_with_one() -> None:
    for seed in range(200):
        for role in ("project_manager", "delivery_manager"):
            result = recommend(DELIVERY, with_fact(random_team(seed), "roles_present", (role,)))

            assert (result.arrangement, result.change) != ("dedicated", "start")
            if result.arrangement == "dedicated":
                assert result.change == "keep"


# Verdicts


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"coordination_owner": "team"}, "Keep on sharing."),
        ({"coordination_owner": "nobody"}, "Begin to share."),
        ({"roles_present": ("project_manager",)}, "Share instead."),
        ({}, "Share."),
    ],
)
def test_the_verdict_is_the_sentence_of_the_change(values: dict[str, FactValue], said: str) -> None:
    assert verdict(decided(a_consideration("shared", 3.0, {"a": 1}), a=1, **values)) == said


def test_a_change_without_a_sentence_gets_the_one_for_unclear() -> None:
    assert verdict(decided(a_consideration("dedicated", 3.0, {"a": 1}), a=1)) == "Have one."


def test_what_is_too_close_names_both() -> None:
    result = decided(a_consideration("dedicated", 0.3, {"a": 1}), a_consideration("lead", 0.2, {"a": 1}), a=1)

    assert result.runner_up is not None
    assert (result.band, result.runner_up.id) == ("too_close", "lead")
    assert "too close to call" in verdict(result)
    assert "a project manager" in verdict(result)
    assert "a lead" in verdict(result)


@pytest.mark.parametrize("decision", [DELIVERY, PRODUCT], ids=["delivery", "product"])
def test_every_shipped_recommendation_has_a_verdict(decision: Decision) -> None:
    for facts in random_teams(200):
        result = recommend(decision, facts)

        assert bool(verdict(result)) is (result.arrangement is not None)


# What does not matter


@pytest.mark.parametrize("decision", [DELIVERY, PRODUCT], ids=["delivery", "product"])
def test_facts_that_no_consideration_mentions_and_their_order_change_nothing(decision: Decision) -> None:
    mentioned = {fact for c in decision.considerations for fact in c.when} | {"coordination_owner", "sharing_works"}
    silent = [Fact(rule.id, "anything") for rule in SHIPPED.facts if rule.id not in mentioned]
    for seed in range(100):
        facts = [f for f in random_team(seed) if f.id in mentioned]
        shuffled = [*facts, *silent, Fact("favourite_colour", "green")]
        random.Random(seed).shuffle(shuffled)

        assert recommend(decision, shuffled) == recommend(decision, facts)


# What would change it


def test_the_smallest_change_of_a_number_is_named() -> None:
    decision = a_decision(a_consideration("shared", 2.0, {"b": True}), a_consideration("dedicated", 3.0, {"a": ">=4"}))

    flips = would_change([decision], facts_of(a=1, b=True), [a_rule("a")])

    assert [(f.decision, f.fact, f.to, f.arrangement) for f in flips] == [("delivery", "a", 4, "dedicated")]


def test_a_number_that_only_a_list_names_is_tried() -> None:
    decision = a_decision(a_consideration("shared", 2.0, {"b": True}), a_consideration("dedicated", 3.0, {"a": [2, 7]}))

    flips = would_change([decision], facts_of(a=5, b=True), [a_rule("a")])

    assert [(f.to, f.arrangement) for f in flips] == [(7, "dedicated")]


def test_changes_of_what_is_known_come_first() -> None:
    decision = a_decision(a_consideration("shared", 2.0, {"b": True}), a_consideration("lead", 3.0, {"a": True}))

    flips = would_change([decision], facts_of(b=True), [a_rule("a", "flag"), a_rule("b", "flag")])

    assert [f.fact for f in flips] == ["a"]  # b=False leaves nothing but equal priors, of which the first stays
    known_first = would_change([decision], facts_of(b=True, a=False), [a_rule("c", "flag"), a_rule("a", "flag")])
    assert [(f.fact, f.to, f.arrangement) for f in known_first] == [("a", True, "lead")]


def test_where_nothing_is_recommended_nothing_would_change_it() -> None:
    decision = a_decision(a_consideration("dedicated", 3.0, {"a": True}), least=1.0)

    assert would_change([decision], [], [a_rule("a", "flag")]) == ()


def weighed(decision: Decision, facts: Sequence[Fact]) -> Recommendation:
    """The recommendation with what follows from the facts, as advice takes it."""
    return recommend(decision, completed(facts, SHIPPED.facts))


def test_every_claimed_change_is_true_when_it_is_tried() -> None:
    tried = 0
    for facts in random_teams(200):
        before = {d.id: weighed(d, facts).arrangement for d in SHIPPED.decisions}
        for flip in would_change(SHIPPED.decisions, facts, SHIPPED.facts):
            decision = next(d for d in SHIPPED.decisions if d.id == flip.decision)
            then = weighed(decision, with_fact(facts, flip.fact, flip.to))

            assert then.arrangement == flip.arrangement
            assert flip.arrangement != before[flip.decision]
            assert flip.to != next((f.value for f in facts if f.id == flip.fact), None)
            tried += 1
    assert tried > 200


def test_no_number_that_is_nearer_would_change_it_as_well() -> None:
    for facts in random_teams(60):
        known = {f.id: f.value for f in facts}
        for flip in would_change(SHIPPED.decisions, facts, SHIPPED.facts):
            now = known.get(flip.fact)
            if not isinstance(now, int) or isinstance(now, bool) or not isinstance(flip.to, int):
                continue
            decision = next(d for d in SHIPPED.decisions if d.id == flip.decision)
            nearer = [n for n in range(20) if abs(n - now) < abs(flip.to - now)]
            assert [
                n for n in nearer if weighed(decision, with_fact(facts, flip.fact, n)).arrangement == flip.arrangement
            ] == []


def test_no_single_change_of_a_yes_or_no_is_left_out() -> None:
    flags = [r.id for r in SHIPPED.facts if r.type == "flag"]
    for facts in random_teams(60):
        claimed = {(f.decision, f.fact, f.to) for f in would_change(SHIPPED.decisions, facts, SHIPPED.facts)}
        for decision in SHIPPED.decisions:
            now = weighed(decision, facts).arrangement
            for fact, value in ((fact, value) for fact in flags for value in (True, False)):
                then = weighed(decision, with_fact(facts, fact, value)).arrangement
                if now and then and then != now:
                    assert (decision.id, fact, value) in claimed


@pytest.mark.parametrize(
    ("kind", "wanted", "now", "tried"),
    [
        ("count", ">=3", 1, {2, 3}),
        ("count", ">=3", 3, {2}),
        ("count", "<=0", 1, {0}),
        ("count", [2], 5, {1, 2, 3}),
        ("count", 4, None, {3, 4, 5}),
        ("flag", True, True, {False}),
        ("flag", True, None, {True, False}),
        ("word", ["x", "y"], "x", {"y", "z"}),
        ("roles", "has tester", ("tester", "designer"), {("designer",)}),
        ("roles", "lacks tester|designer", ("designer",), {("designer", "tester"), ()}),
        ("roles", "has tester", None, {("tester",)}),
    ],
)
def test_the_values_that_a_condition_tells_apart_are_tried(
    kind: str, wanted: object, now: FactValue, tried: set[FactValue]
) -> None:
    decision = a_decision(a_consideration("lead", 1.0, {"a": wanted}))

    assert set(alternatives(a_rule("a", kind, "z"), decision, now)) == tried


def test_a_fact_that_no_consideration_asks_for_has_no_alternative() -> None:
    assert alternatives(a_rule("b"), a_decision(a_consideration("lead", 1.0, {"a": 1})), None) == []


# What to ask next


def test_what_would_move_most_is_asked_first() -> None:
    decision = a_decision(a_consideration("lead", 0.5, {"a": True}), a_consideration("dedicated", 3.0, {"b": True}))
    rules = [a_rule("a", "flag"), a_rule("b", "flag"), a_rule("c", "flag")]

    asks = ask_next([decision], [], rules)

    assert [a.fact for a in asks] == ["b", "a"]  # nothing hangs on c
    assert (asks[0].question, asks[0].why, asks[0].choices) == ("b?", "It matters.", ("Yes",))
    assert 1 > asks[0].value > asks[1].value > 0


def test_the_value_of_a_question_is_how_far_its_answers_move_the_shares() -> None:
    decision = a_decision(a_consideration("dedicated", 3.0, {"a": True}))
    moved = recommend(decision, facts_of(a=True)).shares["dedicated"] - 1 / 3

    assert ask_next([decision], [], [a_rule("a", "flag")])[0].value == pytest.approx(moved / 2, abs=0.001)  # "no" moves nothing


@pytest.mark.parametrize("value", [False, 0, (), "none", "nobody"])
def test_what_is_answered_with_no_is_not_asked_again(value: FactValue) -> None:
    decision = a_decision(a_consideration("dedicated", 3.0, {"a": True}))

    assert ask_next([decision], facts_of(a=value), [a_rule("a", "flag")]) == ()


def test_a_fact_without_a_question_is_not_asked() -> None:
    decision = a_decision(a_consideration("dedicated", 3.0, {"a": True}))
    rule = a_rule("a", "flag")

    assert ask_next([decision], [], [type(rule)(**{**vars(rule), "question": ""})]) == ()


def test_nothing_that_is_known_is_ever_asked() -> None:
    for facts in random_teams(200):
        asks = ask_next(SHIPPED.decisions, facts, SHIPPED.facts)

        assert {a.fact for a in asks} & {f.id for f in facts} == set()
        assert len(asks) <= MOST_QUESTIONS
        assert [a.value for a in asks] == sorted((a.value for a in asks), reverse=True)
        assert all(0 < a.value <= 1 for a in asks)


def test_when_nothing_is_known_there_is_something_to_ask() -> None:
    assert len(ask_next(SHIPPED.decisions, [], SHIPPED.facts)) == MOST_QUESTIONS


def test_when_everything_is_known_nothing_is_asked() -> None:
    assert ask_next(SHIPPED.decisions, [Fact(rule.id, "x") for rule in SHIPPED.facts], SHIPPED.facts) == ()


# The shipped rules, where anybody would say the same


@pytest.mark.parametrize(
    ("values", "arrangement"),
    [
        ({"external_parties": 0, "deadline": "none", "team_size": 6, "delivery_rhythm": "continuous"}, "shared"),
        ({"external_parties": 4, "deadline": "contract", "governance": "formal"}, "dedicated"),
    ],
)
def test_the_shipped_rules_decide_what_is_unmistakable(values: dict[str, FactValue], arrangement: str) -> None:
    assert recommend(DELIVERY, facts_of(**values)).arrangement == arrangement


@pytest.mark.parametrize("decision", [DELIVERY, PRODUCT], ids=["delivery", "product"])
def test_with_nothing_known_the_shipped_rules_recommend_nothing(decision: Decision) -> None:
    assert recommend(decision, []).arrangement is None


@pytest.mark.parametrize("decision", [DELIVERY, PRODUCT], ids=["delivery", "product"])
def test_each_shipped_option_can_be_reached(decision: Decision) -> None:
    assert {c.points_to for c in decision.considerations if c.weight > 0} == decision.options.keys()
