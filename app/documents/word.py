"""Word documents (DOCX): headings, lists and tables in reading order, without what does not show. Runs only inside the child."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from app.documents.document import Limits, Parsed
from app.documents.office import Office, diagram, reading, settle, unpacked, xml
from app.documents.writing import SMALLEST_POINTS, Writing, is_colour, is_white

KIND = "Word document"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_DGM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_WPS = "{http://schemas.microsoft.com/office/word/2010/wordprocessingShape}"
_V = "{urn:schemas-microsoft-com:vml}"

# Elements that only stand around text, in a paragraph or between paragraphs
_AROUND = {
    *(f"{_W}{name}" for name in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "hyperlink", "smartTag", "fldSimple")),
    *(f"{_W}{name}" for name in ("dir", "bdo", "ruby", "rubyBase")),
    *(f"{_M}{name}" for name in ("oMathPara", "oMath", "r", "e", "f", "num", "den", "sSup", "sup", "sSub", "sub", "d", "rad")),
}
_DELETED = {f"{_W}del", f"{_W}moveFrom"}
_BETWEEN = {f"{_W}{name}": text for name, text in (("tab", "\t"), ("br", "\n"), ("cr", "\n"), ("noBreakHyphen", "-"))}
_HEADING = re.compile(r"heading (\d)")
_NOTES = {"footnote": "Footnote: ", "endnote": "Endnote: "}
_FILLS = tuple(f"{_A}{name}" for name in ("solidFill", "gradFill", "pattFill", "blipFill"))
_DEEPEST_STYLE = 12  # styles that are based on one another; Word itself allows ten

_Element = Any  # lxml ships no types


def parse(data: bytes, limits: Limits) -> Parsed:
    """The text with headings, list items and table rows on lines of their own, footnotes last, and what was left out.

    Raises `DocumentError` for a document that is damaged, encrypted or over a limit.
    """
    office = unpacked(data, limits, KIND)
    writing = Writing(limits)
    with reading(KIND):
        import docx

        _Reader(docx.Document(io.BytesIO(office.file)), writing).read()
        writing.leave_out("comment", office.count(r"^word/comments\d*\.xml$", b"comment"))
        writing.leave_out("margin", _margins(office))
        writing.leave_out("object", office.objects)
    return Parsed(writing.text, warnings=(*writing.warnings, *office.warnings))


def _margins(office: Office) -> int:
    margins = [part for name, part in office.parts.items() if re.match(r"word/(?:header|footer)\d*\.xml$", name)]
    return sum(any(map(str.isalpha, "".join(text.text or "" for text in xml(part).iter(f"{_W}t")))) for part in margins)


@dataclass(frozen=True)
class _Look:
    """What a style or a run says of how text looks; None where it says nothing."""

    hidden: bool | None = None
    colour: str | None = None
    points: float | None = None
    # of paragraphs
    outline: int | None = None
    numbered: bool | None = None
    shade: str | None = None

    def over(self, other: _Look) -> _Look:
        """This look, and where it says nothing the other's."""
        mine = {field.name: getattr(self, field.name) for field in fields(self)}
        return _Look(**{name: getattr(other, name) if value is None else value for name, value in mine.items()})


@dataclass(frozen=True)
class _Style:
    name: str
    look: _Look


