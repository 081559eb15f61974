"""Workbooks (XLSX): each visible sheet's rows as lines that stand alone. Runs only inside the child process."""

from __future__ import annotations

import datetime
import importlib
import io
import re
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from app.documents.csv_rows import over_limits
from app.documents.document import Limits, Parsed
from app.documents.office import Office, reading, unpacked
from app.documents.rows import write_rows
from app.documents.writing import SMALLEST_POINTS, Writing, is_white

KIND = "workbook"
_WHITE_OF_THEME = 0  # number of the theme's light colour
_SOLID = "solid"
_MOST_FILLED = 200_000  # cells to which merged ranges may spread their value
_PERCENT = re.compile(r'^[^"\\\[]*%')
_INVISIBLE = re.compile(r"\s*;\s*;\s*(?:;\s*)?")  # a number format that shows nothing
_WITHOUT_RESULT = re.compile(rb"(?:</f>|<f(?:\s[^<>]*+)?/>)(?:<v\s*+/>|<v></v>)?</c>")

_Any = Any  # openpyxl ships no types


def parse(data: bytes, limits: Limits) -> Parsed:
    """The rows of each visible sheet under a line with its name; values come with the names of their columns.

    Results of formulas are those that were saved. Rows and columns over the limits are left out. Raises `DocumentError`
    for a workbook that is damaged, encrypted or over another limit.
    """
    office = unpacked(data, limits, KIND)
    writing = Writing(limits)
    with reading(KIND):
        cut = _read(office, writing, limits)
        writing.leave_out("comment", office.count(r"^xl/comments[^/]*\.xml$|^xl/comments/[^/]+\.xml$", b"comment"))
        writing.leave_out("object", office.objects)
        sheets = (part for name, part in office.parts.items() if name.startswith("xl/worksheets/"))
        writing.leave_out("formula", sum(len(_WITHOUT_RESULT.findall(part)) for part in sheets))
        writing.leave_out("picture", office.count(r"^xl/drawings/[^/]+\.xml$", b"pic"))
        writing.leave_out("chart", office.count(r"^xl/drawings/[^/]+\.xml$", b"chart"))
    return Parsed(writing.text, warnings=(*over_limits(*cut, limits), *writing.warnings, *office.warnings))


def _read(office: Office, writing: Writing, limits: Limits) -> tuple[bool, bool]:
    """Write the sheets down; were there more rows, more columns than the limits?"""
    openpyxl = _openpyxl()
    workbook = openpyxl.load_workbook(io.BytesIO(office.file), read_only=True, data_only=True, keep_links=False)
    left = limits.rows
    more_rows = more_columns = False
    for sheet in workbook.worksheets:
        if sheet.sheet_state != "visible":
            writing.leave_out("hidden sheet")
            continue
        found = _Sheet(sheet, writing, limits.columns)
        rows = found.rows(left)
        left -= found.read
        more_rows, more_columns = more_rows or found.more_rows, more_columns or found.more_columns
        if any(map(any, rows)):
            writing.paragraph(f"Sheet: {' '.join(sheet.title.split())}")
            write_rows(rows, writing)
    return more_rows, more_columns


def _openpyxl() -> _Any:
    # It would load NumPy, only to recognise numbers of that kind; that takes longer than all else here
    needless = "numpy" not in sys.modules
    if needless:
        sys.modules["numpy"] = None  # type: ignore[assignment]  # so that it is not found
    try:
        return importlib.import_module("openpyxl")
    finally:
        if needless:
            del sys.modules["numpy"]


