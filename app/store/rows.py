"""Values as they lie in the tables, and back."""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, datetime
from typing import Any

from app.coaching.cleaning import clean_text
from app.coaching.model import Answer, Turn
from app.coaching.wire import answer_from_json, answer_json
from app.errors import BadInput, StoreError


def stamp(time: datetime) -> str:
    """The time in UTC to the second, in a form that sorts."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def folded(text: str) -> str:
    """The text as it is searched: without difference of case or width. Databases only know the case of a to z."""
    return unicodedata.normalize("NFKC", clean_text(text).text).casefold()


def storable(text: str) -> str:
    """The text without what no database takes: NUL, and halves of surrogate pairs."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def turn_row(conversation: str, turn: Turn, created: str) -> dict[str, Any]:
    """The row of a turn."""
    return {
        "conversation": conversation,
        "n": turn.n,
        "question": storable(turn.question),
        "answer": as_stored(turn.answer),
        "folded": folded(f"{turn.question}\n{turn.answer.text}"),
        "created": created,
    }


def as_stored(answer: Answer) -> str:
    """The answer as JSON, in ASCII: so it also holds what `storable` would take out."""
    return json.dumps(answer_json(answer))


def stored_turn(n: int, stored: str) -> Turn:
    """The turn of a row. Raises `StoreError` when it is damaged."""
    try:
        answer = answer_from_json(stored_json(stored))
    except BadInput as error:
        raise _damaged() from error
    return Turn(n, answer.question, answer)


def stored_json(stored: str) -> Any:  # Any: JSON
    """What a column of JSON holds. Raises `StoreError` when it is damaged."""
    try:
        return json.loads(stored)
    except ValueError as error:
        raise _damaged() from error


def _damaged() -> StoreError:
    return StoreError("A stored answer is damaged and cannot be read.", "Delete that conversation, or restore a backup.")
