"""A calm 16:9 deck: the theme, and boxes, lists and tables whose words are fitted into them. Lengths are in points."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.lang import MSO_LANGUAGE_ID
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn
from pptx.presentation import Presentation as Pptx
from pptx.shapes.autoshape import Shape
from pptx.slide import Slide
from pptx.table import _Cell
from pptx.text.text import TextFrame, _Paragraph
from pptx.util import Emu, Pt

from app.exports.fitting import fitted, height_of, lines_of, width_of
from app.exports.office import ACCENT, FONT, INK, LINE, SOFT, TINT, WARM

WIDTH, HEIGHT, MARGIN = 960.0, 540.0, 44.0
INNER = WIDTH - 2 * MARGIN
TITLE_SIZE, BODY, TABLE_SIZE, SMALL = 26.0, 14.0, 11.0, 9.0
_THEME = {"dk2": INK, "lt2": TINT, "accent1": ACCENT, "accent2": "8A5A00", "accent3": SOFT, "hlink": ACCENT, "folHlink": SOFT}
_CELL_SIDE, _CELL_TOP, _CELL_LINES = 5.0, 3.0, 3
_INDENT = 14.0  # of a list's words from its bullets
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
_DECORATIVE = (
    f'<a:extLst xmlns:a="{_DRAWING}"><a:ext uri="{{C183D7F6-B498-43B3-948B-1728B52AA6E4}}"><d:decorative '
    'xmlns:d="http://schemas.microsoft.com/office/drawing/2017/decorative" val="1"/></a:ext></a:extLst>'
)
_THUMBNAIL = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/thumbnail"


Item = tuple[str, str]  # words, and what is never cut off their end


@dataclass(frozen=True)
class Box:
    """A place on a slide."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Row:
    """A row of a table; a strong one is bold on a ground of its own."""

    cells: tuple[str, ...]
    strong: bool = False


