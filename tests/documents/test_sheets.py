"""Workbooks: rows that stand alone, of what shows; neither sizes nor hidden cells do harm."""

import datetime
import io
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

from app.documents.document import Limits, Parsed
from app.documents.sheets import parse
from app.errors import DocumentError

ROOT = Path(__file__).parents[2]
SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
ROSTER: list[list[Any]] = [["Name", "Role", "FTE"], ["Anna", "Product owner", 0.5], ["Ben", "Developer", 1]]
LINES = "Name: Anna | Role: Product owner | FTE: 0.5\nName: Ben | Role: Developer | FTE: 1"


def a_workbook(rows: Sequence[Sequence[Any]] = ROSTER, title: str = "Team") -> Any:
    workbook = openpyxl.Workbook()
    workbook.active.title = title
    for row in rows:
        workbook.active.append(row)
    return workbook


def saved(workbook: Any) -> bytes:
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def read(workbook: Any, limits: Limits | None = None) -> Parsed:
    return parse(saved(workbook), limits or Limits())


def test_each_row_of_a_roster_stands_alone_under_the_name_of_its_sheet() -> None:
    workbook = a_workbook()
    workbook.create_sheet("Guests").append(["Cleo"])
    workbook.create_sheet("Empty")

    assert read(workbook) == Parsed(f"Sheet: Team\n\n{LINES}\n\nSheet: Guests\n\nCleo")


def test_values_are_written_as_a_person_would() -> None:
    workbook = a_workbook(
        [
            ["Name", "FTE", "Since", "Lead", "At", "Days"],
            ["Anna", 0.5, datetime.date(2026, 3, 1), True, datetime.time(9, 30), 2.0],
        ]
    )
    workbook.active["B2"].number_format = "0%"

    assert read(workbook).text.split("\n")[-1] == "Name: Anna | FTE: 50% | Since: 2026-03-01 | Lead: TRUE | At: 09:30 | Days: 2"


def test_merged_cells_are_said_again_in_each_row() -> None:
    workbook = a_workbook([["Team", "Name"], ["Phoenix", "Anna"], [None, "Ben"]])
    workbook.active.merge_cells("A2:A3")

    assert read(workbook).text.endswith("Team: Phoenix | Name: Anna\nTeam: Phoenix | Name: Ben")


def test_hidden_sheets_rows_columns_and_cells_are_left_out_and_counted() -> None:
    workbook = a_workbook([*ROSTER, ["Secret", "row", 1]])
    sheet = workbook.active
    sheet.row_dimensions[4].hidden = True
    sheet["D1"], sheet["D2"] = "Pay", 100
    sheet.column_dimensions["D"].hidden = True
    sheet["E2"] = "white"
    sheet["E2"].font = Font(color="FFFFFFFF")
    sheet["E3"] = "tiny"
    sheet["E3"].font = Font(sz=1)
    sheet["F3"] = "unseen"
    sheet["F3"].number_format = ";;;"
    sheet["A2"].comment = Comment("Is this so?", "me")
    workbook.create_sheet("Secret").append(["secret"])
    workbook["Secret"].sheet_state = "veryHidden"

    assert read(workbook) == Parsed(
        f"Sheet: Team\n\n{LINES}",
        0,
        ("Left out: 3 pieces of hidden text, 1 hidden row, 1 hidden column, 1 hidden sheet and 1 comment.",),
    )


def test_white_names_of_columns_on_a_colour_are_read() -> None:
    workbook = a_workbook()
    for cell in workbook.active[1]:
        cell.font, cell.fill = Font(color="FFFFFFFF"), PatternFill("solid", fgColor="FF1F3864")

    assert read(workbook).text.endswith(LINES)


def test_formulas_without_a_saved_result_are_counted() -> None:
    assert read(a_workbook([*ROSTER, ["Sum", None, "=SUM(C2:C3)"]])).warnings == ("Left out: 1 formula without a saved result.",)


