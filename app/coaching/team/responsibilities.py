"""Who answers for what in the team: owned, shared, doubled, unowned or unknown, with the words that say so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from app.coaching.citing import Citations
from app.coaching.model import Certainty, Fact, FactValue, Passage, Quote
from app.coaching.ports import StatementReader
from app.coaching.rules import Duty
from app.coaching.team.report import Responsibility
from app.coaching.team.roster import NOBODY, TEAM, Roster
from app.coaching.team.statements import Statement, statements_of

OWNED, SHARED, DOUBLED, UNOWNED, UNKNOWN = "owned", "shared", "doubled", "unowned", "unknown"
SPEAKS_OF = 0.2  # confidence from which a statement is about a responsibility
# Facts that settle a responsibility where no statement of its own does: the fact says who holds it.
SETTLED_BY = {"priorities": "priorities_owner", "vision": "vision_owner", "schedule": "coordination_owner"}


@dataclass(frozen=True)
class _Said:
    state: str
    owners: tuple[str, ...]
    confidence: float
    quote: Quote


class DutyFinder:
    """Finds who holds which responsibility in a description of a team."""

    def __init__(self, duties: Sequence[Duty], roster: Roster, reader: StatementReader | None = None) -> None:
        self._duties = tuple(d for d in duties if d.name)
        self._roster = roster
        self._reader = reader

    def responsibilities(
        self, text: str, facts: Sequence[Fact], citations: Citations, passage_of: Callable[[str], Passage | None]
    ) -> tuple[Responsibility, ...]:
        """Every responsibility of the rules with its state; sources of advice are added to `citations`.

        What the person told wins over the statements of the text, and these over other facts.
        """
        said = self._said(text)
        known = {f.id: f for f in facts}
        told = {f.id: f for f in facts if f.certainty is Certainty.TOLD}

        def state(duty: str) -> _Said | None:
            return _from_facts(duty, told) or said.get(duty) or _from_facts(duty, known)

        return tuple(self._one(d, state(d.id), citations, passage_of) for d in self._duties)

    def _one(
        self, duty: Duty, said: _Said | None, citations: Citations, passage_of: Callable[[str], Passage | None]
    ) -> Responsibility:
        if said is None:
            return Responsibility(duty.id, duty.family, duty.name, UNKNOWN)
        quotes = (said.quote,) if said.quote.text else ()
        advice = ""
        cites: tuple[int, ...] = ()
        if said.state == UNOWNED:
            advice = f"Share it: {duty.share} Or hire for it: {duty.hire}"
            cites = citations.cite(passage_of(duty.tie.passage), (duty.tie.sentence,)) if duty.tie else ()
        return Responsibility(duty.id, duty.family, duty.name, said.state, said.owners, quotes, advice, cites)

    def _said(self, text: str) -> dict[str, _Said]:
        """For each responsibility what its surest statement says."""
        found: dict[str, _Said] = {}
        statements = statements_of(text)
        if self._reader is None or not statements:
            return found
        by_name = self._roster.by_name(statements)
        for statement, confidences in zip(statements, self._reader.read([s.text for s in statements]), strict=True):
            states = {k.partition(":")[2]: c for k, c in confidences.items() if k.startswith("state:")}
            if not states or statement.text.rstrip().endswith("?"):
                continue
            state = max(states, key=lambda s: states[s])
            for label, confidence in confidences.items():
                kind, _, duty = label.partition(":")
                if kind != "duty" or confidence < SPEAKS_OF:
                    continue
                weight = confidence * states[state]
                if duty not in found or found[duty].confidence < weight:
                    quote = Quote(statement.text, statement.start, statement.end)
                    found[duty] = _Said(state, self._owners(state, statement, by_name), weight, quote)
        return found

    def _owners(self, state: str, statement: Statement, by_name: Mapping[str, str]) -> tuple[str, ...]:
        if state == UNOWNED:
            return ()
        if state == SHARED:
            return (TEAM,)
        if state == DOUBLED:
            return tuple(dict.fromkeys(h.role for h in self._roster.present(statement)))
        role = self._roster.holder(statement, by_name)
        return (role,) if role else ()


def _from_facts(duty: str, known: Mapping[str, Fact]) -> _Said | None:
    if duty == "blockers" and "blockers_unowned" in known:
        fact = known["blockers_unowned"]
        return _Said(UNOWNED if fact.value else SHARED, () if fact.value else (TEAM,), 0.0, _quote(fact))
    fact_id = SETTLED_BY.get(duty)
    if fact_id is None or fact_id not in known:
        return None
    fact = known[fact_id]
    return _Said(_state(fact.value), () if fact.value == NOBODY else (str(fact.value),), 0.0, _quote(fact))


def _state(owner: FactValue) -> str:
    return UNOWNED if owner == NOBODY else SHARED if owner == TEAM else OWNED


def _quote(fact: Fact) -> Quote:
    return fact.quotes[0] if fact.quotes else Quote("", 0, 0)
