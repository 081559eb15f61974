"""The conversations of one person. Every statement names the owner, so another's are as if they were not there."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, get_args

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Row
from sqlalchemy.engine import Connection

from app.coaching.cleaning import one_line
from app.coaching.model import Answer, Turn
from app.coaching.wire import plain
from app.errors import BadInput, StoreError
from app.store.assessments import TeamAssessments, kept_teams
from app.store.database import Database
from app.store.erasing import erase
from app.store.export import Exported, as_json, as_markdown
from app.store.records import Assessment, ConversationSummary, Feedback, Format, Receipt, Verdict
from app.store.rows import as_stored, folded, stamp, storable, stored_json, stored_turn, turn_row
from app.store.tables import assessments, conversations, feedback, team_assessments, turns

LONGEST_FIRST_TITLE = 60
LONGEST_TITLE = 120
LONGEST_NAME = 200  # of a conversation's id and an assessment's name, as in the tables
LONGEST_COMMENT = 2_000
LONGEST_REASON = 100
MOST_REASONS = 10
LONGEST_SEARCH = 200


class OwnedConversations:
    """Port `Conversations` for one owner, and all that the owner may do with what is kept.

    An id of somebody else's behaves like one that does not exist. Every method raises `StoreError` for what the
    database or the disk refuses.
    """

    def __init__(self, database: Database, owner: str, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._owner = owner
        self._clock = clock

    @property
    def teams(self) -> TeamAssessments:
        """The team assessments that this owner decided to keep."""
        return TeamAssessments(self._database, self._owner, self._clock)

    def turns(self, conversation: str) -> list[Turn]:
        """All turns of the conversation, oldest first; empty if it is new, and if it is not this owner's."""
        rows = self._database.read(
            lambda connection: connection.execute(
                sa.select(turns.c.n, turns.c.answer).join(conversations).where(self._mine(conversation)).order_by(turns.c.n)
            ).all()
        )
        return [stored_turn(row.n, row.answer) for row in rows]

    def keep(self, conversation: str, answer: Answer) -> Turn:
        """Store the answer as the next turn and return it with its number.

        An answer that was kept already is not stored again. Raises `StoreError` when the id cannot be used.
        """

        def work(connection: Connection) -> Turn:
            self._ensure(connection, conversation)
            if (kept := _already(connection, conversation, answer)) is not None:
                return kept
            last = connection.scalar(sa.select(sa.func.max(turns.c.n)).where(turns.c.conversation == conversation))
            n = (last or 0) + 1
            turn = Turn(n, answer.question, replace(answer, conversation=conversation, turn=n))
            connection.execute(turns.insert().values(turn_row(conversation, turn, stamp(self._clock()))))
            self._touch(connection, conversation, answer.question)
            return turn

        return self._database.write(work)

    def set_kept(self, conversation: str, kept: bool) -> None:
        """Say whether the conversation is to be kept; one that is not leaves the list, and is deleted after a day.

        The conversation need not have begun. Raises `StoreError` when the id cannot be used.
        """

        def work(connection: Connection) -> None:
            self._ensure(connection, conversation)
            connection.execute(conversations.update().where(self._mine(conversation)).values(kept=kept))

        self._database.write(work)

    def is_kept(self, conversation: str) -> bool:
        """False when the person said that this one is not to be kept."""
        found = self._database.read(lambda c: c.scalar(sa.select(conversations.c.kept).where(self._mine(conversation))))
        return found is not False

    def listing(self, search: str = "") -> list[ConversationSummary]:
        """Conversations that are kept, newest first; with `search`, those whose title or turns hold all its words."""
        held = sa.select(sa.func.count()).where(turns.c.conversation == conversations.c.id).scalar_subquery()
        wanted = [_holds(word) for word in folded(search[:LONGEST_SEARCH]).split()]
        rows = self._database.read(
            lambda connection: connection.execute(
                sa.select(conversations, held.label("held"))
                .where(self._mine(), conversations.c.kept, held > 0, *wanted)
                .order_by(conversations.c.position.desc(), conversations.c.id)
            ).all()
        )
        return [ConversationSummary(row.id, row.title, row.created, row.updated, row.held) for row in rows]

    def rename(self, conversation: str, title: str) -> str:
        """Give the conversation another title and return it as stored: one line of at most 120 characters.

        Raises `BadInput` for a title without a character that can be seen, `StoreError` for an unknown conversation.
        """
        line = one_line(title, LONGEST_TITLE)
        if not line:
            raise BadInput("A title needs at least one letter.", "Type a few words.")
        values = {"title": line, "folded": folded(line)}

        def work(connection: Connection) -> None:
            if not connection.execute(conversations.update().where(self._mine(conversation)).values(values)).rowcount:
                raise _unknown()

        self._database.write(work)
        return line

    def forget(self, conversation: str) -> Receipt:
        """Delete the conversation with its turns and feedback; an unknown one is gone already."""
        return erase(self._database, self._mine(conversation))

    def forget_everything(self) -> Receipt:
        """Delete everything of this owner, down to the bytes."""
        mine = (table.c.owner == self._owner for table in (assessments, team_assessments))
        return erase(self._database, self._mine(), *mine)

    def feedback(
        self, conversation: str, turn: int, verdict: Verdict, reasons: Sequence[str] = (), comment: str = ""
    ) -> Feedback:
        """Store what the person says about one answer, in place of what they said before.

        Raises `BadInput` for a verdict that is none or words that are too many, `StoreError` for an unknown answer.
        """
        given = Feedback(conversation, turn, verdict, tuple(reasons), comment, stamp(self._clock()))
        _check(given)

        def work(connection: Connection) -> None:
            turn_is_mine = sa.select(turns.c.n).join(conversations).where(self._mine(conversation), turns.c.n == turn)
            if connection.scalar(turn_is_mine.with_for_update()) is None:  # held, so that two clicks come one by one
                raise StoreError("There is no such answer.", "Reload the page and try again.")
            connection.execute(feedback.delete().where(self._said(conversation), feedback.c.turn == turn))
            row = {"reasons": json.dumps(given.reasons), "comment": storable(comment), "created": given.created}
            row |= {"owner": self._owner, "conversation": conversation, "verdict": verdict}
            connection.execute(feedback.insert().values(row | {"turn": turn}))

        self._database.write(work)
        return given

    def feedback_given(self, conversation: str | None = None) -> list[Feedback]:
        """What this owner said about answers, of one conversation or of all, in the order of the turns."""
        return self._database.read(lambda connection: self._feedback(connection, conversation))

    def save_assessment(self, name: str, body: Mapping[str, Any], kept: bool = False) -> None:
        """Store JSON under a name, in place of what was there; one that is not `kept` is deleted after seven days."""
        if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
            raise BadInput("An assessment needs a name of at most 200 characters.", "Choose another name.")
        row = {"body": json.dumps(plain(body)), "kept": kept, "updated": stamp(self._clock())}
        named = (assessments.c.owner == self._owner) & (assessments.c.name == name)

        def work(connection: Connection) -> None:
            if not connection.execute(assessments.update().where(named).values(row)).rowcount:
                connection.execute(assessments.insert().values(row | {"owner": self._owner, "name": name}))

        self._database.write(work)

    def assessments(self) -> list[Assessment]:
        """What was saved, the most recent first."""
        return self._database.read(self._assessments)

    def forget_assessment(self, name: str) -> Receipt:
        """Delete what was saved under the name; an unknown one is gone already."""
        return erase(self._database, None, (assessments.c.owner == self._owner) & (assessments.c.name == name))

    def export(self, format: Format = "json", conversation: str | None = None) -> str:
        """Everything that is held about this owner, or one conversation, for other programs or for reading.

        Raises `StoreError` for an unknown conversation, `BadInput` for another format.
        """
        if format not in get_args(Format):
            raise BadInput(f"Conversations are not exported as {one_line(format, 40)}.", "Choose json or markdown.")

        def work(connection: Connection) -> Exported:
            rows = connection.execute(
                sa.select(conversations).where(self._mine(conversation)).order_by(conversations.c.position)
            ).all()
            if conversation is not None and not rows:
                raise _unknown()
            return Exported(
                made=stamp(self._clock()),
                conversations=tuple(_heading(row) for row in rows),
                turns={row.id: _all_turns(connection, row.id) for row in rows},
                feedback=tuple(self._feedback(connection, conversation)),
                assessments=() if conversation is not None else tuple(self._assessments(connection)),
                teams=() if conversation is not None else tuple(kept_teams(connection, self._owner)),
            )

        exported = self._database.read(work)
        return as_json(exported) if format == "json" else as_markdown(exported)

    def _mine(self, conversation: str | None = None) -> ColumnElement[bool]:
        mine = conversations.c.owner == self._owner
        return mine if conversation is None else mine & (conversations.c.id == storable(conversation))

    def _said(self, conversation: str | None) -> ColumnElement[bool]:
        mine = feedback.c.owner == self._owner
        return mine if conversation is None else mine & (feedback.c.conversation == storable(conversation))

    def _ensure(self, connection: Connection, conversation: str) -> None:
        """Begin the conversation unless it has begun, and hold it until the transaction ends, so that turns are
        numbered one after the other. Raises `StoreError` when the id is somebody else's or cannot be one."""
        if not 0 < len(conversation) <= LONGEST_NAME or not conversation.isprintable():
            raise _unknown()
        same_id = sa.select(conversations.c.owner).where(conversations.c.id == conversation)
        owner = connection.scalar(same_id.with_for_update())
        if owner is not None:
            if owner != self._owner:
                raise _unknown()
            return
        at = stamp(self._clock())
        row = {"id": conversation, "owner": self._owner, "title": "", "folded": "", "created": at, "updated": at}
        connection.execute(conversations.insert().values(row | {"position": self._next(connection), "kept": True}))

    def _touch(self, connection: Connection, conversation: str, question: str) -> None:
        values = {"updated": stamp(self._clock()), "position": self._next(connection)}
        connection.execute(conversations.update().where(self._mine(conversation)).values(values))
        title = one_line(question, LONGEST_FIRST_TITLE) or "(no words)"
        untitled = self._mine(conversation) & (conversations.c.title == "")
        connection.execute(conversations.update().where(untitled).values(title=title, folded=folded(title)))

    def _next(self, connection: Connection) -> int:
        last = connection.scalar(sa.select(sa.func.max(conversations.c.position)).where(self._mine()))
        return (last or 0) + 1

    def _feedback(self, connection: Connection, conversation: str | None) -> list[Feedback]:
        rows = connection.execute(
            sa.select(feedback).where(self._said(conversation)).order_by(feedback.c.conversation, feedback.c.turn)
        ).all()
        return [
            Feedback(row.conversation, row.turn, row.verdict, tuple(stored_json(row.reasons)), row.comment, row.created)
            for row in rows
        ]

    def _assessments(self, connection: Connection) -> list[Assessment]:
        rows = connection.execute(
            sa.select(assessments)
            .where(assessments.c.owner == self._owner)
            .order_by(assessments.c.updated.desc(), assessments.c.name)
        ).all()
        return [Assessment(row.name, stored_json(row.body), row.kept, row.updated) for row in rows]


