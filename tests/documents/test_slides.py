"""Presentations: what stands on each slide, in the order in which it is read; what does not show is left out and counted."""

import io
from collections.abc import Callable
from typing import Any

import pptx
import pytest
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.enum.shapes import MSO_SHAPE
from pptx.util import Inches, Pt

from app.documents.document import Limits, Parsed
from app.documents.slides import parse
from app.errors import DocumentError

TITLE_AND_CONTENT, TITLE_ONLY, BLANK = 1, 5, 6
Slide = Any  # python-pptx's


class ADeck:
    """A presentation that is being made."""

    def __init__(self) -> None:
        self.presentation = pptx.Presentation()

    def slide(self, title: str = "Roles", *lines: str) -> Slide:
        layout = TITLE_AND_CONTENT if lines else TITLE_ONLY
        slide = self.presentation.slides.add_slide(self.presentation.slide_layouts[layout])
        slide.shapes.title.text = title
        if lines:
            slide.placeholders[1].text = "\n".join(lines)
        return slide

    @property
    def bytes(self) -> bytes:
        out = io.BytesIO()
        self.presentation.save(out)
        return out.getvalue()

    def read(self) -> Parsed:
        return parse(self.bytes, Limits())


def a_box(slide: Slide, text: str, left: float = 1, top: float = 3) -> Any:
    box = slide.shapes.add_textbox(Inches(left), Inches(top), Inches(2), Inches(1))
    box.text_frame.text = text
    return box


def test_slides_come_with_title_items_and_marked_notes() -> None:
    deck = ADeck()
    deck.slide("Our team", "We are six", "We ship").notes_slide.notes_text_frame.text = "Say hello."
    deck.slide("Roles")

    assert deck.read() == Parsed("# Our team\n\n- We are six\n- We ship\n\nNotes: Say hello.\n\n# Roles", 2)


def test_a_slide_without_a_title_has_its_number() -> None:
    deck = ADeck()
    a_box(deck.presentation.slides.add_slide(deck.presentation.slide_layouts[BLANK]), "words")

    assert deck.read().text == "# Slide 1\n\nwords"


def test_levels_of_items_are_kept_and_bullets_can_be_taken_away() -> None:
    deck = ADeck()
    slide = deck.slide("Roles", "Anna", "plans", "Plain")
    paragraphs = slide.placeholders[1].text_frame.paragraphs
    paragraphs[1].level = 1
    paragraphs[2]._p.get_or_add_pPr().insert(0, paragraphs[2]._p.makeelement(
        "{http://schemas.openxmlformats.org/drawingml/2006/main}buNone", {}))  # fmt: skip

    assert deck.read().text == "# Roles\n\n- Anna\n  - plans\n\nPlain"


def test_shapes_are_read_line_by_line_whatever_their_order_in_the_file() -> None:
    deck = ADeck()
    slide = deck.slide()
    for text, left, top in [("right below", 5, 5), ("left below", 1, 5.1), ("right", 5, 3), ("left", 1, 3)]:
        a_box(slide, text, left, top)

    assert deck.read().text == "# Roles\n\nleft\n\nright\n\nleft below\n\nright below"


def test_groups_are_read_where_they_stand() -> None:
    deck = ADeck()
    slide = deck.slide()
    a_box(slide, "last", top=6)
    group = slide.shapes.add_group_shape([a_box(slide, "second", top=4), a_box(slide, "first", top=3)])

    assert deck.read().text == "# Roles\n\nfirst\n\nsecond\n\nlast"
    assert group.shapes


