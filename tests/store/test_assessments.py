"""Team assessments: kept when the person says so, theirs alone, exported with the rest, gone when deleted."""

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.errors import BadInput, StoreError
from app.store import assessments
from app.store.conversations import ConversationStore, Receipt
from app.store.tables import SCHEMA

HERS, HIS = "a key that nobody guesses", "another key that nobody guesses"
BODY = {"text": "We are the team for the sports halls.", "told": []}
UNKNOWN = r"^There is no such team assessment\.$"
HOSTILE = "<script>alert(1)</script> ![x](http://127.0.0.1/?d=1) \x00 \ud800 \u202e"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "store" / "rolewise.db"


@pytest.fixture
def store(file: Path) -> Iterator[ConversationStore]:
    opened = ConversationStore(file, clock=lambda: datetime(2026, 7, 22, 10, tzinfo=UTC))
    yield opened
    opened.close()


def test_what_is_kept_is_listed_newest_first_and_comes_back(store: ConversationStore) -> None:
    hers = store.for_owner(HERS).teams
    first, second = hers.keep("Sports halls", BODY), hers.keep("Libraries", {})

    assert [(one.id, one.title) for one in hers.listing()] == [(second, "Libraries"), (first, "Sports halls")]
    assert hers.kept(first).body == BODY
    assert hers.kept(first).summary.updated == "2026-07-22T10:00:00Z"


def test_a_correction_takes_the_place_of_what_was_kept(store: ConversationStore) -> None:
    hers = store.for_owner(HERS).teams
    name = hers.keep("Sports halls", BODY)

    hers.replace(name, {**BODY, "told": ["team_size"]})

    assert hers.kept(name).body["told"] == ["team_size"]
    assert len(hers.listing()) == 1


def test_a_title_is_one_line_and_has_a_letter(store: ConversationStore) -> None:
    hers = store.for_owner(HERS).teams
    name = hers.keep("  \u200b ", BODY)

    assert hers.listing()[0].title == "A team"
    assert hers.rename(name, "Two\nlines \u202e") == "Two lines"
    with pytest.raises(BadInput, match="at least one letter"):
        hers.rename(name, "\u200b")
    assert hers.listing()[0].title == "Two lines"


def test_an_id_of_somebody_else_is_as_if_it_were_not_there(store: ConversationStore) -> None:
    hers, his = store.for_owner(HERS).teams, store.for_owner(HIS).teams
    name = hers.keep("Sports halls", BODY)

    assert his.listing() == []
    for attempt in (lambda: his.kept(name), lambda: his.replace(name, {}), lambda: his.rename(name, "Mine")):
        with pytest.raises(StoreError, match=UNKNOWN):
            attempt()
    assert his.forget(name) == Receipt()
    assert store.for_owner(HIS).forget_everything() == Receipt()
    assert "sports" not in store.for_owner(HIS).export()
    assert (hers.kept(name).summary.title, hers.kept(name).body) == ("Sports halls", BODY)


def test_what_is_deleted_is_gone_down_to_the_bytes(store: ConversationStore, file: Path) -> None:
    hers = store.for_owner(HERS).teams
    name, other = hers.keep("Sports halls", BODY), hers.keep("Other", {"text": "Another team."})

    assert hers.forget(name) == Receipt(teams=1, overwritten=True)

    assert [one.id for one in hers.listing()] == [other]
    with pytest.raises(StoreError, match=UNKNOWN):
        hers.kept(name)
    assert not any(b"sports halls" in path.read_bytes().lower() for path in file.parent.iterdir())


def test_deleting_everything_of_one_owner_takes_their_teams_and_nobody_elses(store: ConversationStore, file: Path) -> None:
    store.for_owner(HERS).teams.keep("Sports halls", BODY)
    his = store.for_owner(HIS).teams.keep("Libraries", {"text": "The team of the libraries."})

    assert store.for_owner(HERS).forget_everything() == Receipt(teams=1, overwritten=True)

    assert store.for_owner(HERS).teams.listing() == []
    assert store.for_owner(HIS).teams.kept(his).body["text"] == "The team of the libraries."
    assert not any(b"sports halls" in path.read_bytes().lower() for path in file.parent.iterdir())


def test_deleting_everything_of_everybody_takes_all_teams(store: ConversationStore) -> None:
    store.for_owner(HERS).teams.keep("Sports halls", BODY)
    store.for_owner(HIS).teams.keep("Libraries", BODY)
    assert store.statistics().teams == 2

    assert store.forget_all_owners().teams == 2

    assert store.statistics().teams == 0


def test_exports_hold_the_teams_of_this_owner_alone(store: ConversationStore) -> None:
    store.for_owner(HERS).teams.keep("Sports halls", BODY)
    store.for_owner(HIS).teams.keep("Libraries", {"text": "The team of the libraries."})

    exported = json.loads(store.for_owner(HERS).export())

    assert [(team["title"], team["body"]) for team in exported["teams"]] == [("Sports halls", BODY)]
    assert "libraries" not in store.for_owner(HERS).export("markdown")
    assert "sports halls" in store.for_owner(HERS).export("markdown")
    everything = json.loads(store.export_everything())["exports"]
    assert sorted(team["title"] for one in everything for team in one["teams"]) == ["Libraries", "Sports halls"]


def test_hostile_words_come_back_unchanged_and_stay_words_in_exports(store: ConversationStore) -> None:
    hers = store.for_owner(HERS).teams
    name = hers.keep(HOSTILE, {"text": HOSTILE})

    assert hers.kept(name).body == {"text": HOSTILE}
    assert "<script>" not in store.for_owner(HERS).export()
    page = store.for_owner(HERS).export("markdown")
    assert "<script>" not in page
    assert "![x](" not in page


@pytest.mark.parametrize("name", ["", "x" * 500, "'; drop table team_assessments; --", "\ud800", HOSTILE])
def test_an_id_that_cannot_be_one_is_unknown(store: ConversationStore, name: str) -> None:
    hers = store.for_owner(HERS).teams
    hers.keep("Sports halls", BODY)

    with pytest.raises(StoreError, match=UNKNOWN):
        hers.kept(name)
    assert hers.forget(name) == Receipt()
    assert len(hers.listing()) == 1


def test_more_than_are_kept_is_one_sentence(store: ConversationStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assessments, "MOST_KEPT", 2)
    hers = store.for_owner(HERS).teams
    hers.keep("One", {})
    hers.keep("Two", {})

    with pytest.raises(BadInput, match="At most 2"):
        hers.keep("Three", {})
    assert len(hers.listing()) == 2
    store.for_owner(HIS).teams.keep("His own", {})


def test_a_store_from_before_there_were_teams_gets_the_place_for_them(file: Path) -> None:
    ConversationStore(file).close()
    raw = sqlite3.connect(file)
    raw.executescript("DROP TABLE team_assessments; UPDATE about SET value = '1' WHERE name = 'schema'")
    raw.close()

    store = ConversationStore(file)

    store.for_owner(HERS).teams.keep("Sports halls", BODY)
    assert len(store.for_owner(HERS).teams.listing()) == 1
    store.close()
    raw = sqlite3.connect(file)
    assert raw.execute("SELECT value FROM about WHERE name = 'schema'").fetchall() == [(str(SCHEMA),)]
    raw.close()
