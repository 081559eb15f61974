"""What the rule files say, as typed values: anybody can read the files, and the core only reads these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.coaching.model import FactValue, Kind, Status


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


Condition = Mapping[str, object]


@dataclass(frozen=True)
class Follows:
    """A value that follows from other facts where the text does not say it."""

    when: Condition
    value: FactValue


@dataclass(frozen=True)
class FactRule:
    """A fact: its type (count, word, flag, roles), its question, and how it is recognised in a text.

    `answers` has the value that each choice stands for; `clauses` complete "If …, it would be …" by value ("true", "any" …);
    `follows` says what other facts imply where nothing is said.
    """

    id: str
    type: str
    label: str
    question: str
    why: str
    choices: tuple[str, ...]
    values: tuple[str, ...]
    patterns: tuple[FactPattern, ...]
    answers: Mapping[str, FactValue] = field(default_factory=dict)
    clauses: Mapping[str, str] = field(default_factory=dict)
    follows: tuple[Follows, ...] = ()


@dataclass(frozen=True)
class Tie:
    """A guide's own sentence and the passage that it stands in."""

    passage: str
    sentence: str


@dataclass(frozen=True)
class Consideration:
    """Something that speaks for one arrangement, or against it if `weight` is negative, when its condition holds."""

    id: str
    points_to: str
    weight: float
    when: Condition
    text: str
    tie: Tie


@dataclass(frozen=True)
class Option:
    """One arrangement that a decision may end in.

    `name` completes "it would be …"; `verdicts` are the sentences for keep, start, stop and unclear; `prior` is what it weighs
    before anything is known; `held_by` are the roles whose presence means that it is there already.
    """

    id: str
    name: str
    prior: float
    verdicts: Mapping[str, str]
    held_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Bands:
    """From which confidence (0..1) a recommendation is clear, and from which it leans; below it is too close to call."""

    clear: float
    leaning: float


@dataclass(frozen=True)
class Decision:
    """One of the questions that a team has: its options, what speaks for each, and how sure one has to be.

    `roles` are the roles that the question may be about; `least` is how much weight must speak at all before anything is said.
    """

    id: str
    roles: tuple[str, ...]
    options: Mapping[str, Option]
    bands: Bands
    least: float
    opening: Tie
    caveat: Tie
    considerations: tuple[Consideration, ...]


@dataclass(frozen=True)
class Duty:
    """A responsibility: what it is called, words that recognise it, the roles that hold it, the roles that do not.

    `share` and `hire` complete the advice for one that nobody holds: how a team shares it, and who could be hired for it.
    """

    id: str
    family: str
    words: str
    roles: tuple[str, ...]
    not_roles: tuple[str, ...]
    name: str = ""
    share: str = ""
    hire: str = ""
    tie: Tie | None = None


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
