"""Rules over facts: conditions, bands, what to ask next, and the JSON that other programs read."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from app.coaching.model import Certainty, Fact, FactValue, Quote
from app.coaching.rules import Consideration, Decision, FactRule, Tie
from app.coaching.team.decide import Leaning, advice_json, leaning
from app.knowledge.rules import read_rules
from app.settings import SHIPPED_CORPUS

SHIPPED = read_rules(SHIPPED_CORPUS / "rules")
DELIVERY = next(d for d in SHIPPED.decisions if d.id == "delivery")
PRODUCT = next(d for d in SHIPPED.decisions if d.id == "product")


def a_consideration(points_to: str, weight: float, when: Mapping[str, object], text: str = "Because.") -> Consideration:
    return Consideration(f"{points_to}-{weight}", points_to, weight, when, text, Tie(f"guide#{points_to}", "A sentence."))


def a_decision(*considerations: Consideration) -> Decision:
    verdicts = {"open": "It is open.", "keep": "Keep it.", "dedicated": "Dedicated.", "shared": "Shared."}
    tie = Tie("guide#x", "A sentence.")
    return Decision("delivery", ("project_manager",), verdicts, tie, tie, considerations, ("project_manager",), ("b", "a"))


def a_rule(fact: str) -> FactRule:
    return FactRule(fact, "count", fact, f"{fact}?", "why", ("1", "2"), (), ())


def decided(*considerations: Consideration, **values: FactValue) -> Leaning:
    facts = [Fact(name, value) for name, value in values.items()]
    return leaning(a_decision(*considerations), facts, [a_rule("a"), a_rule("b")])


def shipped(decision: Decision, **values: FactValue) -> Leaning:
    return leaning(decision, [Fact(name, value) for name, value in values.items()], SHIPPED.facts)


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
        (["contract", "regulator"], "regulator", True),
        (["contract", "regulator"], "internal", False),
        ("nobody", "nobody", True),
        ("nobody", "founder", False),
        (True, True, True),
        (True, False, False),
        (False, False, True),
        (">=2", None, False),
        (["none"], None, False),
        (True, None, False),
    ],
)
def test_a_condition_holds_or_not(wanted: object, value: FactValue, holds: bool) -> None:
    result = decided(a_consideration("dedicated", 2.0, {"a": wanted}), a=value)

    assert bool(result.reasons_for) is holds


def test_a_fact_that_is_not_known_meets_no_condition() -> None:
    assert decided(a_consideration("dedicated", 2.0, {"a": False})).arrangement is None


def test_all_lines_of_a_condition_must_hold() -> None:
    both = a_consideration("dedicated", 2.0, {"a": ">=2", "b": True})

    assert decided(both, a=3).arrangement is None
    assert decided(both, a=3, b=True).arrangement == "dedicated"


def test_a_consideration_without_weight_or_condition_decides_nothing() -> None:
    result = decided(a_consideration("dedicated", 0.0, {"a": ">=1"}), a_consideration("shared", 3.0, {}), a=1)

    assert (result.arrangement, result.reasons_for, result.reasons_against) == (None, (), ())


# Weighing


@pytest.mark.parametrize(
    ("weights", "arrangement", "band"),
    [
        ((2.0, 0.0), "dedicated", "clear"),
        ((1.5, 0.0), "dedicated", "leaning"),
        ((1.0, 0.0), "dedicated", "leaning"),
        ((0.5, 0.0), None, "too_close"),
        ((2.0, 1.5), None, "too_close"),
        ((2.0, 1.0), "dedicated", "leaning"),
        ((1.0, 3.0), "shared", "clear"),
        ((1.5, 1.5), None, "too_close"),
    ],
)
def test_the_lead_of_the_summed_weights_makes_the_band(weights: tuple[float, float], arrangement: str | None, band: str) -> None:
    yes, no = weights
    result = decided(a_consideration("dedicated", yes, {"a": 1}), a_consideration("shared", no, {"a": 1}), a=1)

    assert (result.arrangement, result.band) == (arrangement, band)


def test_weights_that_point_the_same_way_add_up() -> None:
    result = decided(a_consideration("dedicated", 1.0, {"a": 1}), a_consideration("dedicated", 1.5, {"b": 1}), a=1, b=1)

    assert result.band == "clear"
    assert len(result.reasons_for) == 2


def test_what_speaks_against_is_kept() -> None:
    result = decided(a_consideration("dedicated", 3.0, {"a": 1}), a_consideration("shared", 1.0, {"b": 1}), a=1, b=1)

    assert [r.consideration.points_to for r in result.reasons_against] == ["shared"]


def test_a_role_that_is_there_is_kept_and_not_hired() -> None:
    consideration = a_consideration("dedicated", 2.0, {"a": 1})

    assert decided(consideration, a=1).change == "start"
    kept = decided(consideration, a=1, roles_present=("designer", "project_manager"))
    assert (kept.change, kept.verdict) == ("keep", "Keep it.")


def test_nothing_known_leaves_it_open() -> None:
    result = decided(a_consideration("dedicated", 2.0, {"a": 1}))

    assert (result.arrangement, result.change, result.band, result.verdict) == (None, "unclear", "too_close", "It is open.")


def test_the_numbers_of_a_reason_are_filled_in_and_its_facts_named() -> None:
    reason = decided(a_consideration("dedicated", 2.0, {"a": ">=2"}, "You rely on {a} parties."), a=4).reasons_for[0]

    assert (reason.text, reason.facts) == ("You rely on 4 parties.", ("a",))


def test_braces_in_a_value_are_not_filled_again() -> None:
    result = decided(a_consideration("dedicated", 2.0, {"a": "{b}"}, "{a} and {b} decide."), a="{b}", b="{a.__class__}")

    assert result.reasons_for[0].text == "{b} and {a.__class__} decide."


# What to ask


def test_the_first_unknown_fact_of_the_order_is_asked() -> None:
    assert decided().ask_next == a_rule("b")
    assert decided(b=1).ask_next == a_rule("a")
    assert decided(a=1, b=1).ask_next is None


# The shipped rules


@pytest.mark.parametrize(
    ("values", "arrangement"),
    [
        ({"team_size": 6, "delivery_rhythm": "continuous", "external_parties": 0}, "shared"),
        ({"external_parties": 3, "deadline": "contract"}, "dedicated"),
        ({"deadline": "regulator", "regulated": True, "budget_reporting": True}, "dedicated"),
        ({"teams_involved": 4}, "programme"),
        ({"blockers_unowned": True}, "lead"),
        ({"team_size": 6, "external_parties": 2}, None),
        ({"deadline": "none", "delivery_rhythm": "regular"}, "shared"),
    ],
)
def test_the_shipped_rules_point_where_anybody_can_read_that_they_do(
    values: dict[str, FactValue], arrangement: str | None
) -> None:
    assert shipped(DELIVERY, **values).arrangement == arrangement


def test_a_team_without_an_owner_of_priorities_is_told_to_name_one() -> None:
    result = shipped(PRODUCT, priorities_owner="nobody")

    assert (result.arrangement, result.band) == ("named_owner", "clear")


@pytest.mark.parametrize("decision", [DELIVERY, PRODUCT], ids=["delivery", "product"])
def test_each_shipped_outcome_has_its_own_sentence_and_no_blank_is_left(decision: Decision) -> None:
    pointed = {c.points_to for c in decision.considerations if c.weight}
    facts = {f.id: "9" for f in SHIPPED.facts}

    assert pointed | {"open", "keep"} <= decision.verdicts.keys()
    assert [c.id for c in decision.considerations if "{" in c.text.format(**facts)] == []
    assert set(decision.ask_order) <= facts.keys()


# What other programs read


def test_advice_has_the_shape_that_other_programs_read() -> None:
    facts = [
        Fact("external_parties", 3, Certainty.STATED, (Quote("three suppliers", 8, 23),)),
        Fact("team_size", 6, Certainty.TOLD),
        Fact("roles_present", ("designer",), Certainty.INFERRED),
    ]
    result = leaning(DELIVERY, facts, SHIPPED.facts)

    data = advice_json(result, facts, {"when-a-team-needs-a-project-manager#when-several-suppliers-or-partners-are-involved": 2})

    assert json.loads(json.dumps(data)) == data
    assert set(data) == {"recommendation", "facts", "would_change", "ask_next"}
    delivery = data["recommendation"]["delivery"]
    assert set(delivery) == {"arrangement", "change", "confidence", "band", "for", "against"}
    assert (delivery["arrangement"], delivery["band"], delivery["confidence"]) == (None, "too_close", 0.0)
    assert data["facts"] == [
        {
            "id": "external_parties",
            "value": 3,
            "certainty": "stated",
            "quotes": [{"text": "three suppliers", "start": 8, "end": 23}],
        },
        {"id": "team_size", "value": 6, "certainty": "told", "quotes": []},
        {"id": "roles_present", "value": ["designer"], "certainty": "inferred", "quotes": []},
    ]
    assert {"consideration", "text", "weight", "facts", "cites"} == set(delivery["against"][0])
    assert delivery["against"][0]["cites"] == [2]
    assert data["ask_next"][0].keys() == {"fact", "question", "value"}


def test_confidence_is_the_share_of_the_weight_that_speaks_for_it() -> None:
    result = decided(a_consideration("dedicated", 3.0, {"a": 1}), a_consideration("shared", 1.0, {"b": 1}), a=1, b=1)

    data = advice_json(result, [], {})

    assert data["recommendation"]["delivery"]["confidence"] == 0.75
    assert data["recommendation"]["delivery"]["for"][0]["cites"] == []
    assert data["ask_next"] == []
