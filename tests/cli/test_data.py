"""`rolewise data`: where data lies, all of it as a file, and deleting it."""

import json
from pathlib import Path

import pytest

from app.cli.data import QUESTION as QUESTION_BEFORE
from app.store.conversations import ConversationStore, new_owner_key
from tests.cli.commands import Command, fits, one_sentence_and_a_step

QUESTION = "what does a scrum master do, asks Wilhelmina?"


@pytest.fixture
def asked(own_data: Path, rolewise: Command) -> Path:
    """A data folder in which a question was asked."""
    assert rolewise("ask", QUESTION).code == 0
    return own_data


def every_byte(folder: Path) -> bytes:
    return b"".join(p.read_bytes() for p in folder.rglob("*") if p.is_file())


def test_where_names_every_place(rolewise: Command, tmp_path: Path):
    said = rolewise("data", "where", "--json")

    assert said.code == 0
    assert fits(said.json, dict.fromkeys(["conversations", "collections", "index", "cards", "models"], str)) == ""
    assert said.json["index"] == str(tmp_path / "data" / "index")
    assert not (tmp_path / "data").exists()


def test_where_says_what_is_not_there_yet(rolewise: Command):
    assert "nothing there yet" in rolewise("data", "where").out


def test_export_holds_what_was_asked(asked: Path, rolewise: Command, tmp_path: Path):
    printed = rolewise("data", "export")
    written = rolewise("data", "export", "--out", tmp_path / "all.json")

    assert QUESTION in printed.out
    assert json.loads(printed.out)
    assert (written.code, written.out) == (0, "")
    assert QUESTION in (tmp_path / "all.json").read_text(encoding="utf-8")


def test_delete_leaves_no_byte_of_what_was_asked(asked: Path, rolewise: Command):
    assert b"Wilhelmina" in every_byte(asked)

    said = rolewise("data", "delete", "--yes", "--json")

    assert said.code == 0
    assert fits(said.json, {"deleted": {"conversations": int, "turns": int, "feedback": int, "teams": int}}) == ""
    assert said.json["deleted"]["turns"] == 1
    assert b"Wilhelmina" not in every_byte(asked)
    assert QUESTION not in rolewise("data", "export").out


def test_delete_takes_kept_teams_and_names_them(own_data: Path, rolewise: Command):
    store = ConversationStore(own_data / "conversations" / "rolewise.db")
    store.for_owner(new_owner_key()).teams.keep("Sports halls", {"text": "Wilhelmina leads it."})
    store.close()

    said = rolewise("data", "delete", "--yes")

    assert said.code == 0
    assert "1 kept teams" in said.out
    assert b"Wilhelmina" not in every_byte(own_data)


def test_the_question_before_a_deletion_names_everything_that_goes():
    assert [w for w in ("conversations", "feedback", "kept teams", "own collections") if w not in QUESTION_BEFORE] == []


def test_delete_asks_first_and_does_nothing_where_nobody_can_answer(asked: Path, rolewise: Command):
    said = rolewise("data", "delete")

    assert said.code == 2
    assert one_sentence_and_a_step(said.err)
    assert "--yes" in said.err
    assert QUESTION in rolewise("data", "export").out


def test_conversations_are_readable_by_their_owner_alone(asked: Path):
    open_to_others = [p for p in (asked / "conversations").rglob("*") if p.stat().st_mode & 0o077]

    assert open_to_others == []
