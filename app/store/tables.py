"""The tables, and the version of their shape."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

SCHEMA = 2  # raise it with every change below, and give `database.UPGRADES` the way from the one before

metadata = MetaData()

about = Table("about", metadata, Column("name", String(40), primary_key=True), Column("value", Text, nullable=False))

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("title", Text, nullable=False),
    Column("folded", Text, nullable=False),  # the title as it is searched
    Column("created", String(20), nullable=False),
    Column("updated", String(20), nullable=False),
    Column("position", Integer, nullable=False),  # newest first goes by this: a clock can be set back
    Column("kept", Boolean, nullable=False),
    Index("conversations_of_owner", "owner", "position"),
)

turns = Table(
    "turns",
    metadata,
    Column("conversation", String(200), ForeignKey("conversations.id"), nullable=False),
    Column("n", Integer, nullable=False),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),  # JSON
    Column("folded", Text, nullable=False),  # question and answer as they are searched
    Column("created", String(20), nullable=False),
    PrimaryKeyConstraint("conversation", "n"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("conversation", String(200), ForeignKey("conversations.id"), nullable=False),
    Column("turn", Integer, nullable=False),
    Column("verdict", String(4), nullable=False),
    Column("reasons", Text, nullable=False),  # JSON
    Column("comment", Text, nullable=False),
    Column("created", String(20), nullable=False),
    UniqueConstraint("owner", "conversation", "turn"),
)

assessments = Table(
    "assessments",
    metadata,
    Column("owner", String(64), nullable=False),
    Column("name", String(200), nullable=False),
    Column("body", Text, nullable=False),  # JSON
    Column("kept", Boolean, nullable=False),
    Column("updated", String(20), nullable=False),
    PrimaryKeyConstraint("owner", "name"),
)

team_assessments = Table(
    "team_assessments",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),  # JSON
    Column("created", String(20), nullable=False),
    Column("updated", String(20), nullable=False),
    Column("position", Integer, nullable=False),  # newest first goes by this, as with conversations
    Index("team_assessments_of_owner", "owner", "position"),
)
