"""Word documents: what a reader sees, in order; what they do not see is left out and counted."""

import io
from collections.abc import Callable

import docx
import pytest
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml.ns import nsdecls
from docx.oxml.parser import parse_xml
from docx.shared import Pt, RGBColor

from app.documents.document import Limits, Parsed
from app.documents.word import parse
from app.errors import DocumentError

NAMESPACES = (
    nsdecls("w", "r", "a", "pic")
    + ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    + ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
    + ' xmlns:v="urn:schemas-microsoft-com:vml" xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram"'
)


def saved(document: Document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def read(document: Document) -> Parsed:
    return parse(saved(document), Limits())


def a_document(inner: str) -> Document:
    """A document whose body is this XML."""
    document = docx.Document()
    body = parse_xml(f"<w:body {NAMESPACES}>{inner}</w:body>")
    for element in reversed(list(body)):
        document.element.body.insert(0, element)
    return document


def a_run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t xml:space='preserve'>{text}</w:t></w:r>"


def a_paragraph(*runs: str) -> str:
    return f"<w:p>{''.join(runs)}</w:p>"


def test_headings_lists_and_tables_come_in_reading_order() -> None:
    document = docx.Document()
    document.add_heading("Phoenix", 0)
    document.add_paragraph("We are six.")
    document.add_heading("Who we are", 2)
    document.add_paragraph("Anna plans", style="List Bullet")
    document.add_paragraph("and tests", style="List Bullet 2")
    document.add_paragraph("Ben builds", style="List Number")
    table = document.add_table(2, 2)
    for cell, text in zip(table._cells, ["Name", "Role", "Anna\nsince May", "Product owner"], strict=True):
        cell.text = text
    document.add_paragraph("The end.")

    assert read(document).text == (
        "# Phoenix\n\nWe are six.\n\n## Who we are\n\n- Anna plans\n- and tests\n- Ben builds\n\n"
        "Name | Role\nAnna; since May | Product owner\n\nThe end."
    )


def test_the_level_of_an_item_is_kept() -> None:
    properties = "<w:pPr><w:numPr><w:ilvl w:val='{}'/><w:numId w:val='1'/></w:numPr></w:pPr>"

    document = a_document("".join(f"<w:p>{properties.format(level)}{a_run('x')}</w:p>" for level in (0, 1)))

    assert read(document).text == "- x\n  - x"


def test_a_list_number_taken_away_makes_a_paragraph() -> None:
    document = a_document(
        f"<w:p><w:pPr><w:pStyle w:val='ListBullet'/><w:numPr><w:numId w:val='0'/></w:numPr></w:pPr>{a_run('x')}</w:p>"
    )

    assert read(document).text == "x"


def test_a_style_of_ones_own_is_a_heading_by_its_outline() -> None:
    document = docx.Document()
    style = document.styles.add_style("Chapter", WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = document.styles["Heading 2"]
    document.add_paragraph("Roles", style="Chapter")

    assert read(document).text == "## Roles"


def test_merged_cells_are_said_again_in_each_row() -> None:
    document = docx.Document()
    table = document.add_table(3, 2)
    for row, texts in zip(table.rows, [("Team", "Name"), ("Phoenix", "Anna"), ("", "Ben")], strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    table.cell(1, 0).merge(table.cell(2, 0))

    assert read(document).text == "Team | Name\nPhoenix | Anna\nPhoenix | Ben"


def test_a_table_of_one_column_is_only_a_frame() -> None:
    document = docx.Document()
    table = document.add_table(1, 1)
    table.cell(0, 0).add_paragraph("Anna plans", style="List Bullet")

    assert read(document).text == "- Anna plans"


def test_words_in_links_fields_controls_and_accepted_insertions_are_read() -> None:
    document = a_document(
        a_paragraph(
            f"<w:hyperlink w:anchor='x'>{a_run('linked ')}</w:hyperlink>",
            f"<w:ins w:id='1'>{a_run('inserted ')}</w:ins>",
            f"<w:fldSimple w:instr='DATE'>{a_run('field ')}</w:fldSimple>",
            "<w:r><w:fldChar w:fldCharType='begin'/><w:instrText> HYPERLINK secret </w:instrText></w:r>",
            f"<w:sdt><w:sdtContent>{a_run('control')}</w:sdtContent></w:sdt>",
        )
        + f"<w:sdt><w:sdtContent>{a_paragraph(a_run('a whole paragraph'))}</w:sdtContent></w:sdt>"
    )

    assert read(document).text == "linked inserted field control\n\na whole paragraph"


def test_a_text_box_is_read_once_after_the_paragraph_that_holds_it() -> None:
    box = f"<w:txbxContent>{a_paragraph(a_run('boxed'))}</w:txbxContent>"
    document = a_document(
        a_paragraph(
            a_run("before"),
            "<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><a:graphic><a:graphicData><wps:wsp>"
            f"<wps:txbx>{box}</wps:txbx></wps:wsp></a:graphicData></a:graphic></w:drawing></mc:Choice>"
            f"<mc:Fallback><w:pict><v:shape><v:textbox>{box}</v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>",
        )
        + a_paragraph(a_run("after"))
    )

    assert read(document).text == "before\n\nboxed\n\nafter"


def test_tracked_deletions_are_left_out_and_counted() -> None:
    document = a_document(
        a_paragraph(a_run("We are "), "<w:del w:id='1'><w:r><w:delText>four</w:delText></w:r></w:del>", a_run("six."))
        + f"<w:p><w:moveFrom w:id='2'>{a_run('moved')}</w:moveFrom></w:p>"
        + "<w:tbl><w:tr><w:trPr><w:del w:id='3'/></w:trPr><w:tc><w:p/></w:tc></w:tr></w:tbl>"
    )

    assert read(document) == Parsed("We are six.", 0, ("Left out: 3 tracked deletions.",))


@pytest.mark.parametrize(
    "properties",
    ["<w:vanish/>", "<w:vanish w:val='true'/>", "<w:sz w:val='2'/>", "<w:color w:val='FFFFFF'/>", "<w:color w:val='FEFEFE'/>"],
)
def test_hidden_white_and_tiny_text_is_left_out_and_counted(properties: str) -> None:
    document = a_document(a_paragraph(a_run("We are six."), a_run("Hire", properties), a_run(" me", properties)))

    assert read(document) == Parsed("We are six.", 0, ("Left out: 1 piece of hidden text.",))


@pytest.mark.parametrize("properties", ["<w:vanish w:val='0'/>", "<w:sz w:val='16'/>", "<w:color w:val='auto'/>"])
def test_text_that_shows_stays(properties: str) -> None:
    assert read(a_document(a_paragraph(a_run("We are six.", properties)))) == Parsed("We are six.")


def test_what_a_style_hides_is_hidden_and_what_a_run_shows_again_is_not() -> None:
    document = docx.Document()
    hidden = document.styles.add_style("Secret", WD_STYLE_TYPE.PARAGRAPH)
    hidden.font.hidden = True
    based = document.styles.add_style("Secret too", WD_STYLE_TYPE.PARAGRAPH)
    based.base_style = hidden
    tiny = document.styles.add_style("Tiny", WD_STYLE_TYPE.CHARACTER)
    tiny.font.size = Pt(1)
    document.add_paragraph("one", style="Secret")
    document.add_paragraph("two", style="Secret too")
    document.add_paragraph().add_run("three", style="Tiny")
    document.add_paragraph(style="Secret").add_run("shown").font.hidden = False

    assert read(document) == Parsed("shown", 0, ("Left out: 3 pieces of hidden text.",))


def test_white_text_on_a_coloured_cell_is_read() -> None:
    document = docx.Document()
    table = document.add_table(2, 2)
    for cell, text in zip(table._cells, ["Name", "Role", "Anna", "Owner"], strict=True):
        cell.paragraphs[0].add_run(text)
    for cell in table.rows[0].cells:
        cell.paragraphs[0].runs[0].font.color.rgb = RGBColor(255, 255, 255)
        cell._tc.get_or_add_tcPr().append(parse_xml(f"<w:shd {NAMESPACES} w:val='clear' w:fill='1F3864'/>"))

    assert read(document) == Parsed("Name | Role\nAnna | Owner")


def test_comments_headers_pictures_and_hidden_rows_are_counted(repacked: Callable[..., bytes]) -> None:
    document = a_document(
        a_paragraph(a_run("We are six."), "<w:r><w:drawing><a:blip/></w:drawing></w:r>")
        + "<w:tbl><w:tr><w:trPr><w:hidden/></w:trPr><w:tc><w:p/></w:tc></w:tr></w:tbl>"
    )
    document.add_comment(document.paragraphs[0].runs, "Is this so?")
    document.sections[0].header.paragraphs[0].text = "Confidential"

    assert read(document) == Parsed("We are six.", 0, ("Left out: 1 hidden row, 1 comment, 1 header or footer and 1 picture.",))


def test_a_table_of_contents_is_left_out() -> None:
    document = docx.Document()
    document.styles.add_style("TOC 1", WD_STYLE_TYPE.PARAGRAPH)
    document.add_paragraph("Roles 3", style="TOC 1")
    document.add_heading("Roles")

    assert read(document) == Parsed("# Roles", 0, ("Left out: 1 line of a table of contents.",))


def with_part(repacked: Callable[..., bytes], document: Document, name: str, kind: str, content: str) -> bytes:
    relation = f'<Relationship Id="own" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{name}"/>'
    return repacked(
        saved(document),
        {
            f"word/{name}": content.encode(),
            "word/_rels/document.xml.rels": lambda old: old.replace(b"</Relationships>", relation.encode() + b"</Relationships>"),
        },
    )


def test_footnotes_stand_at_the_end(repacked: Callable[..., bytes]) -> None:
    document = a_document(
        a_paragraph(a_run("We are six."), "<w:r><w:footnoteReference w:id='2'/></w:r>") + a_paragraph(a_run("Bye."))
    )
    notes = f"<w:footnotes {NAMESPACES}><w:footnote w:id='2'>{a_paragraph(a_run('With Ben.'))}</w:footnote></w:footnotes>"

    parsed = parse(with_part(repacked, document, "footnotes.xml", "footnotes", notes), Limits())

    assert parsed == Parsed("We are six.\n\nBye.\n\nFootnote: With Ben.")


def test_an_organisation_chart_is_read_as_an_indented_list(repacked: Callable[..., bytes]) -> None:
    def box(identity: str, text: str, kind: str = "node") -> str:
        return f"<dgm:pt modelId='{identity}' type='{kind}'><dgm:t><a:p><a:r><a:t>{text}</a:t></a:r></a:p></dgm:t></dgm:pt>"

    links = "".join(
        f"<dgm:cxn srcId='{one}' destId='{other}'/>" for one, other in [("0", "1"), ("1", "2"), ("1", "3"), ("3", "1")]
    )
    boxes = box("0", "", "doc") + box("1", "Anna") + box("2", "Ben") + box("3", "Cleo") + box("4", "pres", "pres")
    chart = f"<dgm:dataModel {NAMESPACES}><dgm:ptLst>{boxes}</dgm:ptLst><dgm:cxnLst>{links}</dgm:cxnLst></dgm:dataModel>"
    document = a_document(a_paragraph("<w:r><w:drawing><dgm:relIds r:dm='own'/></w:drawing></w:r>"))

    parsed = parse(with_part(repacked, document, "diagrams.xml", "diagramData", chart), Limits())

    assert parsed.text == "- Anna\n  - Ben\n  - Cleo"


def test_a_document_that_holds_too_much_is_refused() -> None:
    document = docx.Document()
    document.add_paragraph("word " * 300)

    with pytest.raises(DocumentError, match="more than 200 characters"):
        parse(saved(document), Limits(characters=200))


def test_styles_that_are_based_on_each_other_end() -> None:
    document = docx.Document()
    one = document.styles.add_style("One", WD_STYLE_TYPE.PARAGRAPH)
    other = document.styles.add_style("Other", WD_STYLE_TYPE.PARAGRAPH)
    one.base_style, other.base_style = other, one
    document.add_paragraph("words", style="One")

    assert read(document).text == "words"
