"""Who answers for what, as rows: a RACI draft with at most one accountable each, and the grid for a workshop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.coaching.team.decide import NOBODY, TEAM
from app.coaching.team.report import Responsibility, TeamAdvice
from app.exports.words import Words, capital

OWNED, SHARED, DOUBLED, UNOWNED, UNKNOWN = "owned", "shared", "doubled", "unowned", "unknown"
FAMILIES = {"product": "What and why", "delivery": "How and when", "shared": "In common"}
DELIVERY = "delivery"
LEAD_FACT = "coordination_owner"


@dataclass(frozen=True)
class RaciRow:
    """One responsibility of the draft. `accountable` is one holder or empty; `note` says why something is open.

    `flagged` rows need a decision: nobody holds them, or more than one does. Consulted and informed are for the team to fill.
    """

    id: str
    family: str
    name: str
    accountable: str
    responsible: tuple[str, ...]
    note: str
    flagged: bool


@dataclass(frozen=True)
class GridRow:
    """One line of the workshop grid: `others_think` is what the description says, `i_think` is left for the pen."""

    family: str
    name: str
    others_think: str
    i_think: str
    unowned: str


def families(advice: TeamAdvice) -> list[tuple[str, list[Responsibility]]]:
    """The responsibilities by family, each under what the family is called, in the order of the rules."""
    known = dict.fromkeys([*FAMILIES, *(r.family for r in advice.responsibilities)])
    groups = ((FAMILIES.get(f, f), [r for r in advice.responsibilities if r.family == f]) for f in known)
    return [(name, group) for name, group in groups if group]


def raci_rows(advice: TeamAdvice, words: Words) -> list[RaciRow]:
    """The draft, family by family."""
    lead = next((f.value for f in advice.facts if f.id == LEAD_FACT), None)
    named = lead if isinstance(lead, str) and lead not in (NOBODY, TEAM) else ""
    return [_raci_row(r, name, named, words) for name, group in families(advice) for r in group]


def grid_rows(advice: TeamAdvice, words: Words) -> list[GridRow]:
    """The grid, family by family."""
    return [
        GridRow(
            family,
            words.said(r.name, 120),
            "" if r.state in (UNOWNED, UNKNOWN) else holder(r, words),
            "",
            "Nobody, by the description" if r.state == UNOWNED else "",
        )
        for family, group in families(advice)
        for r in group
    ]


def holder(responsibility: Responsibility, words: Words) -> str:
    """Who holds it, in a few words that need no colour to be understood."""
    names = [words.holder(owner) for owner in responsibility.owners]
    match responsibility.state:
        case "unowned":
            return "Nobody"
        case "doubled":
            return f"Doubled: {_listed(names)}" if names else "Doubled"
        case "shared":
            others = [n for n, owner in zip(names, responsibility.owners, strict=True) if owner != TEAM]
            return f"Shared: {_listed(others)}" if others else "Shared by the team"
        case "owned":
            return capital(_listed(names)) or "Somebody"
    return "Not described"


def needs_decision(responsibility: Responsibility) -> bool:
    """Whether nobody holds it, or more than one does."""
    return responsibility.state in (UNOWNED, DOUBLED)


def _raci_row(r: Responsibility, family: str, lead: str, words: Words) -> RaciRow:
    names = tuple(words.holder(owner) for owner in r.owners)
    accountable, responsible, note = "", names, ""
    if r.state == OWNED and len(names) == 1:
        accountable = names[0]
    elif r.state == SHARED:
        responsible = names or (words.holder(TEAM),)
        if r.family == DELIVERY and lead:
            accountable, note = words.holder(lead), "Shared; accountable is who holds the coordination."
        else:
            note = "Shared; who has the last word is to be agreed."
    elif r.state == UNOWNED:
        responsible, note = (), "Nobody holds it."
    elif r.state == UNKNOWN:
        responsible, note = (), "Not described."
    else:  # doubled, or owned by more than one, which is the same to whoever has to ask
        note = "More than one holds it; one must have the last word."
    flagged = r.state in (UNOWNED, DOUBLED) or (r.state == OWNED and len(names) != 1)
    return RaciRow(r.id, family, words.said(r.name, 120), accountable, responsible, note, flagged)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else "".join(names)
