"""People's names: found, masked, restored, shortened; by rules alone, and with the real model."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import platformdirs
import pytest

from app.documents.people import MISSING, Masked, PeopleFinder, Person
from app.errors import WeightsProblem
from app.llm import weights
from app.llm.catalogue import NAME_MODEL

REPOSITORY = Path(__file__).resolve().parents[2]
# Read when tests are collected: each test has its environment cleaned.
MODELS = Path(os.environ.get("ROLEWISE_MODELS") or platformdirs.user_cache_path("rolewise") / "models")

ROSTER = """# Team Harbour
Anna Kowalska (product manager) keeps the roadmap. Ms Kowalska talks to users weekly.
- Kofi – developer
- Ayşegül – designer
Ask Kofi about Jira on Monday; anna asks Kofi's neighbours in Berlin.
"""


@pytest.fixture(scope="module")
def by_rules() -> PeopleFinder:
    return PeopleFinder(None)


@pytest.fixture(scope="module")
def learned() -> PeopleFinder:
    """The real model, loaded once."""
    try:
        return PeopleFinder(weights.path_of(NAME_MODEL, MODELS))
    except WeightsProblem as problem:
        pytest.fail(f"{problem} Run {problem.hint} first; `make test` does.", pytrace=False)


@pytest.fixture(params=["rules", "model"])
def finder(request: pytest.FixtureRequest, by_rules: PeopleFinder) -> PeopleFinder:
    """Either of the two, for what both must do."""
    if request.param == "rules":
        return by_rules
    made: PeopleFinder = request.getfixturevalue("learned")
    return made


def names(finder: PeopleFinder, text: str) -> list[str]:
    return [person.name for person in finder.find(text)]


# Finding


def test_every_occurrence_is_found_where_it_stands(finder: PeopleFinder):
    people = finder.find(ROSTER)

    assert [p.name for p in people] == ["Anna Kowalska", "Kowalska", "Kofi", "Ayşegül", "Kofi", "anna", "Kofi"]
    assert all(ROSTER[p.start : p.end] == p.name for p in people)
    assert [p.id for p in people] == [1, 1, 2, 3, 2, 1, 2]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ifeoma (QA) left.", ["Ifeoma"]),
        ("Tech lead: Zoltán", ["Zoltán"]),
        ("From: Gunnar Aasen\nTo: Karin", ["Gunnar Aasen", "Karin"]),
        ("Hi Ragnhild,\n\nall well.\n\nBest,\nEivind", ["Ragnhild", "Eivind"]),
        ("please ask @renske.k", ["renske.k"]),
        ("write to li.na@example.org", ["li.na@example.org"]),
        ("Dr. Okonjo and Prof. Brandstätter agree", ["Okonjo", "Brandstätter"]),
        ("Product owner: J. Whitcombe", ["J. Whitcombe"]),
        ("| LI Wei | developer |", ["LI Wei"]),
        ("*mbali* 09:12\nok so", ["mbali"]),
        ("", []),
        ("   \n", []),
    ],
)
def test_each_way_of_naming_somebody_is_known(finder: PeopleFinder, text: str, expected: list[str]):
    assert names(finder, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "The team uses Scrum, Jira and Slack. A designer sits in London. Product Owner decides on Tuesday.",
        "Project Manager: vacant. Contact: Steering Committee. Mail info@example.org or ask @channel.",
        "In May we ship. Will it hold? Since March we have had no Scrum Master.",
    ],
)
def test_places_tools_days_and_roles_are_nobody(finder: PeopleFinder, text: str):
    assert names(finder, text) == []


def test_first_names_of_many_origins_are_found_without_a_role_beside_them(learned: PeopleFinder):
    text = "Wiremu, Chidinma, Hyun-woo, Oisín, Thandeka, Gülşen, Nguyễn and Xiomara share the plan."

    assert names(learned, text) == ["Wiremu", "Chidinma", "Hyun-woo", "Oisín", "Thandeka", "Gülşen", "Nguyễn", "Xiomara"]


def test_names_that_are_never_written_with_a_capital_are_found_in_chats(learned: PeopleFinder):
    assert names(learned, "priya (design) is new, tomek runs the api, all fine with the rest") == ["priya", "tomek"]


def test_a_name_that_is_also_a_word_is_told_by_what_stands_around_it(learned: PeopleFinder):
    text = "Grace (developer), Will and Kofi share it. Will we need more? A grace period helps. Ask Will."

    assert names(learned, text) == ["Grace", "Will", "Kofi", "Will"]


def test_a_month_stays_a_month_where_somebody_is_called_after_one(learned: PeopleFinder):
    assert names(learned, "Jan Novák is our project manager. Jan leads. Since Jan 2024 we ship.") == ["Jan Novák", "Jan"]


def test_threads_share_one_model():
    finder = PeopleFinder(weights.path_of(NAME_MODEL, MODELS))
    found: list[list[str]] = []

    threads = [threading.Thread(target=lambda: found.append(names(finder, ROSTER))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 3
    assert found[0] == found[1] == found[2] != []


# Without the model


def test_without_the_model_it_says_so(by_rules: PeopleFinder):
    assert by_rules.warnings == (MISSING,)
    assert by_rules.masked(ROSTER).warnings == (MISSING,)


def test_with_the_model_there_is_nothing_to_say(learned: PeopleFinder):
    assert learned.masked(ROSTER).warnings == ()


def test_a_folder_without_a_model_is_as_good_as_none(tmp_path: Path):
    finder = PeopleFinder(tmp_path)

    assert names(finder, "Tech lead: Zoltán") == ["Zoltán"]
    assert finder.warnings == (MISSING,)


# Masking


def test_no_name_is_left_in_the_masked_text(finder: PeopleFinder):
    masked = finder.masked(ROSTER)

    assert "Person 1 (product manager) keeps the roadmap. Ms Person 1 talks" in masked.text
    assert "person 1 asks" not in masked.text
    assert not any(name in masked.text for name in ("Anna", "anna", "Kowalska", "Kofi", "Ayşegül"))


def masked(original: str, *people: tuple[str, int], warnings: tuple[str, ...] = ()) -> Masked:
    """A masked text made by hand: the names in the order in which they stand, each with its number."""
    found, at = [], 0
    for name, number in people:
        at = original.index(name, at)
        found.append(Person(name, at, at + len(name), number))
        at += len(name)
    return Masked(original, tuple(found), warnings)


def test_the_whole_and_every_passage_come_back_exactly_as_they_stood():
    text = masked("Anna Kowalska leads. Anna asks Li.", ("Anna Kowalska", 1), ("Anna", 1), ("Li", 2))

    assert text.text == "Person 1 leads. Person 1 asks Person 2."
    assert text.restored(text.text) == text.original
    assert text.restored("Person 1 asks Person 2") == "Anna asks Li"
    assert text.restored(" leads.") == " leads."


def test_in_other_words_each_person_gets_their_fullest_name():
    text = masked(
        "Anna asks Li. Anna Kowalska, anna@example.org", ("Anna", 1), ("Li", 2), ("Anna Kowalska", 1), ("anna@example.org", 1)
    )

    assert text.restored("The lead is Person 1, not Person 2 or Person 7.") == "The lead is Anna Kowalska, not Li or Person 7."


def test_person_1_is_not_the_beginning_of_person_12():
    people = [(f"Name{letter}", number) for number, letter in enumerate("abcdefghijkl", 1)]
    text = masked(" and ".join(name for name, _ in [*people, people[0]]), *people, people[0])

    assert text.restored("and Person 12") == "and Namel"
    assert text.restored("and Person 1") == "and Namea"


def test_a_text_that_speaks_of_a_person_1_keeps_its_own():
    text = masked("Person 1 is unknown. Anna knows.", ("Anna", 1))

    assert text.text == "Person 1 is unknown. Person 2 knows."
    assert text.restored("Person 2 is not Person 1.") == "Anna is not Person 1."


def test_a_text_without_people_is_left_as_it_is(finder: PeopleFinder):
    text = finder.masked("We ship each Tuesday.")

    assert text.text == text.original == text.restored(text.text) == text.shorten(text.original)
    assert text.shortened == {}


# Shortening


def test_all_names_of_a_person_have_the_same_initials():
    text = masked("Anna Kowalska and Li. Anna asks.", ("Anna Kowalska", 1), ("Li", 2), ("Anna", 1))

    assert text.shortened == {"Anna Kowalska": "A. K.", "Li": "L.", "Anna": "A. K."}


def test_an_export_is_shortened_word_by_word():
    text = masked("Anna Kowalska, Li and Anna", ("Anna Kowalska", 1), ("Li", 2), ("Anna", 1))

    assert (
        text.shorten("Anna Kowalska's list. Ask Li. Annabel and Lisa know Anna.")
        == "A. K.'s list. Ask L. Annabel and Lisa know A. K."
    )


def test_spacy_is_imported_only_when_a_text_is_searched():
    looked = "import sys, app.documents.people; print(sorted({'spacy', 'numpy', 'torch'} & set(sys.modules)))"

    said = subprocess.run([sys.executable, "-c", looked], cwd=REPOSITORY, capture_output=True, text=True, check=True)

    assert said.stdout == "[]\n"
