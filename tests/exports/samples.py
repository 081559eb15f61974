"""Advice on teams, made by the shipped rules from facts that are told, with passages and responsibilities of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date

from app.coaching.citing import Citations
from app.coaching.model import (
    Answer,
    Certainty,
    Fact,
    FactValue,
    Kind,
    Origin,
    Passage,
    Quote,
    Reference,
    Sentence,
    SentenceKind,
    Source,
    Status,
)  # fmt: skip
from app.coaching.team.decide import ask_next, recommend, would_change
from app.coaching.team.report import Responsibility, TeamAdvice
from app.coaching.team.summary import summary_lines
from app.exports.words import Words
from app.knowledge.rules import read_rules
from app.settings import SHIPPED_CORPUS

RULES = read_rules(SHIPPED_CORPUS / "rules")
TODAY = date(2026, 11, 24)
ROLES = ("product manager", "project manager", "delivery manager", "tech lead", "programme manager")
SMALL: dict[str, FactValue] = {
    "team_size": 6, "teams_involved": 1, "external_parties": 0, "deadline": "none", "governance": "light",
    "coordination_load": "low", "sharing_works": True, "blockers_unowned": False, "priorities_owner": "founder",
    "priorities_clear": True, "roles_present": ("tech_lead", "designer"), "coordination_owner": "tech_lead",
}  # fmt: skip
LARGE: dict[str, FactValue] = {
    "team_size": 14, "teams_involved": 4, "external_parties": 5, "deadline": "contract", "governance": "formal",
    "coordination_load": "high", "missed_dates": "repeated", "budget_reporting": True, "dependencies_hurt": True,
    "priorities_owner": "nobody", "priorities_clear": False, "products": 3, "roles_present": ("product_owner", "tech_lead"),
}  # fmt: skip
DUTIES = (
    ("vision", "product", "The picture of what the product should become"),
    ("customer_needs", "product", "Knowing what customers need"),
    ("strategy", "product", "Product strategy"),
    ("roadmap", "product", "The roadmap"),
    ("priorities", "product", "What comes first"),
    ("success_measures", "product", "How success is measured"),
    ("acceptance", "product", "Saying when work is good enough"),
    ("market", "product", "Market, pricing and launch"),
    ("schedule", "delivery", "The schedule"),
    ("budget", "delivery", "The budget"),
    ("risks", "delivery", "Watching and reducing risks"),
    ("dependencies", "delivery", "Dependencies on other teams"),
    ("blockers", "delivery", "Clearing blockers"),
    ("suppliers", "delivery", "Suppliers and their contracts"),
    ("progress_reports", "delivery", "Reporting progress"),
    ("ceremonies", "delivery", "Planning meetings, stand-ups and retrospectives"),
    ("releases", "delivery", "Releases"),
    ("compliance", "delivery", "Evidence for audits and regulators"),
    ("requirements", "shared", "Requirements"),
    ("estimates", "shared", "Estimates"),
    ("stakeholders", "shared", "Keeping stakeholders informed and in agreement"),
    ("scope_tradeoffs", "shared", "Trading scope against time"),
    ("feasibility", "shared", "Whether it can be built"),
    ("team_health", "shared", "How the team is doing"),
)
STATES = (
    ("owned", ("product_owner",)), ("unowned", ()), ("shared", ("team",)), ("doubled", ("product_owner", "tech_lead")),
    ("owned", ("tech_lead",)), ("unknown", ()),
)  # fmt: skip
ADVICE = "Share it: each member takes it for a month, and it has a fixed place in the weekly meeting. Or hire for it: a delivery manager."


def role_name(role: str) -> str:
    return role.replace("_", " ")


def some_words(**names: str) -> Words:
    return Words(role_name, RULES.facts, TODAY, names)


def the_passage(passage_id: str, work: str = "A handbook of teams") -> Passage:
    document, _, section = passage_id.partition("#")
    title = document.replace("-", " ").capitalize()
    ties = (c.tie for d in RULES.decisions for c in d.considerations)
    said = tuple(dict.fromkeys(tie.sentence for tie in ties if tie.passage == passage_id)) or ("Text.",)
    works = (
        Reference(work, "General Services Administration", "https://example.org/handbook", "CC0 1.0"),
        Reference("A guide", "Government Digital Service", "https://example.org/guide?part=2", "OGL v2.0"),
    )
    return Passage(
        passage_id, document, "shipped", title, section.replace("-", " ").capitalize(), " ".join(said), said, "situation", (), "neutral",
        "2026-07-01", works,
    )  # fmt: skip


def responsibilities(states: Sequence[tuple[str, tuple[str, ...]]] = STATES) -> tuple[Responsibility, ...]:
    made = []
    for n, (name, family, words) in enumerate(DUTIES):
        state, owners = states[n % len(states)]
        advice = ADVICE if state == "unowned" else ""
        made.append(Responsibility(name, family, words, state, owners, (), advice, (1,) if advice else ()))
    return tuple(made)


def an_advice(
    known: dict[str, FactValue] | None = None,
    quotes: Sequence[str] = ("We are six people in one room",),
    duties: Sequence[Responsibility] | None = None,
    work: str = "A handbook of teams",
    warnings: tuple[str, ...] = (),
) -> TeamAdvice:
    """The advice that the shipped rules give on these facts; the first of them is stated with `quotes`, the others are told."""
    values = SMALL if known is None else known
    found = {name: Fact(name, value, Certainty.TOLD) for name, value in values.items()}
    for name in list(found)[:1]:
        found[name] = Fact(name, values[name], Certainty.STATED, tuple(Quote(q, 0, len(q)) for q in quotes))
    for name in list(found)[1:2]:
        found[name] = Fact(name, values[name], Certainty.INFERRED)
    facts = list(found.values())
    delivery, product = (recommend(decision, facts) for decision in RULES.decisions)
    flips = would_change(RULES.decisions, facts, RULES.facts)
    citations = Citations()

    def passage_of(passage_id: str) -> Passage:
        return the_passage(passage_id, work)

    lines = summary_lines((delivery, product), flips, facts, RULES.facts, passage_of, role_name)
    sentences = tuple(
        Sentence(line.text, line.kind, line.origin, citations.cite(line.passage, line.quotes), line.facts) for line in lines
    )
    for reason in (r for rec in (delivery, product) for r in (*rec.reasons_for, *rec.reasons_against)):
        citations.cite(passage_of(reason.consideration.tie.passage), (reason.consideration.tie.sentence,))
    decided = delivery.arrangement or product.arrangement
    text = " ".join(quotes)
    return TeamAdvice(
        status=Status.ANSWERED if decided else Status.NEEDS_FACTS,
        text=text,
        text_sha256=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        facts=tuple(found.get(rule.id, Fact(rule.id, None, Certainty.UNKNOWN)) for rule in RULES.facts),
        delivery=delivery,
        product=product,
        would_change=flips,
        ask_next=ask_next(RULES.decisions, facts, RULES.facts),
        responsibilities=responsibilities() if duties is None else tuple(duties),
        sentences=sentences,
        sources=citations.sources(),
        cites=dict(citations.numbers),
        warnings=warnings,
        index_version="v1",
    )


def roles_in(text: str) -> list[str]:
    """The roles that a sentence names, found by their plain names."""
    return [name.replace(" ", "_") for name in ROLES if name in text.lower()]


def a_comparison(*extra: Sentence, lead: str = "", model: str = "none") -> Answer:
    """An answer on the difference between a product and a project manager."""
    first = lead or "A product manager decides what is worth building and why; a project manager sees that it is delivered."
    sides = [
        ("A product manager answers for the value that the product has for customers and for the company.", 2),
        ("A project manager answers for scope, schedule and budget of an undertaking that ends.", 3),
        ("A product manager keeps the roadmap and says no to what does not fit it.", 2),
        ("A project manager keeps the plan, the risks and the people who wait for each other in view.", 3),
        ("A product manager stays with the product as long as it lives.", 2),
        ("A project manager moves on when the result is handed over.", 3),
    ]
    origin = Origin.MODEL if model != "none" else Origin.GUIDE
    sentences = [
        Sentence(first, SentenceKind.ANSWER, Origin.GUIDE, (1,)),
        *(Sentence(text, SentenceKind.CONTEXT, origin, (n,)) for text, n in sides),
        Sentence("In a small team one person may do both for a while.", SentenceKind.CONDITION, Origin.GUIDE, (1,)),
        *extra,
    ]
    return Answer(
        "What is the difference?", Kind.COMPARE, Status.ANSWERED, tuple(sentences), tuple(a_source(n) for n in (1, 2, 3)),
        subject=("product_manager", "project_manager"), model=model,
    )  # fmt: skip


def a_source(n: int, title: str = "Product and project management compared", url: str = "https://example.org/a") -> Source:
    return Source(
        n, f"guide#{n}", "guide", "shipped", title, "In short", "Rolewise, after thoughtbot", url, "Apache-2.0", "2026-07-01", "Words.",
        "Words.", 0.8,
    )  # fmt: skip
