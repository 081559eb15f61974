"""Room for words: how wide they are, how many lines they take, where they are cut."""

import pytest

from app.exports.fitting import fitted, lines_of, width_of


def test_a_text_that_fits_stays_as_it_is():
    assert fitted("A few words.", 200, 14, 1) == "A few words."


@pytest.mark.parametrize("text", ["word " * 300, "W" * 5000, "字" * 900, "a-b/c " * 400, "i" * 2000 + " end", "\u00a0x" * 900])
@pytest.mark.parametrize("lines", [1, 2, 5])
def test_a_text_that_is_cut_fits_and_ends_in_an_ellipsis(text, lines):
    said = fitted(text, 180, 12, lines)

    assert said.endswith("…")
    assert lines_of(said, 180, 12) <= lines
    assert len(said) > 8 * lines


def test_the_tail_is_never_cut():
    assert fitted("word " * 300, 180, 12, 2, tail="\u00a0[12]").endswith("…\u00a0[12]")


def test_a_text_is_cut_between_words():
    assert set(fitted("word " * 300, 180, 12, 2).rstrip("…").split()) == {"word"}


def test_a_word_wider_than_the_box_is_broken():
    assert lines_of("W" * 100, 100, 10) >= 9


def test_words_of_wide_letters_take_more_room():
    assert width_of("WWWW", 10) > width_of("aaaa", 10) > width_of("iiii", 10)
    assert width_of("字", 10) > 10
    assert width_of("e\u0301", 10) == width_of("e", 10)
    assert width_of("a", 10, bold=True) > width_of("a", 10)