class _Reader:
    """Walks over the body of one document and writes it down."""

    def __init__(self, document: Any, writing: Writing) -> None:  # Any: a docx.Document, which is imported only to be opened
        self._part = document.part
        self._body = document.element.body
        self._writing = writing
        self._styles: dict[str | None, _Style] = {}
        self._notes: list[tuple[str, str]] = []
        self._was_hidden = False

    def read(self) -> None:
        settle(self._part.element)
        self._blocks(self._body, self._writing)
        found = {kind: self._notes_of(kind) for kind in {kind for kind, _ in self._notes}}
        for kind, number in dict.fromkeys(self._notes):
            if (note := found[kind].get(number)) is not None:
                self._writing.paragraph(self._cell(note), _NOTES[kind])

    def _notes_of(self, kind: str) -> dict[str, _Element]:
        for relation in self._part.rels.values():
            if relation.reltype.endswith(f"/{kind}s"):
                root = xml(relation.target_part.blob)
                settle(root)
                return {note.get(f"{_W}id"): note for note in root.iter(f"{_W}{kind}")}
        return {}

    def _blocks(self, parent: _Element, writing: Writing) -> None:
        for element in self._within(parent):
            if element.tag == f"{_W}p":
                self._paragraph(element, writing)
            elif element.tag == f"{_W}tbl":
                self._table(element, writing)
            elif element.tag == f"{_W}altChunk":
                writing.leave_out("object")

    def _within(self, parent: _Element) -> Iterator[_Element]:
        """What stands in an element, without wrappers and without what was deleted."""
        for element in parent:
            if element.tag in _DELETED:
                # what was taken away can lie in paragraphs and tables, too
                self._writing.leave_out("deletion", any(True for _ in element.iter(f"{_W}delText", f"{_W}t")))
            elif element.tag in _AROUND:
                yield from self._within(element)
            else:
                yield element

    def _paragraph(self, paragraph: _Element, writing: Writing) -> None:
        properties = paragraph.find(f"{_W}pPr")
        style = self._style_of(paragraph)
        look = _look(properties).over(style.look)
        boxes: list[_Element] = []
        text = self._text(paragraph, boxes, writing)
        name = style.name.lower()
        if re.match(r"toc \d", name):
            writing.leave_out("contents", bool(text.strip()))
        elif heading := _HEADING.fullmatch(name):
            writing.heading(text, int(heading[1]))
        elif name == "title":
            writing.heading(text)
        elif look.outline is not None and look.outline < 9:
            writing.heading(text, look.outline + 1)
        elif look.numbered:
            writing.item(text, _number(properties, "numPr/ilvl"))
        else:
            writing.paragraph(text)
        for box in boxes:
            self._blocks(box, writing)

    def _text(self, parent: _Element, boxes: list[_Element], writing: Writing) -> str:
        """What can be seen of a paragraph's runs; text boxes that hang on it are put into the list."""
        parts: list[str] = []
        for element in self._within(parent):
            if element.tag == f"{_W}r":
                shown = self._run(element, boxes, writing)
                hidden = bool(shown.strip()) and self._is_hidden(element)
                if hidden and not self._was_hidden:
                    writing.leave_out("hidden text")
                if shown.strip():
                    self._was_hidden = hidden  # runs that follow one another are one piece
                if not hidden:
                    parts.append(shown)
            elif element.tag == f"{_M}t":
                parts.append(element.text or "")
        self._was_hidden = False
        return "".join(parts)

    def _run(self, run: _Element, boxes: list[_Element], writing: Writing) -> str:
        parts: list[str] = []
        for element in self._within(run):
            if element.tag in (f"{_W}t", f"{_M}t"):
                parts.append(element.text or "")
            elif element.tag in _BETWEEN:
                parts.append(_BETWEEN[element.tag])
            elif element.tag == f"{_W}r":  # of a word with its pronunciation above it
                parts.append(self._run(element, boxes, writing))
            elif element.tag == f"{_W}sym":
                parts.append(_symbol(element.get(f"{_W}char", "")))
            elif element.tag in (f"{_W}footnoteReference", f"{_W}endnoteReference"):
                self._notes.append((element.tag.removeprefix(_W).removesuffix("Reference"), element.get(f"{_W}id", "")))
            elif element.tag in (f"{_W}drawing", f"{_W}pict"):
                self._drawing(element, boxes, writing)
        return "".join(parts)

    def _drawing(self, drawing: _Element, boxes: list[_Element], writing: Writing) -> None:
        outside = next(drawing.iterancestors(f"{_W}txbxContent"), None)
        for box in drawing.iter(f"{_W}txbxContent"):
            if next(box.iterancestors(f"{_W}txbxContent"), None) is outside:  # a box within a box is reached from the outer one
                boxes.append(box)
        writing.leave_out("picture", sum(1 for _ in drawing.iter(f"{_A}blip", f"{_V}imagedata")))
        writing.leave_out("chart", sum(1 for _ in drawing.iter(f"{_C}chart")))
        for smart_art in drawing.iter(f"{_DGM}relIds"):
            relation = self._part.rels.get(smart_art.get(f"{_R}dm"))
            if relation is not None:
                diagram(relation.target_part.blob, writing)

    def _table(self, table: _Element, writing: Writing) -> None:
        rows = [row for row in self._within(table) if row.tag == f"{_W}tr" and self._is_shown(row, writing)]
        cells = [[cell for cell in self._within(row) if cell.tag == f"{_W}tc"] for row in rows]
        if all(len(row) <= 1 for row in cells):  # a frame around text
            for cell in (cell for row in cells for cell in row):
                self._blocks(cell, writing)
            return
        above: dict[int, str] = {}  # by column of the grid
        for row, row_cells in zip(rows, cells, strict=True):
            column = _number(row.find(f"{_W}trPr"), "gridBefore")
            texts = []
            for cell in row_cells:
                properties = cell.find(f"{_W}tcPr")
                merged = None if properties is None else properties.find(f"{_W}vMerge")
                continues = merged is not None and merged.get(f"{_W}val", "continue") == "continue"
                # merged with the one above: said again, so that each row stands alone
                above[column] = above.get(column, "") if continues else self._cell(cell)
                texts.append(above[column])
                column += max(1, _number(properties, "gridSpan"))
            writing.row(texts)

    def _cell(self, cell: _Element) -> str:
        inner = self._writing.beside()
        self._blocks(cell, inner)
        return inner.text

    def _is_shown(self, row: _Element, writing: Writing) -> bool:
        properties = row.find(f"{_W}trPr")
        if properties is None:
            return True
        if properties.find(f"{_W}del") is not None:
            writing.leave_out("deletion")
            return False
        if _switch(properties, "hidden"):
            writing.leave_out("hidden row")
            return False
        return True

    def _is_hidden(self, run: _Element) -> bool:
        properties = run.find(f"{_W}rPr")
        character = self._style(_value(properties, "rStyle"))
        paragraph = self._style_of(next(run.iterancestors(f"{_W}p"), None))
        look = _look(properties).over(character.look).over(paragraph.look).over(self._defaults)
        small = look.points is not None and look.points < SMALLEST_POINTS
        return bool(look.hidden) or small or (is_white(look.colour) and not self._on_colour(run, look))

    def _on_colour(self, run: _Element, look: _Look) -> bool:
        """May what lies behind a run be something else than white? Where this cannot be told, it may."""
        properties = run.find(f"{_W}rPr")
        highlight = None if properties is None else _value(properties, "highlight")
        if highlight not in (None, "none", "white") or is_colour(_shade(properties)) or is_colour(look.shade):
            return True
        for around in run.iterancestors():
            if around.tag in (f"{_W}p", f"{_W}tc", f"{_W}tbl"):
                inner = around.find(f"{around.tag}Pr")
                if is_colour(_shade(inner)) or (around.tag == f"{_W}tbl" and self._is_coloured(inner)):
                    return True
            elif around.tag in (f"{_WPS}wsp", f"{_V}shape", f"{_V}rect", f"{_V}roundrect", f"{_V}textbox"):
                reference = next((fill.get("idx") for fill in around.iter(f"{_A}fillRef")), "0")
                if reference != "0" or any(True for _ in around.iter(*_FILLS)) or around.get("fillcolor"):
                    return True
            elif around.tag == f"{_W}document":
                background = around.find(f"{_W}background")
                return background is not None and is_colour(background.get(f"{_W}color"))
        return False

    def _is_coloured(self, table_properties: _Element) -> bool:
        style = self._elements.get(_value(table_properties, "tblStyle"))
        return style is not None and any(is_colour(shade.get(f"{_W}fill")) for shade in style.iter(f"{_W}shd"))

    def _style_of(self, paragraph: _Element | None) -> _Style:
        if paragraph is None:
            return _Style("", _Look())
        return self._style(_value(paragraph.find(f"{_W}pPr"), "pStyle") or self._default)

    def _style(self, identity: str | None) -> _Style:
        if identity not in self._styles:
            element = self._elements.get(identity)
            name = "" if element is None else _value(element, "name") or ""
            look = _Look()
            for _ in range(_DEEPEST_STYLE):
                if element is None:
                    break
                look = look.over(_look(element.find(f"{_W}rPr"))).over(_look(element.find(f"{_W}pPr")))
                element = self._elements.get(_value(element, "basedOn"))
            self._styles[identity] = _Style(name, look)
        return self._styles[identity]

    @cached_property
    def _elements(self) -> dict[str | None, _Element]:
        return {style.get(f"{_W}styleId"): style for style in self._part.styles.element.iter(f"{_W}style")}

    @cached_property
    def _default(self) -> str | None:
        for identity, style in self._elements.items():
            if style.get(f"{_W}type") == "paragraph" and style.get(f"{_W}default") in ("1", "true", "on"):
                return identity
        return None

    @cached_property
    def _defaults(self) -> _Look:
        return _look(self._part.styles.element.find(f"{_W}docDefaults/{_W}rPrDefault/{_W}rPr"))


