"""The store: what is kept, whose it is, and that deleting deletes."""

import json
import os
import sqlite3
import stat
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.coaching.model import Answer, Kind, Origin, Sentence, SentenceKind, Source, Status, Turn
from app.coaching.ports import Conversations
from app.errors import BadInput, StoreError
from app.store.conversations import ConversationStore, Receipt, new_owner_key
from app.store.owned import OwnedConversations

ROOT = Path(__file__).parents[2]
HERS, HIS = "a key that nobody guesses", "another key that nobody guesses"
NOT_THERE = r"^There is no such conversation\.$"
HOSTILE = '<script>alert(1)</script> ![x](http://127.0.0.1/?d=1) {"lc": 1, "type": "secret"} {x.__class__} \x00 \ud800 \u202e'


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.time = datetime(2026, 7, 22, 10, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "store" / "conversations.sqlite"


@pytest.fixture
def store(file: Path, clock: Clock) -> Iterator[ConversationStore]:
    opened = ConversationStore(file, clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def hers(store: ConversationStore) -> OwnedConversations:
    return store.for_owner(HERS)


@pytest.fixture
def his(store: ConversationStore) -> OwnedConversations:
    return store.for_owner(HIS)


def an_answer(question: str = "Do we need a project manager?", text: str = "Share the work.", **changes: Any) -> Answer:
    sentence = Sentence(text, SentenceKind.ANSWER, Origin.GUIDE, (1,), ("team_size",), 0.9)
    source = Source(1, "g#s", "g", "shipped", "Guide", "Section", "P", "https://x", "CC0", "2026-07-01", "q", "t", 0.5)
    answer = Answer(question, Kind.TEAM, Status.ANSWERED, (sentence,), (source,), model="scripted", advice={"facts": []})
    return replace(answer, **changes)


def bytes_of(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


# Turns


def test_it_is_the_port_that_the_core_asks_for(hers: OwnedConversations) -> None:
    port: Conversations = hers

    assert port.turns("c1") == []


def test_turns_come_back_as_they_were_kept_in_order_and_numbered(hers: OwnedConversations) -> None:
    first = hers.keep("c1", an_answer("One?"))
    second = hers.keep("c1", an_answer("Two?"))

    assert [first.n, second.n] == [1, 2]
    assert hers.turns("c1") == [first, second]
    assert second == Turn(2, "Two?", an_answer("Two?", conversation="c1", turn=2))


def test_turns_outlive_the_process(file: Path) -> None:
    ConversationStore(file).for_owner(HERS).keep("c1", an_answer())

    assert len(ConversationStore(file).for_owner(HERS).turns("c1")) == 1


def test_an_answer_that_was_kept_is_not_kept_again(hers: OwnedConversations) -> None:
    kept = hers.keep("c1", an_answer())

    again = hers.keep("c1", kept.answer)

    assert again == kept
    assert len(hers.turns("c1")) == 1


def test_the_same_question_asked_twice_is_two_turns(hers: OwnedConversations) -> None:
    hers.keep("c1", an_answer())

    assert hers.keep("c1", an_answer()).n == 2
    assert hers.keep("c2", hers.turns("c1")[0].answer).n == 1


def test_threads_at_once_get_numbers_of_their_own(store: ConversationStore) -> None:
    numbers: list[int] = []
    ready = threading.Barrier(6)

    def keep() -> None:
        ready.wait()
        numbers.extend(store.for_owner(HERS).keep("c1", an_answer()).n for _ in range(3))

    threads = [threading.Thread(target=keep) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(numbers) == list(range(1, 19))
    assert [turn.n for turn in store.for_owner(HERS).turns("c1")] == list(range(1, 19))


def test_programs_that_open_a_new_store_at_once_share_it(file: Path) -> None:
    script = f"""
        import sys; sys.path.insert(0, {str(ROOT)!r})
        from app.coaching.model import Answer, Kind, Status
        from app.store.conversations import ConversationStore
        sys.stdin.readline()
        mine = ConversationStore({str(file)!r}, wait_s=20).for_owner("k")
        for _ in range(3):
            mine.keep("c1", Answer("q", Kind.TEAM, Status.ANSWERED, ()))
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    programs = [subprocess.Popen(command, stdin=subprocess.PIPE, text=True) for _ in range(3)]

    for program in programs:
        assert program.stdin is not None
        program.stdin.write("go\n")
        program.stdin.flush()
    codes = [program.wait(60) for program in programs]
    for program in programs:
        program.communicate()

    assert codes == [0, 0, 0]
    assert [turn.n for turn in ConversationStore(file).for_owner("k").turns("c1")] == list(range(1, 10))


def test_turns_keep_their_order_when_the_clock_goes_back(hers: OwnedConversations, clock: Clock) -> None:
    hers.keep("old", an_answer("First?"))
    clock.time -= timedelta(hours=1)
    hers.keep("old", an_answer("Second?"))
    hers.keep("new", an_answer("Third?"))

    assert [turn.question for turn in hers.turns("old")] == ["First?", "Second?"]
    assert [one.id for one in hers.listing()] == ["new", "old"]


def test_hostile_text_is_data_there_and_back(hers: OwnedConversations) -> None:
    answer = an_answer(HOSTILE, HOSTILE, advice={"lc": 1, "type": "constructor", "id": [HOSTILE]})

    kept = hers.keep("c1", answer)

    assert hers.turns("c1") == [kept]
    assert hers.turns("c1")[0].question == HOSTILE


@pytest.mark.parametrize("conversation", ["", "x" * 201, "a\nb", "\x00", "\ud800"])
def test_an_id_that_cannot_be_one_is_refused_in_words(hers: OwnedConversations, conversation: str) -> None:
    with pytest.raises(StoreError, match="no such conversation"):
        hers.keep(conversation, an_answer())

    assert hers.turns(conversation) == []


def test_half_a_turn_is_never_stored(store: ConversationStore, file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute(
            "CREATE TRIGGER fail BEFORE UPDATE ON conversations BEGIN SELECT RAISE(ABORT, 'as if the power went'); END"
        )
    connection.close()

    with pytest.raises(StoreError):
        store.for_owner(HERS).keep("c1", an_answer())

    assert store.statistics().conversations == 0
    assert store.statistics().turns == 0


def test_a_damaged_turn_is_one_sentence(hers: OwnedConversations, file: Path) -> None:
    hers.keep("c1", an_answer())
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE turns SET answer = '{\"question\": 5'")
    connection.close()

    with pytest.raises(StoreError, match="stored answer is damaged"):
        hers.turns("c1")


# The list


def test_the_list_has_the_newest_first_with_the_first_question_as_title(hers: OwnedConversations, clock: Clock) -> None:
    hers.keep("c1", an_answer("Do we need a project manager?"))
    hers.keep("c2", an_answer("Who owns\nthe roadmap?"))
    clock.time += timedelta(minutes=1)
    hers.keep("c1", an_answer("And a product owner?"))

    listing = hers.listing()

    assert [(one.id, one.title, one.turns) for one in listing] == [
        ("c1", "Do we need a project manager?", 2),
        ("c2", "Who owns the roadmap?", 1),
    ]
    assert (listing[0].created, listing[0].updated) == ("2026-07-22T10:00:00Z", "2026-07-22T10:01:00Z")


def test_a_long_title_is_cut_at_a_word(hers: OwnedConversations) -> None:
    hers.keep("c1", an_answer("Should our team of six, which ships every day, have a project manager of its own?"))

    title = hers.listing()[0].title

    assert title == "Should our team of six, which ships every day, have a…"
    assert len(title) <= 60


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> OwnedConversations:
    owner = ConversationStore(tmp_path_factory.mktemp("store") / "c.sqlite").for_owner(HERS)
    owner.keep("c1", an_answer("A project manager?"))
    owner.keep("c2", an_answer("What else?", "Ship daily."))
    owner.keep("c3", an_answer("Is a_b 100% right?"))
    owner.keep("c4", an_answer("What of été?"))
    return owner


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", ["c4", "c3", "c2", "c1"]),
        ("PROJECT", ["c1"]),
        ("manager project", ["c1"]),
        ("daily", ["c2"]),
        ("100%", ["c3"]),
        ("%", ["c3"]),
        ("_", ["c3"]),
        ("a_b", ["c3"]),
        ("aXb", []),
        ("\\", []),
        ("ÉTÉ", ["c4"]),
        ("ete\u0301", []),
        ("e\u0301te\u0301", ["c4"]),
        ("'; DROP TABLE turns; --", []),
        ("shipped", []),  # stands in the JSON of every answer, not in its words
        ("x" * 10_000, []),
    ],
)
def test_search_finds_words_of_titles_and_turns(searched: OwnedConversations, search: str, found: list[str]) -> None:
    assert [one.id for one in searched.listing(search)] == found


def test_a_new_title_is_found_and_the_old_one_is_not(hers: OwnedConversations) -> None:
    hers.keep("c1", an_answer("What else?"))

    assert hers.rename("c1", "  The great\n\u202equestion ") == "The great question"

    assert [one.title for one in hers.listing("GREAT")] == ["The great question"]


def test_a_title_without_a_letter_is_refused(hers: OwnedConversations) -> None:
    hers.keep("c1", an_answer())

    with pytest.raises(BadInput, match="at least one letter"):
        hers.rename("c1", " \u200b\n")


# Whose it is


def test_another_owners_conversation_is_as_if_it_were_not_there(hers: OwnedConversations, his: OwnedConversations) -> None:
    kept = hers.keep("c1", an_answer())
    hers.feedback("c1", 1, "up")
    hers.save_assessment("fit", {"a": 1})

    for conversation in ("c1", "unknown"):
        assert his.turns(conversation) == []
        assert his.feedback_given(conversation) == []
        assert his.is_kept(conversation)
        assert his.forget(conversation) == Receipt()
        with pytest.raises(StoreError, match=NOT_THERE):
            his.rename(conversation, "Mine now")
        with pytest.raises(StoreError, match=NOT_THERE):
            his.export("json", conversation)
        with pytest.raises(StoreError, match=r"^There is no such answer\.$"):
            his.feedback(conversation, 1, "down")
    assert his.listing() == his.listing("project") == []
    assert his.assessments() == []
    assert json.loads(his.export())["conversations"] == []
    assert his.forget_everything() == Receipt()
    assert his.forget_assessment("fit") == Receipt()
    assert hers.turns("c1") == [kept]
    assert len(hers.feedback_given()) == len(hers.assessments()) == 1


def test_nothing_can_be_added_to_another_owners_conversation(hers: OwnedConversations, his: OwnedConversations) -> None:
    kept = hers.keep("c1", an_answer())

    for answer in (an_answer("Mine?"), kept.answer):
        with pytest.raises(StoreError, match=NOT_THERE) as caught:
            his.keep("c1", answer)
        assert caught.value.hint
    with pytest.raises(StoreError, match="no such conversation"):
        his.set_kept("c1", False)

    assert hers.turns("c1") == [kept]
    assert hers.is_kept("c1")


def test_ids_that_look_like_queries_find_nothing(hers: OwnedConversations, his: OwnedConversations) -> None:
    hers.keep("c1", an_answer())

    for conversation in ("%", "c_", "' OR 1=1 --", '{"$ne": ""}', "C1", " c1"):
        assert hers.turns(conversation) == his.turns(conversation) == []


def test_the_key_of_an_owner_is_stored_nowhere(hers: OwnedConversations, file: Path) -> None:
    hers.keep("c1", an_answer())

    everything = bytes_of(file.parent)

    assert b"Do we need a project manager?" in everything
    assert HERS.encode() not in everything
    assert b"nobody guesses" not in everything


def test_a_key_is_needed_and_new_ones_are_long_and_never_the_same(store: ConversationStore) -> None:
    with pytest.raises(StoreError, match="Nobody is named"):
        store.for_owner("")

    assert len(new_owner_key()) >= 40
    assert new_owner_key() != new_owner_key()


# Deleting


def fill(owner: OwnedConversations, word: str, conversation: str) -> None:
    for n in range(8):
        owner.keep(conversation, an_answer(f"{word}question {n} {'x' * 2000}", f"{word}answer", advice={"a": f"{word}advice"}))
    owner.rename(conversation, f"{word}title once")
    owner.rename(conversation, f"{word}title")
    owner.feedback(conversation, 1, "down", [f"{word}reason"], f"{word}comment before")
    owner.feedback(conversation, 1, "down", [f"{word}reason"], f"{word}comment")
    owner.save_assessment(f"{word}name", {"about": f"{word}about"})


def test_when_everything_is_forgotten_no_byte_of_it_is_left(
    hers: OwnedConversations, his: OwnedConversations, file: Path
) -> None:
    fill(hers, "zebra", "c-zebra")
    fill(his, "walrus", "c-walrus")
    assert b"zebra" in bytes_of(file.parent)

    receipt = hers.forget_everything()

    assert receipt == Receipt(conversations=1, turns=8, feedback=1, assessments=1, overwritten=True)
    assert b"zebra" not in bytes_of(file.parent)
    assert not hers.listing()
    assert not hers.turns("c-zebra")
    assert not hers.feedback_given()
    assert not hers.assessments()
    assert len(his.turns("c-walrus")) == 8
    assert b"walrus" in bytes_of(file.parent)


def test_when_one_conversation_is_forgotten_no_byte_of_it_is_left(hers: OwnedConversations, file: Path) -> None:
    hers.keep("c1", an_answer("zebra question", "zebra answer"))
    hers.feedback("c1", 1, "up", comment="zebra comment")
    kept = hers.keep("c2", an_answer())

    receipt = hers.forget("c1")

    assert receipt == Receipt(conversations=1, turns=1, feedback=1, overwritten=True)
    assert b"zebra" not in bytes_of(file.parent)
    assert hers.turns("c2") == [kept]


def test_the_bytes_are_gone_even_while_others_have_the_file_open(hers: OwnedConversations, file: Path) -> None:
    other = ConversationStore(file)
    fill(hers, "zebra", "c1")
    connection = sqlite3.connect(file)
    connection.execute("SELECT count(*) FROM turns").fetchall()

    receipt = hers.forget_everything()

    assert receipt.overwritten
    assert b"zebra" not in bytes_of(file.parent)
    assert other.for_owner(HERS).listing() == []
    connection.close()


def test_a_reader_in_the_way_delays_the_overwriting_until_the_next_start(tmp_path: Path) -> None:
    file = tmp_path / "store" / "c.sqlite"
    store = ConversationStore(file, wait_s=0.1)
    mine = store.for_owner(HERS)
    fill(mine, "zebra", "c1")
    reader = sqlite3.connect(file, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM turns").fetchall()

    receipt = mine.forget_everything()

    assert receipt.turns == 8
    assert not receipt.overwritten
    assert mine.listing() == []
    remembered = "SELECT count(*) FROM about WHERE name = 'to_overwrite'"
    assert reader.execute("COMMIT").execute(remembered).fetchall() == [(1,)]
    reader.close()
    ConversationStore(file)
    assert b"zebra" not in bytes_of(file.parent)
    reader = sqlite3.connect(file)
    assert reader.execute(remembered).fetchall() == [(0,)]
    reader.close()


def test_forgetting_twice_says_that_nothing_was_there(hers: OwnedConversations) -> None:
    hers.keep("c1", an_answer())
    hers.forget("c1")

    assert hers.forget("c1") == Receipt()
    assert hers.forget_everything() == Receipt()


def test_a_receipt_holds_numbers_only(hers: OwnedConversations) -> None:
    fill(hers, "zebra", "c1")

    assert all(type(value) in (int, bool) for value in vars(hers.forget_everything()).values())


def test_a_forgotten_conversation_can_begin_anew(hers: OwnedConversations, his: OwnedConversations) -> None:
    hers.keep("c1", an_answer())
    hers.forget("c1")

    assert his.keep("c1", an_answer()).n == 1


# Not to be kept


def test_a_conversation_that_is_not_to_be_kept_works_leaves_the_list_and_goes_after_a_day(
    store: ConversationStore, hers: OwnedConversations, clock: Clock, file: Path
) -> None:
    hers.set_kept("c1", False)
    hers.keep("c1", an_answer("zebra?"))
    hers.keep("c2", an_answer())

    assert len(hers.turns("c1")) == 1
    assert [one.id for one in hers.listing()] == ["c2"]
    assert not hers.is_kept("c1")
    assert len(json.loads(hers.export())["conversations"]) == 2  # everything that is held
    clock.time += timedelta(hours=23)
    assert store.sweep() == Receipt()
    clock.time += timedelta(hours=2)
    assert store.sweep() == Receipt(conversations=1, turns=1, overwritten=True)
    assert b"zebra" not in bytes_of(file.parent)
    assert hers.turns("c1") == []
    assert [one.id for one in hers.listing()] == ["c2"]


def test_what_was_not_to_be_kept_is_also_deleted_at_the_next_start(hers: OwnedConversations, clock: Clock, file: Path) -> None:
    hers.set_kept("c1", False)
    hers.keep("c1", an_answer("zebra?"))
    clock.time += timedelta(days=2)

    ConversationStore(file, clock=clock)

    assert b"zebra" not in bytes_of(file.parent)


def test_one_may_think_again_and_keep_it(hers: OwnedConversations) -> None:
    hers.set_kept("c1", False)
    hers.keep("c1", an_answer("What else?"))

    hers.set_kept("c1", True)

    assert [one.title for one in hers.listing()] == ["What else?"]
    assert hers.is_kept("c1")


def test_a_half_finished_assessment_goes_after_a_week_and_a_kept_one_stays(
    store: ConversationStore, hers: OwnedConversations, clock: Clock, file: Path
) -> None:
    hers.save_assessment("fit draft", {"answers": {"i1": 3}, "about": "zebra"})
    hers.save_assessment("fit", {"answers": {"i1": 4}}, kept=True)
    clock.time += timedelta(days=6)
    assert store.sweep() == Receipt()
    clock.time += timedelta(days=2)

    assert store.sweep() == Receipt(assessments=1, overwritten=True)
    assert [(one.name, one.body, one.kept) for one in hers.assessments()] == [("fit", {"answers": {"i1": 4}}, True)]
    assert b"zebra" not in bytes_of(file.parent)


def test_an_assessment_saved_again_takes_the_place_of_the_first(hers: OwnedConversations) -> None:
    hers.save_assessment("fit", {"step": 1})
    hers.save_assessment("fit", {"step": 2, "said": HOSTILE}, kept=True)

    (found,) = hers.assessments()

    assert found.body == {"step": 2, "said": HOSTILE}
    assert found.kept
    assert hers.forget_assessment("fit") == Receipt(assessments=1, overwritten=True)
    assert hers.assessments() == []


@pytest.mark.parametrize("name", ["", "x" * 201, "a\x00b"])
def test_an_assessment_needs_a_name(hers: OwnedConversations, name: str) -> None:
    with pytest.raises(BadInput, match="needs a name"):
        hers.save_assessment(name, {})


# Feedback


def test_feedback_is_given_once_for_an_answer_and_may_be_changed(hers: OwnedConversations) -> None:
    hers.keep("c1", an_answer())
    hers.keep("c1", an_answer())

    hers.feedback("c1", 2, "up")
    hers.feedback("c1", 1, "up")
    changed = hers.feedback("c1", 1, "down", ["wrong", "too long"], "We are twelve. \x00")

    assert [(one.turn, one.verdict) for one in hers.feedback_given("c1")] == [(1, "down"), (2, "up")]
    assert hers.feedback_given()[0] == replace(changed, comment="We are twelve. \ufffd")


@pytest.mark.parametrize(
    ("verdict", "reasons", "comment"),
    [("sideways", (), ""), ("up", ("r",) * 11, ""), ("up", ("r" * 101,), ""), ("up", (), "c" * 2001)],
)
def test_feedback_of_another_shape_is_refused(hers: OwnedConversations, verdict: Any, reasons: Any, comment: str) -> None:
    hers.keep("c1", an_answer())

    with pytest.raises(BadInput):
        hers.feedback("c1", 1, verdict, reasons, comment)

    assert hers.feedback_given() == []


def test_feedback_needs_an_answer(hers: OwnedConversations) -> None:
    hers.keep("c1", an_answer())

    with pytest.raises(StoreError, match="no such answer"):
        hers.feedback("c1", 2, "up")


# Counts


def test_statistics_count_and_hold_no_words(store: ConversationStore, hers: OwnedConversations, his: OwnedConversations) -> None:
    fill(hers, "zebra", "c1")
    his.keep("c2", an_answer())
    his.feedback("c2", 1, "up")
    his.set_kept("c3", False)

    counts = store.statistics()

    assert (counts.owners, counts.conversations, counts.unkept, counts.turns) == (2, 3, 1, 9)
    assert (counts.up, counts.down, counts.assessments) == (1, 1, 1)
    assert counts.bytes is not None
    assert counts.bytes > 4096
    assert all(type(value) is int for value in vars(counts).values())


# Files


def test_the_files_are_for_this_user_only(hers: OwnedConversations, file: Path) -> None:
    connection = sqlite3.connect(file)  # keeps the write-ahead log from being removed
    hers.keep("c1", an_answer())
    connection.execute("SELECT count(*) FROM turns").fetchall()

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir()}

    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert set(modes) == {file.name, f"{file.name}-wal", f"{file.name}-shm"}
    assert set(modes.values()) == {0o600}
    connection.close()


def test_files_that_were_open_to_all_are_closed(file: Path) -> None:
    file.parent.mkdir()
    file.parent.chmod(0o755)
    file.touch(0o644)

    ConversationStore(file)

    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_folder_that_many_use_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)

    ConversationStore(tmp_path / "c.sqlite")

    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o1777
    assert stat.S_IMODE((tmp_path / "c.sqlite").stat().st_mode) == 0o600


@pytest.mark.parametrize("which", ["home", "cwd"])
def test_a_folder_that_a_person_works_in_keeps_its_mode(which: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.chmod(0o755)
    monkeypatch.setattr(Path, which, lambda: tmp_path)

    ConversationStore(tmp_path / "c.sqlite")

    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_a_user_without_a_home_has_a_store(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", no_home)

    assert ConversationStore(file).for_owner(HERS).keep("c1", an_answer()).n == 1


def test_it_may_be_opened_by_url(tmp_path: Path) -> None:
    file = tmp_path / "by url" / "c.sqlite"

    ConversationStore(f"sqlite:///{file}").for_owner(HERS).keep("c1", an_answer())

    assert len(ConversationStore(str(file)).for_owner(HERS).turns("c1")) == 1
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_no_file_handles_are_left_open(store: ConversationStore, hers: OwnedConversations) -> None:
    hers.keep("c1", an_answer())
    before = len(os.listdir("/dev/fd"))

    for _ in range(5):
        hers.keep("c1", an_answer())
        hers.listing("work")
        hers.forget("c1")

    assert len(os.listdir("/dev/fd")) == before


def test_importing_the_store_does_not_import_sqlalchemy() -> None:
    script = "import sys, app.store.conversations; sys.exit('sqlalchemy' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0


def test_whoever_runs_the_machine_can_take_out_and_delete_what_everybody_left(tmp_path: Path) -> None:
    store = ConversationStore(tmp_path / "c" / "rolewise.db")
    for key in ("anna-key", "tom-key"):
        store.for_owner(key).keep(f"conversation-of-{key}", an_answer(question=f"asked under {key}"))

    everything = store.export_everything()
    receipt = store.forget_all_owners()

    assert "asked under anna-key" in everything
    assert "asked under tom-key" in everything
    assert (receipt.conversations, receipt.turns) == (2, 2)
    assert "asked under" not in store.export_everything()
