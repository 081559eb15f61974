"""What one can do with a team on the page: describe it, correct it, play with it, keep it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from app.coaching.model import FactValue
from app.coaching.team.report import TeamAdvice
from app.store.records import TeamSummary
from app.web.reading import Given, Reading
from app.web.teams import Team, as_body, from_body, said_then
from app.wiring import Service

if TYPE_CHECKING:
    from app.store.assessments import TeamAssessments

TITLE, QUESTION, WHAT_IF = "rw-title", "rw-next", "rw-if"  # ids of headings that the focus goes to
QUICK = 0.7  # seconds that a click waits for a reading, so that a short text needs no second look


class Announce(Protocol):
    """Has words said to screen readers, and something focused if the focus was lost."""

    def __call__(self, text: str, *, focus: str = "") -> None: ...


@dataclass
class Desk:
    """The team of one open page.

    `announce` has words said to screen readers; `number` tells the widgets of one team from those of another.
    """

    service: Service
    teams: Callable[[], TeamAssessments]
    announce: Announce
    team: Team | None = None
    previous: Team | None = None  # the one that was put aside last, to return to
    reading: Reading | None = None
    number: int = 0
    round: int = 0  # of what-if: counts up when all of it is taken back
    changed_since: str = ""  # what the rules recommended when the team was kept, where they now say otherwise
    deleting: str = ""  # the id of the kept team whose deletion was asked for once

    def take(self, team: Team | None) -> None:
        """Put another team, or none, in place of the one that was there."""
        self.previous = None if team is not None else self.team
        self.team, self.changed_since, self.deleting = team, "", ""
        self.number += 1

    def put_aside(self) -> None:
        """Make room for another team."""
        self.take(None)
        self.announce("Describe your team.", focus=TITLE)

    def clear(self) -> None:
        """Forget the team, the one before it, and what is being read."""
        if self.reading is not None:
            self.reading.stop()
            self.reading = None
        self.take(None)
        self.previous = None

    def read(self, given: Sequence[Given]) -> None:
        """Begin to read a description; raises BadInput when there is nothing to read."""
        if self.reading is not None:
            self.reading.stop()
        self.reading = Reading(self.service, given)
        if not self.reading.wait(QUICK):
            self.announce("Reading your description.")

    def stop_reading(self) -> None:
        """Read no further; the team that was there before stays."""
        if self.reading is not None:
            self.reading.stop()
        self.reading = None
        self.announce("Stopped. Nothing of it was kept.", focus=TITLE)

    def taken_from_reading(self) -> Reading | None:
        """The reading that has just ended, its team taken over; None while there is none or it goes on."""
        reading = self.reading
        if reading is None or not reading.done:
            return None
        self.reading = None
        if reading.team is not None:
            self.take(reading.team)
            self.announce(f"Read. {len(reading.team.facts)} facts understood.", focus=TITLE)
        return reading

    def tell(self, fact: str, value: FactValue, *, elsewhere: bool = False) -> None:
        """Take the person's word for a fact; `elsewhere` when it was not set in the fact's own widget."""
        if self.team is not None:
            self.team.tell(fact, value)
            if elsewhere:
                self.team.turn_over(fact)
            self._keep_up()
            self.announce("Noted. The recommendation is up to date.", focus=QUESTION)

    def take_back(self, fact: str) -> None:
        """Believe of a fact what the text says, whatever the person set."""
        if self.team is not None:
            self.team.told.pop(fact, None)
            self.team.turn_over(fact)
            self._keep_up()
            self.announce("Undone.")

    def open_fact(self, fact: str) -> None:
        """Open a fact that nothing was said about, so that it can be set."""
        if self.team is not None and fact not in self.team.added:
            self.team.added.append(fact)

    def answer(self, fact: str, value: FactValue) -> None:
        """Take the answer to the next question."""
        self.tell(fact, value, elsewhere=True)

    def skip(self, fact: str) -> None:
        """Ask something else."""
        if self.team is not None:
            self.team.skipped.append(fact)
            self.announce("Skipped.", focus=QUESTION)

    def suppose(self, fact: str, value: FactValue) -> None:
        """Suppose that a fact had another value; None takes the supposition back."""
        if self.team is None:
            return
        if value is None:
            self.team.supposed.pop(fact, None)
        else:
            self.team.supposed[fact] = value

    def suppose_nothing(self) -> None:
        """Take all suppositions back."""
        if self.team is not None:
            self.team.supposed.clear()
            self.round += 1
            self.announce("What-if is reset.", focus=WHAT_IF)

    def take_over(self) -> None:
        """Make facts of what is supposed."""
        if self.team is not None:
            supposed, self.team.supposed = self.team.supposed, {}
            self.round += 1
            for fact, value in supposed.items():
                self.team.tell(fact, value)
                self.team.turn_over(fact)
            self._keep_up()
            self.announce("Taken over as facts.", focus=WHAT_IF)

    def listing(self) -> list[TeamSummary]:
        """The teams that are kept, newest first."""
        return self.teams().listing()

    def keep(self) -> None:
        """Keep this team in the store from now on, with every correction."""
        if self.team is not None and not self.team.kept:
            self.team.kept = self.teams().keep(self.team.name, as_body(self.team, self.advice()))
            self.announce("Kept in this browser’s list.")

    def keep_no_longer(self) -> None:
        """Delete what is kept of this team; it stays on the page until that is closed."""
        if self.team is not None and self.team.kept:
            self.teams().forget(self.team.kept)
            self.team.kept = ""
            self.announce("No longer kept: what was stored is deleted.")

    def open(self, kept: str) -> None:
        """Open a team that is kept. Raises StoreError when there is none of that id."""
        found = self.teams().kept(kept)
        team = from_body(found.body, kept)
        team.name = found.summary.title
        if self.reading is not None:
            self.reading.stop()
            self.reading = None
        self.take(team)
        then = said_then(found.body)
        now = {made.decision.id: made.arrangement for made in self.advice().recommendations}
        changed = [name for name in now if name in then and then[name] != now[name]]
        self.changed_since = ", ".join(changed)
        self.announce(f"{team.name} is open.", focus=TITLE)

    def rename(self, kept: str, title: str) -> None:
        """Give a kept team another title."""
        line = self.teams().rename(kept, title)
        if self.team is not None and self.team.kept == kept:
            self.team.name = line

    def forget(self, kept: str) -> None:
        """Delete a kept team, and close it if it is the open one."""
        self.teams().forget(kept)
        if self.team is not None and self.team.kept == kept:
            self.clear()
        self.deleting = ""
        self.announce("The team is deleted.", focus=TITLE)

    def advice(self) -> TeamAdvice:
        """The advice on the team that is open."""
        assert self.team is not None, "there is a team"
        return self.team.advice(self.service)

    def _keep_up(self) -> None:
        if self.team is not None and self.team.kept:
            self.teams().replace(self.team.kept, as_body(self.team, self.advice()))
