"""A document's text as it is put together: headings, paragraphs, list items and rows on lines of their own, as in Markdown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from app.documents.document import Limits
from app.errors import DocumentError

SMALLEST_POINTS = 2  # what is set smaller is there for machines, not for people
_PALEST = 0xF0  # of 255 in each of red, green and blue: from here on a colour cannot be told from white
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})?([0-9A-Fa-f]{6})")  # with or without an alpha before it

# What can be left out of a text, in the singular and the plural
_LEFT_OUT = {
    "deletion": ("tracked deletion", "tracked deletions"),
    "hidden text": ("piece of hidden text", "pieces of hidden text"),
    "hidden row": ("hidden row", "hidden rows"),
    "hidden column": ("hidden column", "hidden columns"),
    "hidden sheet": ("hidden sheet", "hidden sheets"),
    "hidden slide": ("hidden slide", "hidden slides"),
    "comment": ("comment", "comments"),
    "margin": ("header or footer", "headers and footers"),
    "contents": ("line of a table of contents", "lines of a table of contents"),
    "formula": ("formula without a saved result", "formulas without a saved result"),
    "picture": ("picture", "pictures"),
    "chart": ("chart", "charts"),
    "object": ("embedded object", "embedded objects"),
}
_TYPED_BULLET = re.compile(r"[•▪‣◦●○■·\uf0b7\uf0a7\uf0d8\uf076\uf0fc][ \t\u00a0]*+")
_DEEPEST_ITEM = 8
_DEEPEST_HEADING = 6


class Writing:
    """Collects blocks in reading order, and counts what was left out of them."""

    def __init__(self, limits: Limits, left_out: Counter[str] | None = None) -> None:
        self._limits = limits
        self._parts: list[str] = []
        self._length = 0
        self._last = ""
        self._left_out: Counter[str] = Counter() if left_out is None else left_out

    def beside(self) -> Writing:
        """An empty one that counts what it leaves out in this one."""
        return Writing(self._limits, self._left_out)

    def heading(self, text: str, level: int = 1) -> None:
        """A heading; level 1 is the highest."""
        if line := " ".join(text.split()):
            self._add("heading", f"{'#' * min(max(level, 1), _DEEPEST_HEADING)} {line}")

    def paragraph(self, text: str, mark: str = "") -> None:
        """A paragraph, with the mark before it; one that starts with a typed bullet is an item of a list."""
        lines = [line.rstrip() for line in text.strip().split("\n")]
        if bullet := _TYPED_BULLET.match(lines[0]):
            self.item("\n".join(lines)[bullet.end() :])
        elif any(lines):
            self._add("paragraph", mark + "\n".join(lines))

    def item(self, text: str, level: int = 0) -> None:
        """An item of a list, on one line; level 0 is the outermost."""
        line = " ".join(_TYPED_BULLET.sub("", text.strip(), count=1).split())
        if line:
            self._add("item", f"{'  ' * min(max(level, 0), _DEEPEST_ITEM)}- {line}")

    def row(self, cells: Sequence[str]) -> None:
        """A row of a table, on one line."""
        row = [one_line(cell) for cell in cells]
        if any(row):
            self._add("row", " | ".join(row).rstrip(" |") if row[0] else " | ".join(row))

    def leave_out(self, what: str, count: int = 1) -> None:
        """Count something that is not in the text; `what` is a key of `_LEFT_OUT`."""
        if count:
            self._left_out[what] += count

    @property
    def text(self) -> str:
        """Everything so far."""
        return "".join(self._parts)

    @property
    def warnings(self) -> tuple[str, ...]:
        """One sentence that counts what was left out, if anything was."""
        counted = [f"{n:,} {_LEFT_OUT[what][n > 1]}" for what in _LEFT_OUT if (n := self._left_out[what])]
        if not counted:
            return ()
        return (f"Left out: {' and '.join([', '.join(counted[:-1]), counted[-1]] if counted[1:] else counted)}.",)

    def _add(self, kind: str, block: str) -> None:
        if self._parts:
            self._parts.append("\n" if kind == self._last and kind in ("item", "row") else "\n\n")
        self._parts.append(block)
        self._last = kind
        self._length += len(block)
        # invisible characters are taken out later, so the cap on what is shown is not yet the one to keep
        if self._length > 5 * self._limits.characters:
            raise DocumentError(
                f"This file holds more than {self._limits.characters:,} characters of text.", "Upload the part that matters."
            )


def one_line(cell: str) -> str:
    """The lines of a table's cell on one, without what would look like the border of a cell."""
    lines = [" ".join(line.split()).removeprefix("- ") for line in cell.split("\n")]
    return joined(line for line in lines if line).replace(" | ", " / ")


def joined(lines: Iterable[str]) -> str:
    """The lines on one: a semicolon stands where one that ends without punctuation ended."""
    whole = ""
    for line in lines:
        whole += (" " if whole.endswith((".", ",", ";", ":", "!", "?")) else "; ") * bool(whole) + line
    return whole


def is_white(colour: str | None) -> bool:
    """Is it a colour in hexadecimal digits that cannot be told from white?"""
    found = _HEX.fullmatch((colour or "").removeprefix("#"))
    return found is not None and min(bytes.fromhex(found[1])) >= _PALEST


def is_colour(colour: str | None) -> bool:
    """Is it a colour in hexadecimal digits that white text can be read on?"""
    return _HEX.fullmatch((colour or "").removeprefix("#")) is not None and not is_white(colour)
