"""Opening the database, running work in transactions, and leaving nothing behind where rows were deleted."""

from __future__ import annotations

import sqlite3
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from os import O_CREAT, O_RDWR, close, geteuid
from os import open as os_open
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from app.errors import StoreError
from app.store.failures import store_error
from app.store.tables import SCHEMA, about, metadata, team_assessments

Found = TypeVar("Found")

UPGRADES: dict[int, Callable[[Connection], None]] = {  # from the schema of that number to the next
    1: lambda connection: team_assessments.create(connection),
}
ATTEMPTS = 5  # at work that collides with that of another server
_TO_OVERWRITE = "to_overwrite"  # present in `about` while deleted rows may still be readable in the file
_OPENING = 7_305_921  # any number: the lock that servers take while they look whether the tables are there


class Database:
    """One store: a SQLite file, or whatever an SQLAlchemy URL names.

    Every method raises `StoreError` for what the database or the disk refuses.
    """

    def __init__(self, where: str | Path, wait_s: float) -> None:
        with _translated():
            self._url, self.file = _place(where)
            if self.file:
                _make_private(self.file)
            self._engine = _engine(self._url, wait_s)
            if self.file:
                self._use_write_ahead_log(wait_s)
            self._ensure_tables()

    def read(self, work: Callable[[Connection], Found]) -> Found:
        """What `work` returns, from one consistent view."""
        with _translated(), self._engine.connect() as connection, connection.begin():
            return work(connection)

    def write(self, work: Callable[[Connection], Found]) -> Found:
        """What `work` returns, after all that it wrote was stored; if it raises, nothing was.

        It may be called again when another server stored the same key first.
        """
        with _translated():
            for attempt in range(1, ATTEMPTS + 1):
                try:
                    with self._engine.connect().execution_options(rolewise_writes=True) as connection, connection.begin():
                        return work(connection)
                except IntegrityError:
                    if attempt == ATTEMPTS:
                        raise
            raise AssertionError("unreachable")

    def note_deletion(self, connection: Connection) -> None:
        """Remember, in the transaction that deletes, that the file is to be overwritten: even if we are killed now."""
        if self.file and not connection.scalar(sa.select(about.c.value).where(about.c.name == _TO_OVERWRITE)):
            connection.execute(about.insert().values(name=_TO_OVERWRITE, value="1"))

    def overwrite_deleted(self) -> bool:
        """Whether nothing deleted is left in the files; False when others are reading, or the database is a server."""
        if self.file is None:
            return False
        try:
            empty_log = "PRAGMA wal_checkpoint(TRUNCATE)"
            others_hold_it = self._outside_transactions(empty_log, "VACUUM", empty_log)[0][0]
        except (sqlite3.Error, SQLAlchemyError):
            return False
        if others_hold_it:
            return False
        self.write(lambda found: found.execute(about.delete().where(about.c.name == _TO_OVERWRITE)))
        return True

    def overwrite_what_was_left(self) -> None:
        """Overwrite what an interrupted deletion left in the file, if there was one."""
        if self.read(lambda found: found.scalar(sa.select(about.c.value).where(about.c.name == _TO_OVERWRITE))):
            self.overwrite_deleted()

    def check(self) -> None:
        """Read every page of a SQLite file; raises `StoreError` when one is damaged."""
        if self._engine.dialect.name != "sqlite":
            self.read(lambda connection: connection.scalar(sa.select(sa.func.count()).select_from(about)))
        elif self.read(lambda connection: connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()) != "ok":
            raise store_error(_corrupt())

    def bytes(self) -> int | None:
        """Size of the files, None with a database server."""
        if self.file is None:
            return None
        files = [self.file, *(self.file.with_name(self.file.name + end) for end in ("-wal", "-shm"))]
        return sum(file.stat().st_size for file in files if file.exists())

    def close(self) -> None:
        """Give the connections back; the object is of no use afterwards."""
        self._engine.dispose()

    def _use_write_ahead_log(self, wait_s: float) -> None:
        # Readers then do not stop writers. Of several programs that open a new file at once one does this; SQLite
        # tells the others "locked" at once, without its usual wait.
        deadline = time.monotonic() + wait_s
        while True:
            try:
                self._outside_transactions("PRAGMA journal_mode=WAL")
                return
            except sqlite3.OperationalError as error:
                if "BUSY" not in error.sqlite_errorname or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def _outside_transactions(self, *statements: str) -> list[tuple[Any, ...]]:
        """Rows of the last statement."""
        connection = self._engine.raw_connection()
        try:
            cursor = connection.cursor()
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall())
        finally:
            connection.close()

    def _ensure_tables(self) -> None:
        if self.read(_schema) != SCHEMA:
            self.write(_bring_up_to_date)


