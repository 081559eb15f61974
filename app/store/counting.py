"""Counts for the doctor and the metrics."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import ColumnElement, FromClause
from sqlalchemy.engine import Connection

from app.store.database import Database
from app.store.records import Statistics
from app.store.tables import assessments, conversations, feedback, team_assessments, turns


def statistics(database: Database) -> Statistics:
    """Rows of each kind, and the size of the files."""

    def work(connection: Connection) -> Statistics:
        def count(table: FromClause, *which: ColumnElement[bool]) -> int:
            return connection.scalar(sa.select(sa.func.count()).select_from(table).where(*which)) or 0

        return Statistics(
            owners=connection.scalar(sa.select(sa.func.count(conversations.c.owner.distinct()))) or 0,
            conversations=count(conversations),
            unkept=count(conversations, conversations.c.kept.is_(False)),
            turns=count(turns),
            up=count(feedback, feedback.c.verdict == "up"),
            down=count(feedback, feedback.c.verdict == "down"),
            assessments=count(assessments),
            teams=count(team_assessments),
            bytes=database.bytes(),
        )

    return database.read(work)


def owners(database: Database) -> list[str]:
    """The hashes of everybody of whom something is kept."""

    def work(connection: Connection) -> list[str]:
        tables = (conversations, assessments, team_assessments)
        return sorted(str(row[0]) for row in connection.execute(sa.union(*(sa.select(table.c.owner) for table in tables))))

    return database.read(work)
