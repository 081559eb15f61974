"""A streamed reply: pieces in order, stopped and abandoned at once, errors handed to the reader."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest

from app.coaching.model import Prompt, Usage
from app.errors import ModelBroken
from app.llm.streaming import Background, StreamedReply, aside, whole_time


@pytest.fixture
def background() -> Iterator[Background]:
    loop = Background()
    yield loop
    loop.close()


async def two_words(reply: StreamedReply) -> None:
    reply.put("two ")
    await asyncio.sleep(0)
    reply.put("words")


class Endless:
    """Says one word and then nothing; knows whether it was cancelled."""

    def __init__(self) -> None:
        self.cancelled = threading.Event()

    async def __call__(self, reply: StreamedReply) -> None:
        reply.put("word")
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            self.cancelled.set()
            raise


def test_pieces_come_in_order(background: Background):
    assert list(StreamedReply(background, threading.Event(), two_words)) == ["two ", "words"]


def test_a_reply_can_be_read_once(background: Background):
    reply = StreamedReply(background, threading.Event(), two_words)

    assert "".join(reply) == "two words"
    assert "".join(reply) == ""


def test_stop_cancels_what_produces_the_reply(background: Background):
    stop, endless = threading.Event(), Endless()
    reply = StreamedReply(background, stop, endless)
    pieces = iter(reply)
    assert next(pieces) == "word"

    stop.set()

    assert list(pieces) == []
    assert endless.cancelled.wait(1)
    assert reply.usage == Usage(completion_tokens=1)


def test_a_reader_who_walks_away_cancels_it_too(background: Background):
    endless = Endless()

    for _ in StreamedReply(background, threading.Event(), endless):
        break

    assert endless.cancelled.wait(1)


def test_a_reply_nobody_reads_runs_to_its_end(background: Background):
    done = threading.Event()

    async def produce(reply: StreamedReply) -> None:
        await two_words(reply)
        done.set()

    StreamedReply(background, threading.Event(), produce)

    assert done.wait(1)


def test_an_error_reaches_the_reader_after_the_pieces_before_it(background: Background):
    async def produce(reply: StreamedReply) -> None:
        reply.put("half")
        raise ModelBroken("It broke off.")

    pieces = iter(StreamedReply(background, threading.Event(), produce))

    assert next(pieces) == "half"
    with pytest.raises(ModelBroken, match="broke off"):
        next(pieces)


def test_a_waiting_reader_hears_of_each_change_in_the_queue(background: Background):
    async def produce(reply: StreamedReply) -> None:
        for ahead in (2, 2, 1):
            reply.wait_behind(ahead)
        await two_words(reply)

    assert list(StreamedReply(background, threading.Event(), produce)) == ["", "", "two ", "words"]


def test_closing_ends_every_reply_without_an_error():
    background = Background()
    endless = Endless()
    pieces = iter(StreamedReply(background, threading.Event(), endless))
    assert next(pieces) == "word"

    background.close()

    assert list(pieces) == []
    assert endless.cancelled.is_set()


def test_blocking_work_aside_gives_its_result_or_its_error(background: Background):
    async def produce(reply: StreamedReply) -> None:
        reply.put(await aside(lambda: "done"))
        await aside(lambda: 1 // 0)

    pieces = iter(StreamedReply(background, threading.Event(), produce))

    assert next(pieces) == "done"
    with pytest.raises(ZeroDivisionError):
        next(pieces)


def test_stop_does_not_wait_for_blocking_work(background: Background):
    stop, release = threading.Event(), threading.Event()

    async def produce(reply: StreamedReply) -> None:
        await aside(release.wait)

    reply = StreamedReply(background, stop, produce)
    started = time.monotonic()
    stop.set()

    assert list(reply) == []
    assert time.monotonic() - started < 1
    release.set()


def test_a_reply_that_trickles_is_given_up_in_the_end():
    assert whole_time(Prompt("", "", max_tokens=200), silence=60) == 160
