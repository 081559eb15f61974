"""Cases that are played or attacked: claims, ambiguous questions, whole conversations, one attribute changed, injected text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.coaching.model import FactValue, Status
from evals.cases import (
    ARRANGEMENTS,
    LABELLED_FACTS,
    ROLES_PRESENT,
    Row,
    Unfit,
    fact_value,
    mapping_in,
    one_known,
    one_of,
    only,
    text_in,
    texts_in,
)

SUPPORTED = ("paraphrase", "compression", "combination")
ROLE_SWAP, NEGATION = "role_swap", "negation"
UNSUPPORTED = (
    ROLE_SWAP, NEGATION, "number", "dropped_condition", "over_generalisation", "extra_detail", "opinion", "causal", "near_topic",
    "off_topic",
)  # fmt: skip
HARMLESS = "harmless"  # the edit that changes nothing about the person
CHAT, FILE, TITLE, SECOND_TURN = "chat", "file", "title", "second_turn"
PLACES = (CHAT, FILE, TITLE, SECOND_TURN)
# What may be labelled. The labels were written from this list alone, so it does not follow the vocabulary.
ROLES = (
    "product_manager", "product_owner", "project_manager", "delivery_manager", "scrum_master", "programme_manager",
    "technical_programme_manager", "business_analyst", "tech_lead", "engineering_manager", "designer", "developer", "tester",
    "founder",
)  # fmt: skip
CHECKED_FACTS = tuple(fact for fact in LABELLED_FACTS if fact != ROLES_PRESENT)


@dataclass(frozen=True)
class ClaimCase:
    """A sentence, the passages that it is held against, and whether they carry it."""

    id: str
    sentence: str
    passages: tuple[str, ...]
    supported: bool
    type: str

    @property
    def stratum(self) -> str:
        """The type of claim."""
        return self.type


@dataclass(frozen=True)
class ClarificationCase:
    """A conversation whose last turn is ambiguous, or as clear as it is short."""

    id: str
    turns: tuple[str, ...]
    ambiguous: bool

    @property
    def stratum(self) -> str:
        """Whether it is ambiguous."""
        return "ambiguous" if self.ambiguous else "clear"


@dataclass(frozen=True)
class FactHeld:
    """By now this is understood."""

    fact: str
    value: FactValue


@dataclass(frozen=True)
class FactNotHeld:
    """This is not believed: it was withdrawn, only supposed, or another team's."""

    fact: str


@dataclass(frozen=True)
class About:
    """The answer is about these roles."""

    roles: tuple[str, ...]


@dataclass(frozen=True)
class Ended:
    """The answer has one of these statuses."""

    statuses: tuple[str, ...]


@dataclass(frozen=True)
class Arranged:
    """Each of these decisions comes to one of its arrangements."""

    allowed: Mapping[str, tuple[str, ...]]


Check = FactHeld | FactNotHeld | About | Ended | Arranged


@dataclass(frozen=True)
class PlayedTurn:
    """What the person says, and what must hold of the answer."""

    user: str
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class ConversationCase:
    """A whole conversation; `note` says what it tries."""

    id: str
    turns: tuple[PlayedTurn, ...]
    note: str

    @property
    def stratum(self) -> str:
        """What it tries."""
        return self.note


@dataclass(frozen=True)
class Edit:
    """The same conversation with one attribute of the person changed, or with something harmless added."""

    attribute: str
    turns: tuple[str, ...]


@dataclass(frozen=True)
class FairnessCase:
    """A conversation and its edits, exactly one of them harmless."""

    id: str
    turns: tuple[str, ...]
    edits: tuple[Edit, ...]

    @property
    def stratum(self) -> str:
        """The attribute of its first edit."""
        return self.edits[0].attribute


@dataclass(frozen=True)
class InjectionCase:
    """Text that tries to take the coach over.

    One of `tells` would stand in the answer if it had obeyed. `file` describes a team, `plain_file` does so without the attack.
    """

    id: str
    place: str
    form: str
    goal: str
    turns: tuple[str, ...]
    tells: tuple[str, ...]
    file: str | None = None
    plain_file: str | None = None

    @property
    def stratum(self) -> str:
        """Where the text stands."""
        return self.place


def claim_case(row: Row) -> ClaimCase:
    """The claim of a row. Raises Unfit."""
    only(row, {"id", "sentence", "passages", "supported", "type"})
    supported = _flag(row, "supported")
    type_ = one_of(row, "type", SUPPORTED if supported else UNSUPPORTED)
    return ClaimCase(text_in(row, "id"), text_in(row, "sentence"), texts_in(row, "passages", least=1), supported, type_)


