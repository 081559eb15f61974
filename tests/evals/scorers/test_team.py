from __future__ import annotations

from typing import Any

import pytest

from app.coaching.model import FactValue
from evals.cases import Held, LabelledFlip, Verdict
from evals.scorers.team import (
    Wanted,
    arrangement_right,
    bad_quotes,
    claims,
    class_given,
    constant,
    counted,
    flip_found,
    given_facts,
    macro_f1,
    moved_facts,
    names_left,
    owners_right,
    same_value,
    wanted,
)

CLASSES = ("shared", "lead", "dedicated", "programme")


def a_fact(fact: str, value: Any, certainty: str = "stated", *quotes: dict[str, Any]) -> dict[str, Any]:
    return {"id": fact, "value": value, "certainty": certainty, "quotes": list(quotes)}


def an_advice(*facts: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"facts": list(facts), "responsibilities": [], "would_change": [], **more}


def a_label(best: str | None, *acceptable: str) -> Verdict:
    return Verdict(best, acceptable, False, "start")


def verdicts(facts: dict[str, FactValue], not_settled: list[str], *given: dict[str, Any]) -> list[str]:
    return [claim.verdict for claim in claims(facts, not_settled, given_facts(an_advice(*given)))]


def test_best_and_acceptable_arrangements_are_right_and_others_wrong() -> None:
    label = a_label("lead", "shared")

    assert arrangement_right(label, "lead")
    assert arrangement_right(label, "shared")
    assert not arrangement_right(label, "dedicated")
    assert not arrangement_right(label, None)


def test_where_facts_are_needed_only_saying_so_is_right() -> None:
    assert arrangement_right(a_label(None), None)
    assert not arrangement_right(a_label(None), "shared")


@pytest.mark.parametrize(
    ("fact", "label", "given", "same"),
    [
        ("team_size", 7, 7, True),
        ("team_size", 7, 8, False),
        ("team_size", 1, True, False),
        ("regulated", True, 1, False),
        ("regulated", False, False, True),
        ("deadline", "contract", "internal", False),
        ("priorities_owner", "founder", "ceo", True),
        ("vision_owner", "ceo", "founder", True),
        ("priorities_owner", "tech_lead", "engineering_manager", False),
        ("priorities_owner", "nobody", None, False),
        ("organisation", "founder", "ceo", False),  # only who owns something is alike
    ],
)
def test_values_are_the_same_or_not(fact: str, label: FactValue, given: object, same: bool) -> None:
    assert same_value(fact, label, given) is same


def test_a_wrong_fact_is_wrong_and_an_open_one_is_told_apart_from_one_without_a_label() -> None:
    given = [a_fact("team_size", 7), a_fact("deadline", "none"), a_fact("governance", "none"), a_fact("products", 2)]

    found = verdicts({"team_size": 7, "deadline": "contract"}, ["governance"], *given)

    assert found == ["right", "wrong", "unsettled", "unlabelled"]


def test_roles_are_judged_one_by_one() -> None:
    found = verdicts({"roles_present": ("designer", "developer")}, [], a_fact("roles_present", ["designer", "tester"]))

    assert found == ["right", "wrong"]


def test_what_is_unknown_is_no_claim() -> None:
    assert (
        verdicts({"team_size": 7}, ["deadline"], a_fact("team_size", None, "unknown"), a_fact("deadline", None, "unknown")) == []
    )


def test_labelled_facts_are_found_role_by_role_and_only_with_the_right_value() -> None:
    facts: dict[str, FactValue] = {"team_size": 7, "deadline": "none", "users": "none", "roles_present": ("designer", "tester")}
    given = given_facts(an_advice(a_fact("team_size", 7), a_fact("deadline", "internal"), a_fact("roles_present", ["tester"])))

    found = wanted(facts, {"team_size", "roles_present"}, given)

    assert found == [
        Wanted("team_size", True, True),
        Wanted("deadline", False, False),
        Wanted("users", False, False),
        Wanted("roles_present", True, False),
        Wanted("roles_present", True, True),
    ]


@pytest.mark.parametrize(
    ("quote", "good"),
    [
        ({"text": "seven of us", "start": 7, "end": 18}, True),
        ({"text": "seven of us", "start": 6, "end": 17}, False),
        ({"text": "Seven of us", "start": 7, "end": 18}, False),
        ({"text": "", "start": 3, "end": 3}, False),
        ({"text": "s", "start": -1, "end": 18}, False),
    ],
)
def test_a_quote_stands_at_its_offsets_letter_for_letter(quote: dict[str, Any], good: bool) -> None:
    fact = a_fact("team_size", 7, "stated", quote)
    duty = {"id": "blockers", "quotes": [quote]}

    bad, n = bad_quotes("We are seven of us", an_advice(fact, responsibilities=[duty]))

    assert n == 2
    assert (bad == []) is good
    assert good or (bad[0].startswith("team_size") and bad[1].startswith("blockers"))


