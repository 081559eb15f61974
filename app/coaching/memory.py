"""Conversations that are kept in memory only: for batches, evals and tests."""

from __future__ import annotations

from dataclasses import replace

from app.coaching.model import Answer, Turn


class Memory:
    """Implements the port `Conversations`; forgets everything with the object."""

    def __init__(self) -> None:
        self._turns: dict[str, list[Turn]] = {}

    def turns(self, conversation: str) -> list[Turn]:
        """All turns of the conversation, oldest first."""
        return list(self._turns.get(conversation, []))

    def keep(self, conversation: str, answer: Answer) -> Turn:
        """Append the answer as the next turn."""
        turns = self._turns.setdefault(conversation, [])
        turn = Turn(len(turns) + 1, answer.question, replace(answer, conversation=conversation, turn=len(turns) + 1))
        turns.append(turn)
        return turn