def _look(properties: _Element | None) -> _Look:
    """The look that the properties of a run or of a paragraph give."""
    if properties is None:
        return _Look()
    size = _value(properties, "sz")
    outline = _value(properties, "outlineLvl")
    numbering = properties.find(f"{_W}numPr")
    return _Look(
        hidden=_switch(properties, "vanish"),
        colour=_value(properties, "color"),
        points=float(size) / 2 if size else None,
        outline=int(outline) if outline else None,
        numbered=None if numbering is None else _value(numbering, "numId") != "0",  # 0 takes the number of a style away
        shade=_shade(properties),
    )


def _shade(properties: _Element | None) -> str | None:
    shade = None if properties is None else properties.find(f"{_W}shd")
    if shade is None:
        return None
    # a colour of the theme is given as a number beside its name; where it is not, some colour is meant
    return shade.get(f"{_W}fill") or ("808080" if shade.get(f"{_W}themeFill") else None)


def _switch(properties: _Element, name: str) -> bool | None:
    found = properties.find(f"{_W}{name}")
    return None if found is None else found.get(f"{_W}val", "1") not in ("0", "false", "off")


def _value(properties: _Element | None, name: str) -> str | None:
    found = None if properties is None else properties.find(f"{_W}{name}")
    return None if found is None else found.get(f"{_W}val")


def _number(properties: _Element | None, path: str) -> int:
    found = None if properties is None else properties.find("/".join(f"{_W}{name}" for name in path.split("/")))
    return 0 if found is None else int(found.get(f"{_W}val", "0"))


def _symbol(code: str) -> str:
    number = int(code, 16)
    # symbol fonts use the private area, where only bullets mean something to a reader of words
    return "•" if 0xF000 <= number <= 0xF0FF else chr(number)
