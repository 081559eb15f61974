"""Cleaning: what a reader cannot see goes, what can be seen stays, and no text takes long."""

import time
import unicodedata

import pytest

from app.coaching.cleaning import MOST_MARKS, clean_text, one_line

# Cf in Unicode, but drawn: signs that stand around Arabic, Syriac and Kaithi numbers
DRAWN_FORMAT_SIGNS = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("we ship\u200b daily\ufeff", "we ship daily"),
        ("price \u202egnp.exe", "price gnp.exe"),
        ("hidden\U000e0041\U000e007f order", "hidden order"),
        ("a heart ❤\ufe0f and \U000e0101", "a heart ❤ and "),
        ("bell\x07 back\x08 null\x00 high\x9f", "bell back null high"),
        ("soft\u00adhyphen", "softhyphen"),
        ("half \ud800 a pair", "half  a pair"),
        ("filler\u3164\u115f\u2064", "filler"),
    ],
)
def test_what_cannot_be_seen_is_removed_and_counted(text: str, cleaned: str) -> None:
    result = clean_text(text)

    assert result.text == cleaned
    assert result.removed == len(text) - len(cleaned)


@pytest.mark.parametrize(
    "text",
    [
        "Ten people, two suppliers: \tsee below.\n\n- one\n- two",
        "Zoë, Łukasz, Nguyễn, 李, דָּוִד, สมชาย and नेहा",
        "naïve café – “quoted” … 100 % £5",
        "no\u00a0break",
        "👩 👋 ✔",
    ],
)
def test_what_can_be_seen_stays(text: str) -> None:
    result = clean_text(text)

    assert result.text == unicodedata.normalize("NFC", text)
    assert result.removed == 0


def test_every_invisible_format_character_of_unicode_is_removed() -> None:
    left = [
        hex(code)
        for code in range(0x110000)
        if code not in DRAWN_FORMAT_SIGNS
        and code not in (9, 10)
        and unicodedata.category(chr(code)) in ("Cf", "Cc", "Cs")
        and clean_text(f"a{chr(code)}\n").text.rstrip("\n") != "a"
    ]

    assert left == []


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;window title\x07shown", "shown"),
        ("\x1b]8;;http://example.org\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b2Jgone", "gone"),
        ("\x1b(Bplain", "plain"),
        ("a lone \x1b stays out", "a lone  stays out"),
        ("\x1b]0;never closed, so the text stays", "]0;never closed, so the text stays"),
        ("split \x1b\u200b[31m", "split [31m"),
    ],
)
def test_terminal_sequences_are_removed(text: str, cleaned: str) -> None:
    assert clean_text(text).text == cleaned


def test_lines_end_in_one_newline_and_that_is_not_counted_as_removal() -> None:
    result = clean_text("a\r\nb\rc\x0cd\u2028e\x85f")

    assert result.text == "a\nb\nc\nd\ne\nf"
    assert result.removed == 0


def test_letters_and_accents_written_apart_are_joined() -> None:
    assert clean_text("Zoe\u0308").text == "Zoë"


def test_marks_piled_on_a_letter_are_capped() -> None:
    result = clean_text("x" + "\u0301\u0316" * 50_000 + "y")

    assert len(result.text) == 2 + MOST_MARKS
    assert result.removed == 100_000 - MOST_MARKS


def test_marks_are_counted_anew_for_every_letter() -> None:
    text = ("\u0915" + "\u0301" * MOST_MARKS) * 20

    assert clean_text(text).removed == 0


@pytest.mark.parametrize(
    "text",
    [
        "x" + "\u0301\u0316" * 500_000,
        "\x1b[" * 500_000,
        "\x1b[" + "0" * 1_000_000,
        "\x1b]" * 500_000,
        "\x1b]" + "a" * 1_000_000,
        ("\x1b]" + "a" * 4095) * 250,
        "\x1b" + " " * 1_000_000,
        "\x1b" * 1_000_000,
        "\u200b" * 1_000_000,
        "a\u200b" * 500_000,
        "\U000e0041" * 1_000_000,
        "\u0915" * 1_000_000,
        "5 MB on one line " * 60_000,
        "\r" * 1_000_000,
        "\ufb2c" * 500_000,
    ],
    ids=range(15),
)
def test_a_million_characters_of_bait_take_time_in_proportion(text: str) -> None:
    start = time.process_time()

    clean_text(text)

    # quadratic handling would take minutes; the slowest of these takes a third of a second
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    "text",
    ["\x1b\x1b[0m[0m", "\r\u200b\n", "e\u200d\u0301", "\x1b]0;a\x1b]0;b\x07", "a" + "\u0301" * 30, "\u0f77\u0344\ufb2c"],
)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = clean_text(text).text

    assert clean_text(once).text == once


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Do we need\n a  project manager?", "Do we need a project…"),
        ("Do we need a project manager", "Do we need a project…"),
        ("exactly twenty-four char", "exactly twenty-four char"),
        ("Donaudampfschifffahrtsgesellschaft", "Donaudampfschifffahrtsg…"),
        ("\u200b\n", ""),
    ],
)
def test_a_long_line_is_cut_at_a_word(text: str, line: str) -> None:
    assert one_line(text, 24) == line
    assert len(one_line(text, 24)) <= 24
