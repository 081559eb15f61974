"""Roles as people name them, on the shipped names."""

from __future__ import annotations

import pytest

from app.coaching.vocabulary import Vocabulary
from app.knowledge.rules import read_vocabulary
from app.settings import SHIPPED_CORPUS


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return read_vocabulary(SHIPPED_CORPUS / "rules")


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("What does a product owner do?", ["product_owner"]),
        ("Scrum Masters' and delivery leads' work", ["scrum_master", "delivery_manager"]),
        ("the project manager's plan", ["project_manager"]),
        ("a scrum-master, a product\nmanager", ["scrum_master", "product_manager"]),
        ("a technical program manager or a program manager", ["technical_programme_manager", "programme_manager"]),
        ("PO, BA and TPMs", ["product_owner", "business_analyst", "technical_programme_manager"]),
        ("our PgM", ["programme_manager"]),
        ("a project manager and once more a project manager", ["project_manager"]),
    ],
)
def test_a_role_is_found_by_each_of_its_names(text: str, roles: list[str], vocabulary: Vocabulary) -> None:
    assert vocabulary.roles_in(text) == roles


@pytest.mark.parametrize(
    "text",
    ["a po boy sandwich", "the em dash", "dm me", "a sm amount", "a non-product manager", "the PMBOK", "managers of products"],
)
def test_words_that_only_look_like_a_role_name_none(text: str, vocabulary: Vocabulary) -> None:
    assert vocabulary.roles_in(text) == []


def test_mentions_say_where_the_name_stands(vocabulary: Vocabulary) -> None:
    text = "The delivery lead and the PO's backlog"

    found = vocabulary.mentions(text)

    assert [(m.role, text[m.start : m.end]) for m in found] == [
        ("delivery_manager", "delivery lead"),
        ("product_owner", "PO's"),
    ]


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("a product and a project manager", ["product_manager", "project_manager"]),
        ("product vs. project management", ["product_manager", "project_manager"]),
        ("product/project manager", ["product_manager", "project_manager"]),
        ("engineering and delivery managers", ["engineering_manager", "delivery_manager"]),
        ("from project to product manager", ["project_manager", "product_manager"]),
    ],
)
def test_half_a_role_name_is_completed_by_the_next(text: str, whole: list[str], vocabulary: Vocabulary) -> None:
    assert vocabulary.roles_in(vocabulary.completed(text)) == whole


def test_abbreviations_are_spelled_out_in_the_words_of_the_guides(vocabulary: Vocabulary) -> None:
    assert vocabulary.expanded("Does a TPM outrank our PO?") == "Does a technical programme manager outrank our product owner?"
    assert vocabulary.expanded("a program manager") == "a programme manager"
    assert vocabulary.expanded("no role here") == "no role here"


@pytest.mark.parametrize("text", ["What does a PM do?", "two PMs", "our PM's plan", "at 10.30 pm the PM leaves", "P.M. or not"])
def test_pm_without_an_explanation_is_noticed(text: str, vocabulary: Vocabulary) -> None:
    assert vocabulary.bare_pm(text)


@pytest.mark.parametrize("text", ["We meet at 3 pm", "at 3:30 p.m. on Monday", "the PMO", "PMP exam", "a shipment"])
def test_times_of_day_and_longer_words_are_no_pm(text: str, vocabulary: Vocabulary) -> None:
    assert not vocabulary.bare_pm(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("our PM writes the roadmap", "product_manager"),
        ("the PM watches budget and milestones", "project_manager"),
        ("the PM with the roadmap and the milestones", None),
        ("a PM", None),
    ],
)
def test_words_near_a_pm_tell_which_one_is_meant_unless_they_point_both_ways(
    text: str, meant: str | None, vocabulary: Vocabulary
) -> None:
    assert vocabulary.meaning_of_pm(text) == meant


def test_pm_is_replaced_by_the_role_and_the_time_of_day_is_not(vocabulary: Vocabulary) -> None:
    assert vocabulary.with_pm_as("At 10:30 pm our PMs leave", "project_manager") == "At 10:30 pm our project manager leave"
    assert vocabulary.with_pm_as("At 3 p.m. our PM leaves", "project_manager") == "At 3 p.m. our project manager leaves"


def test_a_role_that_has_no_name_is_called_by_its_id(vocabulary: Vocabulary) -> None:
    assert vocabulary.name("product_manager") == "product manager"
    assert vocabulary.name("release_captain") == "release captain"
