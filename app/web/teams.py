"""A team as the page knows it: what was given, what was read from it, what the person set, and how it is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.coaching.model import Certainty, Fact, FactValue, Quote
from app.coaching.rules import FactRule
from app.coaching.team.report import TeamAdvice, fact_json, team_json
from app.documents.document import Document
from app.errors import BadInput, StoreError
from app.wiring import Service

FORM = 1  # of what is kept
BETWEEN = "\n\n"  # documents are read one after the other; their names are not part of the text
MOST_CHARACTERS = 200_000  # of all documents together
MOST_SUPPOSED = 6  # facts that one can play with
MOST_VALUES = 6  # of one fact


@dataclass(frozen=True)
class Part:
    """Where one document stands in the text."""

    name: str
    start: int
    end: int


@dataclass
class Team:
    """A description that the person gave, what was read from it, and what they corrected.

    It lives as long as the page is open; `kept` is its id in the store once the person decided to keep it.
    """

    name: str
    text: str
    facts: tuple[Fact, ...]
    warnings: tuple[str, ...] = ()
    shown: bool = True  # whether what was understood is unfolded at first in the chat
    parts: tuple[Part, ...] = ()
    kept: str = ""
    told: dict[str, Fact] = field(default_factory=dict)
    added: list[str] = field(default_factory=list)  # facts that nothing was said about, opened to be set
    supposed: dict[str, FactValue] = field(default_factory=dict)  # what-if: changes nothing that is known
    skipped: list[str] = field(default_factory=list)  # questions that the person cannot answer
    revisions: dict[str, int] = field(default_factory=dict)  # counts up when a fact is set elsewhere than in its widget

    def fact(self, name: str) -> Fact | None:
        """What is believed about a fact, the person's word first; None if nothing is."""
        return self.told.get(name) or next((fact for fact in self.facts if fact.id == name), None)

    def tell(self, name: str, value: FactValue) -> None:
        """Take the person's word for a fact; None means that it is not known."""
        self.told[name] = Fact(name, value, Certainty.UNKNOWN if value is None else Certainty.TOLD)

    def turn_over(self, name: str) -> None:
        """Make the fact's widget a new one, so that it shows what was set elsewhere."""
        self.revisions[name] = self.revisions.get(name, 0) + 1

    def advice(self, service: Service) -> TeamAdvice:
        """The advice on what is known."""
        return self._advice(service, self.told)

    def supposed_advice(self, service: Service) -> TeamAdvice:
        """The advice if what is supposed were so."""
        changed = {name: Fact(name, value, Certainty.TOLD) for name, value in self.supposed.items()}
        return self._advice(service, {**self.told, **changed})

    def _advice(self, service: Service, told: Mapping[str, Fact]) -> TeamAdvice:
        return service.advisor.advise(self.text, told=list(told.values()), found=self.facts, warnings=self.warnings)


@dataclass(frozen=True)
class Supposable:
    """A fact that one can play with, the values to try, and what each is called."""

    rule: FactRule
    values: tuple[tuple[str, FactValue], ...]


def joined(documents: Sequence[Document]) -> tuple[str, tuple[Part, ...]]:
    """The texts one after the other, and where each stands. Raises BadInput when they are too long together."""
    text, parts = "", []
    for document in documents:
        start = len(text) + (len(BETWEEN) if text else 0)
        text = f"{text}{BETWEEN}{document.text}" if text else document.text
        parts.append(Part(document.name, start, len(text)))
    if len(text) > MOST_CHARACTERS:
        raise BadInput(
            f"These documents are longer than {MOST_CHARACTERS:,} characters together.", "Give the ones that matter most."
        )
    return text, tuple(parts)


def name_of(parts: Sequence[Part]) -> str:
    """What a team read from these documents is called until the person says otherwise."""
    first = parts[0].name if parts else "A team"
    return first if len(parts) < 2 else f"{first} and {len(parts) - 1} more"


