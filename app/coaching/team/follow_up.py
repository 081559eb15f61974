"""What a turn after a team answer is about: new facts, an arrangement, what would change it, what else counts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.coaching.model import Kind, Turn
from app.coaching.query import Query
from app.coaching.rules import Decision
from app.coaching.team.replies import BACK, Heard, asked_fact

LONGEST = 24  # words of a follow-up question
SHORT = 6  # words of what counts as a reply, even one that says nothing that is understood
PASSED_OVER = (Kind.COURTESY, Kind.DECLINED, Kind.SIGNPOST, Kind.OUT_OF_SCOPE)


class Topic(StrEnum):
    """What a follow-up wants."""

    UPDATE = "update"
    UNCLEAR = "unclear"
    OPTION = "option"
    WHY = "why"
    CHANGE = "change"
    ELSE = "else"
    SIDE = "side"


@dataclass(frozen=True)
class FollowUp:
    """A turn that goes on with a team answer: `roles` are those it is about; none means both decisions.

    `decision` and `arrangement` are set for `Topic.OPTION` alone; `opening` is the question that the talk began with.
    """

    topic: Topic
    roles: tuple[str, ...]
    opening: str
    decision: str = ""
    arrangement: str = ""


CHANGE = re.compile(
    r"\bwhat (?:else )?(?:would|could|might|will|has to|would have to|needs? to|must|can) (?:[\w']+ ){0,3}?(?:change|flip"
    r"|shift|alter|tip|move|happen|be different)"
    r"|\bwhen (?:would|does|will|could|should) (?:that|it|this|the \w+|we|you)\b[^?]{0,30}\b(?:change|differ\w*|flip|need"
    r"|reconsider|hire)"
    r"|\bunder (?:what|which) (?:conditions|circumstances)|\bwhat would it take|\bwould (?:anything|something) change",
    re.I,
)
ELSE = re.compile(
    r"\bwhat (?:else|more|other \w+)\b|\banything (?:else|more)\b|\bwhat (?:are|am) (?:you|i|we) (?:missing|overlooking)"
    r"|\bwhat(?:'s|’s| is) (?:still )?(?:missing|open|unknown)"
    r"|\bwhat (?:do|would|should) (?:you|i|we) (?:still |also )?(?:need|want|have)? ?(?:to )?(?:know|consider|watch|look at"
    r"|find out|tell you)",
    re.I,
)
WHY = re.compile(
    r"^\W*(?:but |and |so |ok(?:ay)?,? )*(?:why|how come)\W*$|\bwhy (?:is that|do you (?:say|think)|that|so|this)\b"
    r"|\bhow (?:sure|certain|confident)\b|\bwhat (?:speaks|argues) (?:for|against)"
    r"|\b(?:your|the) (?:reasons?|reasoning)\b|\bwhat makes you\b",
    re.I,
)
DOUBT = re.compile(
    r"^\W*(?:but |and |so |ok(?:ay)?,? |hmm,? )*(?:why|what about|how about|what if|what speaks|couldn['’]?t|can['’]?t|could"
    r"|can|wouldn['’]?t|isn['’]?t|shouldn['’]?t|is(?!\s+(?:there|it)\b)|must|do we really"
    r"|should (?:we|i) (?:just |then |rather )?(?:share|hire|do it|split|leave))\b"
    r"|\b(?:instead|rather than|enough|why not|what about|would (?:do|suffice))\b",
    re.I,
)
SIDE = {
    "product": re.compile(r"\bproduct(?: (?:side|part|decisions?|question|half|role|management))?\W*$", re.I),
    "delivery": re.compile(r"\b(?:delivery|project|coordination)(?: (?:side|part|decisions?|question|half|role))?\W*$", re.I),
}
ABOUT_SIDE = re.compile(
    r"^\W*(?:(?:and|but|ok(?:ay)?|so)\W+)*(?:(?:what|how) (?:about|is it with|does it look) )?(?:for |on |with )?(?:the "
    r"|our |my )?",
    re.I,
)
# Words of people for arrangements, tried in this order; roles by name are in `held_by` of each option.
OPTION_WORDS: Mapping[str, Mapping[str, str]] = {
    "delivery": {
        "shared": r"shar(?:e|ed|ing)|as a team|ourselves|themselves|between us|all of us|no new role|no one|nobody"
        r"|self[- ]organi\w+|without (?:a|any|one)",
        "lead": r"(?:tech(?:nical)?|team|engineering|dev|design) ?leads?|lead (?:developer|engineer)|engineering manager"
        r"|scrum master|one of (?:us|them|the|our)|"
        r"(?:existing|team) member|some(?:body|one) (?:in|from|on|of) the team|an? (?:senior )?(?:developer|engineer"
        r"|designer)|(?:named|a|the) lead|"
        r"product (?:owner|manager) (?:do|does|take|run|hold|handle|coordinate)\w*",
        "programme": r"program(?:me)? manage\w+|TPM|technical program(?:me)? manage\w+",
        "dedicated": r"(?:project|delivery) (?:manage\w+|lead|coordinator)|hir(?:e|ing)|dedicated|full[- ]time|coordinator"
        r"|new (?:role|person)",
    },
    "product": {
        "group": r"head of product|product (?:leader\w*|director)|CPO|VP (?:of )?product|director of product",
        "named_owner": r"one (?:named )?person|named (?:person|owner)|tech(?:nical)? lead|an? (?:engineer|developer|designer)"
        r"|one of (?:us|them|the|our)|some(?:body|one) (?:in|from|on) the team",
        "dedicated": r"product (?:manage\w+|owner\w*)|hir(?:e|ing)|dedicated|full[- ]time|new (?:role|person)",
        "covered": r"founders?|CEO|leav(?:e|ing) (?:it|things)|as (?:it|things|we) (?:is|are|do)|no new role|nobody|no one"
        r"|without (?:a|any|one)",
    },
}  # fmt: skip


def team_turn(turns: Sequence[Turn]) -> Turn | None:
    """The team answer that is being talked about: the latest turn, courtesies and refusals passed over, if it is one."""
    for turn in reversed(turns):
        if turn.answer.advice is not None:
            return turn
        if turn.answer.kind not in PASSED_OVER:
            return None
    return None


def follow_up(query: Query, turns: Sequence[Turn], heard: Heard, decisions: Sequence[Decision]) -> FollowUp | None:
    """What `query` wants of the team answer before it; None if it is no follow-up of one."""
    last = team_turn(turns)
    if last is None:
        return _late_reply(query, turns, heard)
    asked = query.asked
    focus = last.answer.subject
    opening = _opening(turns, last)

    def goes_on(topic: Topic, roles: tuple[str, ...] = focus) -> FollowUp:
        return FollowUp(topic, roles, opening)

    questions = "?" in asked
    if heard.answers or heard.unsure:
        return goes_on(Topic.UPDATE)
    if (heard.facts or heard.gone) and (not questions or heard.corrects):
        return goes_on(Topic.UPDATE)
    if len(asked.split()) <= LONGEST:
        if heard.facts and CHANGE.search(asked.replace("does", "would")):
            return goes_on(Topic.UPDATE)
        side = _side(asked, decisions)
        if side is not None:
            return goes_on(Topic.SIDE, side.roles[:1])
        if CHANGE.search(asked):
            return goes_on(Topic.CHANGE, _roles_of(asked, decisions) or focus)
        if DOUBT.search(asked) and not heard.facts:
            named = _option(asked, focus, decisions)
            if named is not None:
                decision, arrangement = named
                roles = focus if _is_about(focus, decision) else decision.roles[:1]
                return FollowUp(Topic.OPTION, roles, opening, decision.id, arrangement)
        if WHY.search(asked):
            return goes_on(Topic.WHY)
        if ELSE.search(asked):
            return goes_on(Topic.ELSE)
    asks_still = last is turns[-1] and asked_fact(last.answer)
    if asks_still and not questions and len(asked.split()) <= SHORT and not _roles_of(asked, decisions):
        return goes_on(Topic.UNCLEAR)
    return None


def _late_reply(query: Query, turns: Sequence[Turn], heard: Heard) -> FollowUp | None:
    """An answer to a question back, or another statement about the team, after another question came between."""
    states = (heard.facts or heard.gone) and "?" not in query.asked
    last = next((t for t in reversed(turns[-1 - BACK :]) if asked_fact(t.answer)), None)
    if last is None or not (heard.answers or states):
        return None
    return FollowUp(Topic.UPDATE, last.answer.subject, _opening(turns, last))


def _opening(turns: Sequence[Turn], last: Turn) -> str:
    """The question that this talk about the team began with."""
    opening = last
    for turn in reversed([t for t in turns if t.n <= last.n]):
        if turn.answer.advice is None and turn.answer.kind not in PASSED_OVER:
            break
        if turn.answer.advice is not None and turn.answer.subject == last.answer.subject:
            opening = turn
    return opening.question


def _side(asked: str, decisions: Sequence[Decision]) -> Decision | None:
    for decision in decisions:
        pattern = SIDE.get(decision.id)
        match = pattern.search(asked) if pattern else None
        if match and len(asked.split()) <= 9 and ABOUT_SIDE.fullmatch(asked[: match.start()]):
            return decision
    return None


def _option(asked: str, focus: Sequence[str], decisions: Sequence[Decision]) -> tuple[Decision, str] | None:
    """The arrangement that is named: of the decision that was spoken about, else of another."""
    for decision in sorted(decisions, key=lambda d: not _is_about(focus, d)):
        for arrangement, words in OPTION_WORDS.get(decision.id, {}).items():
            if arrangement in decision.options and re.search(rf"\b(?:{words})\b", asked, re.I):
                return decision, arrangement
    return None


def _is_about(focus: Sequence[str], decision: Decision) -> bool:
    return not focus or any(role in decision.roles for role in focus)


def _roles_of(asked: str, decisions: Sequence[Decision]) -> tuple[str, ...]:
    """A role of the decision that is named in so many words."""
    for decision in decisions:
        for role in decision.roles:
            if re.search(rf"\b{role.replace('_', ' ')}", asked, re.I):
                return (role,)
    return ()
