"""Which names are names of one person: "Anna", "Anna Kowalska", "A. Kowalska" and "anna.kowalska@…" are, where unambiguous."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from app.documents.names import PARTICLES
from app.documents.sightings import folded, unaccented

_PARTS = re.compile(r"[\s._+@]+")


def parts(name: str) -> tuple[str, ...]:
    """The parts of a name as they are compared; an initial is one letter. Of an e-mail address, those before the @."""
    whole = unaccented(folded(_in_order(name)))
    found = tuple(part.removesuffix("-") for part in _PARTS.split(whole) if part)
    return tuple(part for part in found if part not in PARTICLES) or found


def _in_order(name: str) -> str:
    """First name first, as in "Anna Kowalska" for "KOWALSKA, Anna"; of an address, what stands before the @."""
    family, comma, given = name.partition("@")[0].partition(", ")
    return f"{given} {family}" if comma else family


def identities(names: Iterable[str]) -> dict[str, int]:
    """A number for each name, the same for names of one person, counted from 0 in the order in which people appear.

    A short name belongs to the only longer one that it can stand for; where there are several, it is kept apart.
    """
    named = list(dict.fromkeys(names))
    people: list[tuple[str, ...]] = []
    by_key: dict[str, list[int]] = defaultdict(list)
    owner: dict[str, int] = {}
    for name in sorted(named, key=lambda name: -_fullness(parts(name))):
        form = parts(name)
        near = sorted({number for part in form for key in (part, part[0]) for number in by_key.get(key, ())})
        fitting = [number for number in near if _stands_for(form, people[number])]
        exact = [number for number in fitting if people[number] == form]
        if len(fitting) == 1 or exact:
            owner[name] = (exact or fitting)[0]
        else:
            owner[name] = len(people)
            for key in (*form, *(part[0] for part in form[1:]), *_accounts(form)):
                by_key[key].append(len(people))
            people.append(form)
    order = {number: place for place, number in enumerate(dict.fromkeys(owner[name] for name in named))}
    return {name: order[owner[name]] for name in named}


def initials(people: Sequence[str]) -> list[str]:
    """A short form for each person's name, no two alike: "A. K." for Anna Kowalska, "An." and "Ag." for an Anna and an Agata."""
    alike = Counter(_shortened(name, 1) for name in people)
    used: Counter[str] = Counter()
    short = []
    for name in people:
        one = _shortened(name, 1)
        wanted = one if alike[one] == 1 else _shortened(name, 2)
        used[wanted] += 1
        short.append(wanted if used[wanted] == 1 else f"{wanted} {used[wanted]}")
    return short


def _shortened(name: str, letters: int) -> str:
    first, *rest = [part for part in _PARTS.split(_in_order(name)) if part]
    return " ".join([f"{first[: min(letters, max(len(first) - 1, 1))].capitalize()}.", *(f"{part[0].upper()}." for part in rest)])


def _fullness(form: tuple[str, ...]) -> int:
    """How much a name says: whole parts count more than initials."""
    return sum(10 if len(part) > 1 else 1 for part in form)


def _stands_for(form: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    """Can the name be short for the whole one? Its parts are parts of it, or their initials, in the same order."""
    if len(form) == 1 and form[0] in _accounts(whole):
        return True
    rest = iter(whole)
    return any(len(part) > 1 for part in form) and all(any(_same(part, other) for other in rest) for part in form)


def _accounts(whole: tuple[str, ...]) -> tuple[str, ...]:
    """What accounts of the person are often called: akowalska, annak."""
    return (whole[0][0] + whole[-1], whole[0] + whole[-1][0]) if len(whole) > 1 and min(len(whole[0]), len(whole[-1])) > 1 else ()


def _same(part: str, other: str) -> bool:
    return part == other or (len(part) == 1 and other.startswith(part)) or (len(other) == 1 and part.startswith(other))
