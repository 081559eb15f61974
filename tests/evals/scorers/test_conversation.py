from __future__ import annotations

from typing import Any

import pytest

from evals.dialogues import About, Arranged, Check, Ended, FactHeld, FactNotHeld
from evals.scorers.conversation import held, outcome, roles_about, roles_named
from evals.subject import Bench

ROLES = {"scrum-master#for": ("scrum_master",), "sharing#why": ("project_manager", "delivery_manager")}


def a_fact(id: str, value: object, certainty: str = "stated") -> dict[str, Any]:
    return {"id": id, "value": value, "certainty": certainty, "quotes": []}


def an_answer(**changes: Any) -> dict[str, Any]:
    answer = {
        "status": "answered",
        "answer": "A tech lead decides, and a designer helps [1].",
        "understood": [a_fact("team_size", 6)],
        "sources": [{"passage": "scrum-master#for"}],
        "advice": {
            "recommendation": {"delivery": {"arrangement": "lead"}, "product": {"arrangement": None}},
            "facts": [a_fact("deadline", "none"), a_fact("users", None, "unknown")],
        },
    }
    return {**answer, **changes}


@pytest.mark.parametrize(
    ("check", "kind"),
    [
        (FactHeld("team_size", 6), "fact"),
        (FactHeld("deadline", "none"), "fact"),
        (FactNotHeld("users"), "not_fact"),
        (FactNotHeld("governance"), "not_fact"),
        (About(("tech_lead",)), "about"),
        (About(("scrum_master", "designer")), "about"),
        (Ended(("needs_facts", "answered")), "status"),
        (Arranged({"delivery": ("shared", "lead")}), "arrangement"),
    ],
)
def test_what_holds_is_right(bench: Bench, check: Check, kind: str) -> None:
    found = outcome(check, 2, an_answer(), bench.vocabulary, ROLES)

    assert (found.kind, found.turn, found.right) == (kind, 2, True)


@pytest.mark.parametrize(
    ("check", "says"),
    [
        (FactHeld("team_size", 9), "turn 2: team_size is 6, told 9"),
        (FactHeld("users", "external"), "users is None, told external"),
        (FactNotHeld("team_size"), "team_size is 6, should be unknown"),
        (About(("tech_lead", "programme_manager")), "says nothing of programme_manager"),
        (Ended(("declined", "signpost")), "answered, labelled declined or signpost"),
        (Arranged({"delivery": ("dedicated",)}), "delivery lead, not dedicated"),
        (Arranged({"delivery": ("lead",), "product": ("covered",)}), "product needs facts, not covered"),
    ],
)
def test_what_does_not_hold_is_wrong_and_says_why(bench: Bench, check: Check, says: str) -> None:
    found = outcome(check, 2, an_answer(), bench.vocabulary, ROLES)

    assert not found.right
    assert says in found.reason


def test_without_advice_nothing_is_arranged_and_facts_are_those_understood(bench: Bench) -> None:
    answer = an_answer(advice=None)

    assert held(answer) == {"team_size": 6}
    assert not outcome(Arranged({"product": ("covered",)}), 1, answer, bench.vocabulary, ROLES).right


def test_a_yes_is_not_a_one(bench: Bench) -> None:
    answer = an_answer(understood=[a_fact("regulated", 1)])

    assert not outcome(FactHeld("regulated", True), 1, answer, bench.vocabulary, ROLES).right


def test_a_reply_that_offers_roles_is_about_none(bench: Bench) -> None:
    reply = an_answer(answer="PM can mean product manager or project manager.", sources=[], advice=None)

    assert roles_about(reply, bench.vocabulary, ROLES) == set()


def test_a_cited_guide_brings_all_of_its_roles(bench: Bench) -> None:
    answer = an_answer(answer="Share it [1].", sources=[{"passage": "sharing#why"}])

    assert roles_about(answer, bench.vocabulary, ROLES) == {"project_manager", "delivery_manager"}


def test_roles_are_named_in_one_order(bench: Bench) -> None:
    one, two = "A tech lead or a scrum master.", "A scrum master, a tech lead, a scrum master."

    assert roles_named(one, bench.vocabulary) == roles_named(two, bench.vocabulary) == ["scrum_master", "tech_lead"]
