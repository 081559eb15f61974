"""How many: numbers in one statement, and none where none stands."""

from __future__ import annotations

import pytest

from app.coaching.team import counting
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
        ("Three developers, two designers and a tester.", 6),
        ("Two engineers, a designer and me.", 4),
    ],
)
def test_people_are_counted_by_their_total_else_by_their_parts(text: str, n: int) -> None:
    assert counting.people(text) == n


@pytest.mark.parametrize("text", ["We like each other.", "We have 3 months left.", "80 % is done.", ""])
def test_without_people_there_is_no_count(text: str) -> None:
    assert counting.people(text) is None


@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS.keys())
@pytest.mark.parametrize("fact", COUNTED)
def test_whatever_is_counted_is_a_number_or_nothing(fact: str, text: str) -> None:
    for start in range(0, min(len(text), 2_000), 280):
        n = COUNTED[fact](text[start : start + 280])

        assert n is None or 0 <= n <= counting.MOST
