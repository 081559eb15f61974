"""Hand-written parts for tests of the core: a shelf of two guides, a retriever over it, a router and a checker that obey."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from app.coaching.coach import Coach
from app.coaching.memory import Memory
from app.coaching.model import Answer, Evidence, Hit, Kind, Passage, Reference, Status, Turn
from app.coaching.ports import ChatModel
from app.coaching.routing import GUIDED, Router
from app.coaching.rules import FixedReply, Rules
from app.coaching.team.facts import FactFinder
from app.coaching.vocabulary import RoleName, Vocabulary
from app.errors import IndexMissing

VOCABULARY = Vocabulary(
    [
        RoleName("product_manager", ("product manager", "product management", "CPO")),
        RoleName("product_owner", ("product owner", "PO")),
        RoleName("project_manager", ("project manager", "project management")),
        RoleName("delivery_manager", ("delivery manager", "delivery lead", "DM")),
        RoleName("scrum_master", ("scrum master", "SM")),
        RoleName("programme_manager", ("programme manager", "program manager", "PgM")),
    ],
    {"product_manager": ["roadmap", "backlog"], "project_manager": ["budget", "milestones"]},
)
REPLIES = {
    "not_covered": FixedReply("not_covered", Status.NOT_COVERED, "The guidance holds nothing on that.", "It covers roles."),
    "ask_pm": FixedReply(
        "ask_pm", Status.NEEDS_FACTS, "PM can mean two things.", ask="Which one?", choices=("Product", "Project")
    ),
    "ask_role": FixedReply("ask_role", Status.NEEDS_FACTS, "I need to know more.", ask="Which role?"),
    "language": FixedReply("language", Status.NOT_COVERED, "Only English so far.", "Ask in English."),
    "declined_people": FixedReply("declined_people", Status.DECLINED, "I rank nobody.", "I can name duties."),
    "out_of_scope": FixedReply("out_of_scope", Status.OUT_OF_SCOPE, "That is outside.", "Ask about roles."),
    "signpost_legal": FixedReply("signpost_legal", Status.SIGNPOST, "I am sorry.", "A union can help."),
    "courtesy": FixedReply("courtesy", Status.ANSWERED, "Hello.", "Ask away."),
}
RULES = Rules(patterns=(), languages=frozenset(), replies=REPLIES, facts=(), decisions=(), duties=())
QUESTION = "What does a delivery manager do?"


def a_passage(
    passage_id: str = "delivery#what",
    *sentences: str,
    kind: str = "role",
    roles: tuple[str, ...] = ("delivery_manager",),
    section: str = "What it is",
    **more: str,
) -> Passage:
    """A passage of a shipped guide; its document is the first half of its id."""
    said = sentences or ("A delivery manager removes blockers.", "A delivery manager keeps the plan honest.")
    document = passage_id.partition("#")[0]
    return Passage(
        id=passage_id,
        document=document,
        collection=more.get("collection", "shipped"),
        title=more.get("title", document.capitalize()),
        section=section,
        text=" ".join(said),
        sentences=tuple(said),
        kind=kind,
        roles=roles,
        stance="neutral",
        reviewed="2026-07-01",
        references=(Reference("A work", "A house", "https://example.org/work", "CC0"),),
    )


SHELF = (
    a_passage(
        "delivery#what",
        "A delivery manager removes blockers that nobody else can remove.",
        "A delivery manager keeps the plan honest by comparing forecasts with finished work.",
        "A delivery manager protects time for improvement between two releases.",
        "Suppliers get one contact person from the delivery manager.",
        "Risks are written down early, each with an owner.",
    ),
    a_passage(
        "small-teams#sharing",
        "In a small team, several members may share coordination.",
        "Sharing works because everybody knows the whole story.",
        "The order of the backlog stays with the product owner.",
        kind="practice",
        roles=(),
    ),
)


@dataclass
class Shelf:
    """A `Retriever` over passages held in memory; every sentence is as near as `near` says."""

    passages: Sequence[Passage] = SHELF
    near: float = 0.8
    version: str = "shelf-1"
    broken: Exception | None = None
    queries: list[str] = field(default_factory=list)

    def search(self, query: str, limit: int) -> list[Hit]:
        self.queries.append(query)
        if self.broken is not None:
            raise self.broken
        return [Hit(p, 1.0 / n, n, n, self.near) for n, p in enumerate(self.passages[:limit], 1)]

    def sentences(self, query: str, hits: Sequence[Hit]) -> list[Evidence]:
        found = [Evidence(h.passage, s, self.near - 0.01 * n) for h in hits for n, s in enumerate(h.passage.sentences)]
        return sorted(found, key=lambda e: -e.score)

    def passage(self, passage_id: str) -> Passage | None:
        return next((p for p in self.passages if p.id == passage_id), None)


@dataclass(frozen=True)
class Said:
    """What the obeying checker says of one sentence."""

    supported: bool
    score: float
    by: tuple[int, ...]
    why: str


@dataclass
class Checker:
    """A `SupportChecker` that refuses the sentences in which one of `refuse` stands, each with its reason."""

    refuse: Mapping[str, str] = field(default_factory=dict)
    by: tuple[int, ...] = (1,)
    raises: Exception | None = None
    checked: list[str] = field(default_factory=list)

    def check(self, sentence: str, passages: Sequence[str]) -> Said:
        self.checked.append(sentence)
        if self.raises is not None:
            raise self.raises
        for words, why in self.refuse.items():
            if words in sentence:
                return Said(False, 0.1, (), why)
        return Said(True, 0.9, self.by, "it is carried")


@dataclass(frozen=True)
class Always:
    """A `Classifier` that is sure of one label."""

    label: str = "explain"

    def probabilities(self, question: str) -> dict[str, float]:
        return dict.fromkeys(GUIDED, 0.0) | {self.label: 1.0}


def a_router(label: str = "explain", rules: Rules = RULES) -> Router:
    """A router that sends every question the same way."""
    return Router(rules, VOCABULARY, Always(label))


def no_router() -> Router:
    """What the service does before anything was ingested."""
    raise IndexMissing("There is no index yet.", "Run `rolewise-ingest`.")


def a_coach(
    *,
    shelf: Shelf | None = None,
    model: ChatModel | None = None,
    checker: Checker | None = None,
    label: str = "explain",
    jobs: frozenset[str] = frozenset({"summarise"}),
    rules: Rules = RULES,
    router: Callable[[], Router] | None = None,
) -> Coach:
    """A coach of hand-written parts; each question is taken for one of kind `label`."""
    ticks = iter(range(1_000_000))
    return Coach(
        rules=rules,
        vocabulary=VOCABULARY,
        router=router or (lambda: a_router(label, rules)),
        retriever=shelf or Shelf(),
        checker=checker or Checker(),
        finder=FactFinder(rules.facts, VOCABULARY),
        model=model,
        jobs=lambda: jobs,
        clock=lambda: float(next(ticks)) / 1000,
    )


def an_answer(coach: Coach, question: str = QUESTION) -> Answer:
    """What the coach answers in a new conversation."""
    return coach.ask(question, "c1", Memory()).answer()


def a_turn(question: str, *subject: str, kind: Kind = Kind.EXPLAIN) -> Turn:
    """A turn that was answered, about the roles `subject`."""
    return Turn(1, question, Answer(question, kind, Status.ANSWERED, (), subject=subject))
