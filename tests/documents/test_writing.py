"""Writing a text down: blocks on lines of their own, and a sentence about what is missing."""

import pytest

from app.documents.document import Limits
from app.documents.writing import Writing, is_colour, is_white, one_line
from app.errors import DocumentError


def test_headings_paragraphs_items_and_rows_stand_on_lines_of_their_own() -> None:
    writing = Writing(Limits())

    writing.heading("Our\nteam", 2)
    writing.paragraph("We are six.\nWe ship.")
    writing.item("plan")
    writing.item("build\nit", 1)
    writing.row(["Name", "Role", ""])
    writing.row(["", "Anna", "Owner"])
    writing.row(["", " "])

    assert writing.text == "## Our team\n\nWe are six.\nWe ship.\n\n- plan\n  - build it\n\nName | Role\n | Anna | Owner"


@pytest.mark.parametrize("bullet", ["• ", "•\t", "▪ ", "\uf0b7\t", "·\u00a0"])
def test_a_typed_bullet_makes_an_item(bullet: str) -> None:
    writing = Writing(Limits())

    writing.paragraph(f"{bullet}plan")

    assert writing.text == "- plan"


def test_what_was_left_out_is_counted_in_one_sentence() -> None:
    writing = Writing(Limits())

    writing.leave_out("comment")
    writing.leave_out("deletion", 2)
    writing.beside().leave_out("hidden text", 3)
    writing.leave_out("picture", 0)

    assert writing.warnings == ("Left out: 2 tracked deletions, 3 pieces of hidden text and 1 comment.",)
    assert Writing(Limits()).warnings == ()


def test_too_much_text_is_refused_before_all_of_it_is_held() -> None:
    writing = Writing(Limits(characters=10))

    writing.paragraph("word " * 10)
    with pytest.raises(DocumentError, match="more than 10 characters"):
        writing.paragraph("one more")


def test_the_lines_of_a_cell_become_one_that_looks_like_no_border() -> None:
    assert one_line("Anna\nOwner.\n- since | May") == "Anna; Owner. since / May"


def test_white_is_told_from_colours() -> None:
    assert [is_white(c) for c in ("FFFFFF", "FFF0FAFF", "#fdfdfd", "000000", "auto", None, "FFFF00")] == [True] * 3 + [False] * 4
    assert [is_colour(c) for c in ("1F3864", "FFFFFF", "auto", None)] == [True, False, False, False]
