"""How many: numbers in one statement, and none where none stands."""

from __future__ import annotations

import pytest

from app.coaching.team import counting
from app.coaching.team.counting import Count
from app.coaching.team.facts import COUNTED
from tests.coaching.team.made import ODD_TEXTS


@pytest.mark.parametrize(
    ("text", "n"), [("7", 7), ("seven", 7), ("Seven", 7), ("A Dozen", 12), ("half a dozen", 6), ("forty-five", 45), ("0", 0)]
)
def test_a_number_is_read_in_digits_and_in_words(text: str, n: int) -> None:
    assert counting.number(text) == n


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("We are seven: five engineers, a designer and a tester.", 7),
        ("There are eleven of us.", 11),
        ("A six-person team.", 6),
        ("Sixteen on the project: ten here in Piraeus, six in Manila.", 16),
        ("So five.", 5),
        ("9 ppl.", 9),
        ("You're number seven.", 7),
        ("One crew, 12 not counting me: Hamilton 8, Christchurch 4.", 13),
        ("Team of 17 at a bank: twelve engineers, two data scientists, two designers, and Valentina.", 17),
    ],
)
def test_a_total_that_stands_there_is_said(text: str, n: int) -> None:
    assert counting.people(text) == Count(n, said=True)


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("Three developers, two designers and a tester.", 6),
        ("Two engineers, a designer and me.", 4),
        ("There are three developers and Mireille, who writes down what the branches mean.", 4),
        ("Staff: four developers (Halvard, Meera, Jacinta, Bo), a tester (Goran), a designer.", 6),
        ("Forms (Tirana, 7), Registry (Tirana, 5), Payments (Durrës, 4)", 16),
        ("crews 9 + 7 + 6", 22),
        ("In the room: Beate, Umut, Carlo and Sabine.", 4),
    ],
)
def test_without_a_total_the_parts_are_added_up(text: str, n: int) -> None:
    assert counting.people(text) == Count(n, said=False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We rely on two others, the translation provider and the firm that does our billing.", Count(2, said=True)),
        ("One other party, the ticket-gate supplier, and one date.", Count(1, said=True)),
        ("We depend on nobody.", Count(0, said=True)),
        ("No supplier has a hand in it.", Count(0, said=True)),
        ("We depend on the bank and on nobody else.", Count(1, said=False)),
        ("Crane maker (Finland), network firm, cabin refitter, certifier.", Count(4, said=False)),
        ("The meter firm, the billing vendor, and a date in the contract.", Count(2, said=False)),
    ],
)
def test_outside_parties_are_counted_or_listed(text: str, expected: Count) -> None:
    assert counting.parties(text) == expected


@pytest.mark.parametrize(
    ("text", "n"), [("One of six teams.", 6), ("three small squads", 3), ("Gates 10, Ticketing 12, Cashless 7 and Access 5", 4)]
)
def test_teams_are_counted_by_their_number_or_by_their_names_with_sizes(text: str, n: int) -> None:
    counted = counting.teams(text)

    assert counted is not None
    assert counted.n == n


@pytest.mark.parametrize(("row", "n"), [("Tills | Utrecht | 8 | Jo", 8), ("8 | 9", None), ("We are 8", None), ("a || b", None)])
def test_the_cell_of_a_row_that_is_a_number_alone(row: str, n: int | None) -> None:
    assert counting.cell(row) == n


@pytest.mark.parametrize("text", ["We like each other.", "We have 3 months left.", "80 % is done.", ""])
def test_without_people_there_is_no_count(text: str) -> None:
    assert counting.people(text) is None


@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS.keys())
@pytest.mark.parametrize("fact", COUNTED)
def test_whatever_is_counted_is_a_number_or_nothing(fact: str, text: str) -> None:
    for start in range(0, min(len(text), 2_000), 280):
        counted = COUNTED[fact](text[start : start + 280])

        assert counted is None or 0 <= counted.n <= 2 * counting.MOST
