"""What is said of a team: a verdict with its reasons, both decisions, what a follow-up asks. Rules and guides only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.coaching.model import Certainty, Fact, FactValue, Line, Origin, SentenceKind, Status
from app.coaching.rules import Consideration, Decision, FactRule, Tie
from app.coaching.team.decide import (
    CLEAR,
    KEEP,
    LEANING,
    MOST_QUESTIONS,
    TOO_CLOSE,
    UNCLEAR,
    Ask,
    Flip,
    Reason,
    Recommendation,
    alternatives,
    ask_next,
    recommend,
    would_change,
)
from app.coaching.team.follow_up import FollowUp, Topic
from app.coaching.team.following import completed
from app.coaching.team.plans import Decided, Plan, Told
from app.coaching.team.summary import (
    REASONS_AGAINST,
    REASONS_FOR,
    condition_words,
    flip_line,
    question_of,
    reason_lines,
    tied,
    verdict_line,
)

CHANGES = 2  # conditions after a verdict
MORE_CHANGES = 4  # … where they were asked for
UNREAD = "I could not tell which of these you mean, so here is the question once more."
NOT_ENOUGH = "What you have told me is not enough for a recommendation yet."
NOT_ENOUGH_ON = "What you have told me is not enough for a recommendation on {} yet."
SURE = {CLEAR: "a clear case", LEANING: "where it leans, not a clear case", TOO_CLOSE: "too close to call"}
SIDE = {"delivery": "coordination", "product": "product decisions"}


def team_plan(focus: Sequence[Decision], decisions: Sequence[Decision], told: Told) -> Plan:
    """What the facts say on the decisions in `focus`, why, what would change it, and one question back.

    Other decisions are decided as well, and mentioned where they are clear and call for a change.
    """
    if len(focus) == 1:
        return _one(focus[0], decisions, told)
    return _several(focus, decisions, told)


def follow_up_plan(wanted: FollowUp, decisions: Sequence[Decision], told: Told) -> Plan:
    """The answer to a follow-up of a team answer."""
    focus = focus_of(wanted.roles, decisions)
    if wanted.topic is Topic.UNCLEAR:
        decided = _decided(focus, decisions, told)
        line = Line(UNREAD, SentenceKind.COURTESY, Origin.RULE)
        return _asking(Plan(Status.NEEDS_FACTS, (line,), decided=decided))
    if wanted.topic is Topic.OPTION:
        decision = next(d for d in decisions if d.id == wanted.decision)
        return _option(decision, wanted.arrangement, focus, decisions, told)
    made = [r for r in _decided(focus, decisions, told).recommendations if r.decision in focus and r.arrangement]
    if made and wanted.topic in (Topic.WHY, Topic.CHANGE, Topic.ELSE):
        return _more(wanted.topic, made, focus, decisions, told)
    return team_plan(focus, decisions, told)


def focus_of(roles: Sequence[str], decisions: Sequence[Decision]) -> list[Decision]:
    """The decision that the first role is about, else that any is; all of them where there is none."""
    for asked in (roles[:1], roles):
        for decision in decisions:
            if any(role in decision.roles for role in asked):
                return [decision]
    return list(decisions)


def weighed_as(decision: Decision, arrangement: str, facts: Sequence[Fact]) -> Recommendation:
    """What speaks for and against `arrangement`, whether or not it comes first; only the reasons mean anything."""
    first = replace(decision.options[arrangement], prior=1000.0)
    return recommend(replace(decision, least=0.0, options={**decision.options, arrangement: first}), facts)


def changes_to(
    decision: Decision, arrangement: str, facts: Sequence[Fact], rules: Sequence[FactRule]
) -> tuple[tuple[str, FactValue], ...]:
    """The smallest change, of two facts at most, after which `arrangement` comes first; empty if there is none so small."""
    first = next(iter(f for f in would_change([decision], facts, rules) if f.arrangement == arrangement), None)
    if first is not None:
        return ((first.fact, first.to),)
    known = {f.id: f.value for f in facts}
    singles = [(r.id, v) for r in rules for v in alternatives(r, decision, known.get(r.id))]
    shares = {n: recommend(decision, _with(facts, rules, *one)).shares[arrangement] for n, one in enumerate(singles)}
    for n in sorted(shares, key=lambda n: -shares[n])[:3]:
        fact, value = singles[n]
        changed = _with(facts, rules, fact, value)
        then = next(
            (f for f in would_change([decision], changed, rules) if f.arrangement == arrangement and f.fact != fact), None
        )
        if then is not None:
            return ((fact, value), (then.fact, then.to))
    return ()


def _one(decision: Decision, decisions: Sequence[Decision], told: Told) -> Plan:
    decided = _decided([decision], decisions, told)
    result = next(r for r in decided.recommendations if r.decision == decision)
    if result.arrangement is None:
        return _in_general(decision, decided, told)
    body = reason_lines(result.reasons_for[:REASONS_FOR], told.passage_of)
    body += reason_lines(result.reasons_against[:REASONS_AGAINST], told.passage_of)
    strongest = (*result.reasons_for[:1], *result.reasons_against[:1])
    body += [tied(r.consideration.tie, SentenceKind.REASON, told.passage_of) for r in strongest]
    close = [*_changes(decided.flips, [decision], told, CHANGES), tied(decision.caveat, SentenceKind.CONDITION, told.passage_of)]
    close += [
        _beside(r, told)
        for r in decided.recommendations
        if r.decision != decision and r.band == CLEAR and r.change not in (KEEP, UNCLEAR)
    ]
    lead = (verdict_line(result, told.passage_of),)
    return _asking(Plan(Status.ANSWERED, lead, tuple(body), tuple(close), decided=decided))


def _several(focus: Sequence[Decision], decisions: Sequence[Decision], told: Told) -> Plan:
    """Verdicts first, since they are what was asked for; then the reasons of each."""
    decided = _decided(focus, decisions, told)
    lead, body = [], []
    made = [r for r in decided.recommendations if r.arrangement]
    for result in decided.recommendations:
        if result.arrangement:
            lead.append(verdict_line(result, told.passage_of))
            body += reason_lines(result.reasons_for[:REASONS_FOR], told.passage_of)
            body += reason_lines(result.reasons_against[:1], told.passage_of)
        else:
            words = NOT_ENOUGH_ON.format(SIDE.get(result.decision.id, result.decision.id)) if made else NOT_ENOUGH
            if words not in [line.text for line in lead]:
                lead.append(_resting(words, SentenceKind.CONTEXT, result.decision.opening, told))
            body += reason_lines(_so_far(result.decision, told)[:REASONS_AGAINST], told.passage_of)
            body.append(tied(result.decision.opening, SentenceKind.CONTEXT, told.passage_of))
    close = [line for d in focus for line in _changes(decided.flips, [d], told, 1)]
    close += [tied(r.decision.caveat, SentenceKind.CONDITION, told.passage_of) for r in made[:1]]
    status = Status.ANSWERED if made else Status.NEEDS_FACTS
    return _asking(Plan(status, tuple(lead), tuple(body), tuple(close), decided=decided))


def _in_general(decision: Decision, decided: Decided, told: Told) -> Plan:
    """Too little is known: what counts of it, when yes, when no, and the question whose answer moves it most."""
    so_far = _so_far(decision, told)[:REASONS_FOR]
    speaking = [c for c in decision.considerations if c.weight > 0]
    yes = [c for c in speaking if c.points_to not in ("shared", "covered", "lead", "named_owner")]
    no = [c for c in speaking if c.points_to in ("shared", "covered")]
    each = 1 if so_far else 2
    yes, no = _different_ties(yes)[:each], _different_ties(no)[:each]  # in the order of the file: the most telling first
    general = [tied(c.tie, SentenceKind.CONDITION, told.passage_of) for c in [*yes, *no]]
    opening = tied(decision.opening, SentenceKind.CONTEXT, told.passage_of)
    if so_far:
        facts = tuple(dict.fromkeys(f for r in so_far for f in r.facts))
        lead = _resting(NOT_ENOUGH, SentenceKind.ANSWER, so_far[0].consideration.tie, told, facts)
        general = [*reason_lines(so_far, told.passage_of), *general]
    else:
        lead, general = general[0], general[1:]
    return _asking(Plan(Status.PARTLY_ANSWERED, (lead,), tuple(general), (opening,), decided=decided))


def _option(decision: Decision, arrangement: str, focus: Sequence[Decision], decisions: Sequence[Decision], told: Told) -> Plan:
    """What speaks for and against one arrangement, and what would have to change for it to come first."""
    decided = _decided(focus if decision in focus and len(focus) == 1 else [decision], decisions, told)
    result = next(r for r in decided.recommendations if r.decision == decision)
    option = decision.options[arrangement]
    weighed = weighed_as(decision, arrangement, told.facts)
    own_ties = _different_ties([c for c in decision.considerations if c.points_to == arrangement and c.weight > 0])
    if result.option is None:
        lead = _resting(
            f"What you have told me is not enough to say whether it should be {option.name}.",
            SentenceKind.ANSWER,
            own_ties[0].tie,
            told,
        )
        body = [*_framed("For it", weighed.reasons_for, told), *_framed("Against it", weighed.reasons_against, told)]
        body += [tied(c.tie, SentenceKind.CONDITION, told.passage_of) for c in own_ties[:2]]
        return _asking(Plan(Status.PARTLY_ANSWERED, (lead,), tuple(body), decided=decided))
    if arrangement == result.arrangement:
        return _more(Topic.WHY, [result], [decision], decisions, told)
    reasons = result.reasons_for or result.reasons_against
    tie = reasons[0].consideration.tie if reasons else decision.opening
    facts = tuple(dict.fromkeys(f for r in reasons[:REASONS_FOR] for f in r.facts))
    lead = _resting(_compared(result, arrangement, bool(weighed.reasons_for)), SentenceKind.ANSWER, tie, told, facts)
    # what speaks for a third arrangement says nothing of the two that are compared
    against = [r for r in weighed.reasons_against if r.consideration.points_to in (arrangement, result.arrangement)]
    body = [
        *_framed("For it", weighed.reasons_for[:REASONS_AGAINST], told),
        *_framed("Against it", against[:REASONS_FOR], told),
    ]
    body += [tied(r.consideration.tie, SentenceKind.REASON, told.passage_of) for r in (*weighed.reasons_for[:1], *against[:1])]
    close = [_turning(decision, arrangement, told, own_ties)]
    return _asking(Plan(Status.ANSWERED, (lead,), tuple(body), tuple(close), decided=decided))


def _more(
    topic: Topic, made: Sequence[Recommendation], focus: Sequence[Decision], decisions: Sequence[Decision], told: Told
) -> Plan:
    """The verdicts again, with all their reasons, all that would change them, or what else is worth knowing."""
    decided = _decided(focus, decisions, told)
    lead = tuple(verdict_line(r, told.passage_of) for r in made)
    body: list[Line] = []
    close: list[Line] = []
    if topic is Topic.WHY:
        for result in made:
            reasons = result.reasons_for or result.reasons_against
            tie = reasons[0].consideration.tie if reasons else result.decision.opening
            body.append(_resting(f"By the published rules this is {SURE[result.band]}.", SentenceKind.CONTEXT, tie, told))
            body += _framed("For it", result.reasons_for, told) + _framed("Against it", result.reasons_against, told)
            body += [tied(r.consideration.tie, SentenceKind.REASON, told.passage_of) for r in result.reasons_for[:1]]
        close += _changes(decided.flips, focus, told, 1)
    elif topic is Topic.CHANGE:
        body += _changes(decided.flips, focus, told, MORE_CHANGES)
        if not body:
            body += [
                _resting(
                    "No change of a single fact would lead to another arrangement.",
                    SentenceKind.CONDITION,
                    r.decision.opening,
                    told,
                )
                for r in made[:1]
            ]
        close += [tied(r.decision.caveat, SentenceKind.CONDITION, told.passage_of) for r in made]
    else:
        body += [line for r in made for line in _framed("Worth watching", r.reasons_against[:REASONS_AGAINST], told)]
        body += [tied(t, SentenceKind.CONTEXT, told.passage_of) for r in made for t in (r.decision.opening, r.decision.caveat)]
        close += [Line(f"Also worth knowing: {question_of(a)}", SentenceKind.SUGGESTION, Origin.RULE) for a in decided.asks[1:3]]
    return _asking(Plan(Status.ANSWERED, lead, tuple(body), tuple(close), decided=decided))


def _decided(focus: Sequence[Decision], decisions: Sequence[Decision], told: Told) -> Decided:
    """Every decision; what is asked first is what moves those in focus most."""
    of_focus = [a for a in ask_next(focus, told.facts, told.rules) if a.fact not in told.skipped]
    of_all = [a for a in ask_next(decisions, told.facts, told.rules) if a.fact not in told.skipped]
    first = next(iter(of_focus), None)
    rest = [a for a in ({a.fact: a for a in (*of_focus, *of_all)}).values() if first is None or a.fact != first.fact]
    rest.sort(key=lambda a: -a.value)
    return Decided(
        tuple(recommend(d, told.facts) for d in decisions),
        would_change(decisions, told.facts, told.rules),
        tuple([*([first] if first else []), *rest][:MOST_QUESTIONS]),
    )


def _asking(plan: Plan) -> Plan:
    """The plan with the question that its decisions ask first."""
    ask: Ask | None = next(iter(plan.decided.asks), None) if plan.decided else None
    return replace(plan, ask=question_of(ask), choices=ask.choices if ask else ())


def _so_far(decision: Decision, told: Told) -> list[Reason]:
    """What the facts speak for or against, though they are too few to decide; each fact once."""
    result = recommend(replace(decision, least=0.0), told.facts)
    ranked = sorted((*result.reasons_for, *result.reasons_against), key=lambda r: -abs(r.consideration.weight))
    return list({r.facts: r for r in reversed(ranked)}.values())[::-1]


def _changes(flips: Sequence[Flip], focus: Sequence[Decision], told: Told, most: int) -> list[Line]:
    by_id = {d.id: d for d in focus}
    said = (
        flip_line(f, by_id[f.decision], told.facts, told.rules, told.passage_of, told.role_name)
        for f in flips
        if f.decision in by_id
    )
    return [line for line in said if line is not None][:most]


def _framed(words: str, reasons: Sequence[Reason], told: Told) -> list[Line]:
    """Reasons that say which way they speak."""
    return [replace(line, text=f"{words}: {_lowered(line.text)}") for line in reason_lines(reasons, told.passage_of)]


def _compared(result: Recommendation, arrangement: str, something_for_it: bool) -> str:
    first = result.option
    assert first is not None  # asked only where there is a recommendation
    name = result.decision.options[arrangement].name
    if result.band == TOO_CLOSE and result.runner_up is not None and result.runner_up.id == arrangement:
        return f"It is too close to call between {first.name} and {name}, with a little more for {first.name}."
    if something_for_it:
        return f"Something speaks for {name}, but more of what you have told me speaks for {first.name}."
    return f"Nothing that you have told me speaks by itself for {name}, and more speaks for {first.name}."


def _turning(decision: Decision, arrangement: str, told: Told, own_ties: Sequence[Consideration]) -> Line:
    """What would have to change for the arrangement to come first."""
    changes = changes_to(decision, arrangement, told.facts, told.rules)
    rules = {r.id: r for r in told.rules}
    clauses = [condition_words(rules[fact], value, told.facts, told.role_name) for fact, value in changes]
    name = decision.options[arrangement].name
    tie = own_ties[0].tie if own_ties else decision.opening
    if not clauses or not all(clauses):
        return _resting(f"More than two facts would have to change before it would be {name}.", SentenceKind.CONDITION, tie, told)
    facts = list(told.facts)
    for fact, value in changes:
        facts = _with(facts, told.rules, fact, value)
    then = recommend(decision, facts).reasons_for
    tie = then[0].consideration.tie if then else tie
    words = f"If {' and '.join(clauses)}, it would be {name}."
    return _resting(words, SentenceKind.CONDITION, tie, told, tuple(fact for fact, _ in changes))


def _beside(result: Recommendation, told: Told) -> Line:
    """One sentence on a decision that was not asked about."""
    option = result.option
    assert option is not None  # mentioned only where it is clear
    side = SIDE.get(result.decision.id, result.decision.id)
    tie = result.reasons_for[0].consideration.tie if result.reasons_for else result.decision.opening
    facts = tuple(dict.fromkeys(f for r in result.reasons_for[:REASONS_FOR] for f in r.facts))
    return _resting(
        f"On {side}, what you have told me clearly calls for a change: {option.name}.", SentenceKind.CONTEXT, tie, told, facts
    )


def _resting(words: str, kind: SentenceKind, tie: Tie, told: Told, facts: tuple[str, ...] = ()) -> Line:
    return Line(words, kind, Origin.RULE, told.passage_of(tie.passage), (tie.sentence,), facts)


def _with(facts: Sequence[Fact], rules: Sequence[FactRule], fact: str, value: FactValue) -> list[Fact]:
    """The facts with that one changed, and what follows then."""
    return completed([*(f for f in facts if f.id != fact), Fact(fact, value, Certainty.TOLD)], rules)


def _lowered(text: str) -> str:
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _different_ties(considerations: Sequence[Consideration]) -> list[Consideration]:
    return list({c.tie.sentence: c for c in reversed(considerations)}.values())[::-1]
