"""One question, start to finish: `Coach.ask()` returns a `Reply`, which is both the stream and the whole answer."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace

from app.coaching import compose
from app.coaching.citing import SHIPPED, Citations
from app.coaching.cleaning import clean_text
from app.coaching.evidence import candidates
from app.coaching.model import (
    Answer,
    Certainty,
    Dropped,
    Event,
    Evidence,
    Fact,
    Finished,
    Hit,
    Kind,
    Line,
    Origin,
    Passage,
    Progress,
    Sentence,
    SentenceKind,
    SentenceReady,
    Source,
    SourcesFound,
    Status,
    Timings,
    Turn,
    Usage,
)
from app.coaching.ports import ChatModel, Conversations, Retriever, SupportChecker
from app.coaching.prompting import NOTHING, summary_prompt
from app.coaching.query import Query, understood, without_identity
from app.coaching.routing import Route, Router
from app.coaching.rules import FixedReply, Rules
from app.coaching.team.facts import FactFinder
from app.coaching.team.follow_up import FollowUp, follow_up
from app.coaching.team.plans import Plan, Told
from app.coaching.team.replies import Heard, Listener
from app.coaching.team.report import advice_json
from app.coaching.team.saying import follow_up_plan
from app.coaching.vocabulary import Vocabulary
from app.coaching.words import stems, words
from app.errors import BadInput, IndexProblem, ModelError, WeightsProblem

LONGEST_QUESTION = 20_000  # characters; above it nobody asks a question
READ = 4_000  # characters of a question that are used
PASSAGES = 8
SUMMARY = "summarise"
REPEATED = 0.75  # share of a sentence's content stems that was said before
# A question is not covered if the best sentence is farther than FAR, or farther than NEAR while most of its words are in no
# passage found. Set on the `dev` questions.
FAR = 0.36
NEAR = 0.52
KNOWN_WORDS = 0.5
# A question longer than PLAIN words describes a situation; from ON_POINT on a passage is known to answer just such a one.
PLAIN = 9
ON_POINT = 0.55
SENTENCE_END = re.compile(r"(?<=[.!?])[\"”)]*(?:\s+|$)|\n+")
# A marker that the model wrote itself: citations are computed, so it means nothing.
OWN_MARKER = re.compile(r"\s*\[[^\]\n]{0,20}\d[^\]\n]{0,20}\]")
LIST_MARK = re.compile(r"^\s*(?:\(?\d{1,2}[.):]|[-*•])\s*")
FINISHED = re.compile(r"[.!?][\"”)]*$")


@dataclass(frozen=True)
class TeamText:
    """A description of a team that the person gave."""

    name: str
    text: str


class Coach:
    """Answers questions from guidance. Holds no state of any person; safe to share between threads."""

    def __init__(
        self,
        *,
        rules: Rules,
        vocabulary: Vocabulary,
        router: Callable[[], Router],
        retriever: Retriever,
        checker: SupportChecker,
        finder: FactFinder,
        model: ChatModel | None,
        jobs: Callable[[], frozenset[str]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rules = rules
        self._vocabulary = vocabulary
        self._router = router
        self._retriever = retriever
        self._checker = checker
        self._listener = Listener(finder, rules.facts, vocabulary)
        self._model = model
        self._jobs = jobs
        self._clock = clock

    def ask(
        self,
        question: str,
        conversation: str,
        conversations: Conversations,
        *,
        documents: Sequence[TeamText] = (),
        told: Sequence[Fact] = (),
    ) -> Reply:
        """The reply to a question.

        `documents` describe the person's team; `told` are their corrections, which win. Raises BadInput for a question
        that cannot be one (empty, no letters, too long): nothing is stored.
        """
        asked = usable(question)
        return Reply(self, asked, conversation, conversations, tuple(documents), tuple(told))

    def _events(self, reply: Reply) -> Iterator[Event]:
        """The reply's events; called by `Reply` alone."""
        started = self._clock()
        turns = reply.conversations.turns(reply.conversation)
        draft = _Draft(reply.question, self._clock, started, reply.stopping)
        try:
            query = understood(reply.question, turns, self._vocabulary)
            known = self._listener.known((d.text for d in reply.documents), turns, reply.question, reply.told)
            draft.facts, draft.skipped = known.facts, known.skipped
            router = self._router()
            wanted = None if router.refuses(query, settled=known.last.settles) else self._follow_up(query, turns, known.last)
            if wanted is not None:
                draft.query = replace(query, text=wanted.opening, roles=wanted.roles)
                draft.route = Route(Kind.TEAM, None, 1.0)
                yield from self._followed(draft, wanted)
            else:
                draft.query, draft.route = query, self._routed(router, query, turns, reply, known.facts)
                if draft.route.reply is not None and not self._own_guidance_answers(draft.route.reply, query):
                    yield from self._fixed(draft.route.reply, draft)
                else:
                    yield from self._guided(draft, described=bool(reply.documents))
        except (IndexProblem, WeightsProblem) as error:
            before = len(draft.sentences)
            draft.fail(error)
            for sentence in draft.sentences[before:]:
                yield SentenceReady(sentence)
        except GeneratorExit:  # the reader has gone in mid-answer: what was shown is kept, as if it had been stopped
            if draft.sentences:
                reply.stop()
                reply.conversations.keep(reply.conversation, draft.answer(self._retriever.version))
            raise
        answer = draft.answer(self._retriever.version)
        turn = reply.conversations.keep(reply.conversation, answer)
        yield Finished(turn.answer)

    def _follow_up(self, query: Query, turns: Sequence[Turn], heard: Heard) -> FollowUp | None:
        return follow_up(query, turns, heard, self._rules.decisions)

    def _routed(self, router: Router, query: Query, turns: Sequence[Turn], reply: Reply, facts: Sequence[Fact]) -> Route:
        """Where the question goes; what asks for a look at the whole team that was described is about the team."""
        if router.refuses(query):  # by its own words, so the question before it has no say
            return router.route(replace(query, text=without_identity(query.asked) or query.asked), turns)
        whole = (reply.documents or facts) and not query.roles and compose.WHOLE_TEAM.search(query.asked)
        return Route(Kind.TEAM, None, 1.0) if whole else router.route(query, turns)

    def _followed(self, draft: _Draft, wanted: FollowUp) -> Iterator[Event]:
        """The answer to a turn that goes on with a team answer."""
        draft.use(follow_up_plan(wanted, self._rules.decisions, self._told(draft)), ())
        yield from self._shown(draft, draft.plan)

    def _told(self, draft: _Draft) -> Told:
        return Told(draft.facts, self._rules.facts, self._retriever.passage, self._vocabulary.name, draft.skipped)

    def _fixed(self, fixed: FixedReply, draft: _Draft) -> Iterator[Event]:
        courtesy = fixed.status is Status.ANSWERED
        draft.status = fixed.status
        said = [(fixed.say, SentenceKind.COURTESY)]
        if fixed.offer:
            said.append((fixed.offer, SentenceKind.COURTESY if courtesy else SentenceKind.SUGGESTION))
        if fixed.ask:
            said.append((fixed.ask, SentenceKind.QUESTION))
            draft.ask_back = fixed.ask
        draft.choices = fixed.choices
        for text, kind in said:
            yield draft.show(Sentence(text, kind, Origin.RULE))

    def _guided(self, draft: _Draft, *, described: bool) -> Iterator[Event]:
        query, kind = draft.query, draft.route.kind
        hits = self._search(query, kind)
        evidence = self._retriever.sentences(query.text, hits)
        known_team = kind in (Kind.TEAM, Kind.ABOUT_LAST) and bool(
            query.roles or described or compose.WHOLE_TEAM.search(query.asked)
        )
        if not known_team and not covered(query, hits, evidence):
            yield from self._fixed(self._rules.reply("not_covered"), draft)
            return
        ranked = candidates(query.text, kind, query.roles, hits, evidence, self._vocabulary)
        on_point = len(words(query.text)) > PLAIN and max((h.asked for h in hits), default=0.0) >= ON_POINT
        decisions = self._rules.decisions
        draft.use(compose.plan(kind, query, ranked, self._told(draft), decisions, on_point=on_point, described=described), hits)
        yield from self._shown(draft, draft.plan)

    def _shown(self, draft: _Draft, plan: Plan) -> Iterator[Event]:
        """Sources first, then the plan's sentences, its body in the model's words where it has earned that, then the question."""
        yield SourcesFound(draft.sources)
        draft.evidence_seen()
        for line in plan.lead:
            yield draft.show_line(line)
        by_model = yield from self._phrased(draft, plan)
        for line in () if by_model else plan.body:
            if draft.stopping.is_set():
                break
            if not draft.has_said(line.text):
                yield draft.show_line(line)
        if not draft.stopping.is_set():
            for line in plan.close:
                if not draft.has_said(line.text):
                    yield draft.show_line(line)
            if plan.ask:
                yield draft.show(Sentence(plan.ask, SentenceKind.QUESTION, Origin.RULE))

    def _own_guidance_answers(self, fixed: FixedReply, query: Query) -> bool:
        """Whether an organisation's own documents hold what the shipped guides are known not to."""
        if fixed.status is not Status.NOT_COVERED or fixed.id == "language":
            return False
        near = self._retriever.search(query.text, 3)
        return any(h.passage.collection != SHIPPED and h.similarity >= NEAR for h in near)

    def _search(self, query: Query, kind: Kind) -> list[Hit]:
        hits = self._retriever.search(query.text, PASSAGES)
        if kind is Kind.COMPARE:  # both sides must be there, whichever the words of the question favour
            seen = {h.passage.id for h in hits}
            for role in query.roles[:2]:
                name = self._vocabulary.name(role)
                hits += [h for h in self._retriever.search(f"what a {name} does", 3) if h.passage.id not in seen]
                seen = {h.passage.id for h in hits}
        return hits

    def _phrased(self, draft: _Draft, plan: Plan) -> Generator[Event, None, bool]:
        """Checked sentences of the model, if it has earned the job and is there; returns whether enough survived."""
        model = self._model
        if model is None or draft.route.kind not in (Kind.EXPLAIN, Kind.COMPARE) or draft.stopping.is_set():
            return False
        if SUMMARY not in self._jobs() or not plan.body:
            return False
        if not model.ready:
            draft.notices.append("The language model is still getting ready, so this answer is composed from the guidance alone.")
            return False
        evidence = [q for line in plan.body for q in line.quotes]
        passages = draft.passages()
        accepted = 0
        try:
            generation = model.generate(summary_prompt(draft.query.text, evidence), draft.stopping)
            draft.model = model.name
            yield Progress("The model is putting the evidence into words; each sentence is checked before it is shown.")
            buffer = SentenceBuffer()
            for piece in generation:
                if not piece and generation.ahead:
                    yield Progress(_queue(generation.ahead))
                for sentence in buffer.add(piece):
                    shown = self._checked(sentence, draft, passages)
                    if shown is not None:
                        accepted += 1
                        yield draft.show(shown)
            for sentence in buffer.rest():
                shown = self._checked(sentence, draft, passages)
                if shown is not None:
                    accepted += 1
                    yield draft.show(shown)
            draft.usage = generation.usage
        except ModelError as error:
            draft.notices.append(f"{error} {error.hint}".strip())
        return accepted >= 2 or (accepted >= 1 and len(plan.body) <= 2)

    def _checked(self, sentence: str, draft: _Draft, passages: Sequence[Passage]) -> Sentence | None:
        """The model's sentence with its citations, or None if no passage carries it or it repeats what was shown."""
        text = OWN_MARKER.sub("", LIST_MARK.sub("", clean_text(sentence).text)).strip()
        if not stems(text) or text.strip(". ").upper() == NOTHING:
            return None
        if draft.has_said(text):
            draft.dropped.append(Dropped(text, "it repeats what was shown"))
            return None
        verdict = self._checker.check(text, [" ".join(draft.citations.quotes[p.id]) for p in passages])
        if not verdict.supported:
            draft.dropped.append(Dropped(text, verdict.why))
            return None
        cites = tuple(draft.citations.numbers[passages[n - 1].id] for n in verdict.by)
        verbatim = any(text == quote for quotes in draft.citations.quotes.values() for quote in quotes)
        origin = Origin.GUIDE if verbatim else Origin.MODEL
        return Sentence(text, SentenceKind.ANSWER, origin, cites, support=round(verdict.score, 2))


