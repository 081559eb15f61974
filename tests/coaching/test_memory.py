"""Conversations that are kept in memory only."""

from __future__ import annotations

from app.coaching.memory import Memory
from app.coaching.model import Answer, Kind, Status


def an_answer(question: str) -> Answer:
    return Answer(question, Kind.EXPLAIN, Status.ANSWERED, ())


def test_a_new_conversation_is_empty() -> None:
    assert Memory().turns("c1") == []


def test_turns_are_numbered_from_one_and_come_oldest_first() -> None:
    memory = Memory()

    kept = [memory.keep("c1", an_answer("a?")), memory.keep("c1", an_answer("b?"))]

    assert memory.turns("c1") == kept
    assert [(t.n, t.question, t.answer.turn, t.answer.conversation) for t in kept] == [(1, "a?", 1, "c1"), (2, "b?", 2, "c1")]


def test_conversations_are_apart() -> None:
    memory = Memory()
    memory.keep("c1", an_answer("a?"))

    assert memory.turns("c2") == []
    assert memory.keep("c2", an_answer("b?")).n == 1


def test_what_was_given_out_cannot_change_what_is_kept() -> None:
    memory = Memory()
    memory.keep("c1", an_answer("a?"))

    memory.turns("c1").clear()

    assert len(memory.turns("c1")) == 1
