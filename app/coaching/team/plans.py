"""Nouns of what will be said: the plan of an answer, what the rules decided, and what is known of the team."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.coaching.model import Fact, Line, Status
from app.coaching.rules import FactRule
from app.coaching.team.decide import Ask, Flip, Recommendation
from app.coaching.team.summary import PassageOf, RoleName


@dataclass(frozen=True)
class Decided:
    """What rules over the team's facts say on every decision; the first of `asks` is the one that the answer asks."""

    recommendations: tuple[Recommendation, ...]
    flips: tuple[Flip, ...]
    asks: tuple[Ask, ...]


@dataclass(frozen=True)
class Told:
    """What is known of the person's team, and what is needed to speak of it.

    `skipped` are facts that the person was asked for and does not know: they are not asked for again.
    """

    facts: Sequence[Fact]
    rules: Sequence[FactRule]
    passage_of: PassageOf
    role_name: RoleName
    skipped: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Plan:
    """What will be said. `body` may be replaced by checked sentences of a model, `lead` and `close` never are."""

    status: Status
    lead: tuple[Line, ...]
    body: tuple[Line, ...] = ()
    close: tuple[Line, ...] = ()
    ask: str = ""
    choices: tuple[str, ...] = ()
    decided: Decided | None = None

    @property
    def lines(self) -> tuple[Line, ...]:
        """All lines in the order in which they are shown without a model."""
        return self.lead + self.body + self.close
