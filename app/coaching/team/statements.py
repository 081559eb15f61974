"""A description cut into statements: sentences, list items and table rows, each with its place in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MOST_STATEMENTS = 400  # of one description; 600 words have about 50
LONGEST = 280  # characters; what is longer is cut at a comma or space, since no reader looks further
SHORT_LINE = 45  # a line that ends earlier without a full stop was ended on purpose, not wrapped

_ITEM = re.compile(r"\s*(?:[-*•+–~>#=|:;!]+|\(?\d{1,2}[.)]|[a-z]\)|§\d+)\s")
_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=\S)|(?<=[;])\s+|\n")
# Full stops that end no sentence.
_ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|etc|vs|approx|ca|incl|resp|nr|dr|mr|mrs|ms|prof|st|capt|dept|inc|ltd|[A-Z])\.$", re.I)


@dataclass(frozen=True)
class Statement:
    """One statement, verbatim, with character offsets into the text; `before` is the one before it."""

    text: str
    start: int
    end: int
    before: str = ""


def statements_of(text: str) -> list[Statement]:
    """The statements of a text in order, at most 400; linear in its length."""
    found: list[Statement] = []
    before = ""
    for start, end in _units(text):
        for a, b in _sentences(text, start, end):
            a, b = _trimmed(text, a, b)
            if not any(map(str.isalpha, text[a:b])):  # the number of a list item alone, a rule, a row without words
                continue
            found.append(Statement(text[a:b], a, b, before))
            before = text[a:b]
            if len(found) == MOST_STATEMENTS:
                return found
    return found


def _units(text: str) -> Iterator[tuple[int, int]]:
    """Stretches that belong together: wrapped lines of a paragraph as one, each list item, heading and row alone."""
    start = end = -1
    previous = ""
    at = 0
    for line in text.splitlines(keepends=True):
        stripped = line.strip()
        goes_on = (
            start >= 0
            and stripped
            and previous
            and not _ITEM.match(line)
            and len(previous) >= SHORT_LINE
            and not previous.endswith((".", "!", "?", ":", "|"))
        )
        if goes_on:
            end = at + len(line)
        else:
            if start >= 0:
                yield start, end
            start, end = (at, at + len(line)) if stripped else (-1, -1)
        previous = stripped
        at += len(line)
    if start >= 0:
        yield start, end


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    last = start
    for match in _END.finditer(text, start, end):
        if match[0] == "\n" and match.end() < end:
            continue  # a wrapped line
        if _ABBREVIATION.search(text[max(last, match.start() - 8) : match.start()]):
            continue
        yield from _pieces(text, last, match.start())
        last = match.end()
    yield from _pieces(text, last, end)


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > LONGEST:
        cut = max(text.rfind(", ", start + LONGEST // 2, start + LONGEST), text.rfind(" ", start + LONGEST // 2, start + LONGEST))
        cut = cut + 1 if cut > 0 else start + LONGEST
        yield start, cut
        start = cut
    yield start, end


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and (text[start].isspace() or text[start] in "-*•+~>#=|:;–_'`"):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in "|*_`'="):
        end -= 1
    return start, end
