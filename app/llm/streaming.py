"""A model's running reply: LangChain's stream is read in the background and handed out piece by piece.

The stream is read by an event loop in a thread of its own, because only a cancelled task closes its connection at
once: a stop is honoured while the model still reads the prompt, and a slow reader does not hold up the queue.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from threading import Event as StopSignal
from typing import TYPE_CHECKING, Any, TypeVar

from app.coaching.model import Prompt, Usage

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessageChunk, BaseMessage

TICK = 0.05  # seconds between two looks at the stop signal

# What providers call the reason why a reply ended, and the reasons that stand for the token limit and for a filter.
_REASONS = ("finish_reason", "stop_reason", "done_reason")
_CUT = {"length", "max_tokens", "model_length"}
_WITHHELD = {"content_filter", "safety", "refusal", "recitation", "prohibited_content", "blocklist", "spii"}

T = TypeVar("T")


class Withheld(Exception):
    """The provider's filter ended the reply."""


class Unfinished(Exception):
    """The stream ended without saying that it was at its end."""


class Background:
    """An event loop in a daemon thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="model streams", daemon=True)
        self._thread.start()

    def submit(self, work: Coroutine[Any, Any, None]) -> None:
        """Run the coroutine; it must see to its own errors."""
        asyncio.run_coroutine_threadsafe(work, self._loop)

    def close(self) -> None:
        """Cancel what runs and end the thread."""
        if self._loop.is_closed():
            return
        asyncio.run_coroutine_threadsafe(_cancel_the_others(), self._loop).result(timeout=5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        self._loop.close()


async def _cancel_the_others() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


class StreamedReply:
    """A `Generation`: iterate it for pieces of text.

    `ahead` says how many questions wait or run before this one; while there are any the pieces are empty, one for
    each change of `ahead`, so that a reader can tell the person. `usage` and `cut` are final when it is exhausted.
    """

    def __init__(self, background: Background, stop: StopSignal, produce: Callable[[StreamedReply], Awaitable[None]]) -> None:
        self.usage = Usage()
        self.cut = False
        self.ahead = 0
        self.started = False
        self._written = 0
        self._stop = stop
        self._abandoned = threading.Event()
        self._pieces: queue.SimpleQueue[str | BaseException | None] = queue.SimpleQueue()
        background.submit(self._drive(produce))

    def __iter__(self) -> Iterator[str]:
        try:
            while not self._abandoned.is_set():
                piece = self._pieces.get()
                if piece is None:
                    return
                if isinstance(piece, BaseException):
                    raise piece
                yield piece
        finally:
            self._abandoned.set()

    def put(self, text: str) -> None:
        """Hand a piece of the reply to the reader."""
        self.started = True
        self._written += 1
        self._pieces.put(text)

    def wait_behind(self, ahead: int) -> None:
        """Let the reader know its place in the queue."""
        if ahead != self.ahead:
            self.ahead = ahead
            self._pieces.put("")

    async def _drive(self, produce: Callable[[StreamedReply], Awaitable[None]]) -> None:
        end: BaseException | None = None
        work = asyncio.ensure_future(produce(self))
        try:
            while not work.done() and not self._stop.is_set() and not self._abandoned.is_set():
                await asyncio.wait({work}, timeout=TICK)
            if not work.done():
                work.cancel()
                await asyncio.wait({work}, timeout=1)
            elif not work.cancelled():
                end = work.exception()
        except asyncio.CancelledError:  # the model is being closed
            work.cancel()
            raise
        finally:
            if not self.usage.completion_tokens:  # stopped before the model told: nearly every piece is one token
                self.usage = replace(self.usage, completion_tokens=self._written)
            self._pieces.put(end)


async def relay(
    model: BaseChatModel, messages: Sequence[BaseMessage], reply: StreamedReply, *, silence: float, whole: float
) -> None:
    """Send the messages and hand what comes back to the reply.

    Raises `TimeoutError` after `silence` seconds in which nothing arrives or `whole` seconds in all, and otherwise
    whatever the provider's library raises.
    """
    from langsmith import tracing_context

    clock = asyncio.get_running_loop().time
    latest = clock() + whole
    reason, needs_reason = "", type(model).__module__.startswith("langchain_openai")
    with tracing_context(enabled=False):  # nothing of a conversation goes to a tracing service
        async with asyncio.timeout(min(silence, whole)) as patience:
            stream = model.astream(list(messages))
            async with aclosing(stream) as chunks:  # type: ignore[type-var]  # declared as an iterator, is a generator
                async for chunk in chunks:
                    patience.reschedule(min(clock() + silence, latest))
                    if text := _text(chunk):
                        reply.put(text)
                    reply.usage = _usage(chunk, reply.usage)
                    reason = _reason(chunk.response_metadata) or reason
    reply.cut = reason in _CUT
    if reason in _WITHHELD:
        raise Withheld
    if needs_reason and not reason:
        raise Unfinished


def whole_time(prompt: Prompt, silence: float) -> float:
    """Seconds after which a reply is given up though it still trickles: less than two tokens a second."""
    return silence + prompt.max_tokens / 2


def chat_messages(prompt: Prompt, neutral: Callable[[str], str] = str) -> list[BaseMessage]:
    """The prompt as messages, its texts passed through `neutral`."""
    from langchain_core.messages import HumanMessage, SystemMessage

    messages: list[BaseMessage] = [HumanMessage(neutral(prompt.user))]
    return [SystemMessage(neutral(prompt.system)), *messages] if prompt.system else messages


def capped(model: BaseChatModel, tokens: int) -> BaseChatModel:
    """The model with its output limit set, under whatever name its class has for that."""
    for limit in ("max_tokens", "max_output_tokens", "num_predict", "max_new_tokens"):
        if limit in type(model).model_fields:
            return model.model_copy(update={limit: tokens})
    return model


async def aside(work: Callable[[], T]) -> T:
    """The result of blocking work, done in a daemon thread: it does not keep the interpreter from ending."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]  # T may be None

    def run() -> None:
        try:
            result, error = work(), None
        except Exception as raised:
            result, error = None, raised
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=run, daemon=True).start()
    return await done


def _text(chunk: AIMessageChunk) -> str:
    content = chunk.content
    if isinstance(content, str):
        return content
    return "".join(block if isinstance(block, str) else str(block.get("text", "")) for block in content)


def _usage(chunk: AIMessageChunk, before: Usage) -> Usage:
    """Token counts so far: some providers send them whole at the end, some in parts."""
    usage = chunk.usage_metadata
    if not usage:
        return before
    cached = usage.get("input_token_details", {}).get("cache_read") or 0
    return Usage(
        prompt_tokens=max(before.prompt_tokens, usage["input_tokens"]),
        cached_tokens=max(before.cached_tokens, cached),
        completion_tokens=max(before.completion_tokens, usage["output_tokens"]),
    )


def _reason(metadata: Mapping[str, Any]) -> str:
    """Why the reply ended, in small letters; empty while it goes on. `Any`: providers put what they like there."""
    return next((str(metadata[key]).lower() for key in _REASONS if metadata.get(key)), "")
