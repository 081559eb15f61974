"""The sentences of a recommendation: verdict, reasons, what speaks against it, what would change it. Rules and guides only."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.coaching.model import Fact, FactValue, Line, Origin, Passage, SentenceKind
from app.coaching.rules import Decision, FactRule, Tie
from app.coaching.team.decide import Ask, Flip, Reason, Recommendation, recommend, verdict
from app.coaching.team.following import completed

PassageOf = Callable[[str], Passage | None]
RoleName = Callable[[str], str]
REASONS_FOR, REASONS_AGAINST = 3, 2


def verdict_line(recommendation: Recommendation, passage_of: PassageOf) -> Line:
    """The arrangement in one sentence, resting on the strongest reason."""
    reasons = recommendation.reasons_for or recommendation.reasons_against
    facts = tuple(dict.fromkeys(f for r in reasons[:REASONS_FOR] for f in r.facts))
    # where only a third option was spoken against, the guide's general sentence is what it rests on
    tie = reasons[0].consideration.tie if reasons else recommendation.decision.opening
    return Line(verdict(recommendation), SentenceKind.ANSWER, Origin.RULE, passage_of(tie.passage), (tie.sentence,), facts)


def reason_lines(reasons: Sequence[Reason], passage_of: PassageOf) -> list[Line]:
    """Each reason in the rule's words, resting on the guide sentence behind it."""
    ties = ((r, r.consideration.tie) for r in reasons)
    return [Line(r.text, SentenceKind.REASON, Origin.RULE, passage_of(tie.passage), (tie.sentence,), r.facts) for r, tie in ties]


def tied(tie: Tie, kind: SentenceKind, passage_of: PassageOf) -> Line:
    """A guide's own sentence."""
    return Line(tie.sentence, kind, Origin.GUIDE, passage_of(tie.passage), (tie.sentence,))


def flip_line(
    flip: Flip, decision: Decision, facts: Sequence[Fact], rules: Sequence[FactRule], passage_of: PassageOf, role_name: RoleName
) -> Line | None:
    """What would change the recommendation, resting on what would then speak for the other arrangement."""
    rule = next((r for r in rules if r.id == flip.fact), None)
    clause = condition_words(rule, flip.to, facts, role_name) if rule else ""
    if not clause:
        return None
    changed = [f for f in facts if f.id != flip.fact] + [Fact(flip.fact, flip.to)]
    then = recommend(decision, completed(changed, rules))
    speaking = [r for r in then.reasons_for if flip.fact in r.facts] or list(then.reasons_for)
    if not speaking:
        return None
    tie = speaking[0].consideration.tie
    text = f"If {clause}, it would be {decision.options[flip.arrangement].name}."
    return Line(text, SentenceKind.CONDITION, Origin.RULE, passage_of(tie.passage), (tie.sentence,), (flip.fact,))


def condition_words(rule: FactRule, value: FactValue, facts: Sequence[Fact], role_name: RoleName) -> str:
    """The value of a fact as the words after "If", such as "a contract fixed the date"; empty if the rules have none."""
    if rule.type == "roles":
        now = next((f.value for f in facts if f.id == rule.id), ())
        before, after = (v if isinstance(v, tuple) else () for v in (now, value))
        for key, roles in (("has", [r for r in after if r not in before]), ("lacks", [r for r in before if r not in after])):
            if roles:
                return rule.clauses.get(key, "").replace("{value}", role_name(roles[0]))
        return ""
    key = str(value).lower() if isinstance(value, bool) else str(value)
    clause = rule.clauses.get(key, rule.clauses.get("any", ""))
    if value == 1:
        clause = clause.replace("there were {value}", "there was {value}")
        clause = clause.replace("{value} products", "{value} product").replace("{value} people", "{value} person")
        clause = clause.replace("{value} teams", "{value} team").replace("{value} outside parties", "{value} outside party")
    return clause.replace("{value}", role_name(value) if isinstance(value, str) else str(value))


def question_of(ask: Ask | None) -> str:
    """The next question with the reason for it."""
    return f"{ask.question} {ask.why}" if ask else ""


def summary_lines(
    recommendations: Sequence[Recommendation],
    flips: Sequence[Flip],
    facts: Sequence[Fact],
    rules: Sequence[FactRule],
    passage_of: PassageOf,
    role_name: RoleName,
) -> list[Line]:
    """For each decision that is made: verdict, up to three reasons, the strongest reason against, one change that flips it."""
    lines: list[Line] = []
    for recommendation in recommendations:
        if recommendation.arrangement is None:
            continue
        lines.append(verdict_line(recommendation, passage_of))
        lines += reason_lines(recommendation.reasons_for[:REASONS_FOR], passage_of)
        lines += reason_lines(recommendation.reasons_against[:1], passage_of)
        own = [f for f in flips if f.decision == recommendation.decision.id]
        said = (flip_line(f, recommendation.decision, facts, rules, passage_of, role_name) for f in own)
        lines += [line for line in said if line is not None][:1]
    return lines


def disagreements(recommendations: Sequence[Recommendation], lines: Sequence[Line]) -> list[str]:
    """What the summary says that the decision does not: another verdict, or a reason that was not used. Empty if they agree."""
    verdicts = {verdict(r) for r in recommendations if r.arrangement}
    used = {reason.text for r in recommendations for reason in (*r.reasons_for, *r.reasons_against)}
    said = {line.text for line in lines if line.kind is SentenceKind.ANSWER}
    wrong = sorted(said ^ verdicts)
    return wrong + [line.text for line in lines if line.kind is SentenceKind.REASON and line.text not in used]
