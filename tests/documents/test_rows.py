"""Rows of cells: which row names the columns, and lines that stand alone."""

import pytest

from app.documents.document import Limits
from app.documents.rows import write_rows
from app.documents.writing import Writing


def lines_of(*rows: str) -> list[str]:
    writing = Writing(Limits())
    write_rows([row.split(",") if row else [] for row in rows], writing)
    return [line for line in writing.text.split("\n") if line]


def test_values_carry_the_names_of_their_columns_and_empty_ones_are_not_said() -> None:
    assert lines_of("Name,Role,FTE", "Anna,Owner,0.5", "Ben,,1") == ["Name: Anna | Role: Owner | FTE: 0.5", "Name: Ben | FTE: 1"]


def test_a_value_in_a_column_without_a_name_stands_by_itself() -> None:
    assert lines_of("Name,Role", "Anna,Owner,on leave") == ["Name: Anna | Role: Owner | on leave"]


def test_a_title_above_the_names_is_a_line() -> None:
    assert lines_of("Team Phoenix", "", "Name,Role", "Anna,Owner") == ["Team Phoenix", "Name: Anna | Role: Owner"]


def test_a_second_table_brings_its_own_names() -> None:
    assert lines_of("Name,Role", "Anna,Owner", "", "Guests", "Guest,From", "Cleo,Berlin") == [
        "Name: Anna | Role: Owner",
        "Guests",
        "Guest: Cleo | From: Berlin",
    ]


def test_an_empty_row_within_a_table_changes_no_names() -> None:
    assert lines_of("Name,Role", "Anna,Owner", "", "Ben,Developer") == ["Name: Anna | Role: Owner", "Name: Ben | Role: Developer"]


@pytest.mark.parametrize(
    "first", ["Anna,0.5", "Anna,Phoenix", "Anna,anna@example.org", "Anna,Anna", "1,2", "Anna,We plan things."]
)
def test_a_first_row_of_values_is_not_taken_for_names(first: str) -> None:
    assert lines_of(first, "Ben,Phoenix")[0] == first.replace(",", " | ")


def test_names_alone_are_a_row() -> None:
    assert lines_of("Name,Role") == ["Name | Role"]