def test_owners_are_all_named_and_no_others() -> None:
    label = Held("owned", ("product_owner",))

    assert owners_right(label, ["product_owner"]) is True
    assert owners_right(label, ["product_manager"]) is False
    assert owners_right(label, ["product_owner", "tech_lead"]) is False
    assert owners_right(label, []) is False
    assert owners_right(Held("owned", ("founder",)), ["ceo"]) is True


def test_owners_without_a_role_are_not_judged() -> None:
    assert owners_right(Held("owned", ("Filipa",)), ["designer"]) is None
    assert owners_right(Held("owned", ()), ["designer"]) is None


def test_a_labelled_flip_is_found_by_decision_fact_and_arrangement() -> None:
    advice = an_advice(would_change=[{"decision": "delivery", "fact": "team_size", "to": 12, "arrangement": "dedicated"}])

    assert flip_found(LabelledFlip("delivery", "team_size", 20, "dedicated"), advice)
    assert not flip_found(LabelledFlip("delivery", "team_size", 12, "programme"), advice)
    assert not flip_found(LabelledFlip("product", "team_size", 12, "dedicated"), advice)
    assert not flip_found(LabelledFlip("delivery", "deadline", "none", "dedicated"), advice)


def test_facts_move_with_their_value_and_not_with_the_order_of_roles() -> None:
    before = an_advice(a_fact("roles_present", ["designer", "tester"]), a_fact("team_size", 7), a_fact("users", None, "unknown"))
    after = an_advice(a_fact("roles_present", ["tester", "designer"]), a_fact("team_size", 8), a_fact("users", "internal"))

    assert moved_facts(before, before) == []
    assert moved_facts(before, after) == ["team_size", "users"]


def test_a_name_is_found_only_where_every_letter_of_every_mention_is() -> None:
    text = "Anna Kowalska and Jo. Ask Anna; Joanna is on leave."

    everything = names_left(text, ["Anna", "Anna Kowalska", "Jo"], [(0, 13), (18, 20), (26, 30)])
    once = names_left(text, ["Anna"], [(0, 4)])
    half = names_left(text, ["Anna Kowalska"], [(0, 4)])
    parts = names_left(text, ["Anna Kowalska"], [(0, 4), (5, 13)])

    assert (everything, once, half, parts) == ([], ["Anna"], ["Anna Kowalska"], [])


def test_the_constant_answer_is_the_one_that_is_right_most_often() -> None:
    labels = [a_label("lead", "shared"), a_label("lead", "shared"), a_label("shared"), a_label(None)]

    assert constant(labels) == "shared"
    assert constant([]) is None


def test_an_acceptable_arrangement_counts_as_the_labelled_class() -> None:
    assert class_given(a_label("lead", "shared"), "shared") == "lead"
    assert class_given(a_label("lead", "shared"), "dedicated") == "dedicated"
    assert class_given(a_label(None), "dedicated") == "dedicated"


def test_macro_f1_weighs_every_class_the_same() -> None:
    pairs = [("shared", "shared")] * 8 + [("lead", "shared")] * 2

    found = macro_f1("f1", pairs, CLASSES, target=0.8)

    assert found.value == pytest.approx((2 * 8 / (8 + 10) + 0) / 2)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= (found.value or 0) <= found.high
    assert found.met is False


def test_macro_f1_counts_what_is_withheld_as_missed_and_what_is_made_up_as_wrong() -> None:
    withheld = macro_f1("f1", [("shared", "shared"), ("shared", None)], CLASSES)
    made_up = macro_f1("f1", [("shared", "shared"), (None, "shared")], CLASSES)
    right = macro_f1("f1", [("shared", "shared"), ("lead", "lead"), (None, None)] * 5, CLASSES)

    assert withheld.value == made_up.value == pytest.approx(2 / 3)
    assert (right.value, right.low, right.high) == (1.0, 1.0, 1.0)


def test_macro_f1_of_nothing_is_no_figure() -> None:
    found = macro_f1("f1", [], CLASSES, target=0.8)

    assert (found.value, found.n, found.met) == (None, 0, False)


def test_a_confusion_matrix_has_the_labelled_ones_in_rows() -> None:
    pairs = [("shared", "lead"), ("shared", "lead"), ("lead", None)]

    rows = counted(pairs, ("shared", "lead", "needs facts"))

    assert rows == (("shared", "", "2", ""), ("lead", "", "", "1"), ("needs facts", "", "", ""))