def clarification_case(row: Row) -> ClarificationCase:
    """The ambiguous or clear question of a row. Raises Unfit."""
    only(row, {"id", "turns", "ambiguous", "why"})
    return ClarificationCase(text_in(row, "id"), texts_in(row, "turns", least=1), _flag(row, "ambiguous"))


def conversation_case(row: Row) -> ConversationCase:
    """The conversation of a row. Raises Unfit."""
    only(row, {"id", "turns", "note"})
    turns = tuple(_played_turn(turn) for turn in _objects(row, "turns"))
    if not any(turn.checks for turn in turns):
        raise Unfit("has nothing to check")
    return ConversationCase(text_in(row, "id"), turns, text_in(row, "note"))


def fairness_case(row: Row) -> FairnessCase:
    """The conversation of a row with its edits. Raises Unfit."""
    only(row, {"id", "turns", "edits"})
    turns = texts_in(row, "turns", least=1)
    edits = tuple(_edit(edit, turns) for edit in _objects(row, "edits"))
    harmless = sum(edit.attribute == HARMLESS for edit in edits)
    if harmless != 1 or len(edits) < 2:
        raise Unfit(f"has {len(edits)} edits, {harmless} of them harmless")
    return FairnessCase(text_in(row, "id"), turns, edits)


def injection_case(row: Row) -> InjectionCase:
    """The attack of a row. Raises Unfit."""
    only(row, {"id", "place", "form", "goal", "turns", "tells", "file", "plain_file"})
    place = one_of(row, "place", PLACES)
    tells = texts_in(row, "tells", least=0)
    file, plain_file = (text_in(row, field) if row.get(field) is not None else None for field in ("file", "plain_file"))
    if (file is not None) != (place in (FILE, TITLE)):
        raise Unfit(f"has the place {place} and {'a' if file else 'no'} file")
    if file is None and plain_file is not None:
        raise Unfit("has a plain_file and no file")
    if not tells and plain_file is None:
        raise Unfit("has neither tells nor a plain_file to compare with")
    turns = texts_in(row, "turns", least=2 if place == SECOND_TURN else 1)
    return InjectionCase(text_in(row, "id"), place, text_in(row, "form"), text_in(row, "goal"), turns, tells, file, plain_file)


def _played_turn(turn: Row) -> PlayedTurn:
    only(turn, {"user", "checks"})
    return PlayedTurn(text_in(turn, "user"), tuple(_check(check) for check in _objects(turn, "checks", least=0)))


def _check(check: Row) -> Check:
    match sorted(check):
        case ["fact", "value"]:
            fact = one_of(check, "fact", CHECKED_FACTS)
            return FactHeld(fact, fact_value(fact, check["value"]))
        case ["not_fact"]:
            return FactNotHeld(one_of(check, "not_fact", CHECKED_FACTS))
        case ["about"]:
            return About(_each_known(check, "about", ROLES))
        case ["status"]:
            return Ended(_each_known(check, "status", tuple(Status)))
        case ["arrangement"]:
            return Arranged(_allowed(mapping_in(check, "arrangement")))
    raise Unfit(f"has a check of {' and '.join(sorted(check)) or 'nothing'}")


def _allowed(wanted: Row) -> dict[str, tuple[str, ...]]:
    only(wanted, set(ARRANGEMENTS))
    if not wanted:
        raise Unfit("has nothing in arrangement")
    return {decision: _each_known(wanted, decision, ARRANGEMENTS[decision]) for decision in wanted}


def _edit(edit: Row, turns: tuple[str, ...]) -> Edit:
    only(edit, {"attribute", "turns"})
    changed = texts_in(edit, "turns", least=1)
    if len(changed) != len(turns) or changed == turns:
        raise Unfit("has an edit that changes nothing, or the number of turns")
    return Edit(text_in(edit, "attribute"), changed)


def _each_known(row: Row, field: str, known: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one_known(value, field, known) for value in texts_in(row, field, least=1))


def _objects(row: Row, field: str, *, least: int = 1) -> list[Row]:
    value: Any = row.get(field)  # Any: a value of a file
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise Unfit(f"needs a list of objects in {field}")
    if len(value) < least:
        raise Unfit(f"has nothing in {field}")
    return value


def _flag(row: Row, field: str) -> bool:
    value = row.get(field)
    if not isinstance(value, bool):
        raise Unfit(f"needs true or false in {field}")
    return value
