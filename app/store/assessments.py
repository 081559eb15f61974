"""Team assessments that a person decided to keep: each with a title, open to change, gone when it is deleted."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Row
from sqlalchemy.engine import Connection

from app.coaching.cleaning import one_line
from app.coaching.wire import plain
from app.errors import BadInput, StoreError
from app.store.database import Database
from app.store.erasing import erase
from app.store.records import KeptTeam, Receipt, TeamSummary
from app.store.rows import stamp, storable, stored_json
from app.store.tables import team_assessments

LONGEST_TITLE = 120
MOST_KEPT = 200  # of one owner: each holds the whole text that was given


class TeamAssessments:
    """What one owner keeps. An id of somebody else's behaves like one that does not exist.

    Every method raises `StoreError` for what the database or the disk refuses.
    """

    def __init__(self, database: Database, owner: str, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._owner = owner
        self._clock = clock

    def keep(self, title: str, body: Mapping[str, Any]) -> str:
        """Store JSON under a new id and return the id. Raises `BadInput` when there are too many already."""
        name = secrets.token_urlsafe(12)
        at = stamp(self._clock())
        row = {"id": name, "owner": self._owner, "title": _title(title), "body": _stored(body), "created": at, "updated": at}

        def work(connection: Connection) -> str:
            held = connection.scalar(sa.select(sa.func.count()).select_from(team_assessments).where(self._mine())) or 0
            if held >= MOST_KEPT:
                raise BadInput(f"At most {MOST_KEPT} team assessments are kept.", "Delete one that you no longer need.")
            last = connection.scalar(sa.select(sa.func.max(team_assessments.c.position)).where(self._mine())) or 0
            connection.execute(team_assessments.insert().values(row | {"position": last + 1}))
            return name

        return self._database.write(work)

    def replace(self, name: str, body: Mapping[str, Any]) -> None:
        """Store JSON in place of what the id held. Raises `StoreError` for an unknown id."""
        self._change(name, {"body": _stored(body), "updated": stamp(self._clock())})

    def rename(self, name: str, title: str) -> str:
        """Give it another title and return it as stored: one line of at most 120 characters.

        Raises `BadInput` for a title without a character that can be seen, `StoreError` for an unknown id.
        """
        line = one_line(title, LONGEST_TITLE)
        if not line:
            raise BadInput("A title needs at least one letter.", "Type a few words.")
        self._change(name, {"title": storable(line)})
        return line

    def listing(self) -> list[TeamSummary]:
        """What is kept, newest first, without the texts."""
        table = team_assessments.c
        found = sa.select(table.id, table.title, table.created, table.updated).where(self._mine()).order_by(table.position.desc())
        return [TeamSummary(*row) for row in self._database.read(lambda connection: connection.execute(found).all())]

    def kept(self, name: str) -> KeptTeam:
        """The one of that id. Raises `StoreError` for an unknown id, and for one that is damaged."""
        row = self._database.read(lambda c: c.execute(sa.select(team_assessments).where(self._mine(name))).first())
        if row is None:
            raise _unknown()
        return _kept(row)

    def forget(self, name: str) -> Receipt:
        """Delete it, down to the bytes; an unknown one is gone already."""
        return erase(self._database, None, teams=self._mine(name))

    def _change(self, name: str, values: Mapping[str, Any]) -> None:
        def work(connection: Connection) -> None:
            if not connection.execute(team_assessments.update().where(self._mine(name)).values(dict(values))).rowcount:
                raise _unknown()

        self._database.write(work)

    def _mine(self, name: str | None = None) -> ColumnElement[bool]:
        mine = team_assessments.c.owner == self._owner
        return mine if name is None else mine & (team_assessments.c.id == storable(name))


def kept_teams(connection: Connection, owner: str) -> list[KeptTeam]:
    """Everything that the owner keeps, oldest first."""
    found = sa.select(team_assessments).where(team_assessments.c.owner == owner).order_by(team_assessments.c.position)
    return [_kept(row) for row in connection.execute(found)]


def _kept(row: Row[Any]) -> KeptTeam:
    return KeptTeam(TeamSummary(row.id, row.title, row.created, row.updated), stored_json(row.body))


def _title(title: str) -> str:
    return storable(one_line(title, LONGEST_TITLE)) or "A team"


def _stored(body: Mapping[str, Any]) -> str:
    return json.dumps(plain(body))  # in ASCII, so that it holds what a database would not take


def _unknown() -> StoreError:
    return StoreError("There is no such team assessment.", "Choose one from your list, or describe a team.")
