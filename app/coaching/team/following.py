"""What follows from facts: values that the rules derive where nothing is said, taken anew whenever a fact changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.coaching.model import Certainty, Fact
from app.coaching.rules import FactRule
from app.coaching.team.conditions import holds


def completed(facts: Iterable[Fact], rules: Sequence[FactRule]) -> list[Fact]:
    """The facts, and as inferred what follows from them, with the words of those it follows from.

    What followed before is left out first, so that a corrected fact takes with it what rested on it.
    """
    said = {f.id: f for f in facts if not f.follows_from}
    known = dict(said)
    for rule in rules:
        for follows in rule.follows if rule.id not in said else ():
            if all(fact in said and holds(said[fact].value, wanted) for fact, wanted in follows.when.items()):
                quotes = tuple(dict.fromkeys(q for fact in follows.when for q in said[fact].quotes[:1]))
                known[rule.id] = Fact(rule.id, follows.value, Certainty.INFERRED, quotes, tuple(follows.when))
                break
    return list(known.values())
