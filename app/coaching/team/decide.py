"""Rules over facts: which arrangement, how sure, what would change it, what is worth asking. The model has no say here."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.coaching.model import Certainty, Fact, FactValue
from app.coaching.rules import Consideration, Decision, FactRule, Option
from app.coaching.team.conditions import holds, looked_for, role_set
from app.coaching.team.following import completed

Known = Mapping[str, FactValue]
CLEAR, LEANING, TOO_CLOSE = "clear", "leaning", "too_close"
KEEP, START, STOP, UNCLEAR = "keep", "start", "stop", "unclear"
NOBODY, TEAM = "nobody", "team"
# Posts that a team without need for them would be told to give up.
COORDINATORS = ("project_manager", "delivery_manager", "programme_manager", "technical_programme_manager")
MOST_QUESTIONS = 5


@dataclass(frozen=True)
class Reason:
    """A consideration whose condition holds, with its words filled in and the facts it rests on."""

    consideration: Consideration
    text: str
    facts: tuple[str, ...]


@dataclass(frozen=True)
class Recommendation:
    """What the facts say on one decision.

    `arrangement` is None if too little is known. `confidence` is the arrangement's share of 1 among all options, `shares` has
    them all. `reasons_for` speak for the arrangement, `reasons_against` against it or for another, strongest first.
    """

    decision: Decision
    arrangement: str | None
    change: str
    confidence: float
    band: str
    shares: Mapping[str, float]
    reasons_for: tuple[Reason, ...] = ()
    reasons_against: tuple[Reason, ...] = ()

    @property
    def option(self) -> Option | None:
        """The arrangement as the rules describe it."""
        return self.decision.options[self.arrangement] if self.arrangement else None

    @property
    def runner_up(self) -> Option | None:
        """The option that comes second."""
        if self.arrangement is None:
            return None
        others = {name: share for name, share in self.shares.items() if name != self.arrangement}
        return self.decision.options[max(others, key=lambda name: others[name])] if others else None


@dataclass(frozen=True)
class Flip:
    """A change of a single fact after which another arrangement comes first."""

    decision: str
    fact: str
    to: FactValue
    arrangement: str


@dataclass(frozen=True)
class Ask:
    """A fact that is not known, its question, and how far its answer is expected to move the recommendation (0..1)."""

    fact: str
    question: str
    why: str
    choices: tuple[str, ...]
    value: float


def recommend(decision: Decision, facts: Iterable[Fact]) -> Recommendation:
    """Weigh every consideration whose condition the facts meet.

    Each option has its prior and the weights of what speaks for it, less those of what speaks against it; the shares are
    their softmax, the band is set by the share of the first option.
    """
    return _recommended(decision, {f.id: f.value for f in facts})


def would_change(decisions: Sequence[Decision], facts: Iterable[Fact], rules: Sequence[FactRule]) -> tuple[Flip, ...]:
    """The smallest change of each single fact that makes another arrangement come first, tried one by one.

    Facts that are known come before those that are not.
    """
    told = completed(facts, rules)
    known = {f.id: f.value for f in told}
    found: list[tuple[bool, Flip]] = []
    for decision in decisions:
        now = _recommended(decision, known)
        if now.arrangement is None:
            continue
        for rule in rules:
            seen: set[str] = set()
            for value in _by_nearness(alternatives(rule, decision, known.get(rule.id)), known.get(rule.id)):
                then = _recommended(decision, _changed(told, rules, rule.id, value))
                if then.arrangement and then.arrangement != now.arrangement and then.arrangement not in seen:
                    seen.add(then.arrangement)
                    found.append((rule.id not in known, Flip(decision.id, rule.id, value, then.arrangement)))
    return tuple(flip for _, flip in sorted(found, key=lambda pair: pair[0]))


def ask_next(decisions: Sequence[Decision], facts: Iterable[Fact], rules: Sequence[FactRule]) -> tuple[Ask, ...]:
    """The unknown facts whose answers would move the recommendations most, best first.

    The value is the mean, over the possible answers and the decisions, of the total variation distance between the shares
    of the options with that answer and without it.
    """
    told = completed(facts, rules)
    known = {f.id: f.value for f in told}
    asks = []
    for rule in rules:
        if rule.id in known or not rule.question:
            continue
        moves = []
        for decision in decisions:
            values = alternatives(rule, decision, None)
            if values:
                now = _recommended(decision, known).shares
                then = [_recommended(decision, _changed(told, rules, rule.id, value)).shares for value in values]
                moves.append(sum(_distance(now, shares) for shares in then) / len(then))
        if moves:
            asks.append(Ask(rule.id, rule.question, rule.why, rule.choices, round(sum(moves) / len(decisions), 3)))
    return tuple(sorted((a for a in asks if a.value > 0), key=lambda a: -a.value)[:MOST_QUESTIONS])


def alternatives(rule: FactRule, decision: Decision, now: FactValue) -> list[FactValue]:
    """The values of a fact that the decision's considerations tell apart, without the one it has; empty if none asks for it."""
    wanted = [c.when[rule.id] for c in decision.considerations if rule.id in c.when]
    if not wanted:
        return []
    values: list[FactValue]
    if rule.type == "count":
        bounds = sorted({n + step for w in wanted for n, step in _bounds(w)})
        values = [n for n in bounds if n >= 0]
    elif rule.type == "flag":
        values = [True, False]
    elif rule.type == "roles":
        values = list(_role_sets(wanted, now))
    else:
        named = [v for w in wanted for v in (w if isinstance(w, list) else [w]) if isinstance(v, str)]
        values = list(dict.fromkeys([*rule.values, *named]))
    return [v for v in values if v != now]