def new_deck() -> Pptx:
    """An empty deck with our theme, whose only layout is a title over free space."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Pt(WIDTH), Pt(HEIGHT)
    _set_theme(deck)
    master = deck.slide_master
    for layout in list(deck.slide_layouts):
        if layout.name != "Title Only":
            deck.slide_layouts.remove(layout)
    for shapes in (master.placeholders, deck.slide_layouts[0].placeholders):
        # the template is 4:3 and of the same height
        for shape in shapes:  # type: ignore[misc]  # the library annotates its iterator wrongly
            if shape._element.spPr.find(qn("a:xfrm")) is not None:
                shape.left, shape.width = Emu(shape.left * 4 // 3), Emu(shape.width * 4 // 3)
    package = deck.part.package
    for name, relation in list(package._rels.items()):
        if relation.reltype == _THUMBNAIL:  # a picture of the template
            package._rels.pop(name)
    return deck


def new_slide(deck: Pptx, title: str, below: str = "") -> Slide:
    """A slide with its title, and a quiet line below it."""
    slide: Slide = deck.slides.add_slide(deck.slide_layouts[0])
    line(slide, 0, 0, WIDTH, ACCENT, 9)
    heading = slide.shapes.title
    assert heading is not None  # the layout has one
    heading.left, heading.top, heading.width, heading.height = Pt(MARGIN), Pt(26), Pt(INNER), Pt(44)
    _prepare(heading.text_frame, MSO_ANCHOR.MIDDLE)
    _write(heading.text_frame.paragraphs[0], fitted(title, INNER, TITLE_SIZE, 1, bold=True), TITLE_SIZE, INK, bold=True)
    if below:
        text(slide, Box(MARGIN, 70, INNER, 18), below, 12, colour=SOFT)
    return slide


def text(
    slide: Slide, box: Box, words: str, size: float, *, tail: str = "", bold: bool = False, colour: str = INK, name: str = ""
) -> None:
    """Words in a box, as many as fit, and the `tail` in any case."""
    lines = int(box.height // height_of(1, size))
    frame = _frame(slide, box, name)
    _write(frame.paragraphs[0], fitted(words, box.width, size, lines, bold=bold, tail=tail), size, colour, bold=bold)


def bullets(
    slide: Slide, box: Box, items: Sequence[Item], size: float, *, most: int = 3, gap: float = 5.0, name: str = ""
) -> int:
    """A list in a box; each item takes at most `most` lines. How many of them found room comes back."""
    frame, left, shown = _frame(slide, box, name), box.height, 0
    for words, tail in items:
        said = fitted(words, box.width - _INDENT, size, most, tail=tail)
        needed = height_of(lines_of(said, box.width - _INDENT, size), size) + (gap if shown else 0)
        if needed > left:
            break
        paragraph = frame.paragraphs[0] if not shown else frame.add_paragraph()
        paragraph.space_before = Pt(gap if shown else 0)
        _write(paragraph, said, size, INK)
        _set_bullet(paragraph, _INDENT)
        left, shown = left - needed, shown + 1
    return shown


def have_room(box: Box, items: Sequence[Item], size: float, gap: float) -> bool:
    """Whether all items stand in the box uncut."""
    lines = (lines_of(words + tail, box.width - _INDENT, size) for words, tail in items)
    return sum(height_of(n, size) + gap for n in lines) - gap <= box.height


def chip(slide: Slide, right: float, top: float, words: str) -> None:
    """A few words on a tinted ground, from the right."""
    size, height = 12.0, 22.0
    width = width_of(words, size, bold=True) + 22
    shape = slide.shapes.add_shape(MSO_SHAPE.ROUNDED_RECTANGLE, Pt(right - width), Pt(top), Pt(width), Pt(height))
    shape.adjustments[0] = 0.5
    shape.fill.solid()
    shape.fill.fore_color.rgb = RGBColor.from_string(TINT)
    shape.line.fill.background()
    _remove_style(shape)
    _prepare(shape.text_frame, MSO_ANCHOR.MIDDLE)
    shape.text_frame.word_wrap = False
    _write(shape.text_frame.paragraphs[0], words, size, ACCENT, bold=True)
    shape.text_frame.paragraphs[0].alignment = PP_ALIGN.CENTER


def line(slide: Slide, left: float, top: float, width: float, colour: str = LINE, height: float = 1.0) -> None:
    """A thin line, which screen readers pass over."""
    shape = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, Pt(left), Pt(top), Pt(width), Pt(height))
    shape.fill.solid()
    shape.fill.fore_color.rgb = RGBColor.from_string(colour)
    shape.line.fill.background()
    _remove_style(shape)
    shape.name = "Line"
    shape._element.nvSpPr.cNvPr.append(parse_xml(_DECORATIVE))


def row_height(row: Row, widths: Sequence[float]) -> float:
    """How high the row is: as high as the fullest of its cells, which holds three lines at most."""
    lines = (
        min(_CELL_LINES, lines_of(words, width - 2 * _CELL_SIDE, TABLE_SIZE, bold=row.strong))
        for words, width in zip(row.cells, widths, strict=True)
    )
    return height_of(max(lines), TABLE_SIZE) + 2 * _CELL_TOP + 1


def table(slide: Slide, left: float, top: float, widths: Sequence[float], head: Sequence[str], rows: Sequence[Row]) -> None:
    """A table with a head; cells hold three lines at most."""
    heights = [row_height(row, widths) for row in (Row(tuple(head), strong=True), *rows)]
    frame = slide.shapes.add_table(len(rows) + 1, len(widths), Pt(left), Pt(top), Pt(sum(widths)), Pt(sum(heights)))
    frame.name = f"Table: {head[0]}"
    made = frame.table
    made.horz_banding = False
    for n, width in enumerate(widths):
        made.columns[n].width = Pt(width)
    for n, height in enumerate(heights):
        made.rows[n].height = Pt(height)
    for n, row in enumerate([Row(tuple(head), strong=True), *rows]):
        for words, width, cell in zip(row.cells, widths, made.rows[n].cells, strict=True):
            said = fitted(words, width - 2 * _CELL_SIDE, TABLE_SIZE, _CELL_LINES, bold=row.strong)
            _fill(cell, said, bold=row.strong, ground=ACCENT if n == 0 else WARM if row.strong else "FFFFFF", head=n == 0)


def small_print(slide: Slide, top: float, sources: str, notice: str) -> None:
    """Sources and the notice at the foot of a slide."""
    line(slide, MARGIN, top, INNER)
    foot = HEIGHT - 12 - height_of(1, SMALL)
    if sources:
        text(slide, Box(MARGIN, top + 5, INNER, foot - top - 7), sources, SMALL, colour=SOFT, name="Sources")
    text(slide, Box(MARGIN, foot, INNER, height_of(1, SMALL) + 1), notice, SMALL, colour=SOFT, name="Notice")


def _remove_style(shape: Shape) -> None:
    """No shadow and no colours of the theme's effects, which not every program leaves out when it is told to."""
    style = shape._element.find(qn("p:style"))
    if style is not None:
        shape._element.remove(style)


