"""The database: every way in which disk and files can fail is one sentence, and nothing is half-written."""

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from app.coaching.model import Answer, Kind, Status
from app.errors import StoreError
from app.store.conversations import ConversationStore
from app.store.tables import SCHEMA

ROOT = Path(__file__).parents[2]
PROGRAM = f"""
import sys; sys.path.insert(0, {str(ROOT)!r})
from app.coaching.model import Answer, Kind, Status
from app.errors import StoreError
from app.store.conversations import ConversationStore
store = ConversationStore(sys.argv[1])
mine = store.for_owner("k")
def keep(question):
    return mine.keep("c1", Answer(question, Kind.TEAM, Status.ANSWERED, ())).n
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "store" / "c.sqlite"


def keep(store: ConversationStore, question: str = "q") -> int:
    return store.for_owner("k").keep("c1", Answer(question, Kind.TEAM, Status.ANSWERED, ())).n


def questions(store: ConversationStore) -> list[str]:
    return [turn.question for turn in store.for_owner("k").turns("c1")]


def a_program(script: str, file: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PROGRAM + textwrap.dedent(script), str(file)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_a_locked_store_is_one_sentence_and_can_be_read(file: Path) -> None:
    store = ConversationStore(file, wait_s=0.05)
    keep(store, "before")
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreError, match="in use by another program") as caught:
        keep(store, "during")

    assert "again" in caught.value.hint
    assert questions(store) == ["before"]
    other.execute("COMMIT")
    other.close()
    assert keep(store, "after") == 2


def test_a_short_lock_is_waited_for(file: Path) -> None:
    store = ConversationStore(file)
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.1, lambda: other.execute("COMMIT")).start()

    assert keep(store) == 1
    other.close()


def test_a_full_disk_is_one_sentence_and_what_was_there_stays(file: Path) -> None:
    script = """
        import resource, signal
        keep("before")
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
        try:
            keep("x" * 1_000_000)
        except StoreError as error:
            print(error, "|", error.hint)
        print(len(mine.turns("c1")), keep("after"))
    """

    with a_program(script, file) as program:
        output, _ = program.communicate(timeout=30)

    assert output.splitlines()[0].startswith("The disk")
    assert output.splitlines()[1] == "1 2"
    assert questions(ConversationStore(file)) == ["before", "after"]


def test_a_file_that_is_no_database_is_called_damaged_and_left_alone(file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"these are notes of somebody " * 100)

    with pytest.raises(StoreError, match="damaged") as caught:
        ConversationStore(file)

    assert "backup" in caught.value.hint
    assert file.read_bytes() == b"these are notes of somebody " * 100


def test_damage_inside_is_found_by_the_check(file: Path) -> None:
    store = ConversationStore(file)
    for n in range(8):
        keep(store, f"{n} " + "words " * 2000)
    store.check()
    with file.open("r+b") as raw:
        raw.seek(4096 * 3)
        raw.write(os.urandom(4096 * 10))

    with pytest.raises(StoreError, match="damaged"):
        store.check()
    with pytest.raises(StoreError, match="damaged"):
        questions(store)


@pytest.mark.parametrize("length", [0.5, 0.9])
def test_a_truncated_file_is_called_damaged(file: Path, length: float) -> None:
    store = ConversationStore(file)
    for n in range(8):
        keep(store, f"{n} " + "words " * 2000)
    os.truncate(file, int(file.stat().st_size * length))

    with pytest.raises(StoreError, match="damaged"):
        ConversationStore(file).check()


def test_an_empty_file_is_a_new_store(file: Path) -> None:
    file.parent.mkdir()
    file.touch()

    assert keep(ConversationStore(file)) == 1


def test_a_read_only_store_can_be_read_and_says_why_it_is_not_written(file: Path) -> None:
    keep(ConversationStore(file), "before")

    store = ConversationStore(f"sqlite:///file:{file}?mode=ro&uri=true")

    assert questions(store) == ["before"]
    with pytest.raises(StoreError, match="read-only") as caught:
        keep(store)
    assert "ROLEWISE_DATA" in caught.value.hint


def test_a_folder_in_place_of_the_file_is_one_sentence(file: Path) -> None:
    file.mkdir(parents=True)

    with pytest.raises(StoreError, match="cannot be opened"):
        ConversationStore(file)


def test_a_file_in_place_of_the_folder_is_one_sentence(file: Path) -> None:
    file.parent.touch()

    with pytest.raises(StoreError, match="cannot be opened"):
        ConversationStore(file)


def test_a_store_of_a_newer_version_is_refused_in_words_and_left_alone(file: Path) -> None:
    keep(ConversationStore(file), "before")
    with sqlite3.connect(file) as raw:
        raw.execute("UPDATE about SET value = ? WHERE name = 'schema'", (str(SCHEMA + 1),))
    raw.close()

    with pytest.raises(StoreError, match=f"newer Rolewise .form {SCHEMA + 1}; this one knows {SCHEMA}") as caught:
        ConversationStore(file)

    assert caught.value.hint
    raw = sqlite3.connect(file)
    assert raw.execute("SELECT question FROM turns").fetchall() == [("before",)]
    raw.close()


def test_a_store_of_an_older_version_is_brought_up_to_date(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.store import database

    keep(ConversationStore(file), "before")
    monkeypatch.setattr(database, "SCHEMA", SCHEMA + 2)
    monkeypatch.setitem(database.UPGRADES, SCHEMA, lambda c: c.exec_driver_sql("CREATE TABLE step_1 (x)"))
    monkeypatch.setitem(database.UPGRADES, SCHEMA + 1, lambda c: c.exec_driver_sql("CREATE TABLE step_2 (x)"))

    assert questions(ConversationStore(file)) == ["before"]

    raw = sqlite3.connect(file)
    assert raw.execute("SELECT value FROM about WHERE name = 'schema'").fetchall() == [(str(SCHEMA + 2),)]
    assert raw.execute("SELECT count(*) FROM sqlite_master WHERE name LIKE 'step_%'").fetchall() == [(2,)]
    raw.close()


def test_an_upgrade_that_fails_changes_nothing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.store import database

    keep(ConversationStore(file), "before")
    monkeypatch.setattr(database, "SCHEMA", SCHEMA + 2)
    monkeypatch.setitem(database.UPGRADES, SCHEMA, lambda c: c.exec_driver_sql("CREATE TABLE half (x)"))
    monkeypatch.setitem(database.UPGRADES, SCHEMA + 1, lambda c: c.exec_driver_sql("NONSENSE"))

    with pytest.raises(StoreError):
        ConversationStore(file)

    monkeypatch.undo()
    assert questions(ConversationStore(file)) == ["before"]


@pytest.mark.parametrize("table", ["CREATE TABLE turns (x)", "CREATE TABLE about (name, value)"])
def test_tables_of_another_program_are_left_alone(file: Path, table: str) -> None:
    file.parent.mkdir()
    with sqlite3.connect(file) as raw:
        raw.execute(table)
    raw.close()

    with pytest.raises(StoreError, match="tables of another program"):
        ConversationStore(file)


@pytest.mark.parametrize("where", ["sqlite://", "sqlite:///:memory:"])
def test_a_store_in_memory_is_refused(where: str) -> None:
    with pytest.raises(StoreError, match="need a file"):
        ConversationStore(where)


@pytest.mark.parametrize("where", ["nonsense://host/name", "://", "postgresql+psycopg://host:port/name"])
def test_an_address_that_means_nothing_is_refused(where: str) -> None:
    with pytest.raises(StoreError, match="cannot be understood") as caught:
        ConversationStore(where)

    assert "ROLEWISE_STORE_URL" in caught.value.hint


def test_a_driver_that_is_not_installed_is_named_and_the_password_is_not() -> None:
    with pytest.raises(StoreError, match="driver for this database is not installed: asyncmy") as caught:
        ConversationStore("mysql+asyncmy://user:canary-password@127.0.0.1/name")

    assert caught.value.hint == "Run `pip install asyncmy`."
    assert "canary-password" not in f"{caught.value} {caught.value.hint}"


def test_no_words_of_a_person_are_in_an_error_or_what_caused_it(file: Path) -> None:
    store = ConversationStore(file)
    with sqlite3.connect(file) as raw:
        raw.execute("CREATE TRIGGER fail BEFORE INSERT ON turns BEGIN SELECT RAISE(ABORT, 'no'); END")
    raw.close()

    with pytest.raises(StoreError) as caught:
        keep(store, "canary words")

    chain: BaseException | None = caught.value
    while chain is not None:
        assert "canary words" not in str(chain)
        chain = chain.__cause__


def test_a_program_that_is_killed_while_it_writes_leaves_whole_turns_only(file: Path) -> None:
    acknowledged = 0
    for _ in range(2):
        with a_program("while True: print(keep('x' * 20_000), flush=True)", file) as program:
            assert program.stdout is not None
            for _ in range(5):
                acknowledged = int(program.stdout.readline())
            program.send_signal(signal.SIGKILL)

        store = ConversationStore(file)
        turns = store.for_owner("k").turns("c1")

        store.check()
        assert [turn.n for turn in turns] == list(range(1, len(turns) + 1))
        assert len(turns) >= acknowledged


def test_a_program_that_is_killed_before_deleted_rows_are_overwritten_is_made_up_for(file: Path) -> None:
    script = """
        import os
        for n in range(5):
            keep(f"zebra {n} " + "x" * 8000)
        store._database.overwrite_deleted = lambda: os._exit(9)
        mine.forget_everything()
    """
    with a_program(script, file) as program:
        assert program.wait(30) == 9

    store = ConversationStore(file)

    assert store.statistics().turns == 0
    assert not any(b"zebra" in path.read_bytes() for path in file.parent.iterdir())
