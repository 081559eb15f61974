"""The seam: every error of the libraries below has its sentence."""

import errno
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy.exc

from app.errors import StoreError
from app.store.database import Database
from app.store.failures import store_error


def classes_below(root: type[Exception]) -> Iterator[type[Exception]]:
    yield root
    for below in root.__subclasses__():
        yield from classes_below(below)


# Warnings and programming errors of ours are not failures of the store
LIBRARY_ERRORS = [
    error
    for error in {*classes_below(sqlalchemy.exc.SQLAlchemyError), *classes_below(sqlite3.Error), *classes_below(OSError)}
    if error.__module__ in ("sqlalchemy.exc", "sqlite3", "builtins")
]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    return Database(tmp_path_factory.mktemp("store") / "c.sqlite", wait_s=1)


@pytest.mark.parametrize("error", sorted(LIBRARY_ERRORS, key=str), ids=lambda error: error.__name__)
def test_every_error_of_the_libraries_becomes_one_sentence(error: type[Exception], database: Database) -> None:
    raised = error.__new__(error)
    raised.__init__ = lambda *_: None  # type: ignore[misc]  # some want arguments that only their library has

    def fail(_: object) -> None:
        raise raised

    for work in (database.read, database.write):
        with pytest.raises(StoreError) as caught:
            work(fail)
        assert str(caught.value).endswith(".")
        assert caught.value.hint.endswith(".")
        assert caught.value.__cause__ is raised


def a_sqlite_error(name: str) -> Exception:
    error = sqlite3.OperationalError("what the library says")
    error.sqlite_errorname = name
    return sqlalchemy.exc.OperationalError("SELECT", {}, error)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (a_sqlite_error("SQLITE_FULL"), "disk is full"),
        (a_sqlite_error("SQLITE_BUSY"), "in use"),
        (a_sqlite_error("SQLITE_BUSY_SNAPSHOT"), "in use"),
        (a_sqlite_error("SQLITE_LOCKED"), "in use"),
        (a_sqlite_error("SQLITE_READONLY_DBMOVED"), "read-only"),
        (a_sqlite_error("SQLITE_CANTOPEN"), "cannot be opened"),
        (a_sqlite_error("SQLITE_CORRUPT"), "damaged"),
        (a_sqlite_error("SQLITE_NOTADB"), "damaged"),
        (a_sqlite_error("SQLITE_IOERR_WRITE"), "disk does not let"),
        (a_sqlite_error("SQLITE_ERROR"), "could not be read or written"),
        (OSError(errno.ENOSPC, "x"), "disk is full"),
        (OSError(errno.EROFS, "x"), "read-only"),
        (PermissionError(errno.EACCES, "x"), "cannot be opened"),
        (OSError(), "disk does not let"),
        (sqlalchemy.exc.OperationalError("SELECT", {}, Exception("server gone")), "does not answer"),
        (sqlalchemy.exc.TimeoutError("pool"), "does not answer"),
        (sqlalchemy.exc.ProgrammingError("SELECT", {}, Exception("no such column")), "could not be read or written"),
    ],
)
def test_the_sentence_fits_what_happened(error: Exception, words: str) -> None:
    found = store_error(error)

    assert words in str(found)
    assert "what the library says" not in f"{found} {found.hint}"


def test_a_full_database_of_sqlite_itself_is_a_full_disk(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "small.sqlite")
    connection.execute("PRAGMA max_page_count=3")
    connection.execute("CREATE TABLE t (x)")

    with pytest.raises(sqlite3.OperationalError) as caught:
        connection.execute("INSERT INTO t VALUES (?)", ("x" * 100_000,))

    connection.close()
    assert "disk is full" in str(store_error(caught.value))