def _frame(slide: Slide, box: Box, name: str) -> TextFrame:
    shape = slide.shapes.add_textbox(Pt(box.left), Pt(box.top), Pt(box.width), Pt(box.height))
    if name:
        shape.name = name
    frame: TextFrame = shape.text_frame
    _prepare(frame, MSO_ANCHOR.TOP)
    return frame


def _prepare(frame: TextFrame, anchor: MSO_ANCHOR) -> None:
    frame.word_wrap = True
    frame.auto_size = MSO_AUTO_SIZE.NONE
    frame.vertical_anchor = anchor
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = Pt(0)


def _write(paragraph: _Paragraph, words: str, size: float, colour: str, *, bold: bool = False) -> None:
    run = paragraph.add_run()
    run.text = words
    run.font.size = Pt(size)
    run.font.bold = bold
    run.font.color.rgb = RGBColor.from_string(colour)
    run.font.language_id = MSO_LANGUAGE_ID.ENGLISH_UK
    paragraph.line_spacing = 1.0
    paragraph.alignment = PP_ALIGN.LEFT


def _set_bullet(paragraph: _Paragraph, indent: float) -> None:
    properties = paragraph._p.get_or_add_pPr()
    properties.set("marL", str(Pt(indent)))
    properties.set("indent", str(-Pt(indent)))
    properties.append(parse_xml(f'<a:buClr xmlns:a="{_DRAWING}"><a:srgbClr val="{ACCENT}"/></a:buClr>'))
    properties.append(parse_xml(f'<a:buFont xmlns:a="{_DRAWING}" typeface="{FONT}"/>'))
    properties.append(parse_xml(f'<a:buChar xmlns:a="{_DRAWING}" char="•"/>'))


def _fill(cell: _Cell, words: str, *, bold: bool, ground: str, head: bool) -> None:
    cell.margin_left = cell.margin_right = Pt(_CELL_SIDE)
    cell.margin_top = cell.margin_bottom = Pt(_CELL_TOP)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    cell.fill.solid()
    cell.fill.fore_color.rgb = RGBColor.from_string(ground)
    cell.text_frame.word_wrap = True
    _write(cell.text_frame.paragraphs[0], words, TABLE_SIZE, "FFFFFF" if head else INK, bold=bold)
    properties = cell._tc.get_or_add_tcPr()
    for n, (side, colour) in enumerate((("lnL", ""), ("lnR", ""), ("lnT", LINE), ("lnB", LINE))):
        fill = f'<a:solidFill><a:srgbClr val="{colour}"/></a:solidFill>' if colour else "<a:noFill/>"
        properties.insert(n, parse_xml(f'<a:{side} xmlns:a="{_DRAWING}" w="9525">{fill}</a:{side}>'))


def _set_theme(deck: Pptx) -> None:
    theme = next(p for p in deck.part.package.iter_parts() if p.partname == "/ppt/theme/theme1.xml")
    xml = theme.blob.decode()
    for name, colour in _THEME.items():
        xml = re.sub(rf"(<a:{name}>).*?(</a:{name}>)", rf'\1<a:srgbClr val="{colour}"/>\2', xml, flags=re.S)
    xml = re.sub(r'(<a:latin typeface=")[^"]*(")', rf"\1{FONT}\2", xml)
    xml = re.sub(r'(<a:(?:theme|clrScheme|fontScheme)\b[^>]*\bname=")[^"]*(")', r"\1Rolewise\2", xml)
    theme._blob = xml.encode()
