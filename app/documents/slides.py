"""Presentations (PPTX): each slide's title, what stands on it in reading order, and its notes. Runs only inside the child."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any

from app.documents.document import Limits, Parsed
from app.documents.office import diagram, reading, settle, unpacked, xml
from app.documents.writing import SMALLEST_POINTS, Writing, is_white
from app.errors import DocumentError

KIND = "presentation"
NOTES = "Notes: "  # before what the speaker alone sees
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_DGM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_TITLES = ("title", "ctrTitle")
_FURNITURE = ("dt", "ftr", "sldNum", "hdr")  # date, footer, number: the same on every slide
_BULLETED = (None, "obj", "body")  # placeholders whose paragraphs have bullets unless they say otherwise
_FILLS = tuple(f"{_A}{name}" for name in ("solidFill", "gradFill", "pattFill", "blipFill"))
_SMALLEST = 100 * SMALLEST_POINTS  # sizes are hundredths of a point here
_BAND = 228_600  # a quarter of an inch, in the unit of positions: tops this close stand on one line

_Any = Any  # shapes and slides of python-pptx, which is imported only to be opened, and elements of lxml


def parse(data: bytes, limits: Limits) -> Parsed:
    """The text slide by slide, the notes of each marked as such; `pages` counts the slides that are shown.

    Raises `DocumentError` for a presentation that is damaged, encrypted or over a limit.
    """
    office = unpacked(data, limits, KIND)
    writing = Writing(limits)
    shown = 0
    with reading(KIND):
        import pptx

        presentation = pptx.Presentation(io.BytesIO(office.file))
        count = len(presentation.slides)
        if count > limits.pages:
            raise DocumentError(
                f"This presentation has {count:,} slides; at most {limits.pages:,} are read.", "Upload the slides that matter."
            )
        for number, slide in enumerate(presentation.slides, start=1):
            if slide.element.get("show") in ("0", "false"):
                writing.leave_out("hidden slide")
                continue
            shown += 1
            _Slide(slide, writing, (presentation.slide_width or 0, presentation.slide_height or 0)).read(number)
        writing.leave_out("comment", office.count(r"^ppt/comments/[^/]+\.xml$", b"cm"))
        writing.leave_out("object", office.objects)
    return Parsed(writing.text, shown, (*writing.warnings, *office.warnings))


class _Slide:
    """Writes one slide down."""

    def __init__(self, slide: _Any, writing: Writing, size: tuple[int, int]) -> None:
        self._slide = slide
        self._writing = writing
        self._size = size
        settle(slide.element)

    def read(self, number: int) -> None:
        shapes = [shape for shape in _in_order(self._slide.shapes) if not self._is_off(shape)]
        title = next((shape for shape in shapes if _placeholder(shape) in _TITLES), None)
        words = "" if title is None else "\n".join(text for text, _ in self._paragraphs(title))
        self._writing.heading(words or f"Slide {number}")
        for shape in shapes:
            if shape is not title:
                self._shape(shape)
        if self._slide.has_notes_slide and (notes := self._slide.notes_slide.notes_text_frame) is not None:
            settle(self._slide.notes_slide.element)
            self._writing.paragraph("\n".join(p.text.replace("\v", "\n") for p in notes.paragraphs), NOTES)

    def _shape(self, shape: _Any) -> None:
        element = shape.element
        if _placeholder(shape) in _FURNITURE:
            return
        if element.tag == f"{_P}grpSp":
            for inner in _in_order(shape.shapes):
                if not _is_marked_hidden(inner):
                    self._shape(inner)
                else:
                    self._writing.leave_out("hidden text", _has_words(inner))
        elif getattr(shape, "has_table", False):
            self._table(shape.table)
        elif element.tag == f"{_P}graphicFrame":
            self._writing.leave_out("chart", sum(1 for _ in element.iter(f"{_C}chart")))
            for smart_art in element.iter(f"{_DGM}relIds"):
                identity = smart_art.get(f"{_R}dm")
                if identity in self._slide.part.rels:
                    diagram(self._slide.part.related_part(identity).blob, self._writing)
        elif element.tag == f"{_P}pic":
            self._writing.leave_out("picture")
        elif getattr(shape, "has_text_frame", False):
            for text, level in self._paragraphs(shape):
                if level is None:
                    self._writing.paragraph(text)
                else:
                    self._writing.item(text, level)

    def _table(self, table: _Any) -> None:
        above: dict[int, str] = {}
        for row in table.rows:
            cells = []
            for column, cell in enumerate(row.cells):
                span = cell._tc  # what merges it with its neighbours is said by no public property alone
                if span.hMerge:
                    continue
                if not span.vMerge:  # otherwise said again, so that each row stands alone
                    above[column] = "\n".join(self._text(p, coloured=True) for p in cell.text_frame.paragraphs)
                cells.append(above.get(column, ""))
            self._writing.row(cells)

    def _paragraphs(self, shape: _Any) -> Iterator[tuple[str, int | None]]:
        """The paragraphs of a shape, each with its level if it is an item of a list."""
        bulleted = shape.is_placeholder and _placeholder(shape) in _BULLETED
        for paragraph in shape.text_frame.paragraphs:
            properties = paragraph._p.pPr
            own = {child.tag.removeprefix(_A) for child in properties} if properties is not None else set()
            item = bool(own & {"buChar", "buAutoNum", "buBlip"}) or (
                bulleted and "buNone" not in own and not _without_bullets(shape, paragraph.level)
            )
            yield self._text(paragraph, shape=shape), paragraph.level if item else None

    def _text(self, paragraph: _Any, shape: _Any = None, coloured: bool = False) -> str:
        parts: list[str] = []
        was_hidden = False
        for element in paragraph._p:
            if element.tag == f"{_A}br":
                parts.append("\n")
            elif element.tag == f"{_A}r" or (element.tag == f"{_A}fld" and element.get("type") != "slidenum"):
                text = "".join(t.text or "" for t in element.iter(f"{_A}t")).replace("\v", "\n")
                hidden = bool(text.strip()) and self._is_hidden(element, shape, coloured)
                self._writing.leave_out("hidden text", hidden and not was_hidden)
                was_hidden = hidden if text.strip() else was_hidden
                if not hidden:
                    parts.append(text)
        return "".join(parts)

    def _is_off(self, shape: _Any) -> bool:
        """Is the shape hidden, or does it lie beside the slide? Then it is counted."""
        off = _is_marked_hidden(shape)
        box = _box(shape)
        if not off and all(self._size) and None not in box:
            off = not _overlap(box, (0, 0, *self._size))
        if off:
            self._writing.leave_out("hidden text", _has_words(shape))
        return off

    def _is_hidden(self, run: _Any, shape: _Any, coloured: bool) -> bool:
        properties = run.find(f"{_A}rPr")
        if properties is None:
            return False
        size = properties.get("sz")
        if (size and int(size) < _SMALLEST) or properties.find(f"{_A}noFill") is not None:
            return True
        fill = properties.find(f"{_A}solidFill")
        if fill is None:
            return False
        if any(alpha.get("val") == "0" for alpha in fill.iter(f"{_A}alpha")):
            return True
        return is_white(self._colour(fill)) and not coloured and not self._on_colour(shape)

    def _on_colour(self, shape: _Any) -> bool:
        """May what lies behind the text of a shape be something else than white? Where this cannot be told, it may."""
        if shape is None or self._is_filled(shape.element) or not self._has_white_background:
            return True
        outside = (shape.element, *shape.element.iterancestors())  # of a group, say
        around = next((outer for outer in self._slide.shapes if outer.element in outside), None)
        if around is None or None in (box := _box(around)):
            return True
        layout = self._slide.slide_layout
        painted = [*self._slide.shapes, *layout.shapes, *layout.slide_master.shapes]
        return any(
            self._is_filled(other.element) and _overlap(box, _box(other))
            for other in painted
            if other.element is not shape.element
        )

    def _is_filled(self, element: _Any) -> bool:
        if element.tag in (f"{_P}pic", f"{_P}graphicFrame"):
            return True
        if element.tag == f"{_P}grpSp":
            return any(self._is_filled(inner) for inner in element.iter(f"{_P}sp", f"{_P}pic", f"{_P}graphicFrame"))
        properties = element.find(f"{_P}spPr")
        if properties is None:
            return False
        if (fill := next((fill for fill in properties if fill.tag in _FILLS), None)) is not None:
            return not is_white(self._colour(fill))
        reference = element.find(f"{_P}style/{_A}fillRef")
        return properties.find(f"{_A}noFill") is None and reference is not None and reference.get("idx") != "0"

    @property
    def _has_white_background(self) -> bool:
        layout = self._slide.slide_layout
        for page in (self._slide, layout, layout.slide_master):
            background = page.element.find(f"{_P}cSld/{_P}bg")
            if background is not None:
                fill = background.find(f"{_P}bgPr/{_A}solidFill")
                fill = background.find(f"{_P}bgRef") if fill is None else fill
                return fill is not None and is_white(self._colour(fill))
        return True

    def _colour(self, fill: _Any) -> str | None:
        """The colour of a fill in hexadecimal digits, if it is one colour."""
        named = fill.find(f"{_A}schemeClr")
        if named is None:
            plain = fill.find(f"{_A}srgbClr")
            return None if plain is None else str(plain.get("val"))
        if len(named):  # lighter or darker than the colour that is named
            return None
        master = self._slide.slide_layout.slide_master
        name = master.element.find(f"{_P}clrMap").get(named.get("val"), named.get("val"))
        themes = [relation.target_part for relation in master.part.rels.values() if relation.reltype.endswith("/theme")]
        scheme = xml(themes[0].blob).find(f".//{_A}clrScheme/{_A}{name}") if themes else None
        if scheme is None or not len(scheme):
            return None
        return str(scheme[0].get("lastClr") or scheme[0].get("val"))


def _in_order(shapes: Iterable[_Any]) -> list[_Any]:
    """Shapes line by line from the top, as they are read; those without a place of their own come last."""

    def place(shape: _Any) -> tuple[bool, int, int]:
        left, top, *_ = _box(shape)
        return (top is None, (top or 0) // _BAND, left or 0)

    return sorted(shapes, key=place)


def _box(shape: _Any) -> tuple[int | None, int | None, int | None, int | None]:
    left, top, width, height = shape.left, shape.top, shape.width, shape.height
    if left is None or top is None or width is None or height is None:
        return (left, top, None, None)
    return (left, top, left + width, top + height)


def _overlap(one: _Any, other: _Any) -> bool:
    if None in other:
        return True
    return bool(one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3])


def _is_marked_hidden(shape: _Any) -> bool:
    return any(properties.get("hidden") in ("1", "true") for properties in shape.element[0].iter(f"{_P}cNvPr"))


def _has_words(shape: _Any) -> bool:
    return any((text.text or "").strip() for text in shape.element.iter(f"{_A}t"))


def _placeholder(shape: _Any) -> str | None:
    """The type of a placeholder as the file names it; None for the usual one and for other shapes."""
    found = next(shape.element[0].iter(f"{_P}ph"), None)
    return None if found is None else found.get("type")


def _without_bullets(shape: _Any, level: int) -> bool:
    """Does the layout or the master take the bullets of a placeholder away?"""
    for _ in range(2):
        shape = getattr(shape, "_base_placeholder", None)
        if shape is None:
            return False
        styles = shape.element.find(f"{_P}txBody/{_A}lstStyle/{_A}lvl{level + 1}pPr")
        if styles is not None and (styles.find(f"{_A}buNone") is not None or styles.find(f"{_A}buChar") is not None):
            return styles.find(f"{_A}buNone") is not None
    return False
