"""CSV: told from prose, read row by row; what is wrong is said with the number of its line."""

import re
import time

import pytest

from app.documents.csv_rows import delimiter_of, is_table, parse
from app.documents.document import Limits, Parsed
from app.errors import DocumentError

ROSTER = "Name,Role,FTE\nAnna,Product owner,0.5\nZoë,Developer,1\n"
LINES = "Name: Anna | Role: Product owner | FTE: 0.5\nName: Zoë | Role: Developer | FTE: 1"


def read(data: str | bytes, limits: Limits | None = None) -> Parsed:
    return parse(data if isinstance(data, bytes) else data.encode(), limits or Limits())


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_rows_stand_alone_whatever_separates_their_cells(delimiter: str, encoding: str) -> None:
    assert read(ROSTER.replace(",", delimiter).encode(encoding)) == Parsed(LINES)


def test_quoted_cells_may_hold_separators_line_ends_and_quotes() -> None:
    parsed = read('Name,Role\n"Doe, Anna","Owner ""PO""\nsince May"\nBen,Dev\n')

    assert parsed.text == 'Name: Doe, Anna | Role: Owner "PO"; since May\nName: Ben | Role: Dev'


def test_the_separator_that_excel_writes_first_is_followed() -> None:
    assert read("sep=;\nName;Role\nAnna, B;Owner, too\n").text == "Name: Anna, B | Role: Owner, too"


def test_windows_1252_is_guessed_with_a_warning() -> None:
    parsed = read(ROSTER.encode("cp1252"))

    assert parsed.text == LINES
    assert "Windows-1252" in parsed.warnings[0]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"a,b\nc\0,d\n", "Line 2 of this table holds NUL characters, which are no text."),
        (
            "a,b\nZoë,d\n".encode() + "Zoë,f\n".encode("cp1252"),
            "Line 3 of this table is in another encoding than the lines before it.",
        ),
        ("a,é\n".encode("cp1252") + b"x,y\n" + "Zoë,d\n".encode(), "Line 3 of this table is in another encoding"),
        (b"a,b\n" + b"x" * 10_000_000 + b",d\n", "Line 2 of this table has a cell of more than 100,000 characters"),
        (b'a,b\nc,d\ne,"f\ng,h\n', "Line 3 of this table has a quotation mark without its counterpart."),
        (b'a,b\nc,"d\ne,"f"\n', "Line 2 of this table has a quotation mark without its counterpart."),
        (b'a,b\n"c,d\n' + b"e,f\n" * 100_000, "Line 2 of this table has a cell of more than"),
    ],
)
def test_what_is_wrong_is_one_sentence_with_the_line(data: bytes, sentence: str) -> None:
    with pytest.raises(DocumentError, match=re.escape(sentence)) as caught:
        read(data)

    assert caught.value.hint


def test_rows_and_columns_over_the_limits_are_left_out_with_the_limits_named() -> None:
    parsed = read("x,x,x\n" * 6, Limits(rows=4, columns=2))

    assert parsed.text == "\n".join(["x | x"] * 4)
    assert parsed.warnings == ("Only the first 4 rows were read.", "Only the first 2 columns were read.")


def test_a_million_rows_cost_no_more_than_the_limit() -> None:
    start = time.process_time()

    parsed = read(b"1,2\n" * 1_048_576)

    assert parsed.warnings == ("Only the first 5,000 rows were read.",)
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (ROSTER, ""),
        (ROSTER, "team.txt"),
        (ROSTER.replace(",", ";"), ""),
        ("Name\tRole\nAnna\tOwner\nBen\tDev\n", ""),
        ("Name,Role\nAnna,Owner\n", "team.csv"),
        ("Name,Role\nAnna,Owner\n", "TEAM.CSV"),
        ('Name,Role\nAnna,"Owner\n', "team.csv"),
        ("sep=;\nName;Role", "team.csv"),
    ],
)
def test_a_table_is_recognised(text: str, name: str) -> None:
    assert is_table(text.encode(), name)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("", "team.csv"),
        ("We are six, and we ship, daily.\nWe plan, build, and test.\nWe like it, too, so far.\n", ""),
        ("We plan, build and test.\nWe are six.\nNobody, so far, complains.\n", "team.csv.txt"),
        ("We are a team of six.\nWe ship daily.\n", "team.csv"),
        ("| Name | Role | FTE |\n| --- | --- | --- |\n| Anna | Owner | 1 |\n", "team.txt"),
        ("Name | Role | FTE\n--- | --- | ---\nAnna | Owner | 1\n", "team.txt"),
        (ROSTER, "team.md"),
        ("- plan, build, test\n- ship, watch, mend\n- rest, eat, sleep\n", ""),
        ("Role: owner; Name: Anna\nRole: dev; Name: Ben\nRole: dev; Name: Cleo\n", ""),
        ("Name,Role,FTE\nAnna,Owner\nBen\n", ""),
    ],
)
def test_what_is_no_table_stays_text(text: str, name: str) -> None:
    assert not is_table(text.encode(), name)


def test_the_separator_is_the_one_that_divides_rows_alike() -> None:
    assert delimiter_of("Name;Note\nAnna;plans, builds, tests\nBen;ships\n") == ";"


@pytest.mark.parametrize("data", ['"' * 2_000_000, "," * 2_000_000, "a,b\n" * 500_000, '"\n' * 1_000_000, ";,\t|" * 500_000])
def test_looking_takes_little_time_whatever_the_text(data: str) -> None:
    start = time.process_time()

    is_table(data.encode(), "a.csv")

    assert time.process_time() - start < 2
