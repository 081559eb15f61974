"""The nouns of the store: what it gives back. Nothing here needs a database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Verdict = Literal["up", "down"]
Format = Literal["json", "markdown"]


@dataclass(frozen=True)
class ConversationSummary:
    """One line of the list of conversations. Times are UTC, as in `2026-07-22T10:11:12Z`."""

    id: str
    title: str
    created: str
    updated: str
    turns: int


@dataclass(frozen=True)
class Feedback:
    """What a person said about one answer."""

    conversation: str
    turn: int
    verdict: Verdict
    reasons: tuple[str, ...] = ()
    comment: str = ""
    created: str = ""


@dataclass(frozen=True)
class Assessment:
    """A self-assessment under its name; `kept` is False while it is half-finished, and then it goes after a week."""

    name: str
    body: Mapping[str, Any]  # Any: JSON, shaped by whoever saves it
    kept: bool
    updated: str


@dataclass(frozen=True)
class TeamSummary:
    """One line of the list of team assessments that are kept. Times are UTC, as in `2026-07-22T10:11:12Z`."""

    id: str
    title: str
    created: str
    updated: str


@dataclass(frozen=True)
class KeptTeam:
    """A team assessment that the person decided to keep."""

    summary: TeamSummary
    body: Mapping[str, Any]  # Any: JSON, shaped by whoever saves it


@dataclass(frozen=True)
class Receipt:
    """What was deleted, in numbers only.

    `overwritten` says that no byte of it is left in the store's files. It is False with a database server, whose files
    are its own, and when another program was reading just then; the next deletion or start makes up for that.
    """

    conversations: int = 0
    turns: int = 0
    feedback: int = 0
    assessments: int = 0
    teams: int = 0
    overwritten: bool = False


@dataclass(frozen=True)
class Statistics:
    """How much the store holds, without a word of it."""

    owners: int
    conversations: int
    unkept: int
    turns: int
    up: int
    down: int
    assessments: int
    teams: int
    bytes: int | None  # of the files; None with a database server
