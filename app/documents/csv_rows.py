"""Tables as text (CSV): told from prose by their shape, read row by row; what is wrong with one is said with its line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from statistics import multimode

from app.documents.document import Limits, Parsed
from app.documents.rows import write_rows
from app.documents.text import decoded_by_mark
from app.documents.writing import Writing
from app.errors import DocumentError

DELIMITERS = ",;\t|"
LONGEST_CELL = 100_000  # characters; more than any program puts into one
_HINT = "Save the table as CSV in UTF-8 once more, or paste it as text."
_LOOKED_AT = 50  # rows, to tell what separates cells
_SAMPLE = 64 * 1024  # bytes or characters in which those rows are looked for
_NAMED = (".csv", ".tsv", ".tab")
_NEVER = (".md", ".markdown")  # tables in Markdown are text
_LONGEST_NAME = 40  # of a column, where only the shape says that there are columns
_LONGEST_USUAL_CELL = 40
_SEPARATOR_SAID = re.compile(r"sep=([,;\t|])\r?\n", re.IGNORECASE)  # as Excel writes and understands it


def parse(data: bytes, limits: Limits) -> Parsed:
    """One line for each row, values with the names of their columns; rows and columns over the limits are left out.

    Raises `DocumentError`, with the number of the line, for NUL characters, a mixture of encodings, a cell that is too long
    and quotation marks that do not match.
    """
    text, warning = _text(data)
    said = _SEPARATOR_SAID.match(text)
    delimiter = said[1] if said else delimiter_of(text)
    rows, over = _rows(text, delimiter, limits)
    if said:
        rows = rows[1:]
    width = max(map(len, rows), default=0)
    writing = Writing(limits)
    write_rows([[cell.strip() for cell in row[: limits.columns]] for row in rows], writing)
    return Parsed(writing.text, warnings=(*warning, *over_limits(over, width > limits.columns, limits)))


def over_limits(rows: bool, columns: bool, limits: Limits) -> tuple[str, ...]:
    """Sentences that name the limits that a table is over."""
    return (
        *((f"Only the first {limits.rows:,} rows were read.",) if rows else ()),
        *((f"Only the first {limits.columns:,} columns were read.",) if columns else ()),
    )


def is_table(data: bytes, name: str = "") -> bool:
    """Are the bytes of a text clearly rows of cells? Its name only decides where its shape leaves a doubt."""
    ending = name.lower().rstrip(". ")
    if ending.endswith(_NEVER):
        return False
    try:
        marked = decoded_by_mark(data[: _SAMPLE - _SAMPLE % 4], cut=True)
    except DocumentError:
        return False
    text = data[:_SAMPLE].decode("latin-1") if marked is None else marked
    named = ending.endswith(_NAMED)
    if named and _SEPARATOR_SAID.match(text):
        return True
    delimiter = delimiter_of(text)
    rows = _sample(text, delimiter)
    if named:
        first = text.lstrip("\r\n").split("\n", 1)[0]
        return delimiter in first and (len(rows) < 2 or _agreement(rows) >= 0.5 or '"' in text)
    enough = 3 if delimiter in ",|" else 2  # prose has commas, too
    return len(rows) > 2 and _agreement(rows) >= 0.9 and _usual_width(rows) >= enough and _reads_like_cells(rows)


def delimiter_of(text: str) -> str:
    """The character that divides most rows into the same number of cells, more of them if several do."""

    def fit(delimiter: str) -> tuple[float, int]:
        rows = _sample(text, delimiter)
        width = _usual_width(rows)
        return (round(_agreement(rows), 1) if width > 1 else 0, width)

    return max(DELIMITERS, key=fit)


def _sample(text: str, delimiter: str) -> list[list[str]]:
    lines = text[:_SAMPLE].splitlines(keepends=True)
    if len(text) > _SAMPLE:
        lines = lines[:-1]
    rows: list[list[str]] = []
    try:
        for row in csv.reader(lines, delimiter=delimiter):
            if any(row):
                rows.append(row)
            if len(rows) == _LOOKED_AT:
                break
    except csv.Error:
        pass  # what was read up to there tells enough
    return rows


def _usual_width(rows: Sequence[Sequence[str]]) -> int:
    return max(multimode(map(len, rows)), default=0)


def _agreement(rows: Sequence[Sequence[str]]) -> float:
    width = _usual_width(rows)
    return sum(len(row) == width for row in rows) / len(rows) if rows else 0


def _reads_like_cells(rows: Sequence[Sequence[str]]) -> bool:
    names = [cell.strip() for cell in rows[0]]
    lengths = sorted(len(cell) for row in rows for cell in row)
    return (
        all(0 < len(name) <= _LONGEST_NAME and name[-1] not in ".!?:," and ": " not in name for name in names)
        and len({name.casefold() for name in names}) == len(names)
        and not names[0].startswith(("- ", "* ", "#", ">"))
        and not any(all(set(cell.strip()) <= set("-:") for cell in row) for row in rows[1:3])  # the rule of a Markdown table
        and lengths[len(lengths) // 2] <= _LONGEST_USUAL_CELL
    )


def _text(data: bytes) -> tuple[str, tuple[str, ...]]:
    """The text, and a warning if its encoding was guessed."""
    text = decoded_by_mark(data)
    if text is None:
        lines = data.split(b"\n")
        unicode = [_is_utf8(line) for line in lines]
        if False not in unicode:
            text, guessed = data.decode("utf-8"), False
        elif True not in unicode:
            text, guessed = data.decode("cp1252", "replace"), True
        else:
            # both occur: whichever came first, the other begins here
            second = next(at for at, found in enumerate(unicode) if found is not None and found != _first(unicode))
            raise _wrong(second + 1, "is in another encoding than the lines before it")
    else:
        guessed = False
    if (at := text.find("\0")) >= 0:
        raise _wrong(text.count("\n", 0, at) + 1, "holds NUL characters, which are no text")
    warning = "This table is not UTF-8; it was read as Windows-1252, so please check its accents."
    return text, (warning,) if guessed else ()


def _is_utf8(line: bytes) -> bool | None:
    """Is the line UTF-8? None for one that is the same in every encoding."""
    if line.isascii():
        return None
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _first(found: Sequence[bool | None]) -> bool:
    return next(answer for answer in found if answer is not None)


def _rows(text: str, delimiter: str, limits: Limits) -> tuple[list[list[str]], bool]:
    """The rows up to the limit, and whether there are more."""
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    begun = 1
    try:
        for row in reader:
            if len(rows) == limits.rows:
                return rows, True
            rows.append(row)
            begun = reader.line_num + 1
    except csv.Error as error:
        if "limit" in str(error):
            long = f"has a cell of more than {LONGEST_CELL:,} characters, or a quotation mark that is never closed"
            raise _wrong(begun, long) from error
        raise _wrong(begun, "has a quotation mark without its counterpart") from error
    return rows, False


def _wrong(line: int, what: str) -> DocumentError:
    return DocumentError(f"Line {line:,} of this table {what}.", _HINT)