def test_rows_and_columns_over_the_limits_are_left_out_with_the_limits_named() -> None:
    workbook = a_workbook([["x"] * 5 for _ in range(6)])
    workbook.create_sheet("More").append(["y"])

    parsed = read(workbook, Limits(rows=4, columns=3))

    assert parsed.text == "Sheet: Team\n\n" + "\n".join(["x | x | x"] * 4)
    assert parsed.warnings == ("Only the first 4 rows were read.", "Only the first 3 columns were read.")


def a_sheet(rows: str, dimension: str = "A1:XFD1048576") -> bytes:
    return f'<worksheet xmlns="{MAIN}"><dimension ref="{dimension}"/><sheetData>{rows}</sheetData></worksheet>'.encode()


def a_row(number: int, text: str = "word") -> str:
    return f'<row r="{number}"><c r="A{number}" t="inlineStr"><is><t>{text}</t></is></c></row>'


def test_a_lie_about_size_and_a_row_far_below_cost_nothing(repacked: Callable[..., bytes]) -> None:
    data = repacked(saved(a_workbook()), {SHEET: a_sheet(a_row(1) + a_row(1_048_576, "last"))})
    start = time.process_time()

    assert parse(data, Limits()).text == "Sheet: Team\n\nword\n\nlast"
    assert time.process_time() - start < 2


def test_two_hundred_thousand_rows_are_not_all_read(repacked: Callable[..., bytes]) -> None:
    data = repacked(saved(a_workbook()), {SHEET: a_sheet("".join(a_row(i) for i in range(1, 200_001)))})
    start = time.process_time()
    tracemalloc.start()

    parsed = parse(data, Limits())

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert parsed.text.count("word") == 5_000
    assert parsed.warnings == ("Only the first 5,000 rows were read.",)
    assert peak < 100 * 1024**2
    assert time.process_time() - start < 15


def test_merged_ranges_over_the_whole_sheet_end(repacked: Callable[..., bytes]) -> None:
    ranges = "".join(f"<mergeCell ref='A1:{'ABCDEFG'[i * i % 7]}{1_048_576 - i * 7919 % 5_000}'/>" for i in range(5_000))
    merges = f"<mergeCells>{ranges}</mergeCells>"
    sheet = a_sheet(a_row(1) + a_row(2)).replace(b"</worksheet>", merges.encode() + b"</worksheet>")
    start = time.process_time()

    assert parse(repacked(saved(a_workbook()), {SHEET: sheet}), Limits()).text
    assert time.process_time() - start < 5


@pytest.mark.parametrize("part", ["xl/workbook.xml", SHEET, "xl/styles.xml"])
@pytest.mark.parametrize("content", [b"", b"<a", b"<a>" * 10_000])
def test_broken_parts_are_one_sentence(repacked: Callable[..., bytes], part: str, content: bytes) -> None:
    with pytest.raises(DocumentError, match=r"^This workbook .+\.$"):
        parse(repacked(saved(a_workbook()), {part: content}), Limits())


def test_a_workbook_with_macros_is_read_and_they_are_told(repacked: Callable[..., bytes]) -> None:
    def macro_enabled(types: bytes) -> bytes:
        plain = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
        return types.replace(plain, b"application/vnd.ms-excel.sheet.macroEnabled.main+xml")

    parsed = parse(repacked(saved(a_workbook()), {"[Content_Types].xml": macro_enabled, "xl/vbaProject.bin": b"x"}), Limits())

    assert parsed.text.endswith(LINES)
    assert "macros" in parsed.warnings[0]


def test_reading_leaves_other_libraries_as_they_are() -> None:
    script = """
import sys
from app.documents.sheets import _openpyxl
assert _openpyxl().load_workbook
print("numpy" in sys.modules)
"""

    found = subprocess.run([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)

    assert found.stdout == "False\n"
