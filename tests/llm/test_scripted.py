"""The scripted model: what it was told, in order, and nothing more."""

from __future__ import annotations

import threading

import pytest

from app.coaching.model import Prompt, Usage
from app.coaching.ports import ChatModel
from app.errors import ModelTimeout
from app.llm.scripted import Line, ScriptedModel, ScriptRanOut

PROMPT = Prompt("system", "user", 10)


def test_replies_come_in_the_order_of_the_script():
    model: ChatModel = ScriptedModel(["One two.", ["Th", "ree."]])

    replies = [list(model.generate(PROMPT, threading.Event())) for _ in range(2)]

    assert replies == [["One ", "two."], ["Th", "ree."]]


def test_a_script_that_runs_out_is_an_error():
    model = ScriptedModel(["One."])
    model.generate(PROMPT, threading.Event())

    with pytest.raises(ScriptRanOut, match="prompt number 2"):
        model.generate(PROMPT, threading.Event())


def test_what_it_was_asked_is_kept():
    model = ScriptedModel(["One."])

    model.generate(PROMPT, threading.Event())

    assert model.prompts == [PROMPT]


def test_an_error_comes_after_the_pieces_before_it():
    pieces = iter(ScriptedModel([Line(("Half",), error=ModelTimeout("Silent."))]).generate(PROMPT, threading.Event()))
    assert next(pieces) == "Half"

    with pytest.raises(ModelTimeout, match="Silent"):
        next(pieces)


def test_a_hanging_reply_ends_with_the_stop_signal():
    stop = threading.Event()
    pieces = iter(ScriptedModel([Line(("Half",), hang=True)]).generate(PROMPT, stop))
    assert next(pieces) == "Half"
    threading.Timer(0.05, stop.set).start()

    assert list(pieces) == []


def test_stop_ends_it_between_two_pieces():
    stop = threading.Event()
    pieces = iter(ScriptedModel(["One two three."]).generate(PROMPT, stop))
    next(pieces)

    stop.set()

    assert list(pieces) == []


def test_usage_and_cut_are_those_of_the_script():
    reply = ScriptedModel([Line(("a", "b"), cut=True, usage=Usage(9, 8, 7))]).generate(PROMPT, threading.Event())

    assert "".join(reply) == "ab"
    assert reply.cut
    assert reply.usage == Usage(9, 8, 7)


def test_it_is_ready_unless_it_is_told_otherwise():
    assert ScriptedModel().ready
    assert not ScriptedModel(ready=False).ready
    assert ScriptedModel(ready=False).why_not_ready