class Reply:
    """One reply: iterate it for events, call `.answer()` for the finished answer. There is no second code path.

    It works in whichever thread iterates it; the turn is stored once, just before `Finished`.
    """

    def __init__(
        self,
        coach: Coach,
        question: str,
        conversation: str,
        conversations: Conversations,
        documents: tuple[TeamText, ...],
        told: tuple[Fact, ...],
    ) -> None:
        self.question = question
        self.conversation = conversation
        self.conversations = conversations
        self.documents = documents
        self.told = told
        self.stopping = threading.Event()
        self._running = coach._events(self)
        self._answer: Answer | None = None

    def __iter__(self) -> Iterator[Event]:
        for event in self._running:
            if isinstance(event, Finished):
                self._answer = event.answer
            yield event

    def answer(self) -> Answer:
        """The finished answer, after whatever is still to come."""
        for _ in self:
            pass
        if self._answer is None:
            raise RuntimeError("the reply ended without an answer; was it iterated by somebody who failed?")
        return self._answer

    def stop(self) -> None:
        """End early: what was shown is kept and stored, and the answer says that it was stopped."""
        self.stopping.set()


class _Draft:
    """An answer in the making: numbers its sources, keeps what was shown, dropped and noticed."""

    query: Query
    route: Route

    def __init__(self, question: str, clock: Callable[[], float], started: float, stopping: threading.Event) -> None:
        self.question = question
        self.stopping = stopping
        self.facts: Sequence[Fact] = ()
        self.skipped: frozenset[str] = frozenset()
        self.status = Status.ANSWERED
        self.sentences: list[Sentence] = []
        self.shown: list[str] = []
        self.sources: tuple[Source, ...] = ()
        self.citations = Citations()
        self.dropped: list[Dropped] = []
        self.notices: list[str] = []
        self.choices: tuple[str, ...] = ()
        self.ask_back = ""
        self.model = "none"
        self.usage = Usage()
        self.plan = Plan(Status.ANSWERED, ())
        self._clock = clock
        self._started = started
        self._evidence_ms = 0
        self._first_ms = 0

    def use(self, plan: Plan, hits: Sequence[Hit]) -> None:
        """Take a plan: its passages become the numbered sources, in the order in which they are first cited."""
        self.plan = plan
        if plan.decided is not None:
            self.route = replace(self.route, kind=Kind.TEAM)
        self.status = plan.status
        self.ask_back, self.choices = plan.ask, plan.choices
        scores = {h.passage.id: h.score for h in hits}
        for line in plan.lines:
            self.citations.cite(line.passage, line.quotes)
        self.sources = self.citations.sources(scores)

    def passages(self) -> list[Passage]:
        """The passages of the sources, in the order of their numbers."""
        return list(self.citations.passages.values())

    def evidence_seen(self) -> None:
        """Note that the evidence is on the screen."""
        self._evidence_ms = self._elapsed()

    def show_line(self, line: Line) -> SentenceReady:
        """Show a composed line with its citation."""
        cites = (self.citations.numbers[line.passage.id],) if line.passage else ()
        support = 1.0 if line.origin is Origin.GUIDE else None
        return self.show(Sentence(line.text, line.kind, line.origin, cites, line.facts, support))

    def show(self, sentence: Sentence) -> SentenceReady:
        """Show a sentence."""
        if not self.sentences:
            self._first_ms = self._elapsed()
        self.sentences.append(sentence)
        self.shown.append(sentence.text)
        return SentenceReady(sentence)

    def has_said(self, text: str) -> bool:
        """Whether what was shown says three quarters of these words already."""
        own = set(stems(text))
        return any(len(own & set(stems(s))) > REPEATED * len(own) for s in self.shown)

    def fail(self, error: IndexProblem | WeightsProblem) -> None:
        """Turn into an answer that says what is missing and how to mend it."""
        self.status = Status.FAILED
        self.sentences.append(Sentence(str(error), SentenceKind.COURTESY, Origin.RULE))
        if error.hint:
            self.sentences.append(Sentence(error.hint, SentenceKind.SUGGESTION, Origin.RULE))

    def answer(self, index_version: str) -> Answer:
        """The finished answer, not yet numbered as a turn."""
        decided = self.plan.decided
        query = getattr(self, "query", None)
        route = getattr(self, "route", None)
        kind = route.kind if route else Kind.EXPLAIN
        advice = None
        if decided:
            advice = advice_json(decided.recommendations, self.facts, decided.flips, decided.asks, self.citations.numbers)
        return Answer(
            question=self.question,
            kind=kind,
            status=self.status,
            sentences=tuple(self.sentences),
            sources=self.sources,
            ask_back=self.ask_back,
            choices=self.choices,
            understood=tuple(f for f in self.facts if f.certainty is not Certainty.UNKNOWN),
            advice=advice,
            dropped=tuple(self.dropped),
            timings=Timings(self._evidence_ms, self._first_ms, self._elapsed()),
            usage=self.usage,
            model=self.model,
            index_version=index_version,
            stopped=self.stopping.is_set(),
            notices=tuple(self.notices),
            subject=query.roles if query else (),
        )

    def _elapsed(self) -> int:
        return round(1000 * (self._clock() - self._started))