class _Sheet:
    """One sheet, read as a stream: neither what it says of its size nor rows without end cost anything."""

    def __init__(self, sheet: _Any, writing: Writing, columns: int) -> None:
        self._sheet = sheet
        self._workbook = sheet.parent
        self._writing = writing
        self._columns = columns
        self._styles: dict[int, tuple[bool, bool]] = {}
        self.read = 0
        self.more_rows = False
        self.more_columns = False

    def rows(self, most: int) -> list[list[str]]:
        """The rows that show, at most so many; a row that the sheet skips is an empty one."""
        from openpyxl.worksheet._reader import WorkSheetParser  # the public way does not tell which rows are hidden

        cells: dict[int, dict[int, str]] = {}
        hidden_rows: set[int] = set()
        with self._sheet._get_source() as source:
            parser = WorkSheetParser(
                source,
                self._sheet._shared_strings,
                data_only=True,
                epoch=self._workbook.epoch,
                date_formats=self._workbook._date_formats,
                timedelta_formats=self._workbook._timedelta_formats,
            )
            for number, row in parser.parse():
                found = self._row(row)
                if not found:
                    continue
                if self.read == most:
                    self.more_rows = True
                    break
                self.read += 1
                cells[number] = found
                if _is_hidden(parser.row_dimensions.get(str(number), {}), "ht"):
                    hidden_rows.add(number)
            hidden_columns = {column for column in self._hidden_columns(parser) if any(column in row for row in cells.values())}
            _spread(parser.merged_cells, cells)
        self._writing.leave_out("hidden row", len(hidden_rows))
        self._writing.leave_out("hidden column", len(hidden_columns))
        return list(self._lines(cells, hidden_rows, hidden_columns))

    def _row(self, row: _Any) -> dict[int, str]:
        """The texts of a row's cells by column, from 1."""
        found: dict[int, str] = {}
        for cell in row:
            value = cell["value"]
            if value is None or value == "":
                continue
            if cell["column"] > self._columns:
                self.more_columns = True
                continue
            hidden, percent = self._style(cell["style_id"])
            if hidden:
                self._writing.leave_out("hidden text")
            elif text := _shown(value, percent).strip():
                found[cell["column"]] = text
        return found

    def _lines(self, cells: dict[int, dict[int, str]], rows: set[int], columns: set[int]) -> Iterator[list[str]]:
        before = 0
        for number in sorted(cells):
            if number in rows:
                before = number
                continue
            if before and number > before + 1:
                yield []  # it divides tables
            before = number
            row = {column: text for column, text in cells[number].items() if column not in columns}
            yield [row.get(column, "") for column in range(1, max(row, default=0) + 1)]

    def _hidden_columns(self, parser: _Any) -> set[int]:
        hidden: set[int] = set()
        for said in parser.column_dimensions.values():
            if _is_hidden(said, "width"):
                first = int(said["min"])
                hidden.update(range(first, min(int(said.get("max", first)), self._columns) + 1))
        return hidden

    def _style(self, number: int) -> tuple[bool, bool]:
        """Does a style hide what it is given to, and does it show a number as a percentage?"""
        if number not in self._styles:
            style = self._workbook._cell_styles[number]
            font, fill = self._workbook._fonts[style.fontId], self._workbook._fills[style.fillId]
            pattern = _format(self._workbook, style.numFmtId)
            white = _is_white(font.color) and (getattr(fill, "fill_type", "") is None or self._is_white_fill(fill))
            small = font.sz is not None and font.sz < SMALLEST_POINTS
            self._styles[number] = (white or small or bool(_INVISIBLE.fullmatch(pattern)), bool(_PERCENT.match(pattern)))
        return self._styles[number]

    def _is_white_fill(self, fill: _Any) -> bool:
        return getattr(fill, "fill_type", "") == _SOLID and _is_white(fill.fgColor)


def _spread(merged: _Any, cells: dict[int, dict[int, str]]) -> None:
    """Say the value of merged cells again in each of their rows, so that each row stands alone."""
    from openpyxl.utils import range_boundaries

    left = _MOST_FILLED
    for merge in merged.mergeCell if merged else ():
        column, top, _, bottom = range_boundaries(merge.ref)
        value = cells.get(top, {}).get(column)
        if value is None or bottom == top or bottom - top > left:
            continue
        left -= bottom - top
        for number in range(top + 1, bottom + 1):
            if number in cells:
                cells[number].setdefault(column, value)


def _is_hidden(said: _Any, size: str) -> bool:
    return said.get("hidden") in ("1", "true") or said.get(size) in ("0", "0.0")


def _is_white(colour: _Any) -> bool:
    if colour is None:
        return False
    if colour.type == "theme":
        return bool(colour.theme == _WHITE_OF_THEME and not colour.tint)
    return colour.type == "rgb" and is_white(colour.rgb)


def _format(workbook: _Any, number: int) -> str:
    from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE

    if number < BUILTIN_FORMATS_MAX_SIZE:
        return str(BUILTIN_FORMATS.get(number, ""))
    own: Sequence[str] = workbook._number_formats
    at = number - BUILTIN_FORMATS_MAX_SIZE
    return own[at] if at < len(own) else ""


def _shown(value: object, percent: bool) -> str:
    """A value as a person would write it."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return f"{value * 100:.6g}%" if percent else f"{value:.12g}"
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ", "minutes").removesuffix(" 00:00")
    if isinstance(value, datetime.time):
        return value.isoformat("minutes")
    return str(value)
