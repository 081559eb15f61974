"""What the rule files say, as typed values: anybody can read the files, and the core only reads these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.coaching.model import Kind, Status


@dataclass(frozen=True)
class Pattern:
    """A routing pattern: the kind it decides, the fixed reply it leads to, and its regular expressions as text."""

    kind: str
    reply: str
    match: str
    unless: str = ""


@dataclass(frozen=True)
class FixedReply:
    """Words for what is not answered from guides; `ask` is a question back, `choices` become buttons."""

    id: str
    status: Status
    say: str
    offer: str = ""
    ask: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class FactPattern:
    """How a fact is recognised; `value` None means that the pattern's {n} or {role} gives it."""

    match: str
    value: str | int | bool | None = None


@dataclass(frozen=True)
class FactRule:
    """A fact: its type (count, word, flag, roles), its question, and how it is recognised in a text."""

    id: str
    type: str
    label: str
    question: str
    why: str
    choices: tuple[str, ...]
    values: tuple[str, ...]
    patterns: tuple[FactPattern, ...]


Condition = Mapping[str, object]


@dataclass(frozen=True)
class Tie:
    """A guide's own sentence and the passage that it stands in."""

    passage: str
    sentence: str


@dataclass(frozen=True)
class Consideration:
    """Something that speaks for one arrangement when its condition holds."""

    id: str
    points_to: str
    weight: float
    when: Condition
    text: str
    tie: Tie


@dataclass(frozen=True)
class Decision:
    """One of the questions that a team has: its options' verdicts, what speaks for each, and which facts to ask for."""

    id: str
    roles: tuple[str, ...]
    verdicts: Mapping[str, str]
    opening: Tie
    caveat: Tie
    considerations: tuple[Consideration, ...]
    held_by: tuple[str, ...]
    ask_order: tuple[str, ...]


@dataclass(frozen=True)
class Duty:
    """A responsibility: words that recognise it, the roles that hold it, the roles that do not."""

    id: str
    family: str
    words: str
    roles: tuple[str, ...]
    not_roles: tuple[str, ...]


@dataclass(frozen=True)
class Rules:
    """Everything that `corpus/rules/` says."""

    patterns: Sequence[Pattern]
    languages: frozenset[str]
    replies: Mapping[str, FixedReply]
    facts: Sequence[FactRule]
    decisions: Sequence[Decision]
    duties: Sequence[Duty]

    def reply(self, reply_id: str) -> FixedReply:
        """The fixed reply of that id."""
        return self.replies[reply_id]


FALLBACK_REPLY: Mapping[str, str] = {
    Kind.OUT_OF_SCOPE: "out_of_scope",
    Kind.SIGNPOST: "signpost_legal",
    Kind.DECLINED: "declined_people",
    Kind.COURTESY: "courtesy",
    "not_covered": "not_covered",
    "needs_facts": "ask_role",
}