def verdict(recommendation: Recommendation) -> str:
    """The rule's own sentence for this outcome."""
    option, second = recommendation.option, recommendation.runner_up
    if option is None:
        return ""
    if recommendation.band == TOO_CLOSE and second is not None:
        leans = f"what you have told me leans towards {option.name}, with {second.name} nearly as well supported"
        return f"It is too close to call: {leans}."
    return option.verdicts.get(recommendation.change) or option.verdicts[UNCLEAR]


def _changed(facts: Sequence[Fact], rules: Sequence[FactRule], fact: str, value: FactValue) -> Known:
    """What is known once a fact has that value, with what then follows from it."""
    others = [f for f in facts if f.id != fact]
    return {f.id: f.value for f in completed([*others, Fact(fact, value, Certainty.TOLD)], rules)}


def _recommended(decision: Decision, known: Known) -> Recommendation:
    holding = [
        Reason(c, _filled(c.text, known), tuple(c.when))
        for c in decision.considerations
        if c.weight and c.when and all(holds(known.get(k), wanted) for k, wanted in c.when.items())
    ]
    sums = {name: option.prior for name, option in decision.options.items()}
    for reason in holding:
        sums[reason.consideration.points_to] += reason.consideration.weight
    shares = _softmax(sums)
    best = max(shares, key=lambda name: shares[name])
    if sum(abs(r.consideration.weight) for r in holding) < decision.least:
        return Recommendation(decision, None, UNCLEAR, shares[best], TOO_CLOSE, shares)
    bands = decision.bands
    band = CLEAR if shares[best] >= bands.clear else LEANING if shares[best] >= bands.leaning else TOO_CLOSE
    ranked = sorted(holding, key=lambda r: -abs(r.consideration.weight))
    speaks_for = [r for r in ranked if (r.consideration.points_to == best) == (r.consideration.weight > 0)]
    # what merely speaks against a third option is no reason for this one
    pro = tuple(r for r in speaks_for if r.consideration.points_to == best)
    con = tuple(r for r in ranked if r not in speaks_for)
    return Recommendation(decision, best, _change(decision, best, known), shares[best], band, shares, pro, con)


def _change(decision: Decision, arrangement: str, known: Known) -> str:
    """Whether the arrangement is there (keep), is not (start), takes the place of a post that is there (stop), or unclear."""
    roles, option = role_set(known.get("roles_present")), decision.options[arrangement]
    if option.held_by:
        return KEEP if any(r in option.held_by for r in roles) else START
    if decision.id == "delivery":
        if any(r in COORDINATORS for r in roles):
            return STOP
        holder = known.get("coordination_owner")
        if arrangement == "shared":
            return START if holder == NOBODY else KEEP if holder == TEAM or known.get("sharing_works") else UNCLEAR
        return START if holder in (NOBODY, TEAM) else KEEP if holder else UNCLEAR
    owner = known.get("priorities_owner")
    if arrangement == "covered":
        return KEEP
    return START if owner in (NOBODY, TEAM, None) or known.get("priorities_clear") is False else KEEP


def _softmax(sums: Mapping[str, float]) -> dict[str, float]:
    top = max(sums.values())
    powers = {name: math.exp(value - top) for name, value in sums.items()}
    total = sum(powers.values())
    return {name: power / total for name, power in powers.items()}


def _distance(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    return 0.5 * sum(abs(one[name] - other[name]) for name in one)


def _by_nearness(values: Iterable[FactValue], now: FactValue) -> list[FactValue]:
    if isinstance(now, int) and not isinstance(now, bool):
        return sorted(values, key=lambda v: abs(v - now) if isinstance(v, int) else 0)
    return list(values)


def _bounds(wanted: object) -> Iterable[tuple[int, int]]:
    """The numbers on both sides of a threshold, as (number, step), and those that a list names with their neighbours."""
    if isinstance(wanted, str) and wanted[:2] in (">=", "<="):
        n = int(wanted[2:])
        yield n, 0
        yield n, -1 if wanted[0] == ">" else 1
    elif isinstance(wanted, int) and not isinstance(wanted, bool):
        yield from ((wanted, step) for step in (-1, 0, 1))
    elif isinstance(wanted, list):
        for one in wanted:
            yield from _bounds(one)


def _role_sets(wanted: Iterable[object], now: FactValue) -> Iterable[tuple[str, ...]]:
    """The roles that are there, with one more or one less of those that a condition looks for."""
    present = role_set(now)
    sought = [role for w in wanted for role in looked_for(w)]
    for role in dict.fromkeys(sought):
        yield tuple(r for r in present if r != role) if role in present else (*present, role)


def _filled(text: str, known: Known) -> str:
    """The text with each {fact} replaced by its value, once: what a value says is not filled again."""
    return re.sub(r"\{(\w+)\}", lambda m: str(known.get(m[1], m[0])), text)
