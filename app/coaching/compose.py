"""The composed floor: what is said, from guide and rule sentences alone, for each kind of question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.coaching.evidence import Candidate, in_reading_order, without_repetition
from app.coaching.model import Fact, Kind, Line, Origin, SentenceKind, Status
from app.coaching.query import Query
from app.coaching.rules import Consideration, Decision, FactRule
from app.coaching.team.decide import Ask, Flip, Recommendation, ask_next, recommend, would_change
from app.coaching.team.summary import (
    REASONS_AGAINST,
    REASONS_FOR,
    PassageOf,
    RoleName,
    flip_line,
    question_of,
    reason_lines,
    tied,
    verdict_line,
)

SITUATION = "What is the situation in your team: how many people, who holds which role, and what goes wrong at the moment?"

@dataclass(frozen=True)
class Decided:
    """What rules over the team's facts say."""

    recommendations: tuple[Recommendation, ...]
    flips: tuple[Flip, ...]
    asks: tuple[Ask, ...]


@dataclass(frozen=True)
class Told:
    """What is known of the person's team, and what is needed to speak of it."""

    facts: Sequence[Fact]
    rules: Sequence[FactRule]
    passage_of: PassageOf
    role_name: RoleName


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


def plan(
    kind: Kind,
    query: Query,
    ranked: Sequence[Candidate],
    told: Told,
    decisions: Sequence[Decision],
    *,
    on_point: bool = False,
) -> Plan:
    """The plan for a question that guides answer; `ranked` are the candidate sentences, best first.

    `on_point` says that some passage answers just such a question, so that a situation that no rule weighs is answered by it.
    """
    if kind in (Kind.TEAM, Kind.ABOUT_LAST):
        decision = _decision(query, decisions)
        if decision and (kind is Kind.TEAM or told.facts):
            return _team(decision, ranked, told, on_point)
    if kind is Kind.COMPARE and len(query.roles) >= 2:
        return _compare(query, ranked)
    if kind is Kind.FIT:
        return _fit(query, ranked)
    if kind is Kind.TEAM:
        return _situation(ranked, on_point)
    return _explain(ranked)


def _explain(ranked: Sequence[Candidate]) -> Plan:
    first = ranked[0]
    near = [c for c in ranked[1:] if c.passage.id == first.passage.id or c.value > 0.8 * first.value]
    rest = without_repetition(near, 4, [first.sentence])
    if len(rest) < 3:
        rest += without_repetition([c for c in ranked[1:] if c not in rest], 3 - len(rest), _texts([first, *rest]))
    ordered = in_reading_order([first, *rest])
    ordered.remove(first)
    conditions = [c for c in ordered if c.is_condition][-1:] if len(ordered) > 2 else []
    body = [c for c in ordered if c not in conditions]
    return Plan(Status.ANSWERED, (_line(first, SentenceKind.ANSWER),), tuple(map(_line, body)), tuple(map(_line, conditions)))


def _compare(query: Query, ranked: Sequence[Candidate]) -> Plan:
    """The difference in one sentence, then what each of the two does, side by side, then when it is otherwise."""
    left, right = query.roles[:2]
    both = sorted((c for c in ranked if left in c.roles and right in c.roles), key=lambda c: -c.contrast)
    first = (both or list(ranked))[0]
    taken = [first.sentence]
    pairs: list[Candidate] = []
    for a, b in _pairs(ranked, left, right):
        if len(pairs) >= 4:
            break
        fresh = without_repetition([a, b], 2, taken)
        if len(fresh) == 2:
            pairs += fresh
            taken += _texts(fresh)
    for role in (left, right):
        if not any(role in c.roles for c in pairs):
            own = [c for c in ranked if c.roles == (role,)]
            fresh = without_repetition(own, 2, taken)
            pairs += fresh
            taken += _texts(fresh)
    more = without_repetition([c for c in both if c.sentence not in taken], 1, taken)
    conditions = [c for c in both + list(ranked) if c.is_condition and c.sentence not in taken + _texts(more)]
    close = without_repetition(conditions, 1, taken + _texts(more))
    return Plan(
        Status.ANSWERED, (_line(first, SentenceKind.ANSWER),), tuple(map(_line, [*pairs, *more])), tuple(map(_line, close))
    )


def _pairs(ranked: Sequence[Candidate], left: str, right: str) -> list[tuple[Candidate, Candidate]]:
    """Neighbouring sentences of one passage, one about each role, such as the cells of a table row; best first."""
    by_place = {(c.passage.id, c.order): c for c in ranked}
    found = []
    for c in ranked:
        following = by_place.get((c.passage.id, c.order + 1))
        if following is None:
            continue
        if c.roles == (left,) and following.roles == (right,):
            found.append((c, following))
        elif c.roles == (right,) and following.roles == (left,):
            found.append((following, c))
    return sorted(found, key=lambda pair: -(pair[0].value + pair[1].value))


