"""Reading a description of a team in the background: the page says what is happening and stays usable meanwhile."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from app.coaching.cleaning import one_line
from app.documents.document import Document
from app.errors import BadInput, RolewiseError
from app.web.problems import Problem, problem
from app.web.teams import Team, joined, name_of
from app.wiring import Service

MOST_FILES = 8
PASTED = "Pasted text"


@dataclass(frozen=True)
class Given:
    """A document as the person gave it: what it is called and its bytes."""

    name: str
    data: bytes
    pasted: bool = False


class Reading:
    """One description being read, in a thread of its own; holds it in memory only. Thread-safe.

    `steps` are words for the page; when `done`, there is a `team` or a `problem`.
    """

    def __init__(self, service: Service, given: Sequence[Given]) -> None:
        """Begin. Raises BadInput when there is nothing to read, or too much at once."""
        if not given:
            raise BadInput("There is nothing to read yet.", "Paste a few sentences about your team, or add a file.")
        if len(given) > MOST_FILES:
            raise BadInput(f"At most {MOST_FILES} documents are read at once.", "Give the ones that matter most.")
        self.id = secrets.token_hex(4)
        self.steps: list[str] = []
        self.team: Team | None = None
        self.problem: Problem | None = None
        self._service = service
        self._given = tuple(given)
        self._stopped = threading.Event()
        self._done = threading.Event()
        threading.Thread(target=self._work, name=f"reading-{self.id}", daemon=True).start()

    @property
    def done(self) -> bool:
        """Whether it has ended."""
        return self._done.is_set()

    def wait(self, seconds: float) -> bool:
        """Whether it has ended within so many seconds."""
        return self._done.wait(seconds)

    def stop(self) -> None:
        """Forget it: nothing of it is shown or kept, whatever it still finds."""
        self._stopped.set()

    def _work(self) -> None:
        try:
            self.team = self._team()
        except Exception as error:  # a thread has nobody to raise to: the page shows it
            self.problem = problem(error)
        finally:
            self._given = ()
            self._done.set()

    def _team(self) -> Team | None:
        documents: dict[str, Document] = {}
        left_out: list[str] = []
        refused: list[RolewiseError] = []
        for n, given in enumerate(self._given, start=1):
            if self._stopped.is_set():
                return None
            shown = one_line(given.name, 60) or "a file"
            self.steps.append(f"Reading {shown}" + (f" ({n} of {len(self._given)})" if len(self._given) > 1 else ""))
            try:
                document = self._read(given)
            except RolewiseError as error:
                refused.append(error)
                left_out.append(f"{shown} was left out: {error}")
                continue
            if document.sha256 in documents:
                left_out.append(f"{document.name} was given twice and is read once.")
            documents.setdefault(document.sha256, document)
            named = f"{document.name}: " if len(self._given) > 1 else ""
            left_out += [f"{named}{warning}" for warning in document.warnings]
        if not documents:
            raise refused[0]
        text, parts = joined(list(documents.values()))
        if self._stopped.is_set():
            return None
        self.steps.append("Looking for facts")
        facts = tuple(self._service.understand(text))
        team = Team(name_of(parts), text, facts, tuple(dict.fromkeys(left_out)), parts=parts)
        self.steps.append("Weighing them")
        with suppress(RolewiseError):  # the page asks again and says what is missing
            team.advice(self._service)  # what it loads is loaded here, not while the page is drawn
        return team

    def _read(self, given: Given) -> Document:
        if given.pasted:
            return replace(self._service.read(f"{PASTED}.txt", given.data), name=PASTED)
        return self._service.read(given.name, given.data)
