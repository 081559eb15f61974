"""HTML pages: what a browser would show of them as text, without opening anything they name. Runs only inside the child."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.documents import text
from app.documents.document import Limits, Parsed
from app.documents.office import reading
from app.documents.writing import Writing, is_white
from app.errors import DocumentError

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

KIND = "HTML page"
DEEPEST = 200  # elements within one another; pages that people write stay far below
_DROPPED = {
    "script", "style", "noscript", "template", "iframe", "object", "embed", "audio", "video", "canvas", "map", "head", "datalist",
}  # fmt: skip
_BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "hr", "html", "legend", "main", "nav", "option",
    "p", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr",
}  # fmt: skip
_LISTS = frozenset(("ul", "ol", "menu"))
_HEADING = re.compile(r"h([1-6])")
_CHARSET = re.compile(rb"""<meta[^<>]{0,200}?charset\s*+=\s*+["']?\s*+([\w-]{1,20})""", re.IGNORECASE)
# Encodings of text alone: Python knows others, which unpack
_CHARSETS = re.compile(
    r"utf-8|us-ascii|iso-8859-\d\d?|windows-125\d|koi8-[ru]|shift_jis|euc-(?:jp|kr)|gb2312|gbk|gb18030|big5",
)
_NOTHING = re.compile(r"0*(?:\.0*)?(?:px|pt|em|rem|%)?|1(?:\.0*)?p[xt]")
_WHITES = ("white", "#fff", "snow", "ghostwhite", "rgb(255,255,255)", "rgba(255,255,255,1)")
_CSS_PART = re.compile(r"([^{};]*+)([{};])")
_SIMPLE = re.compile(r"[.#][\w-]+")
_SLICE = 32 * 1024  # characters
_SPACE = re.compile(r"[ \t\r\n\f\v]+")
_BREAK = "\0"  # a line break that was asked for; no NUL comes out of the parser


def parse(data: bytes, limits: Limits) -> Parsed:
    """The text with headings, list items and table rows on lines of their own, and what was left out.

    Raises `DocumentError` for a page whose elements are nested without end, or whose encoding cannot be told.
    """
    decoded = _decoded(data, limits)
    writing = Writing(limits)
    with reading(KIND):
        page = _page(decoded.text)
        _Reader(page, writing, limits).read()
    return Parsed(writing.text, warnings=(*decoded.warnings, *writing.warnings))


def _decoded(data: bytes, limits: Limits) -> Parsed:
    declared = _CHARSET.search(data[:4096])
    name = declared[1].decode("ascii", "replace").lower() if declared else ""
    if _CHARSETS.fullmatch(name) and text.decoded_by_mark(data, cut=True) is None:
        try:
            return Parsed(data.decode("cp1252" if name == "iso-8859-1" else name))  # as browsers do
        except (UnicodeDecodeError, LookupError):
            pass
    return text.parse(data, limits)


def _page(markup: str) -> BeautifulSoup:
    from bs4 import BeautifulSoup
    from bs4.builder._lxml import LXMLTreeBuilder

    class Bounded(BeautifulSoup):
        """Stops while it is built, since a tree that is too deep takes quadratic time."""

        def pushTag(self, tag: Tag) -> None:
            super().pushTag(tag)
            if len(self.tagStack) > DEEPEST:
                raise DocumentError(f"This HTML page nests elements more than {DEEPEST} deep.", "Paste its text instead.")

    class Sliced(LXMLTreeBuilder):
        """Hands the page over in slices: a parser that is told to stop does so at the end of what it was given."""

        def feed(self, markup: str | bytes) -> None:
            parser = self.parser_for(None)
            for at in range(0, len(markup), _SLICE):
                parser.feed(markup[at : at + _SLICE])
            parser.close()

    # a declaration of XML makes the parser doubt that the text is decoded
    return Bounded(re.sub(r"^\s*<\?xml[^<>]{0,200}\?>", "", markup), builder=Sliced())


