"""Rows of cells → lines that stand alone: each value with the name of its column ("Name: Anna | Role: Product owner")."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.documents.writing import Writing, one_line

_LONGEST_NAME = 60  # of a column
_LOOKED_AT = 50  # rows, to tell names of columns from values
_NUMBER = re.compile(r"[-+(]?[\d.,:/ \-]*\d[\d.,:/ \-]*[%€$£)]?")


def write_rows(rows: Sequence[Sequence[str]], writing: Writing) -> None:
    """Write a line for each row that holds anything.

    The first row that reads like names of columns gives them; a line above it that stands alone is a title. After an empty
    row the names change if another such row follows a title or reaches into other columns.
    """
    names: Sequence[str] = ()
    pending = False  # names without a row under them yet
    gap = title = False
    for at, row in enumerate(rows):
        filled = [column for column, cell in enumerate(row) if cell]
        if not filled:
            gap = True
            continue
        anew = not names or (gap and (title or any(not _cell(names, column) for column in filled)))
        if anew and _are_names(row, rows[at + 1 : at + 1 + _LOOKED_AT]):
            if pending:
                writing.row(names)
            names, pending = row, True
            gap = title = False
            continue
        if len(filled) == 1 and (not names or gap):
            writing.paragraph(one_line(row[filled[0]]))
            title = True
            continue
        writing.row([_named(_cell(names, column), row[column]) for column in filled] if names else row)
        pending = gap = title = False
    if pending:
        writing.row(names)


def _cell(row: Sequence[str], column: int) -> str:
    return row[column] if column < len(row) else ""


def _named(name: str, value: str) -> str:
    return f"{one_line(name).removesuffix(':')}: {one_line(value)}" if name else value


def _are_names(row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Does a row read like names of columns: several, short, all different, none a value that comes again below?"""
    names = {column: cell.strip().casefold() for column, cell in enumerate(row) if cell.strip()}
    return (
        len(names) > 1
        and len(set(names.values())) == len(names)
        and not any(len(name) > _LONGEST_NAME or "@" in name or name.endswith(".") for name in names.values())
        and not any(_NUMBER.fullmatch(name) for name in names.values())
        and not any(_cell(other, column).strip().casefold() == name for other in below for column, name in names.items())
    )
