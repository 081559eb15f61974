"""Hand-made decisions, and random teams for the shipped rules."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping

from app.coaching.model import Fact, FactValue
from app.coaching.rules import Bands, Consideration, Decision, FactRule, Option, Tie
from app.knowledge.rules import read_rules, read_vocabulary
from app.settings import SHIPPED_CORPUS

SHIPPED = read_rules(SHIPPED_CORPUS / "rules")
VOCABULARY = read_vocabulary(SHIPPED_CORPUS / "rules")
DELIVERY, PRODUCT = SHIPPED.decisions
TIE = Tie("guide#opening", "A general sentence.")
VERDICTS = {"keep": "Keep on sharing.", "start": "Begin to share.", "stop": "Share instead.", "unclear": "Share."}


def a_consideration(points_to: str, weight: float, when: Mapping[str, object], text: str = "Because.") -> Consideration:
    return Consideration(f"{points_to} {weight} {when}", points_to, weight, when, text, Tie(f"guide#{points_to}", "A sentence."))


def a_decision(
    *considerations: Consideration, prior: float = 0.0, least: float = 0.0, decision_id: str = "delivery", **bands: float
) -> Decision:
    """A decision between sharing, with a prior, a lead and somebody dedicated."""
    options = {
        "shared": Option("shared", "sharing it", prior, VERDICTS),
        "lead": Option("lead", "a lead", 0.0, {"unclear": "Name a lead."}),
        "dedicated": Option(
            "dedicated", "a project manager", 0.0, {"keep": "Keep yours.", "unclear": "Have one."}, ("project_manager",)
        ),
    }
    limits = Bands(bands.get("clear", 0.75), bands.get("leaning", 0.5))
    return Decision(decision_id, ("project_manager",), options, limits, least, TIE, TIE, considerations)


def a_rule(fact: str, kind: str = "count", *values: str, clauses: Mapping[str, str] | None = None) -> FactRule:
    return FactRule(fact, kind, fact, f"{fact}?", "It matters.", ("Yes",), values, (), {}, clauses or {})


def facts_of(**values: FactValue) -> list[Fact]:
    return [Fact(name, value) for name, value in values.items()]


def random_team(seed: int) -> list[Fact]:
    """A few to nearly all facts of the shipped rules, each with a random value that it can have."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    share = chance.choice((0.1, 0.3, 0.6, 0.9))
    return [Fact(rule.id, _value(rule, chance)) for rule in SHIPPED.facts if chance.random() < share]


def random_teams(how_many: int) -> Iterable[list[Fact]]:
    return map(random_team, range(how_many))


def _value(rule: FactRule, chance: random.Random) -> FactValue:
    if rule.type == "count":
        return chance.choice((0, 1, 2, 3, 4, 6, 8, 9, 10, 15))
    if rule.type == "flag":
        return chance.random() < 0.5
    roles = [r.id for r in VOCABULARY.roles]
    if rule.type == "roles":
        return tuple(chance.sample(roles, chance.randrange(5)))
    named = [v for v in rule.answers.values() if isinstance(v, str)]
    return chance.choice(rule.values or [*named, *roles, "nobody", "team"])
