"""The advice on a team as Markdown: the decision record and the grid for a workshop."""

from __future__ import annotations

import re

from app.coaching.team.report import TeamAdvice
from app.exports.office import safe_url
from app.exports.outline import (
    REVIEW_AFTER,
    TITLE,
    Block,
    Heading,
    Items,
    Paragraph,
    Table,
    Work,
    record_blocks,
    workshop_blocks,
)  # fmt: skip
from app.exports.words import Words

# What starts emphasis, code, a link, a picture, HTML, a table cell or an entity, and what viewers turn into links unasked.
_SIGNS = re.compile(r"[\\`*_\[\]<>|~#&$@]|(?<=[a-z]):(?=//)|(?<=www)\.", re.I)
_AT_START = re.compile(r"^(\d*)([-+=]|(?<=\d)[.)])")  # a list or a heading
_FORMULA = re.compile(r"^[=+@-]")


def team_markdown(advice: TeamAdvice, words: Words, review_after: int = REVIEW_AFTER) -> str:
    """The decision record in Markdown, with the workshop grid before its end."""
    *record, notice = record_blocks(advice, words, review_after)
    parts = [f"# {TITLE}", *(_markdown(b) for b in (*record, *workshop_blocks(advice, words), notice))]
    return _joined(parts)


def escaped(text: str) -> str:
    """The text as Markdown shows it literally: no markup, no link, no picture."""
    return _AT_START.sub(r"\1\\\2", _SIGNS.sub(lambda m: "\\" + m[0], text))


def cell(text: str) -> str:
    """The text for a table, in which a spreadsheet that the table is pasted into finds no formula."""
    return "'" + text if _FORMULA.match(text) else text


def _markdown(block: Block) -> str:
    match block:
        case Heading(text, level):
            return f"{'#' * (level + 1)} {escaped(text)}"
        case Paragraph(text, lead, fine):
            body = " ".join(filter(None, (f"**{escaped(lead)}**" if lead else "", escaped(text))))
            return f"*{body}*" if fine else body
        case Items(items):
            return "\n".join(f"- {escaped(item)}" for item in items)
        case Table():
            return _table(block)
        case Work(text, url, below):
            address = f" <{url}>" if safe_url(url) else f" {escaped(url)}" if url else ""
            return f"{'  ' * below}- {escaped(text)}{address}"


def _table(table: Table) -> str:
    lines = [table.head, tuple("---" for _ in table.head)]
    for n, row in enumerate(table.rows):
        cells = [escaped(cell(text)) for text in row]
        lines.append((f"**{cells[0]}**", *cells[1:]) if n in table.strong else tuple(cells))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _joined(parts: list[str]) -> str:
    """Parts with an empty line between them, but for the lines of one list of sources."""
    text = "\n\n".join(parts) + "\n"
    return re.sub(r"(?m)^( *- \\\[.*|  - .*)\n\n(?=(?: *- \\\[|  - ))", r"\1\n", text)
