"""Is the advice on a team right? Facts, arrangements, quotes, responsibilities and names against their labels."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.coaching.model import FactValue
from app.quality import Metric, bootstrap
from evals.cases import OWNERS, ROLES_PRESENT, Held, LabelledFlip, Verdict
from evals.suite import Json

if TYPE_CHECKING:
    from app.quality import Numbers

RIGHT, WRONG, UNSETTLED, UNLABELLED = "right", "wrong", "unsettled", "unlabelled"
UNKNOWN, STATED = "unknown", "stated"
HEAD = "founder or ceo"  # where a label says either, the other is as good
HEADS = ("founder", "ceo")
NEEDS_FACTS = "needs facts"
NAME = re.compile(r"[a-z]+(?:_[a-z]+)*")  # a role id or "team"; labels name people by their names where they hold no role


@dataclass(frozen=True)
class Claim:
    """A fact that was claimed, or one of the roles: right, wrong, claimed though the text leaves it open, or not labelled."""

    fact: str
    certainty: str
    verdict: str
    reason: str


@dataclass(frozen=True)
class Wanted:
    """A labelled fact, or one of the roles: whether the text says it in so many words, and whether it was found."""

    fact: str
    stated: bool
    found: bool


def arrangement_right(label: Verdict, given: str | None) -> bool:
    """Whether an arrangement is the best or acceptable; saying that facts are needed is right where that is labelled."""
    return given == label.best or (given is not None and given in label.acceptable)


def given_facts(advice: Json) -> dict[str, Json]:
    """The facts of an advice that are known, by id."""
    return {fact["id"]: fact for fact in advice["facts"] if fact["certainty"] != UNKNOWN}


def same_value(fact: str, label: FactValue, given: object) -> bool:
    """Whether a claimed value is the labelled one: counts exactly; a founder and a CEO own the same."""
    if fact in OWNERS:
        return isinstance(given, str) and isinstance(label, str) and _owner(label) == _owner(given)
    return type(given) is type(label) and given == label  # True is not 1 here


def claims(facts: Mapping[str, FactValue], not_settled: Collection[str], given: Mapping[str, Json]) -> list[Claim]:
    """Every claimed fact judged, roles one by one."""
    found = []
    for fact, row in given.items():
        certainty = str(row["certainty"])
        said = row["value"] if fact == ROLES_PRESENT else [row["value"]]
        for value in said:
            if fact in not_settled:
                verdict, labelled = UNSETTLED, "left open"
            elif fact not in facts:
                verdict, labelled = UNLABELLED, "not labelled"
            else:
                label = facts[fact]
                right = value in label if isinstance(label, tuple) else same_value(fact, label, value)
                verdict, labelled = (RIGHT if right else WRONG), f"labelled {_shown(label)}"
            found.append(Claim(fact, certainty, verdict, f"{fact} is {_shown(value)}, {labelled}"))
    return found


def wanted(facts: Mapping[str, FactValue], stated: Collection[str], given: Mapping[str, Json]) -> list[Wanted]:
    """Every labelled fact with whether it was found, roles one by one."""
    found = []
    for fact, label in facts.items():
        value = given[fact]["value"] if fact in given else None
        if isinstance(label, tuple):
            found += [Wanted(fact, fact in stated, role in (value or ())) for role in label]
        else:
            found.append(Wanted(fact, fact in stated, same_value(fact, label, value)))
    return found


def bad_quotes(text: str, advice: Json) -> tuple[list[str], int]:
    """The quotes of facts and responsibilities that do not stand at their offsets, and how many there are in all."""
    rows = [*advice["facts"], *advice["responsibilities"]]
    quotes = [(row["id"], quote) for row in rows for quote in row["quotes"]]
    bad = [
        f"{owner} quotes “{q['text']}” at {q['start']}"
        for owner, q in quotes
        if not q["text"].strip() or not 0 <= q["start"] < q["end"] or text[q["start"] : q["end"]] != q["text"]
    ]
    return bad, len(quotes)


def owners_right(label: Held, given: Sequence[str]) -> bool | None:
    """Whether those who hold a responsibility are named; None where the label has nobody, or a person without a role."""
    if not label.owners or not all(NAME.fullmatch(owner) for owner in label.owners):
        return None
    return {_owner(o) for o in given} == {_owner(o) for o in label.owners}


def flip_found(label: LabelledFlip, advice: Json) -> bool:
    """Whether the advice says that this fact would change that decision to that arrangement, at whatever value."""
    wanted = (label.decision, label.fact, label.arrangement)
    return any((f["decision"], f["fact"], f["arrangement"]) == wanted for f in advice["would_change"])


def arrangements(advice: Json) -> dict[str, str | None]:
    """The arrangement of each decision."""
    return {decision: row["arrangement"] for decision, row in advice["recommendation"].items()}


def moved_facts(before: Json, after: Json) -> list[str]:
    """The facts that two advices know differently."""
    known = [{fact: row["value"] for fact, row in given_facts(advice).items()} for advice in (before, after)]
    return sorted(f for f in known[0].keys() | known[1].keys() if _plain(known[0].get(f)) != _plain(known[1].get(f)))


def names_left(text: str, people: Sequence[str], spans: Sequence[tuple[int, int]]) -> list[str]:
    """The names of which some letter, somewhere in the text, lies outside the spans that were found."""
    covered = {place for start, end in spans for place in range(start, end)}
    left = []
    for name in people:
        places = [m.start() for m in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text)]
        letters = [at + n for at in places for n, letter in enumerate(name) if letter.isalnum()]
        if not letters or any(place not in covered for place in letters):
            left.append(name)
    return left


def constant(labels: Sequence[Verdict]) -> str | None:
    """The one answer that is right most often."""
    options = dict.fromkeys(label.best for label in labels)
    return max(options, key=lambda option: sum(arrangement_right(label, option) for label in labels), default=None)


def macro_f1(
    name: str,
    pairs: Sequence[tuple[str | None, str | None]],
    classes: Sequence[str],
    **more: Any,  # Any: further fields of Metric
) -> Metric:
    """The mean F1 over the classes that are labelled, of (labelled, given); None is no class. The interval is a bootstrap's."""
    import numpy as np

    known = [c for c in classes if any(label == c for label, _ in pairs)]
    if not known:
        return Metric(name, None, None, None, 0, **more)
    number = {c: n for n, c in enumerate(classes)}
    coded = [(float(number.get(label or "", -1)), float(number.get(given or "", -1))) for label, given in pairs]

    def figure(drawn: Numbers) -> Numbers:
        label, given = drawn[:, :, 0], drawn[:, :, 1]
        total, seen = np.zeros(len(drawn)), np.zeros(len(drawn))
        for c in (number[c] for c in known):
            both = ((label == c) & (given == c)).sum(axis=1)
            either = (label == c).sum(axis=1) + (given == c).sum(axis=1)
            total += 2 * both / np.maximum(either, 1)
            seen += either > 0  # a class that a resample lost is not counted as missed
        return np.asarray(total / np.maximum(seen, 1), np.float64)

    low, high = bootstrap(coded, figure)
    value = float(figure(np.asarray([coded], np.float64))[0])
    return Metric(name, value, low, high, len(pairs), **more)


def class_given(label: Verdict, given: str | None) -> str | None:
    """The arrangement as F1 counts it: an acceptable one stands for the labelled one."""
    return label.best if arrangement_right(label, given) else given


def counted(pairs: Sequence[tuple[str | None, str | None]], order: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Rows of a confusion matrix over `order`, the labelled one first in each."""
    counts = Counter((label or NEEDS_FACTS, given or NEEDS_FACTS) for label, given in pairs)
    return tuple((label, *(str(counts[label, given] or "") for given in order)) for label in order)


def _owner(owner: str) -> str:
    return HEAD if owner in HEADS else owner


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, list) else value


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
