"""Hand-made decisions and an advisor, odd texts, and random teams for the shipped rules."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from app.coaching.model import Fact, FactValue, Passage
from app.coaching.rules import Bands, Consideration, Decision, FactRule, Option, Tie
from app.coaching.team.advisor import Advisor
from app.coaching.team.facts import FactFinder
from app.coaching.team.responsibilities import DutyFinder
from app.coaching.team.roster import Roster
from app.knowledge.rules import read_rules, read_vocabulary
from app.settings import SHIPPED_CORPUS
from tests.coaching.builders import Shelf, a_passage

SHIPPED = read_rules(SHIPPED_CORPUS / "rules")
VOCABULARY = read_vocabulary(SHIPPED_CORPUS / "rules")
DELIVERY, PRODUCT = SHIPPED.decisions
TIE = Tie("guide#opening", "A general sentence.")
VERDICTS = {"keep": "Keep on sharing.", "start": "Begin to share.", "stop": "Share instead.", "unclear": "Share."}


ODD_TEXTS = {
    "empty": "",
    "blank": " \n\t\n ",
    "one long line": "We are six people and rely on three suppliers, " * 2_100,
    "one long word": "regulated" * 11_000,
    "no spaces": "x" * 100_000,
    "only full stops": "." * 50_000,
    "dots and spaces": ". " * 30_000,
    "many lines": "Nobody owns blockers.\n" * 3_000,
    "many words a line": "word\n" * 20_000,
    "a table": "| Role | Who |\n| --- | --- |\n| Product owner | Zoë |\n| Scrum master | none |\n|  |  |\n",
    "a list": "* Team\n  - six people\n  1. three suppliers\n(2) a contract date\n• no board\n",
    "emoji": "👩‍💻 We're six people 🎉. 🚀🚀 We ship daily! 🏳️‍🌈\n👍 three suppliers",
    "accents and scripts": "Łukasz, Zoë und Ōe: wir sind six people. 我们有三个供应商。مرحبا. We rely on ٣ suppliers.",
    "line ends": "We are six people.\r\nThree suppliers.\rNo board.\u2028A contract date.\u0085Daily.\x0bx\x0cy",
    "blanks of a pattern": "{n} {role} {0} %s \\1 (?P<n>) [",
    "abbreviations": "We use e.g. Jira, i.e. boards etc. and Dr. Who. Plan B. No. 5 is alive... Is it? Yes!",
    "quotes": '“We are six.” ‘No suppliers.’ "Nobody owns it." (We ship daily.) [Budget is owed.]',
    "wrapped": "We are six people who work in one place and\nrely on three suppliers, each with a contract\nand a date.\n\nNo board.",
}


@dataclass
class Reader:
    """A `StatementReader` that knows by heart: the labels of each statement in which one of the words stands."""

    knows: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def read(self, statements: Sequence[str]) -> list[Mapping[str, float]]:
        self.asked += statements
        return [{k: c for words, labels in self.knows.items() if words in s for k, c in labels.items()} for s in statements]


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
    chance = random.Random(seed)
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


KNOWS = {"Inspectors": {"regulated=true": 0.9}, "list of risks": {"duty:risks": 0.9, "state:unowned": 0.9}}


@dataclass
class EveryPassage(Shelf):
    """A shelf on which every passage that rules are tied to is found."""

    def passage(self, passage_id: str) -> Passage | None:
        return a_passage(passage_id, "A sentence.")


def an_advisor(knows: Mapping[str, Mapping[str, float]] = KNOWS, shelf: Shelf | None = None) -> Advisor:
    ticks = iter(range(1_000_000))
    reader = Reader(knows)
    return Advisor(
        rules=SHIPPED,
        finder=FactFinder(SHIPPED.facts, VOCABULARY, reader),
        duties=DutyFinder(SHIPPED.duties, Roster(VOCABULARY), reader),
        retriever=shelf or EveryPassage(),
        role_name=VOCABULARY.name,
        clock=lambda: next(ticks) / 1000,
    )
