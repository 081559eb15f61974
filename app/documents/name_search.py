"""Where names of people stand in a text: capitalised words are scored by their clues, what was learned of one is used for all."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from itertools import groupby
from typing import Protocol

from app.documents.names import MONTHS_TOO, NAMES, NEVER, OTHERS, PLACES, WORDS_TOO
from app.documents.sightings import INITIALS, WEIGHTS, Word, clues, folded, lists, runs, unaccented, words

# Log-odds, fitted together with those of the clues on the dev vignettes, and rounded.
_START, _START_BY_RULES = -1.0, -0.25
_RECOGNISED, _RECOGNISED_ALWAYS = 0.75, 1.0
_LIKENESS, _NEVER_MET = 3.0, 2.0
_KNOWN_NAME, _KNOWN_PLACE, _KNOWN_WORD, _ALSO_SMALL = 2.0, -2.5, -3.5, -1.5
_COMPANIONS, _NEIGHBOUR, _LATER = 2.5, 1.75, -0.65
_ENOUGH, _ENOUGH_BY_RULES = -0.75, -0.5
_ALSO_MONTH = -3.0
_WORD_TOO = 0.3  # likeness of a word that is as often a name
_LIKE_NAME, _EVIDENCE = 0.35, 1.25  # of a word without a capital
_SURE = 1.0
_SURE_COMPANIONS = 0.85

_EMAIL = re.compile(r"(?<![\w.+-])([\w.+-]{1,64})@[\w-]{1,60}(?:\.[\w-]{2,30}){1,4}")
# Names that need no capital: mentions, and who speaks in a chat.
_HANDLES = (
    re.compile(r"(?<![\w.@/])@([^\W\d_](?:[\w.-]{0,30}\w)?)"),
    re.compile(r"^[>\s]{0,4}[*_]{1,2}([^\W\d_][\w.-]{0,20}\w)[*_]{1,2}[ \t]{1,3}[\[(]?\d{1,2}:\d\d\b", re.MULTILINE),
)
_ADDRESS_OF_ALL = frozenset(
    ("channel", "contact", "general", "hello", "info", "jobs", "mail", "news", "no-reply", "noreply", "post", "random", "todo")
)
_SMALL_OR_LARGE = re.compile(r"(?<![\w@.])(?:[^\W\d_][\u0300-\u036f]*)+(?![\w])")
_SMALL = re.compile(r"(?<![\w@./-])[^\W\d_A-ZÀ-Þ]{3,}(?![\w/@-]|\.\w)")
_CAPITALS_BEFORE = re.compile(r"(?:^|\n|\|)[\s*_•–-]*([A-ZÀ-Þ][A-ZÀ-Þ'’-]+)(,? )$")
_CAPITALS_BEHIND = re.compile(r" ([A-ZÀ-Þ][A-ZÀ-Þ'’-]{2,})(?=\s*(?:[|,;:()<–—]|$|\n))")
_SYLLABLE_BEHIND = re.compile(r" [A-Z][a-z]{1,2}(?=\s?(?:[|;:()–—\n]|$))")
_INITIAL_BEHIND = re.compile(r"[ \u00a0][A-ZÀ-Þ]\.(?!\w)")
_CALENDAR = MONTHS_TOO | {"jan", "jun"}
_BESIDE = 3  # words of a run on each side that are looked at
_OCCURRENCES = 5  # of a word without a capital that are looked at
_SHORTEST = 3  # letters of a name that is looked for in other spellings


class Model(Protocol):
    """What was learned about names."""

    def people(self, text: str) -> list[tuple[int, int]]:
        """Start and end of what it takes for names of people."""
        ...

    def likeness(self, word: str) -> float | None:
        """From -1, another word, to 1, a name; None for a word that it has never met."""
        ...


def name_spans(text: str, model: Model | None) -> list[tuple[int, int]]:
    """Start and end of every name of a person, in order; a name is as long as it can be, and none overlaps another."""
    search = _Search(text, model)
    handles = _handles(text)
    taken = bytearray(len(text))
    spans = []
    # Addresses come first: the names inside them are not names of their own.
    for start, end in [*_addresses(text), *search.names(), *handles, *search.other_spellings(handles), *search.small()]:
        if not any(taken[start:end]):
            taken[start:end] = b"\1" * (end - start)
            spans.append((start, end))
    return sorted(spans)


def _addresses(text: str) -> list[tuple[int, int]]:
    return [found.span() for found in _EMAIL.finditer(text) if _may_be_person(found[1])]


def _handles(text: str) -> list[tuple[int, int]]:
    return [found.span(1) for handle in _HANDLES for found in handle.finditer(text) if _may_be_person(found[1])]


def _may_be_person(handle: str) -> bool:
    pieces = [folded(piece) for piece in re.split(r"[._+-]", handle)]
    return folded(handle) not in _ADDRESS_OF_ALL and not any(piece in NEVER | _ADDRESS_OF_ALL for piece in pieces)


class _Search:
    def __init__(self, text: str, model: Model | None) -> None:
        self._text = text
        self._model = model
        self._recognised = {at for start, end in (model.people(text) if model else ()) for at in range(start, end)}
        self._small_words = {found[0] for found in _SMALL.finditer(text)}
        self._runs = runs(words(text), text)
        self._clues = [clues(run[0].start, run[-1].end, text) for run in self._runs]
        self._seen: dict[str, list[tuple[int, Word]]] = defaultdict(list)  # key → its occurrences, each with its run
        for number, run in enumerate(self._runs):
            for word in run:
                self._seen[word.key].append((number, word))
        self._scores = self._with_company({key: self._score(key) for key in self._seen})
        enough = _ENOUGH if model else _ENOUGH_BY_RULES
        self._people = {key for key, score in self._scores.items() if score > enough}

    def names(self) -> list[tuple[int, int]]:
        """The spans of names that are written with a capital."""
        found = []
        for number in range(len(self._runs)):
            for named, group in groupby(self._named(number), key=lambda each: each[1]):
                if named:
                    together = [word for word, _ in group]
                    found.append(self._whole(together[0].start, together[-1].end))
        return found

    def other_spellings(self, handles: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """The spans of names that are already known, written small, in capitals or without accents."""
        known = {unaccented(key) for key in self._people if len(key) >= _SHORTEST}
        known |= {unaccented(folded(self._text[start:end])) for start, end in handles}
        return [
            self._whole(*found.span())
            for found in _SMALL_OR_LARGE.finditer(self._text)
            if unaccented(folded(found[0])) in known and len(found[0]) >= _SHORTEST and self._can_stand_for_name(found)
        ]

    def small(self) -> list[tuple[int, int]]:
        """The spans of names that are written without a capital throughout, as in chats; only a model can tell them."""
        if self._model is None:
            return []
        seen: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for found in _SMALL.finditer(self._text):
            seen[found[0]].append(found.span())
        return [
            span
            for word, spans in seen.items()
            if self._is_like_name(word) and any(self._evidence(span) >= _EVIDENCE for span in spans[:_OCCURRENCES])
            for span in spans
        ]

    def _is_like_name(self, word: str) -> bool:
        if self._model is None or word in NEVER or word.capitalize() in OTHERS | PLACES:
            return False
        likeness = self._model.likeness(word)
        return likeness is None or likeness > _LIKE_NAME

    def _evidence(self, span: tuple[int, int]) -> float:
        return sum(WEIGHTS[clue] for clue in clues(*span, self._text) if clue != "starts")

    def _can_stand_for_name(self, found: re.Match[str]) -> bool:
        word = found[0]
        if word[:1].isupper():
            return word.isupper() or folded(word) not in self._seen
        if folded(word) in NEVER or word.capitalize() in OTHERS:
            return False
        if self._model is None:
            return any(WEIGHTS[clue] > 0 for clue in clues(*found.span(), self._text))
        likeness = self._model.likeness(word)
        return likeness is None or likeness > 0

    def _score(self, key: str) -> float:
        seen = self._seen[key]
        given = [self._clues[number] for number, _ in seen]
        score = _START if self._model else _START_BY_RULES
        for clue, weight in WEIGHTS.items():
            count = sum(clue in clues_there for clues_there in given)
            score += weight * (count > 0 if weight > 0 else count / len(seen))
        word = seen[0][1].text
        score += self._learned(word, seen) if self._model else self._known_by_heart(word)
        return score + _ALSO_MONTH * (key in MONTHS_TOO)

    def _learned(self, word: str, seen: list[tuple[int, Word]]) -> float:
        likeness = self._likeness(word)
        recognised = sum(self._is_recognised(word) for _, word in seen) / len(seen)
        score = _RECOGNISED * (recognised > 0) + _RECOGNISED_ALWAYS * recognised
        return score + (_NEVER_MET if likeness is None else _LIKENESS * likeness)

    def _likeness(self, word: str) -> float | None:
        """What was learned of the word; what is known by heart wins."""
        assert self._model
        if word in PLACES:
            return -1.0
        likeness = self._model.likeness(word)
        return max(likeness, _WORD_TOO) if likeness is not None and word in WORDS_TOO else likeness

    def _known_by_heart(self, word: str) -> float:
        if word in WORDS_TOO:
            return 0.0
        known = _KNOWN_NAME * (word in NAMES) + _KNOWN_PLACE * (word in PLACES) + _KNOWN_WORD * (word in OTHERS)
        return known + _ALSO_SMALL * (word.lower() in self._small_words)

    def _with_company(self, scores: dict[str, float]) -> dict[str, float]:
        """The scores after each word has looked at those that it is listed with and those beside it."""
        companions: dict[str, float] = {}
        neighbours: dict[str, float] = {}
        listed: set[str] = set()  # among three or more who are sure
        best = [max(_chance(scores[word.key]) for word in run) for run in self._runs]
        for group in lists(self._runs, self._text):
            total = sum(best[number] for number in group)
            for number in group:
                others = (total - best[number]) / (len(group) - 1)
                for word in self._runs[number]:
                    companions[word.key] = max(companions.get(word.key, 0.0), others)
                    if others > _SURE_COMPANIONS and len(group) > 2 and word.text not in PLACES:
                        listed.add(word.key)
        for run in self._runs:
            for i, word in enumerate(run):
                beside = [
                    _chance(scores[other.key]) for other in run[max(0, i - _BESIDE) : i + _BESIDE + 1] if other.key != word.key
                ]
                neighbours[word.key] = max([neighbours.get(word.key, 0.0), *beside])
        company = {
            key: score + _COMPANIONS * companions.get(key, 0.0) + _NEIGHBOUR * neighbours.get(key, 0.0) + _LATER
            for key, score in scores.items()
        }
        return {key: max(score, 0.0) if key in listed else score for key, score in company.items()}

    def _is_named(self, word: Word, number: int) -> bool:
        """Is this occurrence the name? A name that is also a common word needs more than a capital where a sentence starts."""
        around = self._clues[number]
        if word.key not in self._people:
            return False
        if self._is_recognised(word):
            return True
        if word.key in _CALENDAR and around & {"date", "in a place", "counted"}:
            return False
        if "starts" not in around or any(WEIGHTS[clue] > 0 for clue in around):
            return True
        likeness = self._model.likeness(word.text) if self._model else None
        return likeness is None or likeness > 0

    def _named(self, number: int) -> list[tuple[Word, bool]]:
        """A run's words, each with whether it is part of a name.

        A capitalised word right after a sure first name is the family name, however common it is.
        """
        run, named = self._runs[number], [self._is_named(word, number) for word in self._runs[number]]
        if not {"thing after", "in a place"} & self._clues[number]:
            for i in range(1, len(run)):
                named[i] = named[i] or (named[i - 1] and self._scores[run[i - 1].key] > _SURE)
        return list(zip(run, named, strict=True))

    def _is_recognised(self, word: Word) -> bool:
        return word.start in self._recognised

    def _whole(self, start: int, end: int) -> tuple[int, int]:
        """The name with what belongs to it: initials, a family name in capitals as on rosters, a last syllable."""
        if before := INITIALS.search(self._text[max(0, start - 12) : start]):
            start -= len(before[0])
        elif (before := _CAPITALS_BEFORE.search(self._text[max(0, start - 40) : start])) and self._may_be_family(before[1]):
            start -= len(before[1]) + len(before[2])
        for belongs in (_INITIAL_BEHIND, _SYLLABLE_BEHIND, _CAPITALS_BEHIND):
            behind = belongs.match(self._text, end)
            if behind and (belongs is not _CAPITALS_BEHIND or self._may_be_family(behind[1])):
                return start, behind.end()
        return start, end

    def _may_be_family(self, capitals: str) -> bool:
        if folded(capitals) in NEVER or capitals.capitalize() in OTHERS:
            return False
        likeness = self._model.likeness(capitals.capitalize()) if self._model else None
        return likeness is None or likeness > 0


def _chance(score: float) -> float:
    return 1 / (1 + math.exp(-score))