@dataclass(frozen=True)
class _Reaching:
    """The value of a cell that spans so many columns, and so many further rows."""

    value: str
    columns: int
    rows: int


class _Reader:
    """Walks over one page and writes it down."""

    def __init__(self, page: BeautifulSoup, writing: Writing, limits: Limits) -> None:
        self._page = page
        self._writing = writing
        self._limits = limits
        self._hiding = set(_hiding_selectors("\n".join(style.get_text() for style in page.find_all("style"))))
        self._styled = bool(page.find(["style", "link"]))
        self._text: list[str] = []
        self._level = -1  # of the list that is being read
        self._in_item = False

    def read(self) -> None:
        title = self._page.find("title")
        if title is not None and self._page.find("h1") is None:
            self._writing.heading(title.get_text())
        self._inside(self._page)
        self._flush()

    def _inside(self, parent: Tag) -> None:
        from bs4 import CData, Comment, Tag
        from bs4.element import NavigableString

        for child in parent.children:
            if isinstance(child, Tag):
                self._element(child)
            elif isinstance(child, Comment):
                self._writing.leave_out("comment", any(map(str.isalnum, child)))
            elif type(child) in (NavigableString, CData):
                self._text.append(str(child).replace("\n", _BREAK) if parent.name == "pre" else str(child))

    def _element(self, element: Tag) -> None:
        name = element.name
        if name in _DROPPED:
            return
        if self._is_hidden(element):
            self._writing.leave_out("hidden text", any(map(str.isalnum, element.get_text())))
        elif name == "br":
            self._text.append(_BREAK)
        elif name == "img":
            self._writing.leave_out("picture")
        elif heading := _HEADING.fullmatch(name):
            self._flush()
            self._inside(element)
            self._writing.heading(self._taken(), int(heading[1]))
        elif name == "table" and self._is_of_data(element):
            self._flush()
            self._table(element)
        elif name in _LISTS:
            self._flush()
            self._level += 1
            self._inside(element)
            self._flush()
            self._level -= 1
        elif name == "li":
            self._flush()
            before, self._in_item = self._in_item, True
            self._inside(element)
            self._flush()
            self._in_item = before
        elif name in _BLOCKS:
            self._flush()
            self._inside(element)
            self._flush()
        else:
            self._inside(element)

    def _taken(self) -> str:
        lines = _SPACE.sub(" ", "".join(self._text)).split(_BREAK)
        self._text.clear()
        return "\n".join(line.strip() for line in lines).strip()

    def _flush(self) -> None:
        words = self._taken()
        if self._in_item:
            self._writing.item(words, self._level)
        else:
            self._writing.paragraph(words)

    def _is_of_data(self, table: Tag) -> bool:
        """Has a table several columns, and no other table or heading in it, which would say that it only places text?"""
        if table.find(["table", "h1", "h2", "h3", "h4", "h5", "h6"]) is not None:
            return False
        return any(len(row.find_all(["td", "th"], recursive=False)) > 1 for row in table.find_all("tr"))

    def _table(self, table: Tag) -> None:
        if (caption := table.find("caption")) is not None:
            self._writing.paragraph(caption.get_text(" ", strip=True))
        below: dict[int, _Reaching] = {}  # by column
        for row in self._rows(table):
            reaching, below = below, {}
            cells: list[str] = []
            column = 0
            for cell in row.find_all(["td", "th"], recursive=False):
                column = _repeated(reaching, column, cells, below)
                cells.append(self._cell(cell))
                reach = _Reaching(cells[-1], _span(cell, "colspan"), _span(cell, "rowspan") - 1)
                if reach.rows and column < self._limits.columns:
                    below[column] = reach
                column += reach.columns
            _repeated(reaching, column, cells, below)
            self._writing.row(cells)

    def _rows(self, table: Tag) -> Iterator[Tag]:
        for row in table.find_all("tr"):
            groups = [row, *(group for group in row.parents if group.name in ("thead", "tbody", "tfoot"))]
            if any(map(self._is_hidden, groups)):
                self._writing.leave_out("hidden row", any(map(str.isalnum, row.get_text())))
            else:
                yield row

    def _cell(self, cell: Tag) -> str:
        outer, self._writing = self._writing, self._writing.beside()
        state = (self._text, self._level, self._in_item)
        self._text, self._level, self._in_item = [], -1, False
        if self._is_hidden(cell):
            outer.leave_out("hidden text", any(map(str.isalnum, cell.get_text())))
        else:
            self._inside(cell)
        self._flush()
        found = self._writing.text
        self._writing, (self._text, self._level, self._in_item) = outer, state
        return found

    def _is_hidden(self, element: Tag) -> bool:
        if element.has_attr("hidden") or (element.name == "dialog" and not element.has_attr("open")):
            return True
        if self._hiding:
            names = {f"#{element.get('id')}", *(f".{name}" for name in element.get_attribute_list("class"))}
            if names & self._hiding:
                return True
        said = _declarations(str(element.get("style") or ""))
        colour = said.get("color", str(element.get("color") or "").lower())
        return _hides(said) or ((colour in _WHITES or is_white(colour)) and not self._on_colour(element, said))

    def _on_colour(self, element: Tag, said: dict[str, str]) -> bool:
        """May what lies behind an element be something else than white? Where style sheets decide, it may."""
        for around in (element, *element.parents):
            said = _declarations(str(around.get("style") or ""))
            if "background" in said or "background-color" in said or around.has_attr("bgcolor"):
                return True
            if self._styled and (around.has_attr("class") or around.has_attr("id")):
                return True
        return False


