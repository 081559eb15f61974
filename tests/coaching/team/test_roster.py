"""Who is there: roles that are held now, and who holds what."""

from __future__ import annotations

from itertools import pairwise

import pytest

from app.coaching.team.roster import Roster
from app.coaching.team.statements import Statement, statements_of
from tests.coaching.team.made import ODD_TEXTS, VOCABULARY

ROSTER = Roster(VOCABULARY)


def present(text: str) -> list[str]:
    return [h.role for h in ROSTER.present(Statement(text, 0, len(text)))]


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("We have a product owner and a scrum master.", ["product_owner", "scrum_master"]),
        ("Kim (product owner), two developers, a tester", ["product_owner", "developer", "tester"]),
        ("Product owner | Kim", ["product_owner"]),
    ],
)
def test_roles_that_are_held_are_there(text: str, roles: list[str]) -> None:
    assert present(text) == roles


@pytest.mark.parametrize(
    "text",
    [
        "We have no project manager.",
        "We need a project manager.",
        "Our former project manager is missed.",
        "The project manager left in March.",
        "Project manager: none",
        "Project manager – vacant",
        "Should we hire a project manager?",
        "At my last company we had a project manager.",
        "If we had a project manager, things would be calm.",
        "The client's project manager calls daily.",
    ],
)
def test_roles_that_nobody_in_the_team_holds_are_not(text: str) -> None:
    assert present(text) == []


def test_of_overlapping_names_the_longest_counts() -> None:
    text = "a technical programme manager"

    found = ROSTER.mentions(text)

    assert [(h.role, text[h.start : h.end]) for h in found] == [("technical_programme_manager", "technical programme manager")]


@pytest.mark.parametrize(
    ("text", "name", "role"),
    [
        ("Kim is our product owner.", "Kim", "product_owner"),
        ("Scrum master: Łukasz", "Łukasz", "scrum_master"),
        ("Zoë (delivery manager) helps.", "Zoë", "delivery_manager"),
    ],
)
def test_a_name_beside_a_role_stands_for_it(text: str, name: str, role: str) -> None:
    assert ROSTER.by_name(statements_of(text)).get(name) == role


def test_whoever_holds_something_is_a_role_that_is_named_or_that_of_a_person() -> None:
    by_name = {"Kim": "product_owner"}

    def holder(text: str, before: str = "") -> str | None:
        return ROSTER.holder(Statement(text, 0, len(text), before), by_name)

    assert holder("The scrum master and a developer keep the plan.") == "scrum_master"
    assert holder("Kim keeps the plan.") == "product_owner"
    assert holder("Kim’s plan is kept.") == "product_owner"
    assert holder("She keeps the plan.", "Kim joined in May.") == "product_owner"
    assert holder("She keeps the plan.") is None
    assert holder("Somebody keeps the plan.") is None


@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS.keys())
def test_every_mention_stands_where_it_says(text: str) -> None:
    for statement in statements_of(text):
        found = ROSTER.mentions(statement.text)

        assert all(0 <= h.start < h.end <= len(statement.text) for h in found)
        assert all(a.end <= b.start for a, b in pairwise(found))
