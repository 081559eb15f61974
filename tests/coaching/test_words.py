"""Words as retrieval and checking compare them."""

from __future__ import annotations

import pytest

from app.coaching.words import STOP_WORDS, stems, words


def test_words_come_in_lower_case_and_in_order() -> None:
    assert words("The Team’s plan, v2: ship!") == ["the", "team's", "plan", "v2", "ship"]


@pytest.mark.parametrize(
    ("american", "british"),
    [("program", "programme"), ("organization", "organisation"), ("prioritize", "prioritise"), ("startups", "start-ups")],
)
def test_american_and_british_spellings_meet(american: str, british: str) -> None:
    assert stems(american) == stems(british) != []


@pytest.mark.parametrize(
    ("one", "other"), [("managers", "manager"), ("removes", "removing"), ("team's", "team"), ("releases", "release")]
)
def test_forms_of_one_word_share_a_stem(one: str, other: str) -> None:
    assert stems(one) == stems(other)


def test_function_words_carry_no_stem() -> None:
    assert stems("What is it that you would have us do about them?") == []
    assert "not" in STOP_WORDS  # negation is checked by name


def test_repetitions_are_kept() -> None:
    assert stems("plan the plan") == ["plan", "plan"]


@pytest.mark.parametrize("text", ["", "  ", "…!?", "日本語"])
def test_a_text_without_words_has_none(text: str) -> None:
    assert words(text) == []
    assert stems(text) == []
