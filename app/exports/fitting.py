"""How much room words take on a slide, by the widths of Arial's letters: so that nothing runs out of its box."""

from __future__ import annotations

import unicodedata

LEADING = 1.2  # height of a line in sizes of its letters
LONGEST = 1_500  # characters that are looked at; no box of ours holds as many
_NARROW, _WIDE = "\u00a0ijl.,:;'|!’‘ ftrI()[]-", "mwMW@%—…"
_SAFETY = 1.04  # other fonts with the name of Arial are a little wider
_BOLD = 1.08


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """About how wide the text is, in points."""
    return sum(map(_share, text)) * size * _SAFETY * (_BOLD if bold else 1.0)


def lines_of(text: str, width: float, size: float, *, bold: bool = False) -> int:
    """How many lines the text takes in a box that is `width` points wide; a word that is wider is broken."""
    lines, used = 1, 0.0
    space = width_of(" ", size, bold=bold)
    for word in text[:LONGEST].split(" "):
        needed = width_of(word, size, bold=bold)
        if used and used + space + needed <= width:
            used += space + needed
            continue
        lines += 1 if used else 0
        while needed > width and len(word) > 1:
            fits = next((n for n in range(len(word), 1, -1) if width_of(word[:n], size, bold=bold) <= width), 1)
            word, lines = word[fits:], lines + 1
            needed = width_of(word, size, bold=bold)
        used = needed
    return lines


def fitted(text: str, width: float, size: float, lines: int, *, bold: bool = False, tail: str = "") -> str:
    """The text, or as many of its words as go into that many lines and then an ellipsis; the `tail` is never cut."""
    if len(text) <= LONGEST and lines_of(text + tail, width, size, bold=bold) <= lines:
        return text + tail
    low, high = 0, min(len(text), LONGEST)
    while low < high:
        middle = (low + high + 1) // 2
        if lines_of(text[:middle].rstrip() + "…" + tail, width, size, bold=bold) <= lines:
            low = middle
        else:
            high = middle - 1
    cut = text[:low]
    if " " in cut and not text[low : low + 1].isspace():
        cut = cut.rsplit(" ", 1)[0]
    return cut.rstrip(" \u00a0,;:–") + "…" + tail


def height_of(lines: int, size: float) -> float:
    """How high that many lines are, in points."""
    return lines * size * LEADING


def _share(letter: str) -> float:
    """The width of a letter in sizes of the font."""
    if letter in _NARROW:
        return 0.32
    if letter in _WIDE:
        return 0.92
    if unicodedata.combining(letter):
        return 0.0
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.05
    if letter.isupper():
        return 0.7
    return 0.56 if letter.isascii() else 0.65
