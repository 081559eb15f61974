"""Words that can be names, and what stands around them."""

from __future__ import annotations

import time
import unicodedata

import pytest

from app.documents.sightings import clues, lists, runs, words


def seen(text: str) -> list[str]:
    return [word.text for word in words(text)]


def around(text: str, name: str) -> set[str]:
    start = text.index(name)
    return clues(start, start + len(name), text)


def test_names_of_many_spellings_are_one_word_each():
    text = "Hye-jin, O'Brien, N’Golo, McLeod, al-Harthy, Ayşegül, Nguyễn"

    assert seen(text) == ["Hye-jin", "O'Brien", "N’Golo", "McLeod", "al-Harthy", "Ayşegül", "Nguyễn"]


def test_decomposed_accents_belong_to_their_letter():
    text = unicodedata.normalize("NFD", "Zoltán")

    assert seen(text) == [text]


def test_a_possessive_is_not_part_of_the_name():
    assert seen("Anna's and Anna’s") == ["Anna", "Anna"]


@pytest.mark.parametrize("word", ["Monday", "Jira", "Slack", "Designer", "QA", "PMs", "LinguaCasa", "The", "Mr", "Scrum", "A"])
def test_days_tools_roles_and_acronyms_are_no_candidates(word: str):
    assert seen(word) == []


@pytest.mark.parametrize(
    ("text", "clue"),
    [
        ("- Inez – designer", "role after"),
        ("five devs, Inez (tech lead) and others", "role after"),
        ("Product owner: Inez", "role before"),
        ("our designer Inez", "role before"),
        ("ask Ms Inez", "title"),
        ("Cc: Tom; Inez", "mail line"),
        ("last edited by Inez, Tuesday", "by"),
        ("Hi Inez,", "greeting"),
        ("see @Inez about it", "handle"),
        ("Best,\nInez", "alone"),
        ("Inez decides", "acts"),
        ("they told Inez twice", "addressed"),
        ("Inez's list", "possessive"),
        ("Inez left, and with her the plan", "pronoun"),
        ("| Inez | Ghent |", "cell"),
        ("our office in Inez", "in a place"),
        ("the Inez", "determiner"),
        ("Inez team", "thing after"),
        ("project Inez", "thing before"),
        ("Teams: Inez 7", "counted"),
    ],
)
def test_what_stands_around_a_name_is_told(text: str, clue: str):
    assert clue in around(text, "Inez")


def test_a_long_line_is_not_cut_into_a_line_of_its_own():
    text = "x " * 200 + "Inez" + " x" * 200

    assert not {"alone", "cell", "greeting", "starts"} & around(text, "Inez")


def test_first_and_family_name_stand_together_with_their_particles():
    text = "Mieke Van den Abeele, J. Whitcombe and Niamh Ó Súilbháin met\nAnna"

    groups = [[word.text for word in run] for run in runs(words(text), text)]

    assert groups == [["Mieke", "Van", "Abeele"], ["Whitcombe"], ["Niamh", "Súilbháin"], ["Anna"]]


def test_people_named_in_one_breath_are_a_list():
    text = "Anna, Li (QA) and Tom/Bea. Then Kofi"

    assert lists(runs(words(text), text), text) == [[0, 1, 2, 3]]


def test_hostile_lines_are_read_in_time():
    text = "Inez (" * 2_000 + "Inez" + " " * 5_000 + "=" * 5_000

    began = time.monotonic()
    around_all = [clues(run[0].start, run[-1].end, text) for run in runs(words(text), text)]

    assert len(around_all) == 2_001
    assert time.monotonic() - began < 30  # linear: about one second; quadratic ones take minutes
