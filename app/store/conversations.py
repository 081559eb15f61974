"""The store of conversations: opened once, and asked for the part of it that belongs to one person.

SQLAlchemy takes a quarter of a second to import, so it is imported where the store is opened.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from app.errors import StoreError
from app.store.records import Assessment, ConversationSummary, Feedback, KeptTeam, Receipt, Statistics, TeamSummary

if TYPE_CHECKING:
    from app.store.owned import OwnedConversations

__all__ = [
    "Assessment",
    "ConversationStore",
    "ConversationSummary",
    "Feedback",
    "KeptTeam",
    "Receipt",
    "Statistics",
    "TeamSummary",
    "new_owner_key",
]

UNKEPT_FOR = timedelta(days=1)  # since the last turn: the conversation that is not to be kept may still be open
DRAFTS_FOR = timedelta(days=7)


def new_owner_key() -> str:
    """A key that nobody can guess, for one browser; whoever shows it owns what was kept under it."""
    return secrets.token_urlsafe(32)


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


class ConversationStore:
    """Conversations, feedback and assessments of everybody, in a SQLite file or at an SQLAlchemy URL.

    May be shared by threads and by programs. Every method raises `StoreError` with one sentence and a hint when the
    disk is full, the file locked, damaged or read-only, or the database server gone.
    """

    def __init__(self, where: str | Path, *, clock: Callable[[], datetime] = now, wait_s: float = 5.0) -> None:
        """Open the store and make it if it is not there, its folder readable by this user only.

        `wait_s` is how long to wait for another program that is writing.
        """
        from app.store.database import Database

        self._clock = clock
        self._database = Database(where, wait_s)
        self._tidy_up()

    def for_owner(self, key: str) -> OwnedConversations:
        """What belongs to the browser that shows this key. Only a hash of the key is ever stored."""
        from app.store.owned import OwnedConversations

        if not key:
            raise StoreError("Nobody is named whose conversations these are.", "Reload the page.")
        # a plain hash: the key is 256 random bits, so there is no list of likely keys that a salt could spoil
        owner = hashlib.sha256(b"rolewise owner\0" + key.encode("utf-8", "surrogatepass")).hexdigest()
        return OwnedConversations(self._database, owner, self._clock)

    def sweep(self) -> Receipt:
        """Delete what was not to be kept: a day after its last turn, and half-finished assessments after a week."""
        from app.store.erasing import erase
        from app.store.rows import stamp
        from app.store.tables import assessments, conversations

        unkept, half = conversations.c.kept.is_(False), assessments.c.kept.is_(False)
        return erase(
            self._database,
            unkept & (conversations.c.updated < stamp(self._clock() - UNKEPT_FOR)),
            half & (assessments.c.updated < stamp(self._clock() - DRAFTS_FOR)),
        )

    def export_everything(self) -> str:
        """All that is kept of everybody on this machine, as one JSON object with one export per owner.

        For whoever runs the machine; a browser sees only its own through `for_owner`.
        """
        import json

        from app.store.counting import owners
        from app.store.owned import OwnedConversations

        exports = [OwnedConversations(self._database, owner, self._clock).export("json") for owner in owners(self._database)]
        return json.dumps({"format": "rolewise-export-all", "exports": [json.loads(e) for e in exports]}, ensure_ascii=False)

    def forget_all_owners(self) -> Receipt:
        """Delete everything of everybody on this machine, down to the bytes."""
        import sqlalchemy as sa

        from app.store.erasing import erase

        return erase(self._database, sa.true(), sa.true(), sa.true())

    def statistics(self) -> Statistics:
        """How much there is, without a word of it."""
        from app.store.counting import statistics

        return statistics(self._database)

    def check(self) -> None:
        """Read all of it once; raises `StoreError` when something is damaged."""
        self._database.check()

    def close(self) -> None:
        """Give the connections back."""
        self._database.close()

    def _tidy_up(self) -> None:
        # What is there can be read even from a full or read-only disk, so this alone does not stop the start.
        try:
            self._database.overwrite_what_was_left()
            self.sweep()
        except StoreError:
            pass