def test_tables_are_read_row_by_row_with_merged_cells_said_again() -> None:
    deck = ADeck()
    table = deck.slide().shapes.add_table(3, 2, Inches(1), Inches(2), Inches(4), Inches(2)).table
    for row, texts in zip(table.rows, [("Team", "Name"), ("Phoenix", "Anna"), ("", "Ben")], strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    table.cell(1, 0).merge(table.cell(2, 0))

    assert deck.read().text == "# Roles\n\nTeam | Name\nPhoenix | Anna\nPhoenix | Ben"


def test_hidden_slides_and_shapes_and_what_lies_beside_the_slide_are_counted() -> None:
    deck = ADeck()
    deck.slide("Secret").element.set("show", "0")
    slide = deck.slide()
    a_box(slide, "hidden")._element.nvSpPr.cNvPr.set("hidden", "1")
    a_box(slide, "outside", left=-4)
    inner = a_box(slide, "hidden in a group")
    slide.shapes.add_group_shape([inner])
    inner._element.nvSpPr.cNvPr.set("hidden", "1")

    assert deck.read() == Parsed("# Roles", 1, ("Left out: 3 pieces of hidden text and 1 hidden slide.",))


def test_tiny_and_transparent_text_is_left_out() -> None:
    deck = ADeck()
    slide = deck.slide()
    a_box(slide, "tiny").text_frame.paragraphs[0].runs[0].font.size = Pt(1)
    a_box(slide, "clear").text_frame.paragraphs[0].runs[0].font.fill.background()

    assert deck.read() == Parsed("# Roles", 1, ("Left out: 2 pieces of hidden text.",))


@pytest.mark.parametrize("by_theme", [True, False])
def test_white_text_on_a_white_slide_is_left_out(by_theme: bool) -> None:
    deck = ADeck()
    colour = a_box(deck.slide(), "white").text_frame.paragraphs[0].runs[0].font.color
    if by_theme:
        colour.theme_color = MSO_THEME_COLOR.BACKGROUND_1
    else:
        colour.rgb = RGBColor(255, 255, 255)

    assert deck.read() == Parsed("# Roles", 1, ("Left out: 1 piece of hidden text.",))


@pytest.mark.parametrize("where", ["its own shape", "a shape behind", "the slide", "the theme"])
def test_white_text_on_a_colour_is_read(where: str) -> None:
    deck = ADeck()
    slide = deck.slide()
    if where == "a shape behind":
        slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, Inches(0), Inches(2), Inches(9), Inches(4))
    elif where == "the slide":
        slide.background.fill.solid()
        slide.background.fill.fore_color.rgb = RGBColor(0, 0, 80)
    elif where == "the theme":
        slide.background.fill.solid()
        slide.background.fill.fore_color.theme_color = MSO_THEME_COLOR.TEXT_2
    box = a_box(slide, "white")
    box.text_frame.paragraphs[0].runs[0].font.color.rgb = RGBColor(255, 255, 255)
    if where == "its own shape":
        box.fill.solid()
        box.fill.fore_color.rgb = RGBColor(0, 0, 80)

    assert deck.read().text == "# Roles\n\nwhite"


def test_charts_and_what_is_embedded_with_them_are_counted() -> None:
    deck = ADeck()
    data = CategoryChartData()
    data.categories = ["a"]
    data.add_series("s", (1,))
    deck.slide().shapes.add_chart(XL_CHART_TYPE.PIE, 0, 0, Inches(2), Inches(2), data)

    assert deck.read() == Parsed("# Roles", 1, ("Left out: 1 chart and 1 embedded object.",))


def test_comments_are_counted(repacked: Callable[..., bytes]) -> None:
    deck = ADeck()
    deck.slide()

    data = repacked(deck.bytes, {"ppt/comments/comment1.xml": b"<p:cmLst xmlns:p='p'><p:cm/><p:cm></p:cm></p:cmLst>"})

    assert parse(data, Limits()) == Parsed("# Roles", 1, ("Left out: 2 comments.",))


@pytest.mark.parametrize(
    "kind", ["ms-powerpoint.presentation.macroEnabled", "openxmlformats-officedocument.presentationml.slideshow"]
)
def test_shows_and_decks_with_macros_are_read(repacked: Callable[..., bytes], kind: str) -> None:
    deck = ADeck()
    deck.slide()

    def retyped(types: bytes) -> bytes:
        return types.replace(b"openxmlformats-officedocument.presentationml.presentation.main", f"{kind}.main".encode())

    parsed = parse(repacked(deck.bytes, {"[Content_Types].xml": retyped}), Limits())

    assert parsed.text == "# Roles"
    assert any("macros" in warning for warning in parsed.warnings) == ("macro" in kind)


def test_too_many_slides_are_refused_with_the_cap_named() -> None:
    deck = ADeck()
    for _ in range(3):
        deck.slide()

    with pytest.raises(DocumentError, match="has 3 slides; at most 2"):
        parse(deck.bytes, Limits(pages=2))


@pytest.mark.parametrize("part", ["ppt/presentation.xml", "ppt/slides/slide1.xml", "ppt/slideLayouts/slideLayout6.xml"])
@pytest.mark.parametrize("content", [b"", b"<a/>", b"<a>" * 10_000])
def test_broken_parts_are_one_sentence(repacked: Callable[..., bytes], part: str, content: bytes) -> None:
    deck = ADeck()
    deck.slide()

    with pytest.raises(DocumentError, match=r"^This presentation .+\.$"):
        parse(repacked(deck.bytes, {part: content}), Limits())
