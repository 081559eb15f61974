"""Markdown text → sections of plain sentences, each sentence verbatim as it stands in the file."""

from __future__ import annotations

import re
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

# A full stop after one of these does not end a sentence.
ABBREVIATIONS = frozenset("e.g i.e etc vs cf dr mr mrs ms prof st approx fig al u.s u.k inc ltd co jr sr".split())
ENDING = re.compile(r"(?<=[.!?])[\"”’)\]]*\s+(?=[\"“‘(\[]?[A-Z0-9£$€])")
LAST_WORD = re.compile(r"([\w.]+)\.[\"”’)\]]*\s*$")


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it; `line` counts from 1 in the text that was parsed."""

    heading: str
    sentences: tuple[str, ...]
    line: int

    @property
    def text(self) -> str:
        """The section's sentences joined by spaces."""
        return " ".join(self.sentences)


def sections(markdown: str) -> list[Section]:
    """The sections of `markdown` along its headings; text before the first heading gets the heading `""`.

    Table cells and list items are split into sentences like paragraphs; the header row of a table and the first
    column, which only label, are left out. Raw HTML and code blocks are left out.
    """
    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": 20}).enable("table")
    found: list[Section] = []
    heading, line, sentences = "", 1, list[str]()
    tokens = parser.parse(markdown)
    for position, token in enumerate(tokens):
        if token.type == "heading_open":
            if sentences:
                found.append(Section(heading, tuple(sentences), line))
            heading, sentences = _plain(tokens[position + 1]), []
            line = (token.map or [0])[0] + 1
        elif token.type == "inline" and _is_prose(tokens, position):
            sentences += split_sentences(_plain(token))
    if sentences:
        found.append(Section(heading, tuple(sentences), line))
    return found


def split_sentences(text: str) -> list[str]:
    """The sentences of a paragraph, in order, without surrounding white space."""
    parts: list[str] = []
    start = 0
    for match in ENDING.finditer(text):
        word = LAST_WORD.search(text[start : match.start()] + " ")
        if word and (word[1].lower() in ABBREVIATIONS or re.fullmatch(r"[A-Z]", word[1])):
            continue
        parts.append(text[start : match.end()].strip())
        start = match.end()
    parts.append(text[start:].strip())
    return [part for part in parts if part]


def slug(heading: str) -> str:
    """The heading as an address part: lower case, words joined by hyphens, `opening` if there is none."""
    return re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-") or "opening"


def _plain(inline: Token) -> str:
    parts = []
    for child in inline.children or []:
        if child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif child.type == "image":
            parts.append(child.content)
    return re.sub(r"\s+", " ", "".join(parts)).strip()


def _is_prose(tokens: list[Token], position: int) -> bool:
    """Whether the inline token at `position` is text to quote, not a heading or a label of a table."""
    opener = tokens[position - 1]
    if opener.type in ("heading_open", "th_open"):
        return False
    return not (opener.type == "td_open" and tokens[position - 2].type == "tr_open")
