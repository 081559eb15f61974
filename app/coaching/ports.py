"""What the core asks of the world: protocols small enough to fake by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from threading import Event as StopSignal
from typing import Protocol

import numpy as np
import numpy.typing as npt

from app.coaching.model import Answer, Evidence, Hit, Passage, Prompt, Turn, Usage

Vectors = npt.NDArray[np.float32]


class Encoder(Protocol):
    """Turns texts into unit vectors."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row of length-1 float32 per text, shape (len(texts), dimension)."""
        ...


class Retriever(Protocol):
    """Finds passages, and the sentences of passages, that speak to a question."""

    @property
    def version(self) -> str:
        """Name of the index version that answers."""
        ...

    def search(self, query: str, limit: int) -> list[Hit]:
        """At most `limit` passages, best first."""
        ...

    def sentences(self, query: str, hits: Sequence[Hit]) -> list[Evidence]:
        """Every sentence of the hits with its cosine similarity to the query, best first."""
        ...

    def passage(self, passage_id: str) -> Passage | None:
        """The passage of that id, None if the index does not hold it."""
        ...


class StatementReader(Protocol):
    """Says what a statement of a description speaks of, learned from labelled statements."""

    def read(self, statements: Sequence[str]) -> list[Mapping[str, float]]:
        """For each statement the confidence (0..1) of every label that is not negligible.

        Labels are `deadline=contract` for a value of a fact, `team_size` for a count that is to be read off the words,
        `priorities_owner=someone` for an owner who is named, `duty:risks` and `state:unowned`. At 0.5 a label is as likely
        as not, from `SURE` on it is right in about 95 of 100.
        """
        ...


class Generation(Iterable[str], Protocol):
    """A model's running reply: iterate it for pieces of text; `usage` and `cut` are final when it is exhausted.

    While it waits for its turn it gives empty pieces, one for each change of `ahead`, the questions before this one.
    """

    usage: Usage
    cut: bool
    ahead: int

    def __iter__(self) -> Iterator[str]: ...


class ChatModel(Protocol):
    """A language model."""

    @property
    def name(self) -> str:
        """Name for answers, logs and cards, such as `qwen2.5-coder-1.5b-instruct-q4_k_m`."""
        ...

    @property
    def ready(self) -> bool:
        """Whether it can start on a prompt now; while it warms up answers are composed."""
        ...

    @property
    def why_not_ready(self) -> str:
        """What is being waited for or went wrong, in one sentence; empty when it is ready."""
        ...

    @property
    def warming(self) -> bool:
        """Whether it is on its way to being ready."""
        ...

    def warm(self, *systems: str) -> None:
        """Begin to get ready in the background, and to read the fixed instructions `systems`; returns at once."""
        ...

    def close(self) -> None:
        """Let the model go."""
        ...

    def generate(self, prompt: Prompt, stop: StopSignal) -> Generation:
        """Start on the prompt; setting `stop` ends it within a second.

        Raises a `ModelError` for every expected failure, here or while iterating.
        """
        ...


class Support(Protocol):
    """What a checker says of one sentence."""

    @property
    def supported(self) -> bool: ...
    @property
    def score(self) -> float: ...
    @property
    def by(self) -> tuple[int, ...]: ...
    @property
    def why(self) -> str: ...


class SupportChecker(Protocol):
    """Says whether passages carry a sentence."""

    def check(self, sentence: str, passages: Sequence[str]) -> Support:
        """`by` holds the 1-based numbers of the passages that carry it."""
        ...


class Conversations(Protocol):
    """Where turns are kept."""

    def turns(self, conversation: str) -> list[Turn]:
        """All turns of the conversation, oldest first; empty if it is new."""
        ...

    def keep(self, conversation: str, answer: Answer) -> Turn:
        """Store the answer as the next turn and return it with its number."""
        ...