def _unknown() -> StoreError:
    return StoreError("There is no such conversation.", "Choose one from your list, or start a new one.")


def _holds(word: str) -> ColumnElement[bool]:
    here = turns.c.conversation == conversations.c.id
    in_turns = sa.exists().where(here, turns.c.folded.contains(word, autoescape=True))
    return conversations.c.folded.contains(word, autoescape=True) | in_turns


def _already(connection: Connection, conversation: str, answer: Answer) -> Turn | None:
    """The stored turn that this answer is, None when it is new."""
    if answer.turn < 1 or answer.conversation != conversation:
        return None
    same = sa.select(turns.c.answer).where(turns.c.conversation == conversation, turns.c.n == answer.turn)
    is_kept = connection.scalar(same) == as_stored(answer)
    return Turn(answer.turn, answer.question, answer) if is_kept else None


def _all_turns(connection: Connection, conversation: str) -> tuple[tuple[str, Turn], ...]:
    found = sa.select(turns.c.n, turns.c.answer, turns.c.created).where(turns.c.conversation == conversation)
    rows = connection.execute(found.order_by(turns.c.n)).all()
    return tuple((row.created, stored_turn(row.n, row.answer)) for row in rows)


def _heading(row: Row[Any]) -> dict[str, Any]:
    return {key: getattr(row, key) for key in ("id", "title", "created", "updated", "kept")}


def _check(given: Feedback) -> None:
    if given.verdict not in get_args(Verdict):
        raise BadInput("Feedback is either up or down.", "Choose one of the two.")
    if len(given.comment) > LONGEST_COMMENT:
        raise BadInput(f"A comment has at most {LONGEST_COMMENT:,} characters.", "Shorten it.")
    if len(given.reasons) > MOST_REASONS or any(len(reason) > LONGEST_REASON for reason in given.reasons):
        raise BadInput(f"At most {MOST_REASONS} reasons of {LONGEST_REASON} characters are taken.", "Choose fewer.")
