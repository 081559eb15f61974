"""Deleting: rows go in one transaction, and then their bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy import ColumnElement
from sqlalchemy.engine import Connection

from app.store.database import Database
from app.store.records import Receipt
from app.store.tables import assessments, conversations, feedback, team_assessments, turns


def erase(
    database: Database,
    which: ColumnElement[bool] | None,
    also: ColumnElement[bool] | None = None,
    teams: ColumnElement[bool] | None = None,
) -> Receipt:
    """Delete the conversations that `which` picks, the assessments that `also` picks and the team assessments that `teams`
    picks, down to the bytes."""

    def work(connection: Connection) -> Receipt:
        gone = Receipt()
        if which is not None:
            gone = _conversations(connection, which)
        if also is not None:
            gone = replace(gone, assessments=connection.execute(assessments.delete().where(also)).rowcount)
        if teams is not None:
            gone = replace(gone, teams=connection.execute(team_assessments.delete().where(teams)).rowcount)
        if gone != Receipt():
            database.note_deletion(connection)
        return gone

    return finished(database, work)


def finished(database: Database, work: Callable[[Connection], Receipt]) -> Receipt:
    """The receipt of work that deletes, after the bytes of what it deleted were overwritten."""
    gone = database.write(work)
    return gone if gone == Receipt() else replace(gone, overwritten=database.overwrite_deleted())


def _conversations(connection: Connection, which: ColumnElement[bool]) -> Receipt:
    ids = sa.select(conversations.c.id).where(which)
    return Receipt(
        feedback=connection.execute(feedback.delete().where(feedback.c.conversation.in_(ids))).rowcount,
        turns=connection.execute(turns.delete().where(turns.c.conversation.in_(ids))).rowcount,
        conversations=connection.execute(conversations.delete().where(which)).rowcount,
    )
