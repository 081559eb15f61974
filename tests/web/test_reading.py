"""Reading in the background: several documents, what is left out, what goes wrong, and stopping."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from app.documents.document import Document
from app.errors import BadInput, DocumentError
from app.web.reading import MOST_FILES, Given, Reading
from tests.web.scripted_service import ScriptedService, some_settings


class Shelf(ScriptedService):
    """Reads by hand: a document is its bytes, but for those that say that they cannot be read."""

    def read(self, name: str, data: bytes) -> Document:
        if b"scanned" in data:
            raise DocumentError("This PDF holds pictures of pages and no text.", "Paste its text.")
        if b"explode" in data:
            raise RuntimeError("secret in /etc/secret/place")
        warnings = ("A picture was left out.",) if b"picture" in data else ()
        return Document(name, data.decode(), str(hash(data)), warnings)


@pytest.fixture
def service(tmp_path: Path) -> Shelf:
    return Shelf(some_settings(tmp_path))


def read(service: Shelf, *given: Given) -> Reading:
    reading = Reading(service, given)
    assert reading.wait(20)
    return reading


def test_several_documents_become_one_team_with_their_warnings(service: Shelf) -> None:
    reading = read(
        service,
        Given("", b"We are a team of six.", pasted=True),
        Given("roster.csv", b"picture; two suppliers"),
        Given("old.pdf", b"scanned"),
        Given("again.csv", b"picture; two suppliers"),
    )

    team = reading.team
    assert team is not None
    assert [part.name for part in team.parts] == ["Pasted text", "roster.csv"]
    assert team.name == "Pasted text and 1 more"
    assert [(fact.id, fact.value) for fact in team.facts] == [("team_size", 6), ("external_parties", 2)]
    assert all(team.text[q.start : q.end] == q.text for fact in team.facts for q in fact.quotes)
    assert "old.pdf was left out: This PDF holds pictures of pages and no text." in team.warnings
    assert "again.csv was given twice and is read once." in team.warnings
    assert "roster.csv: A picture was left out." in team.warnings
    assert reading.steps[1] == "Reading roster.csv (2 of 4)"


def test_if_nothing_can_be_read_the_first_reason_is_the_problem(service: Shelf) -> None:
    reading = read(service, Given("old.pdf", b"scanned"))

    assert reading.team is None
    assert reading.problem is not None
    assert reading.problem.sentence == "This PDF holds pictures of pages and no text."


def test_an_unforeseen_failure_is_an_id_and_nothing_of_the_inside(service: Shelf, caplog: pytest.LogCaptureFixture) -> None:
    reading = read(service, Given("a.md", b"explode"))

    assert reading.problem is not None
    assert "secret" not in reading.problem.sentence + reading.problem.hint
    assert "/etc/secret/place" in caplog.text


def test_nothing_and_too_much_are_one_sentence_each(service: Shelf) -> None:
    with pytest.raises(BadInput, match="nothing to read"):
        Reading(service, [])
    with pytest.raises(BadInput, match=f"At most {MOST_FILES}"):
        Reading(service, [Given("a.md", b"x")] * (MOST_FILES + 1))


def test_what_was_stopped_is_never_a_team(service: Shelf) -> None:
    begun, go_on = threading.Event(), threading.Event()

    class Slow(Shelf):
        def read(self, name: str, data: bytes) -> Document:
            begun.set()
            go_on.wait(10)
            return replace(super().read(name, data), name=name)

    reading = Reading(Slow(service.settings), [Given("a.md", b"We are a team of six."), Given("b.md", b"two suppliers")])
    assert begun.wait(10)
    reading.stop()
    go_on.set()

    assert reading.wait(10)
    assert reading.team is None
    assert reading.problem is None
    assert reading.steps == ["Reading a.md (1 of 2)"]


def test_a_hostile_name_is_shown_on_one_line_and_cut(service: Shelf) -> None:
    reading = read(service, Given("a\n\u202eb" + "x" * 300 + ".md", b"We are a team of six."))

    assert "\n" not in reading.steps[0]
    assert "\u202e" not in reading.steps[0]
    assert len(reading.steps[0]) < 80
