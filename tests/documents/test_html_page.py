"""HTML pages: what a browser would show as text, and nothing that is fetched, run or hidden."""

import time

import pytest

from app.documents.document import Limits, Parsed
from app.documents.html_page import parse
from app.errors import DocumentError


def read(markup: str | bytes) -> Parsed:
    return parse(markup if isinstance(markup, bytes) else markup.encode(), Limits())


def test_headings_paragraphs_lists_and_tables_come_on_lines_of_their_own() -> None:
    parsed = read(
        "<!doctype html><html><head><title>Phoenix</title></head><body><h2>Our <b>team</b></h2><p>We are\n six.<br>We ship.</p>"
        "<ul><li>Anna <i>plans</i><ul><li>and tests</li></ul></li><li><p>Ben builds</p></li></ul>"
        "<table><thead><tr><th>Name<th>Role</thead><tr><td>Anna<td>Owner<br>since May</table><div>The <span>end</span>.</div>"
    )

    assert parsed == Parsed(
        "# Phoenix\n\n## Our team\n\nWe are six.\nWe ship.\n\n- Anna plans\n  - and tests\n- Ben builds\n\n"
        "Name | Role\nAnna | Owner; since May\n\nThe end."
    )


def test_a_page_with_a_first_heading_does_not_repeat_its_title() -> None:
    assert read("<title>Phoenix – Wiki</title><h1>Phoenix</h1>").text == "# Phoenix"


def test_entities_are_decoded() -> None:
    assert read("<p>Zo&euml; &amp; &#321;ukasz &lt;b&gt; &#x2014; &nbsp;end").text == "Zoë & Łukasz <b> — \xa0end"


def test_scripts_styles_templates_and_frames_are_dropped() -> None:
    dropped = "".join(
        f"<{name}>hidden words</{name}>" for name in ("script", "style", "noscript", "template", "iframe", "object")
    )

    assert read(f"<p>We are six.{dropped}</p>") == Parsed("We are six.")


@pytest.mark.parametrize(
    "hidden",
    [
        "<p hidden>secret</p>",
        "<p style='display: none'>secret</p>",
        "<p style='DISPLAY:NONE !important'>secret</p>",
        "<div style='visibility:hidden'><p>secret</p></div>",
        "<span style='font-size:0'>secret</span>",
        "<span style='font-size: 1px'>secret</span>",
        "<span style='opacity:0.0'>secret</span>",
        "<span style='color:#FFFFFF'>secret</span>",
        "<span style='color: white'>secret</span>",
        "<font color=white>secret</font>",
        "<dialog>secret</dialog>",
        "<style>.x, #y { display: none } </style><p class='a x'>secret</p>",
        "<style>/* { */ #y{color:red;display:none}</style><p id=y>secret</p>",
    ],
)
def test_what_is_hidden_is_left_out_and_counted(hidden: str) -> None:
    assert read(f"<p>We are six.</p>{hidden}") == Parsed("We are six.", 0, ("Left out: 1 piece of hidden text.",))


@pytest.mark.parametrize(
    "shown",
    [
        "<p style='display:block'>shown</p>",
        "<p style='opacity:1'>shown</p>",
        "<p style='font-size:10px'>shown</p>",
        "<div style='background:#123'><p style='color:white'>shown</p></div>",
        "<table><tr bgcolor=navy><td><font color=white>shown</font></td></tr></table>",
        "<style>.dark{background:navy}</style><div class=dark><span style='color:white'>shown</span></div>",
        "<style>@media print { .x { display: none } }</style><p class=x>shown</p>",
        "<style>.y .x { display: none }</style><p class=x>shown</p>",
        "<details><summary>shown</summary></details>",
        "<p style='display'>shown</p>",
    ],
)
def test_what_shows_stays(shown: str) -> None:
    assert read(shown) == Parsed("shown")


def test_comments_and_pictures_are_counted() -> None:
    parsed = read("<!-- hire a manager --><p>We are six.<img src='http://127.0.0.1:9/x' alt='secret'></p>")

    assert parsed == Parsed("We are six.", 0, ("Left out: 1 comment and 1 picture.",))


def test_cells_that_span_rows_are_said_again_in_each() -> None:
    parsed = read("<table><tr><th>Team<th>Name<th>Role<tr><td rowspan=2>Phoenix<td>Anna<td rowspan=2>Dev<tr><td>Ben</table>")

    assert parsed.text == "Team | Name | Role\nPhoenix | Anna | Dev\nPhoenix | Ben | Dev"


def test_a_table_that_only_places_text_is_no_table() -> None:
    assert read("<table><tr><td><h2>Menu</h2><td><p>We are six.</table>").text == "## Menu\n\nWe are six."


def test_hidden_rows_and_cells_are_left_out() -> None:
    parsed = read("<table><tr><td>a<td>b<tr hidden><td>c<td>d<tr><td>e<td hidden>f<td>g</table>")

    assert parsed == Parsed("a | b\ne |  | g", 0, ("Left out: 1 piece of hidden text and 1 hidden row.",))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("<meta charset='windows-1252'><p>Zoë".encode("cp1252"), "Zoë"),
        ("<meta http-equiv=x content='text/html; charset=iso-8859-1'><p>“Zoë”".encode("cp1252"), "“Zoë”"),
        ("<meta charset='zip'><p>Zoë".encode(), "Zoë"),
        ("<meta charset='utf-8'><p>Zoë leads".encode("cp1252"), "Zoë leads"),
        ("\ufeff<p>Zoë".encode("utf-16-le"), "Zoë"),
        (b"<?xml version='1.0' encoding='utf-8'?><html><p>Zo\xc3\xab</p></html>", "Zoë"),
    ],
)
def test_encodings_that_are_declared_are_followed_if_they_are_true(data: bytes, words: str) -> None:
    assert read(data).text == words


@pytest.mark.parametrize("element", ["<div>", "<b>", "<div></p>", "<table><tr><td>", "<ul><li>"])
@pytest.mark.parametrize("depth", [10_000, 200_000])
def test_endless_nesting_is_refused_at_once(element: str, depth: int) -> None:
    start = time.process_time()

    with pytest.raises(DocumentError, match="nests elements more than 200 deep"):
        read(element * depth + "words")

    assert time.process_time() - start < 2


def test_nesting_up_to_the_limit_is_read() -> None:
    assert read("<div>" * 150 + "words").text == "words"


@pytest.mark.parametrize(
    "markup",
    [
        "<p>" * 100_000 + "words",
        "<" * 500_000 + "words",
        "&" * 500_000 + "words",
        "<!--" * 100_000 + " words",
        "<table>" + "<tr><td rowspan=9999 colspan=9999>x<td>words" * 2_000 + "</table>",
        "<table>" + "<td rowspan=9999>x" * 2_000 + "<tr><td>words" * 2_000 + "</table>",
        "<style>" + ".a{" * 200_000 + "</style>words",
        "<style>" + "/* " * 200_000 + "</style>words",
        "<a href=x>" * 50_000 + "words",
        "<p " + "a=1 " * 200_000 + ">words",
    ],
)
def test_reading_takes_time_in_proportion(markup: str) -> None:
    start = time.process_time()

    try:
        read(markup)
    except DocumentError as error:
        assert "characters of text" in str(error)  # noqa: PT017  # either is right

    assert time.process_time() - start < 10
