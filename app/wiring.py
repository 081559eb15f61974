"""The one file that names concrete parts: settings → a service that can answer."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.coaching import prompting
from app.coaching.coach import Coach
from app.coaching.grounding import Grounding
from app.coaching.model import Answer, Fact, Hit
from app.coaching.routing import Router
from app.coaching.rules import FactRule, Rules
from app.coaching.team.advisor import Advisor
from app.coaching.team.facts import FactFinder
from app.coaching.team.report import TeamAdvice, team_json
from app.coaching.team.responsibilities import DutyFinder
from app.coaching.team.roster import Roster
from app.coaching.vocabulary import Vocabulary
from app.errors import BadInput, IndexMissing, RolewiseError, WeightsProblem
from app.knowledge.contextual import ContextualReader
from app.knowledge.embedding import Embedder
from app.knowledge.index import IndexFolder
from app.knowledge.retrieval import HybridRetriever
from app.knowledge.statements import LearnedReader
from app.llm import catalogue, weights
from app.quality import Card, read_card
from app.settings import Settings

if TYPE_CHECKING:
    from app.coaching.ports import ChatModel
    from app.documents.document import Document
    from app.documents.people import PeopleFinder
    from app.knowledge.ingestion import Pipeline
    from app.store.conversations import ConversationStore

SHIPPED_CARDS = Path(__file__).resolve().parent.parent / "evals" / "cards"
# Nothing is sent anywhere: these switch off what libraries would send of their own accord. Set before any of them is imported.
QUIET = {
    "ANONYMIZED_TELEMETRY": "False",  # chromadb
    "CHROMA_TELEMETRY_IMPL": "chromadb.telemetry.product.NoOp",
    "HF_HUB_OFFLINE": "1",  # huggingface_hub, through transformers and sentence-transformers
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "LANGCHAIN_TRACING_V2": "false",
    "LANGSMITH_TRACING": "false",
    "LANGCHAIN_TRACING": "false",
    "LANGSMITH_GATEWAY": "false",
    "OTEL_SDK_DISABLED": "true",
    "DO_NOT_TRACK": "1",
    "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
    "TQDM_DISABLE": "1",  # progress bars of libraries would mix with ours
    "TOKENIZERS_PARALLELISM": "false",
}


def be_quiet() -> None:
    """Switch off what libraries would send or print by themselves. Call it first in every program."""
    os.environ.update(QUIET)


@dataclass(frozen=True)
class ServiceState:
    """What a page says about the service while it waits or works."""

    can_answer: bool
    waiting_for: str
    model: str
    model_ready: bool
    model_problem: str
    leaves_machine: str
    index_version: str


class Service:
    """Everything that a door needs. Parts are made when first used, so that opening a service costs nothing."""

    def __init__(self, settings: Settings, *, model: ChatModel | None = None) -> None:
        be_quiet()
        self.settings = settings
        self._given_model = model
        self._warming = threading.Lock()
        self._warmed = False
        self._loading = ""
        self._problem = ""
        self._fetched = 0
        self._router: tuple[float, Router] | None = None

    @cached_property
    def rules(self) -> Rules:
        """The rule files."""
        from app.knowledge.rules import read_rules

        return read_rules(self.settings.corpus / "rules")

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The role names."""
        from app.knowledge.rules import read_vocabulary

        return read_vocabulary(self.settings.corpus / "rules")

    @cached_property
    def embedder(self) -> Embedder:
        """The embedding model, loaded at its first use."""
        return Embedder(lambda: weights.path_of(catalogue.EMBEDDING_MODEL, self.settings.models))

    @cached_property
    def index(self) -> IndexFolder:
        """The index on disk."""
        return IndexFolder(self.settings.index_folder, embedding_identity())

    @cached_property
    def retriever(self) -> HybridRetriever:
        """Search over the current index version."""
        return HybridRetriever(self.index, self.embedder, lambda text: self.vocabulary.expanded(text))

    @cached_property
    def checker(self) -> Grounding:
        """The checker that guards every sentence of a model."""
        return Grounding(self.embedder, self.vocabulary, self.rules.duties)

    @cached_property
    def finder(self) -> FactFinder:
        """Finds facts in descriptions of teams."""
        return FactFinder(self.rules.facts, self.vocabulary, self.reader)

    @cached_property
    def reader(self) -> LearnedReader:
        """Reads statements of descriptions; its layers are loaded at the first use."""
        folder = self.settings.corpus / "rules"
        in_place = ContextualReader(
            folder / "reader.npz", lambda: weights.path_of(catalogue.EMBEDDING_MODEL, self.settings.models)
        )
        return LearnedReader(folder / "statements.npz", self.embedder, in_place)

    @cached_property
    def advisor(self) -> Advisor:
        """Advises on teams."""
        return Advisor(
            rules=self.rules,
            finder=self.finder,
            duties=DutyFinder(self.rules.duties, Roster(self.vocabulary), self.reader),
            retriever=self.retriever,
            role_name=self.vocabulary.name,
        )

    @cached_property
    def people(self) -> PeopleFinder:
        """Finds names of people in descriptions, with the name model where it has been fetched, else by rules."""
        from app.documents.people import PeopleFinder

        try:
            return PeopleFinder(weights.path_of(catalogue.NAME_MODEL, self.settings.models))
        except WeightsProblem:
            return PeopleFinder(None)

    @cached_property
    def model(self) -> ChatModel | None:
        """The language model that the settings name, None for `none`."""
        return self._given_model or _language_model(self.settings, self._say_fetched)

    @cached_property
    def store(self) -> ConversationStore:
        """Conversations, feedback."""
        from app.store.conversations import ConversationStore

        return ConversationStore(self.settings.store_url.reveal() or self.settings.data / "conversations" / "rolewise.db")

    @cached_property
    def coach(self) -> Coach:
        """The coach."""
        return Coach(
            rules=self.rules,
            vocabulary=self.vocabulary,
            router=self.router,
            retriever=self.retriever,
            checker=self.checker,
            finder=self.finder,
            model=self.model,
            jobs=self.jobs,
        )

    def router(self) -> Router:
        """The router that was learned from the example questions; read anew after an ingestion.

        Raises IndexMissing if nothing was ingested yet.
        """
        from app.knowledge import classifier

        path = self.settings.index_folder / "router.npz"
        try:
            made = path.stat().st_mtime
        except OSError as error:
            raise IndexMissing("There is no index yet.", "Run `rolewise-ingest`.") from error
        if self._router is None or self._router[0] != made:
            self._router = (made, Router(self.rules, self.vocabulary, classifier.read(path, self.embedder)))
        return self._router[1]

    def jobs(self) -> frozenset[str]:
        """The jobs that the model has earned by its card."""
        card = self.card
        return card.earned if card else frozenset()

    @cached_property
    def card(self) -> Card | None:
        """The model's card: the operator's own first, then the shipped one."""
        if self.model is None:
            return None
        own = self.settings.data / "cards"
        return read_card(self.model.name, model_weights(self.settings), [own, SHIPPED_CARDS])

    def pipeline(self) -> Pipeline:
        """The ingestion pipeline."""
        from app.knowledge.ingestion import OwnCollections, Pipeline

        own = OwnCollections(self.settings.data / "collections")
        return Pipeline(self.settings.corpus, self.index, own, self.embedder)

    def search(self, query: str, limit: int) -> list[Hit]:
        """Passages for a query, as the coach would look them up."""
        from app.coaching.query import understood

        return self.retriever.search(understood(query, [], self.vocabulary).text, limit)

    def read(self, name: str, data: bytes) -> Document:
        """An uploaded document's text. Raises DocumentError with one sentence."""
        from app.documents.reading import read_document

        return read_document(name, data)

    def understand(self, text: str) -> list[Fact]:
        """Facts that a description of a team states, with quotes and offsets into `text`."""
        return self.advisor.facts(text)

    def export(self, advice: TeamAdvice, form: str, *, shorten_names: bool) -> bytes:
        """The advice to take away, as `pptx`, `docx`, `md` or `json`; `shorten_names` turns names of people into initials.

        Raises BadInput for any other form.
        """
        from app.exports.words import Words

        words = Words(self.role_name, self.rules.facts, date.today(), self._short_names(advice.text) if shorten_names else {})
        if form == "pptx":
            from app.exports.slides import team_slides

            return team_slides(advice, words)
        if form == "docx":
            from app.exports.record import decision_record

            return decision_record(advice, words)
        if form == "md":
            from app.exports.text import team_markdown

            return team_markdown(advice, words).encode()
        if form == "json":
            told = _each_text(team_json(advice), words.said) if shorten_names else team_json(advice)
            return (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode()
        raise BadInput(f"{form!r} is no form in which advice can be taken away.", "Choose pptx, docx, md or json.")

    def comparison(self, answer: Answer) -> bytes:
        """The slide that sets two roles side by side, made of an answer that compares them.

        Raises BadInput if the answer compares no two roles.
        """
        from app.exports.slides import comparison_slide
        from app.exports.words import Words

        left, right = (*answer.subject, "", "")[:2]
        words = Words(self.role_name, self.rules.facts, date.today())
        return comparison_slide(answer, left, right, words, self.vocabulary.roles_in)

    def _short_names(self, text: str) -> dict[str, str]:
        return self.people.masked(text).shortened

    def fact_rules(self) -> list[FactRule]:
        """The facts that can be known and corrected."""
        return list(self.rules.facts)

    def role_name(self, role: str) -> str:
        """What answers call a role."""
        return self.vocabulary.name(role)

    def warm(self) -> None:
        """Begin to load everything in the background; returns at once."""
        with self._warming:
            if self._warmed:
                return
            self._warmed = True
        threading.Thread(target=self._warm, name="warm-up", daemon=True).start()

    def warm_now(self, *, model: bool = True) -> None:
        """Load everything in this thread; for programs that wait. Raises what cannot be loaded, but for the model."""
        self.embedder.warm()
        self.retriever.warm()
        self.router()
        if model:
            self._warm_model()

    def state(self) -> ServiceState:
        """What can be done right now; cheap, for a page that looks every second."""
        model = self.model
        waiting = self._loading
        problem = self._problem
        why = model.why_not_ready if model and self.jobs() else ""
        if why and self._fetched:
            why = f"The language model is being fetched ({self._fetched} %); until then answers are composed from the guidance."
        loaded = self.embedder.loaded and not self._loading and not problem
        return ServiceState(
            can_answer=loaded,
            waiting_for=waiting or (why if model and model.warming else ""),
            model=model.name if model else "none",
            model_ready=bool(model and model.ready),
            model_problem=problem or (why if model and not model.warming else ""),
            leaves_machine=self._leaves_machine(),
            index_version=self.index.current() or "",
        )

    def close(self) -> None:
        """Give back what is open."""
        if "retriever" in self.__dict__:
            self.retriever.close()
        model = self.__dict__.get("model")
        if model is not None:
            model.close()

    def _warm(self) -> None:
        self._loading = "The guidance is being loaded."
        try:
            self.embedder.warm()
            self.retriever.warm()
            self.router()
        except RolewiseError as error:
            self._problem = f"{error} {error.hint}".strip()
        finally:
            self._loading = ""
        with suppress(RolewiseError):  # said where a description is read
            self.reader.warm()
        self._warm_model()

    def _warm_model(self) -> None:
        if self.model is not None and self.jobs():  # a model without an earned job would only cost memory
            self.model.warm(prompting.text("summarise"))

    def _say_fetched(self, done: int, total: int) -> None:
        self._fetched = 100 * done // max(total, 1) if done < total else 0

    def _leaves_machine(self) -> str:
        if not self.settings.model_leaves_machine or not self.jobs():
            return ""
        to = self.settings.llm_url or self.settings.llm.partition(":")[0]
        return f"Your question and the quoted guidance are sent to {to}."


def _each_text(value: Any, change: Callable[[str], str]) -> Any:  # Any: JSON
    """The value with every text in it changed."""
    if isinstance(value, dict):
        return {key: _each_text(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [_each_text(item, change) for item in value]
    return change(value) if isinstance(value, str) else value


def open_service(settings: Settings, *, model: ChatModel | None = None) -> Service:
    """A service for these settings; `model` replaces the one that they name (for tests and demonstrations)."""
    return Service(settings, model=model)


def embedding_identity() -> str:
    """Name and weights of the embedding model, as an index records them."""
    pinned = next(w for w in catalogue.CATALOGUE if w.name == catalogue.EMBEDDING_MODEL)
    digest = next(f.sha256 for f in pinned.files if f.path.endswith("model.safetensors"))
    return f"{catalogue.EMBEDDING_MODEL}@{digest[:16]}"


def model_weights(settings: Settings) -> str:
    """SHA-256 of the language model's pinned file, empty for any other model."""
    if settings.llm != "embedded":
        return ""
    pinned = next(w for w in catalogue.CATALOGUE if w.name == catalogue.LANGUAGE_MODEL)
    return pinned.files[0].sha256


def _language_model(settings: Settings, fetched: Callable[[int, int], None]) -> ChatModel | None:
    if settings.llm == "none":
        return None
    if not settings.llm.startswith("embedded"):
        from app.llm.hosted import HostedModel

        return HostedModel(settings.llm, url=settings.llm_url)
    from app.llm.embedded import EmbeddedModel

    given = settings.llm.partition(":")[2]
    if given:
        return EmbeddedModel(Path(given), settings.run_folder / "model")
    pinned = next(w for w in catalogue.CATALOGUE if w.name == catalogue.LANGUAGE_MODEL)
    return EmbeddedModel(
        settings.models / pinned.place,
        settings.run_folder / "model",
        prepare=lambda: weights.pull(catalogue.LANGUAGE_MODEL, settings.models, fetched),
    )