def usable(question: str) -> str:
    """The question as it is answered and stored: cleaned of what cannot be seen.

    Raises BadInput if it is empty, holds no letter, or is longer than 20,000 characters.
    """
    if len(question) > LONGEST_QUESTION:
        raise BadInput(
            f"The question has {len(question):,} characters; at most {LONGEST_QUESTION:,} can be read.",
            "Ask it in a few sentences, and add a longer text as a team description.",
        )
    text = clean_text(question).text.strip()
    if not text:
        raise BadInput("The question is empty.", "Type a question about product, project or delivery roles.")
    if not any(c.isalpha() for c in text):
        raise BadInput("The question holds no words.", "Type it in a sentence.")
    return text


def covered(query: Query, hits: Sequence[Hit], evidence: Sequence[Evidence]) -> bool:
    """Whether the guidance holds an answer: some sentence is near, and the question's words are not all foreign to it."""
    if not hits or not evidence:
        return False
    best = max(max(e.score for e in evidence), max(h.asked for h in hits))
    if best < FAR:
        return False
    asked = set(stems(query.text))
    held = {s for h in hits for s in stems(f"{h.passage.title} {h.passage.section} {h.passage.text}")}
    known = len(asked & held) / len(asked) if asked else 0.0
    return best >= NEAR or known >= KNOWN_WORDS


class SentenceBuffer:
    """Collects a stream's pieces and gives back each sentence once it is complete."""

    def __init__(self) -> None:
        self._text = ""

    def add(self, piece: str) -> Iterator[str]:
        """The sentences that `piece` completes."""
        self._text += piece
        while match := SENTENCE_END.search(self._text):
            if match.end() == len(self._text) and "\n" not in match[0]:
                break  # the next piece may go on without a space, as in "3.5"
            sentence, self._text = self._text[: match.end()].strip(), self._text[match.end() :]
            if sentence:
                yield sentence

    def rest(self) -> Iterator[str]:
        """The last sentence, unless the token limit or the person cut it off before its full stop."""
        rest, self._text = self._text.strip(), ""
        if FINISHED.search(rest):
            yield rest


def _queue(ahead: int) -> str:
    return "One question is ahead of yours." if ahead == 1 else f"{ahead} questions are ahead of yours."
