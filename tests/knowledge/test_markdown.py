"""Markdown text → sections of plain sentences, each verbatim."""

from __future__ import annotations

import time

import pytest

from app.knowledge.markdown import sections, slug, split_sentences


def texts(markdown: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(s.heading, s.sentences) for s in sections(markdown)]


def test_sections_follow_the_headings_with_their_lines() -> None:
    found = sections("## First\n\nOne. Two.\n\n## Second\n\nThree.\n")

    assert [(s.heading, s.sentences, s.line) for s in found] == [("First", ("One.", "Two."), 1), ("Second", ("Three.",), 5)]
    assert found[0].text == "One. Two."


def test_text_above_the_first_heading_has_an_empty_one() -> None:
    assert texts("Before.\n\n# A\n\nAfter.\n") == [("", ("Before.",)), ("A", ("After.",))]


def test_a_heading_with_nothing_below_it_is_left_out() -> None:
    assert texts("# A\n\n## B\n\nText.\n") == [("B", ("Text.",))]


def test_list_items_and_wrapped_lines_are_sentences() -> None:
    assert texts("# A\n\n- One thing\n  goes on.\n- Two.\n\n1. Three.\n") == [("A", ("One thing goes on.", "Two.", "Three."))]


def test_table_cells_are_sentences_and_labels_are_not() -> None:
    table = "# A\n\n| What | Owner | Master |\n| --- | --- | --- |\n| Backlog | An owner orders it. | A master coaches. |\n"

    assert texts(table) == [("A", ("An owner orders it.", "A master coaches."))]


def test_emphasis_links_and_code_are_read_as_plain_text() -> None:
    assert texts("# The *real* `PO`\n\nA **bold** [link](http://x.example) and `code`.\n") == [
        ("The real PO", ("A bold link and code.",))
    ]


@pytest.mark.parametrize("block", ["```\ncode here.\n```", "    indented code.", "---"])
def test_code_blocks_and_rules_are_no_text(block: str) -> None:
    assert texts(f"# A\n\nText.\n\n{block}\n") == [("A", ("Text.",))]


@pytest.mark.parametrize(
    "html", ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<div>Hidden.</div>", "<!-- note -->"]
)
def test_raw_html_is_left_out(html: str) -> None:
    assert texts(f"# A\n\nText.\n\n{html}\n") == [("A", ("Text.",))]


@pytest.mark.parametrize(
    ("paragraph", "found"),
    [
        ("One. Two? Three!", ["One.", "Two?", "Three!"]),
        ("See e.g. Figure 2. Then go.", ["See e.g. Figure 2.", "Then go."]),
        ("Dr. Smith and J. Jones agree. Done.", ["Dr. Smith and J. Jones agree.", "Done."]),
        ('She said "yes." Then she left.', ['She said "yes."', "Then she left."]),
        ("The answer is no. Ask again.", ["The answer is no.", "Ask again."]),
        ("It costs 3.5 days. 7 people do it.", ["It costs 3.5 days.", "7 people do it."]),
        ("It is GOV.UK's view. The U.S. Navy agrees.", ["It is GOV.UK's view.", "The U.S. Navy agrees."]),
        ("no capital follows. like here", ["no capital follows. like here"]),
        ("(In brackets.) After.", ["(In brackets.)", "After."]),
        ("", []),
        ("   ", []),
        ("No full stop", ["No full stop"]),
    ],
)
def test_a_paragraph_is_cut_where_sentences_end(paragraph: str, found: list[str]) -> None:
    assert split_sentences(paragraph) == found


def test_no_word_is_lost_or_added_by_cutting() -> None:
    paragraph = 'A. B e.g. C. "Quoted text." (Aside.) The U.K. office. £5 is due. 10 % more… Really?! Yes.'

    assert " ".join(split_sentences(paragraph)).split() == paragraph.split()


@pytest.mark.parametrize(
    ("heading", "address"),
    [("What it is for", "what-it-is-for"), ("  E-mail & “lists”! ", "e-mail-lists"), ("", "opening"), ("日本", "opening")],
)
def test_a_heading_becomes_an_address(heading: str, address: str) -> None:
    assert slug(heading) == address


@pytest.mark.parametrize(
    "bait",
    [
        "> " * 10_000 + "deep",
        "- " * 10_000 + "deep",
        "[" * 10_000,
        "*" * 10_000,
        "`" * 10_000,
        "a. " * 10_000,
        "| " * 10_000,
        "A.)" * 5_000,
    ],
    ids=range(8),
)
def test_deep_nesting_and_other_bait_takes_no_time(bait: str) -> None:
    start = time.process_time()

    sections(f"# A\n\n{bait}\n")

    assert time.process_time() - start < 3