def supposables(advice: TeamAdvice, rules: Sequence[FactRule]) -> list[Supposable]:
    """The facts whose change matters most: those that flip a recommendation, then those behind the strongest reasons."""
    flipping: dict[str, list[FactValue]] = {}
    for flip in advice.would_change:
        flipping.setdefault(flip.fact, []).append(flip.to)
    reasons = [reason for made in advice.recommendations for reason in (*made.reasons_for, *made.reasons_against)]
    strongest = sorted(reasons, key=lambda reason: -abs(reason.consideration.weight))
    behind = [name for reason in strongest for name in reason.facts]
    now = {fact.id: fact.value for fact in advice.facts}
    by_id = {rule.id: rule for rule in rules}
    found = []
    for name in dict.fromkeys([*flipping, *behind]):
        if name in by_id:
            values = _values(by_id[name], flipping.get(name, []), now.get(name))
            if values:
                found.append(Supposable(by_id[name], values))
    return found[:MOST_SUPPOSED]


def as_body(team: Team, advice: TeamAdvice) -> dict[str, Any]:
    """The team as JSON: what was given, what is believed of it, and the advice as it was then."""
    return {
        "form": FORM,
        "name": team.name,
        "text": team.text,
        "parts": [{"name": part.name, "start": part.start, "end": part.end} for part in team.parts],
        "warnings": list(team.warnings),
        "facts": [fact_json(fact) for fact in team.facts],
        "told": [fact_json(fact) for fact in team.told.values()],
        "advice": team_json(advice),
    }


def from_body(body: Mapping[str, Any], kept: str) -> Team:
    """The team of such JSON. Raises StoreError when it is damaged or of a newer form."""
    try:
        if body["form"] != FORM:
            raise StoreError("This team was kept by a newer Rolewise.", "Use that version again to open it.")
        told = [_fact(one) for one in body["told"]]
        return Team(
            name=str(body["name"]),
            text=str(body["text"]),
            facts=tuple(_fact(one) for one in body["facts"]),
            warnings=tuple(str(one) for one in body["warnings"]),
            parts=tuple(Part(str(one["name"]), int(one["start"]), int(one["end"])) for one in body["parts"]),
            kept=kept,
            told={fact.id: fact for fact in told},
        )
    except (KeyError, TypeError, ValueError) as error:
        raise StoreError("This team is damaged and cannot be opened.", "Delete it, or restore a backup.") from error


def said_then(body: Mapping[str, Any]) -> dict[str, str | None]:
    """The arrangement that was recommended for each decision when the team was kept."""
    then = body.get("advice", {}).get("recommendation", {})
    return {decision: made.get("arrangement") for decision, made in then.items()}


def _values(rule: FactRule, flipping: Sequence[FactValue], now: FactValue) -> tuple[tuple[str, FactValue], ...]:
    """Values to try and the words of the rule's own choices for them, empty where the value names itself."""
    words = {value: choice for choice, value in rule.answers.items()}
    if rule.type == "roles":  # a choice would stand for all roles of the team at once
        wanted: Sequence[FactValue] = list(flipping)
    elif rule.type == "count":  # a choice stands for many numbers, a what-if is about one
        wanted = sorted({v for v in (*flipping, *words) if isinstance(v, int)})
        words = {}
    else:
        wanted = list(dict.fromkeys([*words, *flipping]))
    return tuple((words.get(value, ""), value) for value in wanted if value != now)[:MOST_VALUES]


def _fact(given: Mapping[str, Any]) -> Fact:
    value = given["value"]
    quotes = tuple(Quote(str(q["text"]), int(q["start"]), int(q["end"])) for q in given["quotes"])
    if isinstance(value, list):
        value = tuple(str(one) for one in value)
    elif value is not None and not isinstance(value, str | int | bool):
        raise TypeError(value)
    return Fact(str(given["id"]), value, Certainty(given["certainty"]), quotes)
