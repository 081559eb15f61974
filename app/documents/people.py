"""People's names in a description of a team: found, replaced before a model reads it, restored, shortened."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from app.documents.identities import identities, initials
from app.documents.name_model import NameModel
from app.documents.name_search import name_spans

MISSING = "Names were found by rules alone, so some may be missed. `rolewise models pull` fetches the model that finds more."

_PLACEHOLDER = "Person"
_NUMBERED = re.compile(rf"\b{_PLACEHOLDER} (\d{{1,6}})\b")


@dataclass(frozen=True)
class Person:
    """One occurrence of a name: as it stands, where, and the number of the person, from 1 in order of appearance."""

    name: str
    start: int
    end: int
    id: int


@dataclass(frozen=True)
class Masked:
    """A text in which "Person 1", "Person 2" and so on stand for the people who were found in `original`."""

    original: str
    people: tuple[Person, ...]
    warnings: tuple[str, ...] = ()

    @cached_property
    def text(self) -> str:
        """The text with the placeholders."""
        pieces, end = [], 0
        for person in self.people:
            pieces += [self.original[end : person.start], self._placeholder(person)]
            end = person.end
        return "".join([*pieces, self.original[end:]])

    @cached_property
    def shortened(self) -> dict[str, str]:
        """Every name that stands in the text → the person's initials; no two people's are alike."""
        numbers = sorted(self._fullest)
        short = dict(zip(numbers, initials([self._fullest[number] for number in numbers]), strict=True))
        return {person.name: short[person.id] for person in self.people}

    def shorten(self, text: str) -> str:
        """Any text, such as an export, with the names that stand in it replaced by initials."""
        if not self.people:
            return text
        names = "|".join(re.escape(name) for name in sorted(self.shortened, key=len, reverse=True))
        # The full stop of initials also ends a sentence.
        return re.sub(rf"(?<!\w)({names})(?!\w)(\.(?!\w))?", self._short_for, text)

    def restored(self, text: str) -> str:
        """Words about the masked text, with the names in them again.

        A passage of the masked text comes back exactly as it stood in the original; in other words, each person gets
        their fullest name. A placeholder that stands for nobody is left as it is.
        """
        for at in _places(text, self.text):
            start, end = self._before(at), self._before(at + len(text))
            if start is not None and end is not None:
                return self.original[start:end]
        return _NUMBERED.sub(lambda found: self._fullest.get(int(found[1]) - self._shift, found[0]), text)

    @cached_property
    def _shift(self) -> int:
        """What is added to people's numbers, because the text itself speaks of a "Person 1"."""
        return max((int(number) for number in _NUMBERED.findall(self.original)), default=0)

    def _placeholder(self, person: Person) -> str:
        return f"{_PLACEHOLDER} {person.id + self._shift}"

    def _short_for(self, found: re.Match[str]) -> str:
        short = self.shortened[found[1]]
        return short if short.endswith(".") else short + (found[2] or "")

    @cached_property
    def _fullest(self) -> dict[int, str]:
        """Each person's fullest name; an address only if there is nothing else."""
        best: dict[int, str] = {}
        for person in self.people:
            known = best.get(person.id)
            if known is None or ("@" not in person.name, len(person.name)) > ("@" not in known, len(known)):
                best[person.id] = person.name
        return best

    def _before(self, place: int) -> int | None:
        """Where a place of the masked text lies in the original; None inside a placeholder."""
        gained = 0
        for person in self.people:
            start = person.start + gained
            if place <= start:
                break
            gained += len(self._placeholder(person)) - len(person.name)
            if place < person.end + gained:
                return None
        return place - gained


class PeopleFinder:
    """Finds the people whom a text names: with the model's folder by what it has learned and by rules, without it by rules.

    The model is loaded for the first text, which takes about 5 seconds; several threads may use one finder.
    """

    def __init__(self, model_folder: Path | None) -> None:
        self._folder = model_folder
        self._loading = threading.Lock()
        self._tried = False
        self._loaded: NameModel | None = None

    @property
    def warnings(self) -> tuple[str, ...]:
        """A sentence for the person if there is no model; looking loads it."""
        return () if self._model() else (MISSING,)

    def find(self, text: str) -> list[Person]:
        """Every occurrence of a name, in order; none overlaps another."""
        spans = name_spans(text, self._model())
        numbers = identities(text[start:end] for start, end in spans)
        return [Person(text[start:end], start, end, numbers[text[start:end]] + 1) for start, end in spans]

    def masked(self, text: str) -> Masked:
        """The text with a placeholder for each person, the same one for every name of theirs."""
        return Masked(text, tuple(self.find(text)), self.warnings)

    def _model(self) -> NameModel | None:
        with self._loading:
            if not self._tried and self._folder is not None:
                try:
                    self._loaded = NameModel(self._folder)
                except (ImportError, OSError, ValueError):  # not there, or made for another spaCy
                    self._loaded = None
            self._tried = True
        return self._loaded


def _places(part: str, whole: str) -> Iterator[int]:
    at = whole.find(part) if part else -1
    while at >= 0:
        yield at
        at = whole.find(part, at + 1)