def _fit(query: Query, ranked: Sequence[Candidate]) -> Plan:
    """Signs for, signs against, something to try, and one question back; never a verdict."""

    def about(*parts: str) -> list[Candidate]:
        return [c for c in ranked if any(p in c.passage.section.lower() for p in parts)]

    first = ranked[0]
    signs_for = without_repetition([c for c in about("signs of", "signs that", "fit", "suit") if c != first], 2, [first.sentence])
    taken = _texts([first, *signs_for])
    against = without_repetition(about("against", "may not", "not suit", "poor fit", "wrong", "doubt"), 1, taken)
    taken += _texts(against)
    tries = without_repetition(about("try", "test", "question"), 1, taken)
    body = [c for c in [*signs_for, *against] if c.sentence != first.sentence]
    if len(body) < 2:
        body += without_repetition([c for c in ranked[1:] if c not in body], 3 - len(body), taken + _texts(tries))
    lines = tuple(_line(c) for c in body)
    return Plan(
        Status.PARTLY_ANSWERED,
        (_line(first, SentenceKind.ANSWER),),
        lines,
        tuple(_line(c, SentenceKind.CONTEXT) for c in tries if c not in body),
        ask="What have you done lately that came closest to this work, and which part of it would you gladly do again?",
    )


def _situation(ranked: Sequence[Candidate], on_point: bool, ask: str = SITUATION, choices: tuple[str, ...] = ()) -> Plan:
    """A team question that no rule weighs: what the guides say of such a situation, and one question back."""
    plain = _explain(ranked)
    status = Status.ANSWERED if on_point else Status.PARTLY_ANSWERED
    return Plan(status, plain.lead, plain.body, plain.close, ask=ask, choices=choices)


def _team(decision: Decision, ranked: Sequence[Candidate], told: Told, on_point: bool) -> Plan:
    """With facts: where they point, and why. Without: when yes, when no. Either way one question back."""
    result = recommend(decision, told.facts)
    flips = would_change([decision], told.facts, told.rules)
    asks = ask_next([decision], told.facts, told.rules)
    ask = asks[0] if asks else None
    if result.arrangement is None and not result.reasons_for and on_point:
        return _situation(ranked, on_point, question_of(ask) or SITUATION, ask.choices if ask else ())
    if result.arrangement is None:
        return _team_in_general(decision, result, ask, told)
    body = reason_lines(result.reasons_for[:REASONS_FOR], told.passage_of)
    body += reason_lines(result.reasons_against[:REASONS_AGAINST], told.passage_of)
    strongest = (*result.reasons_for[:1], *result.reasons_against[:1])
    body += [tied(r.consideration.tie, SentenceKind.REASON, told.passage_of) for r in strongest]
    changes = (flip_line(f, decision, told.facts, told.rules, told.passage_of, told.role_name) for f in flips)
    close = [*[line for line in changes if line is not None][:2], tied(decision.caveat, SentenceKind.CONDITION, told.passage_of)]
    return Plan(
        Status.ANSWERED,
        (verdict_line(result, told.passage_of),),
        tuple(body),
        tuple(close),
        ask=question_of(ask),
        choices=ask.choices if ask else (),
        decided=Decided((result,), flips, asks),
    )


def _team_in_general(decision: Decision, result: Recommendation, ask: Ask | None, told: Told) -> Plan:
    against_new = ("shared", "covered")
    speaking = [c for c in decision.considerations if c.weight > 0]
    yes = [c for c in speaking if c.points_to not in (*against_new, "lead", "named_owner")]
    no = [c for c in speaking if c.points_to in against_new]
    yes, no = _different_ties(yes)[:2], _different_ties(no)[:2]  # in the order of the file, which puts the most telling first
    lead = tied(yes[0].tie, SentenceKind.CONDITION, told.passage_of)
    body = [tied(c.tie, SentenceKind.CONDITION, told.passage_of) for c in [*yes[1:], *no]]
    return Plan(
        Status.PARTLY_ANSWERED,
        (lead,),
        tuple(body),
        (tied(decision.opening, SentenceKind.CONTEXT, told.passage_of),),
        ask=question_of(ask),
        choices=ask.choices if ask else (),
        decided=Decided((result,), (), (ask,) if ask else ()),
    )


def _different_ties(considerations: Sequence[Consideration]) -> list[Consideration]:
    return list({c.tie.sentence: c for c in reversed(considerations)}.values())[::-1]


def _decision(query: Query, decisions: Sequence[Decision]) -> Decision | None:
    for decision in decisions:
        if any(role in decision.roles for role in query.roles[:1]):
            return decision
    for decision in decisions:
        if any(role in decision.roles for role in query.roles):
            return decision
    return None


def _line(candidate: Candidate, kind: SentenceKind | None = None) -> Line:
    if kind is None:
        kind = (
            SentenceKind.REASON
            if candidate.is_reason
            else SentenceKind.CONDITION
            if candidate.is_condition
            else SentenceKind.ANSWER
        )
    return Line(candidate.sentence, kind, Origin.GUIDE, candidate.passage, (candidate.sentence,))


def _texts(chosen: Sequence[Candidate]) -> list[str]:
    return [c.sentence for c in chosen]


