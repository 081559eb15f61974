"""The decision record as a Word document."""

from __future__ import annotations

from docx import Document
from docx.document import Document as Docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Emu, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import _Cell
from docx.text.paragraph import Paragraph as DocxParagraph

from app.coaching.team.report import TeamAdvice
from app.exports.office import ACCENT, FONT, INK, LINE, SOFT, TINT, WARM, describe, safe_url, settled
from app.exports.outline import REVIEW_AFTER, TITLE, Block, Heading, Items, Paragraph, Table, Work, record_blocks
from app.exports.text import cell
from app.exports.words import Words

PAGE, MARGIN = (Cm(21.0), Cm(29.7)), Cm(2.0)  # A4
BODY, SMALL = Pt(10), Pt(8.5)
_HEADINGS = {"Title": Pt(20), "Heading 1": Pt(14), "Heading 2": Pt(11)}


def decision_record(advice: TeamAdvice, words: Words, review_after: int = REVIEW_AFTER) -> bytes:
    """The record as DOCX; `review_after` is in months. The same advice and words give the same bytes."""
    document = Document()
    _set_styles(document)
    describe(document.core_properties, TITLE, words.today)
    document.add_paragraph(TITLE, style="Title")
    for block in record_blocks(advice, words, review_after):
        _add(document, block)
    _number_pages(document)
    return settled(document.save)


def _add(document: Docx, block: Block) -> None:
    match block:
        case Heading(text, level):
            document.add_paragraph(text, style=f"Heading {level}")
        case Paragraph(text, lead, fine):
            paragraph = document.add_paragraph(style="Fine" if fine else "Normal")
            if lead:
                paragraph.add_run(lead + (" " if text else "")).bold = True
            paragraph.paragraph_format.keep_with_next = bool(lead and not text)
            paragraph.add_run(text)
        case Items(items):
            for item in items:
                document.add_paragraph(item, style="List Bullet")
        case Table():
            _add_table(document, block)
        case Work(text, url, below):
            paragraph = document.add_paragraph(text + (" " if url else ""), style="Fine")
            paragraph.paragraph_format.left_indent = Cm(1.0 if below else 0)
            _add_link(paragraph, url)


def _add_table(document: Docx, table: Table) -> None:
    made = document.add_table(rows=0, cols=len(table.head))
    made.alignment = WD_TABLE_ALIGNMENT.LEFT
    made.autofit = False
    _rule(made._tbl.tblPr)
    width = PAGE[0] - 2 * MARGIN
    for n, row in enumerate([table.head, *table.rows]):
        strong = n - 1 in table.strong
        cells = made.add_row().cells
        for text, place, share in zip(row, cells, table.shares, strict=True):
            place.width = Emu(int(width * share))
            _fill(place, text, bold=n == 0 or strong, ground=TINT if n == 0 else WARM if strong else "")
    for n, made_row in enumerate(made.rows):
        properties = made_row._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        if n == 0:
            properties.append(OxmlElement("w:tblHeader"))
    for column, share in zip(made.columns, table.shares, strict=True):
        column.width = Emu(int(width * share))
    document.add_paragraph(style="Fine")


def _fill(place: _Cell, text: str, *, bold: bool, ground: str) -> None:
    paragraph = place.paragraphs[0]
    paragraph._p.style = "Cell"  # by its id: the library looks a name up in all styles, 7 ms for each cell
    paragraph.add_run(cell(text)).bold = bold
    if ground:
        shade = OxmlElement("w:shd")
        for name, value in (("val", "clear"), ("color", "auto"), ("fill", ground)):
            shade.set(qn(f"w:{name}"), value)
        place._tc.get_or_add_tcPr().append(shade)


def _rule(properties: object) -> None:
    """Thin lines between rows, none between columns."""
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", LINE)):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    layout = properties.find(qn("w:tblLayout"))  # type: ignore[attr-defined]  # lxml's elements carry no types
    layout.addprevious(borders)  # the schema wants the borders first


def _add_link(paragraph: DocxParagraph, url: str) -> None:
    if not safe_url(url):
        paragraph.add_run(url)
        return
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to(url, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    run = paragraph.add_run(url)
    run.font.color.rgb = RGBColor.from_string(ACCENT)
    run.font.underline = True
    link.append(run._r)
    paragraph._p.append(link)


def _number_pages(document: Docx) -> None:
    """The page's number at its foot."""
    paragraph = document.sections[0].footer.paragraphs[0]
    paragraph.style = "Fine"
    paragraph.add_run("Rolewise decision record, page ")
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)


def _set_styles(document: Docx) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = PAGE
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = MARGIN
    normal = _style(document, "Normal")
    _letters(normal, BODY, INK)
    normal.paragraph_format.space_after = Pt(4)
    for name, size in _HEADINGS.items():
        style = _style(document, name)
        _letters(style, size, ACCENT if name != "Title" else INK)
        style.font.bold = True
        style.paragraph_format.space_before = Pt(0 if name == "Title" else 14 if name == "Heading 1" else 8)
        style.paragraph_format.space_after = Pt(10 if name == "Title" else 4)
        style.paragraph_format.keep_with_next = True
        for rule in style.element.findall(".//" + qn("w:pBdr")):
            rule.getparent().remove(rule)
    bullet = _style(document, "List Bullet")
    bullet.paragraph_format.space_after = Pt(3)
    for name, size, colour, after in (("Fine", SMALL, SOFT, 3), ("Cell", SMALL, INK, 1)):
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        assert isinstance(style, ParagraphStyle)
        style.base_style = normal
        _letters(style, size, colour)
        style.paragraph_format.space_after = Pt(after)
        style.paragraph_format.space_before = Pt(1)


def _style(document: Docx, name: str) -> ParagraphStyle:
    style = document.styles[name]
    assert isinstance(style, ParagraphStyle)
    return style


def _letters(style: ParagraphStyle, size: Pt, colour: str) -> None:
    style.font.name = FONT
    style.font.size = size
    style.font.color.rgb = RGBColor.from_string(colour)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{script}"), None)  # the template's theme would win over the name
    for script in ("eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), FONT)