def _place(where: str | Path) -> tuple[URL, Path | None]:
    """The URL, and the file that we look after, if it is one."""
    if isinstance(where, Path) or "://" not in where:
        path = Path(where).expanduser().absolute()
        return URL.create("sqlite", database=str(path)), path
    try:
        url = make_url(where)
    except (ArgumentError, ValueError) as error:  # the second for a port that is no number
        raise _bad_address() from error
    if url.get_backend_name() != "sqlite":
        return url, None
    if url.database in (None, "", ":memory:"):
        raise StoreError("Conversations need a file: SQLite in memory forgets them at once.", "Name a file.")
    if str(url.database).startswith("file:"):  # an SQLite URI: whoever writes one looks after the file
        return url, None
    return url, Path(str(url.database)).absolute()


def _bad_address() -> StoreError:
    return StoreError(
        "The address of the store cannot be understood.",
        "Set ROLEWISE_STORE_URL as in `postgresql+psycopg://user:password@host/name`, or leave it out.",
    )


def _make_private(file: Path) -> None:
    folder = file.parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = folder.stat()
    # Not ours to close: folders that many use, such as /tmp (they are marked sticky), those of others, and the ones
    # that a person works in.
    shared = status.st_mode & stat.S_ISVTX or status.st_uid != geteuid() or folder in _own_folders()
    if not shared:
        folder.chmod(0o700)
    close(os_open(file, O_CREAT | O_RDWR, 0o600))  # SQLite gives its other files the mode of this one
    if file.stat().st_uid == geteuid():
        file.chmod(0o600)


def _own_folders() -> list[Path]:
    try:
        return [Path.cwd(), Path.home()]
    except (RuntimeError, OSError):  # a user without a home, as in some containers, or a folder that was removed
        return []


def _engine(url: URL, wait_s: float) -> Engine:
    try:
        if url.get_backend_name() != "sqlite":
            return sa.create_engine(url, pool_pre_ping=True, hide_parameters=True)
        # A SQLite connection belongs to a thread, and Streamlit runs every visitor's script in threads of its own: each
        # piece of work opens one (under a millisecond). The last to close empties the write-ahead log.
        engine = sa.create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args={"timeout": wait_s})
    except ModuleNotFoundError as error:
        raise StoreError(
            f"The driver for this database is not installed: {error.name}.", f"Run `pip install {error.name}`."
        ) from error
    except (NoSuchModuleError, ArgumentError) as error:
        raise _bad_address() from error
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: object) -> None:  # Any: the driver's own connection
    connection.isolation_level = None  # the driver's own transactions start too late; see `_begin_sqlite`
    for pragma in ("secure_delete=ON", "foreign_keys=ON", "temp_store=MEMORY"):  # no text in temporary files
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that starts as a reader and then writes fails at once when another wrote in between.
    writes = connection.get_execution_options().get("rolewise_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _schema(connection: Connection) -> int:
    """The version of the tables that are there, 0 for none. Raises `StoreError` for tables that are not ours to use."""
    names = set(sa.inspect(connection).get_table_names())
    if about.name not in names:
        if names & set(metadata.tables):
            raise _not_ours()
        return 0
    try:
        version = int(connection.scalar(sa.select(about.c.value).where(about.c.name == "schema")) or "")
    except ValueError as error:
        raise _not_ours() from error
    if version > SCHEMA:
        raise StoreError(
            f"These conversations were stored by a newer Rolewise (form {version}; this one knows {SCHEMA}).",
            "Use that version again, or another folder for this one: set ROLEWISE_DATA.",
        )
    return version


def _not_ours() -> StoreError:
    return StoreError(
        "This database holds tables of another program under the same names.",
        "Give Rolewise a database of its own: set ROLEWISE_STORE_URL or ROLEWISE_DATA.",
    )


def _bring_up_to_date(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_OPENING})")
    version = _schema(connection)  # once more: another program may have been faster
    if version == 0:
        metadata.create_all(connection)
        connection.execute(about.insert().values(name="schema", value=str(SCHEMA)))
        return
    for step in range(version, SCHEMA):
        UPGRADES[step](connection)
    connection.execute(about.update().where(about.c.name == "schema").values(value=str(SCHEMA)))


def _corrupt() -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError("quick_check found damage")
    error.sqlite_errorname = "SQLITE_CORRUPT"
    return error


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise store_error(error) from error
