"""A language model that says what it was told to say: for demos, and for tests of everything around a model."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from threading import Event as StopSignal

from app.coaching.model import Prompt, Usage
from app.errors import ModelError


class ScriptRanOut(AssertionError):
    """The model was asked more often than its script foresees."""


@dataclass(frozen=True)
class Line:
    """One reply: its pieces, and what happens after them.

    `hang` waits for the stop signal, `error` is raised, `cut` says that the token limit ended the reply.
    """

    pieces: tuple[str, ...] = ()
    hang: bool = False
    error: ModelError | None = None
    cut: bool = False
    usage: Usage | None = None


@dataclass
class ScriptedReply:
    """A `Generation` of one line of the script."""

    line: Line
    stop: StopSignal
    usage: Usage = field(default_factory=Usage)
    cut: bool = False
    ahead: int = 0

    def __iter__(self) -> Iterator[str]:
        for written, piece in enumerate(self.line.pieces, 1):
            if self.stop.is_set():
                break
            self.usage = Usage(completion_tokens=written)
            yield piece
        if self.line.hang:
            self.stop.wait()
        if self.line.error is not None and not self.stop.is_set():
            raise self.line.error
        self.usage = self.line.usage or self.usage
        self.cut = self.line.cut


class ScriptedModel:
    """A `ChatModel` that answers each prompt with the next reply of its script.

    A reply is a text, which comes word by word, a list of pieces, an error to raise at once, or a `Line`. `prompts`
    keeps what it was asked. Raises `ScriptRanOut` when there is no reply left.
    """

    def __init__(
        self, replies: Sequence[str | Sequence[str] | ModelError | Line] = (), *, name: str = "scripted", ready: bool = True
    ) -> None:
        self.prompts: list[Prompt] = []
        self.ready = ready
        self.warming = False
        self.why_not_ready = "" if ready else "The scripted model was told not to be ready."
        self._name = name
        self._script = [_line(reply) for reply in replies]
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """The name that it was given."""
        return self._name

    def warm(self, *systems: str) -> None:
        """Nothing to do."""

    def generate(self, prompt: Prompt, stop: StopSignal) -> ScriptedReply:
        """The next reply of the script."""
        with self._lock:
            self.prompts.append(prompt)
            if not self._script:
                raise ScriptRanOut(f"The script has no reply for prompt number {len(self.prompts)}.")
            return ScriptedReply(self._script.pop(0), stop)

    def close(self) -> None:
        """Nothing to do."""


def _line(reply: str | Sequence[str] | ModelError | Line) -> Line:
    if isinstance(reply, Line):
        return reply
    if isinstance(reply, ModelError):
        return Line(error=reply)
    if isinstance(reply, str):
        return Line(tuple(reply.replace(" ", " \0").split("\0")) if reply else ())
    return Line(tuple(reply))
