"""The nouns of the service: frozen values that every part speaks in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What kind of question was asked."""

    EXPLAIN = "explain"
    COMPARE = "compare"
    TEAM = "team"
    FIT = "fit"
    STEP = "step"
    ABOUT_LAST = "about_last"
    COURTESY = "courtesy"
    OUT_OF_SCOPE = "out_of_scope"
    SIGNPOST = "signpost"
    DECLINED = "declined"


class Status(StrEnum):
    """How a question ended: one enum for screen, logs, metrics and evals."""

    ANSWERED = "answered"
    PARTLY_ANSWERED = "partly_answered"
    NEEDS_FACTS = "needs_facts"
    NOT_COVERED = "not_covered"
    OUT_OF_SCOPE = "out_of_scope"
    SIGNPOST = "signpost"
    DECLINED = "declined"
    FAILED = "failed"


class SentenceKind(StrEnum):
    """What a shown sentence is for."""

    ANSWER = "answer"
    REASON = "reason"
    CONDITION = "condition"
    CONTEXT = "context"
    SUGGESTION = "suggestion"
    QUESTION = "question"
    COURTESY = "courtesy"


class Origin(StrEnum):
    """Who wrote a shown sentence."""

    GUIDE = "guide"
    RULE = "rule"
    MODEL = "model"
    PERSON = "person"


class Certainty(StrEnum):
    """How a fact came to be believed; `TOLD` means set by the person and wins over all."""

    STATED = "stated"
    INFERRED = "inferred"
    TOLD = "told"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Reference:
    """A work that a guide rests on."""

    title: str
    publisher: str
    url: str
    licence: str


@dataclass(frozen=True)
class Passage:
    """One section of a guide, as it is indexed and quoted.

    `id` is `document#section-slug`. `sentences` are verbatim substrings of the guide file, in order; `text` is the
    section's plain text. `collection` says whose it is (`shipped` or the name of an organisation's own). `questions` are
    some that it answers, in people's words: looked up, never shown.
    """

    id: str
    document: str
    collection: str
    title: str
    section: str
    text: str
    sentences: tuple[str, ...]
    kind: str
    roles: tuple[str, ...]
    stance: str
    reviewed: str
    references: tuple[Reference, ...] = ()
    questions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hit:
    """A passage that retrieval found: fused score in 0..1 and its 1-based rank in each list (None: not in it).

    `similarity` is the cosine of query and passage, `asked` that of the query and the nearest of the passage's questions.
    """

    passage: Passage
    score: float
    dense_rank: int | None
    lexical_rank: int | None
    similarity: float = 0.0
    asked: float = 0.0


@dataclass(frozen=True)
class Evidence:
    """One sentence of one passage, with its cosine similarity to the question (-1..1)."""

    passage: Passage
    sentence: str
    score: float


@dataclass(frozen=True)
class Quote:
    """Words of a person's document, verbatim, with character offsets into its text."""

    text: str
    start: int
    end: int


FactValue = int | bool | str | tuple[str, ...] | None


@dataclass(frozen=True)
class Fact:
    """Something that is believed about the person's team; `follows_from` names the facts that it was derived from by rule."""

    id: str
    value: FactValue
    certainty: Certainty = Certainty.STATED
    quotes: tuple[Quote, ...] = ()
    follows_from: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sentence:
    """One shown sentence. `cites` are the numbers of sources; `support` in 0..1, None where there is nothing to check."""

    text: str
    kind: SentenceKind
    origin: Origin
    cites: tuple[int, ...] = ()
    facts: tuple[str, ...] = ()
    support: float | None = None


@dataclass(frozen=True)
class Line:
    """A sentence to show: `passage` and `quotes` are what it rests on (None: a suggestion, question or courtesy)."""

    text: str
    kind: SentenceKind
    origin: Origin
    passage: Passage | None = None
    quotes: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """A cited passage as it stood when it was cited: a snapshot, so that old answers stay readable."""

    n: int
    passage: str
    document: str
    collection: str
    title: str
    section: str
    publisher: str
    url: str
    licence: str
    reviewed: str
    quote: str
    text: str
    score: float
    references: tuple[Reference, ...] = ()


@dataclass(frozen=True)
class Dropped:
    """A sentence of the model that was not shown, and why."""

    text: str
    why: str


@dataclass(frozen=True)
class Timings:
    """Milliseconds since the question arrived."""

    evidence_ms: int = 0
    first_sentence_ms: int = 0
    total_ms: int = 0


@dataclass(frozen=True)
class Usage:
    """Tokens that a language model read and wrote for one answer."""

    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True)
class Answer:
    """A finished answer: everything that screen, command line, store and evals need."""

    question: str
    kind: Kind
    status: Status
    sentences: tuple[Sentence, ...]
    sources: tuple[Source, ...] = ()
    ask_back: str = ""
    choices: tuple[str, ...] = ()
    understood: tuple[Fact, ...] = ()
    advice: Mapping[str, Any] | None = None  # JSON of section "rolewise team": shaped there, carried here
    dropped: tuple[Dropped, ...] = ()
    timings: Timings = field(default_factory=Timings)
    usage: Usage = field(default_factory=Usage)
    model: str = "none"
    index_version: str = ""
    conversation: str = ""
    turn: int = 0
    stopped: bool = False
    notices: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The answer as one text, each cited sentence followed by its [n] markers."""
        return " ".join(marked(sentence) for sentence in self.sentences)


def marked(sentence: Sentence) -> str:
    """The sentence followed by its citation markers, as in `It decides what is worth building. [1][2]`."""
    markers = "".join(f"[{n}]" for n in sentence.cites)
    return f"{sentence.text} {markers}".rstrip()


@dataclass(frozen=True)
class Turn:
    """One question and its answer within a conversation; `n` counts from 1."""

    n: int
    question: str
    answer: Answer


@dataclass(frozen=True)
class Prompt:
    """What is sent to a language model. `system` never changes, so that a prompt cache serves it."""

    system: str
    user: str
    max_tokens: int


# Events of a reply, in the order in which they come.


@dataclass(frozen=True)
class SourcesFound:
    """Evidence is there: shown at once, before any sentence is phrased."""

    sources: tuple[Source, ...]


@dataclass(frozen=True)
class SentenceReady:
    """A checked sentence."""

    sentence: Sentence


@dataclass(frozen=True)
class Progress:
    """What is being waited for, in words."""

    text: str


@dataclass(frozen=True)
class Finished:
    """The whole answer; the last event."""

    answer: Answer


Event = SourcesFound | SentenceReady | Progress | Finished
