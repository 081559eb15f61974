"""What is judged and what judges: the opened service, and the things that a scorer needs."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from app.coaching import prompting
from app.coaching.coach import Coach, TeamText
from app.coaching.memory import Memory
from app.coaching.model import Answer
from app.coaching.ports import ChatModel, Encoder, SupportChecker
from app.coaching.query import understood
from app.coaching.team.advisor import Advisor
from app.coaching.vocabulary import Vocabulary
from app.errors import BadInput, CorpusError, IndexMismatch, IndexMissing, ModelUnavailable
from app.knowledge.corpus import Document, read_guides
from app.wiring import Service

if TYPE_CHECKING:
    from evals.tutorial import Tutorial

WARM_UP = ("What is a portfolio manager?", "What is the difference between a tech lead and a scrum master?")
PATIENCE = 120.0  # seconds for the language model to get ready
CLAIM_WARM_UP = ("A portfolio manager picks programmes.", ["A portfolio manager chooses which programmes are begun."])
TEAM_WARM_UP = "We are six people in one office and release every week."
TEAM_FILE = "team.txt"  # plain, so that nothing which is hidden in a text is left out with its markup
HERE = "evals"  # the conversation in which a case is asked; each case has a memory of its own


@dataclass(frozen=True)
class Guides:
    """The guides as they stand in their files: `texts` maps a document to its text with white space made even."""

    documents: tuple[Document, ...]
    texts: Mapping[str, str]

    @property
    def passages(self) -> frozenset[str]:
        """Ids of every passage."""
        return frozenset(p.id for d in self.documents for p in d.passages)


@dataclass(frozen=True)
class Bench:
    """What scorers judge with."""

    encoder: Encoder
    vocabulary: Vocabulary
    guides: Guides


class Subject:
    """The service under judgement. Nothing of it is replaced, but for conversations, which are kept in memory."""

    def __init__(self, service: Service, tutorial: Callable[[ChatModel], Tutorial]) -> None:
        self.service = service
        self._make_tutorial = tutorial

    @cached_property
    def composed(self) -> Coach:
        """The same coach without a model: for the turns before the one that counts."""
        s = self.service
        return Coach(
            rules=s.rules,
            vocabulary=s.vocabulary,
            router=s.router,
            retriever=s.retriever,
            checker=s.checker,
            finder=s.finder,
            model=None,
            jobs=frozenset,
        )

    @cached_property
    def tutorial(self) -> Tutorial:
        """The plain pipeline with the same model. Raises BadInput where there is none, ModelUnavailable if it is not ready."""
        if self.service.model is None:
            raise BadInput("The tutorial pipeline needs a model.", "Name one: --model embedded, or leave out --tutorial.")
        wait_for_model(self.service.model)
        return self._make_tutorial(self.service.model)

    @cached_property
    def advisor(self) -> Advisor:
        """The advisor on teams, after a description that is no case, so that no case pays for what is loaded once."""
        self.service.advisor.advise(TEAM_WARM_UP)
        return self.service.advisor

    @cached_property
    def checker(self) -> SupportChecker:
        """The checker of sentences, after a claim that is no case."""
        self.service.checker.check(*CLAIM_WARM_UP)
        return self.service.checker

    def warm_up(self) -> None:
        """Ask what no case asks, so that the first case does not pay for what is loaded once."""
        for question in WARM_UP:
            self.asked([question])

    def close(self) -> None:
        """Remove what was made for the comparison."""
        if "tutorial" in self.__dict__:
            self.tutorial.close()

    def asked(self, turns: Sequence[str]) -> Answer:
        """The answer to the last of these turns, the earlier ones having been answered from the guides alone."""
        memory = self._remembered(turns[:-1])
        return self.service.coach.ask(turns[-1], HERE, memory).answer()

    def played(self, turns: Sequence[str], documents: Sequence[TeamText] = ()) -> list[Answer]:
        """The answers to all of these turns, in one conversation about the team of these documents."""
        memory = Memory()
        return [self.service.coach.ask(turn, HERE, memory, documents=documents).answer() for turn in turns]

    def described(self, text: str) -> TeamText:
        """The text as a file that `ask --team` was given. Raises BadInput if it cannot be read."""
        document = self.service.read(TEAM_FILE, text.encode())
        return TeamText(document.name, document.text)

    def found(self, query: str, turns: Sequence[str], limit: int) -> tuple[str, dict[str, list[str]]]:
        """What is looked up for a query after these turns, and the passages that each list ranks, best first."""
        before = self._remembered(turns).turns(HERE)
        text = understood(query, before, self.service.vocabulary).text
        hits = self.service.retriever.search(text, 10 * limit)
        dense = sorted((h for h in hits if h.dense_rank), key=lambda h: h.dense_rank or 0)
        lexical = sorted((h for h in hits if h.lexical_rank), key=lambda h: h.lexical_rank or 0)
        lists = {"ours": hits, "dense alone": dense, "BM25 alone": lexical}
        return text, {name: [h.passage.id for h in found[:limit]] for name, found in lists.items()}

    def _remembered(self, turns: Sequence[str]) -> Memory:
        memory = Memory()
        for question in turns:
            self.composed.ask(question, HERE, memory).answer()
        return memory


def read_all_guides(service: Service) -> Guides:
    """The guides of the service's corpus. Raises CorpusError if any is malformed."""
    folder = service.settings.corpus / "guides"
    documents, problems = read_guides(folder)
    if problems:
        raise CorpusError(f"{problems[0].document}:{problems[0].line}: {problems[0].message}.", "Mend it and run again.")
    texts = {d.id: evened((folder / f"{d.id}.md").read_text(encoding="utf-8")) for d in documents}
    return Guides(tuple(documents), texts)


def refuse_stale_index(service: Service, guides: Guides) -> None:
    """Raise IndexMismatch if the index was made from other guides than those that judge it, IndexMissing without one."""
    version = service.index.current()
    if version is None:
        raise IndexMissing("There is no index yet.", "Run `rolewise-ingest`.")
    held = service.index.manifest(version).documents
    if any(held.get(d.id) != d.fingerprint for d in guides.documents):
        raise IndexMismatch("The index was made from other guides than the corpus holds now.", "Run `rolewise-ingest`.")


def wait_for_model(model: ChatModel) -> None:
    """Have the model ready. Raises ModelUnavailable if it does not get ready."""
    model.warm(prompting.text("summarise"))
    until = time.monotonic() + PATIENCE
    while model.warming and time.monotonic() < until:
        time.sleep(0.1)
    if not model.ready:
        raise ModelUnavailable(model.why_not_ready or "The language model did not get ready.", "Run `rolewise doctor`.")


def evened(text: str) -> str:
    """The text with each run of white space as one space, so that a quote may cross a line end of its file."""
    return re.sub(r"\s+", " ", text).strip()
