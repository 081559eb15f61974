"""A description cut into statements, each verbatim at its place."""

from __future__ import annotations

from itertools import pairwise

import pytest

from app.coaching.team.statements import LONGEST, MOST_STATEMENTS, statements_of
from tests.coaching.team.made import ODD_TEXTS


def texts(text: str) -> list[str]:
    return [s.text for s in statements_of(text)]


@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS.keys())
def test_each_statement_is_verbatim_at_its_offsets(text: str) -> None:
    found = statements_of(text)

    assert [s.text for s in found] == [text[s.start : s.end] for s in found]
    assert len(found) <= MOST_STATEMENTS
    assert all(a.end <= b.start for a, b in pairwise(found))


@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS.keys())
def test_each_statement_says_something_and_is_not_endless(text: str) -> None:
    for statement in statements_of(text):
        assert any(map(str.isalpha, statement.text))
        assert len(statement.text) <= LONGEST
        assert statement.text == statement.text.strip()


@pytest.mark.parametrize("text", ["", " \n\t ", "---", "| --- | --- |", "2026", "…", "👩‍💻 🎉"])
def test_what_says_nothing_has_no_statement(text: str) -> None:
    assert statements_of(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We are six. No suppliers! Who owns it? Nobody.", ["We are six.", "No suppliers!", "Who owns it?", "Nobody."]),
        ("We are six; no suppliers.", ["We are six;", "no suppliers."]),
        ("- six people\n- no suppliers\n", ["six people", "no suppliers"]),
        ("1. six people\n2) no suppliers", ["six people", "2) no suppliers"]),
        ("# Team\nSix people", ["Team", "Six people"]),
        ("| Role | Who |\n| PO | Kim |", ["Role | Who", "PO | Kim"]),
        ("We use e.g. Jira and boards etc. as others do.", ["We use e.g. Jira and boards etc. as others do."]),
        ("Budget is £3.5m. It is fixed.", ["Budget is £3.5m.", "It is fixed."]),
        ("“We are six.” She nodded.", ["“We are six.”", "She nodded."]),
    ],
)
def test_sentences_items_and_rows_are_statements(text: str, expected: list[str]) -> None:
    assert [t.strip("“”") for t in texts(text)] == [e.strip("“”") for e in expected]


def test_a_wrapped_line_goes_on_and_a_short_line_ends() -> None:
    text = "We are six people who have worked together for years and\nrely on nobody outside.\nTeam Falke\nTwo suppliers"

    assert texts(text) == [
        "We are six people who have worked together for years and\nrely on nobody outside.",
        "Team Falke",
        "Two suppliers",
    ]


def test_a_statement_knows_the_one_before_it() -> None:
    found = statements_of("Mara is our tech lead. She keeps the plan.\n\nNobody owns risks.")

    assert [s.before for s in found] == ["", "Mara is our tech lead.", "She keeps the plan."]


def test_what_is_too_long_is_cut_between_words() -> None:
    words = [f"word{n}" for n in range(200)]

    found = texts(" ".join(words))

    assert len(found) > 1
    assert " ".join(found).split() == words


def test_of_an_enormous_text_the_first_statements_are_read() -> None:
    found = texts("".join(f"Sentence {n} says something.\n" for n in range(5 * MOST_STATEMENTS)))

    assert len(found) == MOST_STATEMENTS
    assert found[0] == "Sentence 0 says something."