def _repeated(reaching: dict[int, _Reaching], column: int, cells: list[str], below: dict[int, _Reaching]) -> int:
    """Say the values again that reach into this row from above, so that each row stands alone; the next free column."""
    while (reach := reaching.get(column)) is not None:
        cells.append(reach.value)
        if reach.rows > 1:
            below[column] = replace(reach, rows=reach.rows - 1)
        column += reach.columns
    return column


def _span(cell: Tag, name: str) -> int:
    said = str(cell.get(name) or "1")
    return max(1, int(said)) if said.isascii() and said.isdigit() and len(said) < 5 else 1


def _declarations(style: str) -> dict[str, str]:
    pairs = (part.split(":", 1) for part in style.lower().split(";") if ":" in part)
    return {name.strip(): "".join(value.replace("!important", "").split()) for name, value in pairs}


def _hides(said: dict[str, str]) -> bool:
    return (
        said.get("display") == "none"
        or said.get("visibility") in ("hidden", "collapse")
        or ("opacity" in said and _NOTHING.fullmatch(said["opacity"]) is not None and not said["opacity"].startswith("1"))
        or ("font-size" in said and _NOTHING.fullmatch(said["font-size"]) is not None)
    )


def _hiding_selectors(sheet: str) -> Iterator[str]:
    """Classes and ids that a style sheet hides, each by itself and everywhere (not only in print, say)."""
    depth = 0
    selectors = ""
    body: list[str] = []
    for part, end in _CSS_PART.findall(_without_comments(sheet)):
        if end == "{":
            depth += 1
            if depth == 1:
                selectors, body = part, []
        elif depth == 1:
            body.append(part)
        if end == "}":
            if depth == 1 and _hides(_declarations(";".join(body))):
                yield from (name for one in selectors.split(",") if _SIMPLE.fullmatch(name := one.strip()))
            depth = max(0, depth - 1)


def _without_comments(sheet: str) -> str:
    kept: list[str] = []
    at = 0
    while (start := sheet.find("/*", at)) >= 0:
        kept.append(sheet[at:start])
        end = sheet.find("*/", start + 2)
        if end < 0:  # never closed: it goes to the end
            return "".join(kept)
        at = end + 2
    return "".join(kept) + sheet[at:]
