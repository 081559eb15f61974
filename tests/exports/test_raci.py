"""The RACI draft and the grid for a workshop."""

import pytest

from app.coaching.team.report import Responsibility
from app.exports.raci import families, grid_rows, holder, raci_rows
from tests.exports.samples import LARGE, SMALL, an_advice, responsibilities, some_words


def the_row(state: str, owners: tuple[str, ...] = (), family: str = "product", known=None):
    advice = an_advice(known or LARGE, duties=[Responsibility("x", family, "The thing", state, owners)])
    return raci_rows(advice, some_words())[0]


def test_who_owns_it_is_accountable():
    row = the_row("owned", ("tech_lead",))

    assert (row.accountable, row.responsible, row.flagged) == ("tech lead", ("tech lead",), False)


def test_what_is_shared_is_done_by_the_team_and_nobody_is_accountable():
    row = the_row("shared", ("team",))

    assert (row.accountable, row.responsible, row.flagged) == ("", ("the team",), False)
    assert "to be agreed" in row.note


def test_the_lead_is_accountable_for_shared_delivery_and_not_for_the_product():
    delivery = the_row("shared", ("team",), "delivery", SMALL)
    product = the_row("shared", ("team",), "product", SMALL)

    assert (delivery.accountable, delivery.responsible) == ("tech lead", ("the team",))
    assert product.accountable == ""


@pytest.mark.parametrize("holder_of_the_plan", ["nobody", "team"])
def test_nobody_and_the_team_are_no_lead(holder_of_the_plan):
    assert the_row("shared", (), "delivery", {**SMALL, "coordination_owner": holder_of_the_plan}).accountable == ""


@pytest.mark.parametrize("state", ["doubled", "owned"])
def test_what_more_than_one_hold_has_nobody_accountable_and_is_flagged(state):
    row = the_row(state, ("tech_lead", "product_owner"))

    assert (row.accountable, row.flagged) == ("", True)
    assert row.responsible == ("tech lead", "product owner")


def test_what_nobody_holds_is_empty_and_flagged():
    row = the_row("unowned")

    assert (row.accountable, row.responsible, row.flagged) == ("", (), True)


def test_what_is_not_described_is_empty_and_not_flagged():
    row = the_row("unknown")

    assert (row.accountable, row.responsible, row.flagged, row.note) == ("", (), False, "Not described.")


def test_every_responsibility_has_one_row_family_by_family():
    advice = an_advice()

    rows = raci_rows(advice, some_words())

    assert sorted(row.id for row in rows) == sorted(r.id for r in advice.responsibilities)
    assert list(dict.fromkeys(row.family for row in rows)) == ["What and why", "How and when", "In common"]


def test_a_family_of_ones_own_keeps_its_name():
    assert families(an_advice(duties=[Responsibility("x", "craft", "The thing", "unknown")]))[0][0] == "craft"


def test_the_grid_says_what_others_think_and_leaves_room_for_what_i_think():
    rows = {row.name: row for row in grid_rows(an_advice(duties=responsibilities()), some_words())}

    assert rows["The picture of what the product should become"].others_think == "Product owner"
    assert rows["Knowing what customers need"].others_think == ""
    assert rows["Knowing what customers need"].unowned
    assert rows["How success is measured"].unowned == rows["How success is measured"].others_think == ""
    assert {row.i_think for row in rows.values()} == {""}


@pytest.mark.parametrize(
    ("state", "owners", "said"),
    [
        ("unowned", (), "Nobody"),
        ("unknown", (), "Not described"),
        ("shared", ("team",), "Shared by the team"),
        ("shared", ("tech_lead", "product_owner"), "Shared: tech lead and product owner"),
        ("doubled", ("tech_lead", "product_owner", "founder"), "Doubled: tech lead, product owner and founder"),
        ("doubled", (), "Doubled"),
        ("owned", ("tech_lead",), "Tech lead"),
        ("something new", (), "Not described"),
    ],
)
def test_who_holds_it_is_said_in_words(state, owners, said):
    assert holder(Responsibility("x", "product", "The thing", state, owners), some_words()) == said
