"""The composed floor: what is said, from guide and rule sentences alone, for each kind of question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from app.coaching.evidence import Candidate, in_reading_order, without_repetition
from app.coaching.model import Kind, Line, Origin, SentenceKind, Status
from app.coaching.query import Query
from app.coaching.rules import Decision
from app.coaching.team.plans import Plan, Told
from app.coaching.team.saying import focus_of, team_plan

SITUATION = "What is the situation in your team: how many people, who holds which role, and what goes wrong at the moment?"

# What asks for a look at the whole team, whichever role it may lead to.
WHOLE_TEAM = re.compile(
    r"\bwhat do you (?:make|think) of (?:my|our|this|the|us|it)\b|\bwhat (?:would|do|should) (?:you|we|i) (?:advise|recommend"
    r"|suggest|change|do (?:about|with|here))\b"
    r"|\b(?:who|whom|what roles?|which roles?) (?:do|does|should|would) (?:we|i|my team|our team|the team|it|they) (?:need"
    r"|have|hire|add|be)\b"
    r"|\bhow (?:should|would|could|can) (?:we|i|my team|our team|the team|this team|it) (?:be )?(?:set ?up|organi[sz]ed?"
    r"|structured?|arranged?|staffed)\b"
    r"|\b(?:look at|advice (?:on|for|about)|advise|analy[sz]e|assess|recommendation for) (?:my|our|this|the) (?:\w+ )?team\b"
    r"|\bis (?:my|our|this|the) team (?:set up|organi[sz]ed|missing)",
    re.I,
)


def plan(
    kind: Kind,
    query: Query,
    ranked: Sequence[Candidate],
    told: Told,
    decisions: Sequence[Decision],
    *,
    on_point: bool = False,
    described: bool = False,
) -> Plan:
    """The plan for a question that guides answer; `ranked` are the candidate sentences, best first.

    `on_point` says that some passage answers just such a question, so that a situation that no rule weighs is answered by it.
    `described` says that the person gave a description of the team.
    """
    if kind in (Kind.TEAM, Kind.ABOUT_LAST):
        named = [d for d in decisions if any(role in d.roles for role in query.roles)]
        whole = not named and kind is Kind.TEAM and (described or (told.facts and WHOLE_TEAM.search(query.asked)))
        if decisions and (whole or (named and (kind is Kind.TEAM or told.facts))):
            return _team(focus_of(query.roles, decisions), decisions, ranked, told, on_point)
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


def _situation(ranked: Sequence[Candidate], on_point: bool) -> Plan:
    """A team question that no rule weighs: what the guides say of such a situation, and one question back."""
    plain = _explain(ranked)
    status = Status.ANSWERED if on_point else Status.PARTLY_ANSWERED
    return Plan(status, plain.lead, plain.body, plain.close, ask=SITUATION)


def _team(
    focus: Sequence[Decision], decisions: Sequence[Decision], ranked: Sequence[Candidate], told: Told, on_point: bool
) -> Plan:
    """With facts: where they point, and why. Without: when yes, when no. Either way one question back."""
    made = team_plan(focus, decisions, told)
    if made.status is not Status.ANSWERED and on_point and ranked:
        plain = _situation(ranked, on_point)
        return replace(plain, ask=made.ask or plain.ask, choices=made.choices, decided=made.decided)
    return made


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
