"""Labelled cases: read whole or not at all, and never with a hidden split in what the service was taught."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from app.coaching.model import FactValue, Kind, Status
from app.coaching.team.decide import KEEP, START, STOP, UNCLEAR
from app.errors import BadInput

DATA = Path(__file__).parent / "data"
SPLITS = ("dev", "test")
STYLES = ("plain", "untidy", "follow_up")
SHOWN_PROBLEMS = 5
# What may be labelled of a team. The labels were written from this list alone, so it does not follow the rule files.
ARRANGEMENTS: Mapping[str, tuple[str, ...]] = {
    "delivery": ("shared", "lead", "dedicated", "programme"),
    "product": ("covered", "named_owner", "dedicated", "group"),
}
CHANGES = (KEEP, START, STOP, UNCLEAR)
STATES = ("owned", "shared", "doubled", "unowned")
COUNTS = ("team_size", "teams_involved", "external_parties")
FLAGS = ("regulated", "budget_reporting", "blockers_unowned", "priorities_clear", "stakeholder_conflict")
OWNERS = ("priorities_owner", "vision_owner")  # any word: a role or "nobody", "team", "founder"
WORDS: Mapping[str, tuple[str, ...]] = {
    "deadline": ("none", "internal", "contract", "regulator"),
    "governance": ("none", "light", "formal"),
    "locations_time_zones": ("one_site", "several_sites", "several_time_zones"),
    "delivery_rhythm": ("continuous", "regular", "rare"),
    "missed_dates": ("none", "once", "repeated"),
    "coordination_load": ("low", "medium", "high"),
    "work_shape": ("ongoing_product", "one_off_project", "client_work"),
    "users": ("external", "internal", "none"),
    "customer_contact": ("none", "occasional", "regular"),
    "autonomy": ("low", "medium", "high"),
    "organisation": ("start_up", "scale_up", "agency", "enterprise", "public"),
    "product_stage": ("idea", "early", "growing", "mature"),
}
ROLES_PRESENT = "roles_present"
LABELLED_FACTS = (*COUNTS, *WORDS, *FLAGS, *OWNERS, ROLES_PRESENT)
Row = dict[str, Any]


class Case(Protocol):
    """A labelled case; `stratum` is what a small sample is spread over."""

    @property
    def id(self) -> str: ...
    @property
    def stratum(self) -> str: ...


C = TypeVar("C", bound=Case)


@dataclass(frozen=True)
class Dataset(Generic[C]):
    """The cases of one suite and split, with the fingerprint of their file."""

    suite: str
    split: str
    cases: tuple[C, ...]
    sha256: str


@dataclass(frozen=True)
class RetrievalCase:
    """A query, the turns before it, and the passages that answer it."""

    id: str
    query: str
    turns: tuple[str, ...]
    relevant: frozenset[str]
    essential: frozenset[str]
    style: str

    @property
    def stratum(self) -> str:
        """The style."""
        return self.style


@dataclass(frozen=True)
class AnswerCase:
    """A question with the points that a good answer makes; `by` says whose answer is meant."""

    id: str
    question: str
    kind: str
    status: tuple[str, ...]
    must: tuple[str, ...]
    must_not: tuple[str, ...]
    relevant: frozenset[str]
    by: str = "rolewise"

    @property
    def stratum(self) -> str:
        """The kind of question."""
        return self.kind


@dataclass(frozen=True)
class AbstentionCase:
    """A conversation whose last turn is labelled: `status` is the best one, `acceptable` are those a fair judge allows."""

    id: str
    turns: tuple[str, ...]
    status: str
    acceptable: frozenset[str]
    kind_of_case: str

    @property
    def stratum(self) -> str:
        """The best status."""
        return self.status


@dataclass(frozen=True)
class Verdict:
    """What is best on one decision: `best` is None where the text says too little; `acceptable` are those a fair judge allows."""

    best: str | None
    acceptable: tuple[str, ...]
    too_close: bool
    change: str


@dataclass(frozen=True)
class LabelledFlip:
    """A change of one fact after which another arrangement is best."""

    decision: str
    fact: str
    to: FactValue
    arrangement: str


@dataclass(frozen=True)
class Held:
    """The state of one responsibility, with the roles that hold it."""

    state: str
    owners: tuple[str, ...]


@dataclass(frozen=True)
class TeamCase:
    """A description of a team: what it settles, what it states in so many words, what it leaves open, what is best.

    `verdicts` has delivery and product; `people` are the names in the text, in every form that occurs.
    """

    id: str
    register: str
    text: str
    facts: Mapping[str, FactValue]
    stated: frozenset[str]
    not_settled: tuple[str, ...]
    people: tuple[str, ...]
    verdicts: Mapping[str, Verdict]
    responsibilities: Mapping[str, Held]
    flips: tuple[LabelledFlip, ...]

    @property
    def stratum(self) -> str:
        """The best arrangement for delivery."""
        return f"delivery {self.verdicts['delivery'].best}"


@dataclass(frozen=True)
class Move:
    """Where the recommendation on one decision has to move."""

    decision: str
    arrangements: tuple[str, ...]


@dataclass(frozen=True)
class PairCase:
    """A description with one edit: what is recommended stays (`must` is None) or moves. `base` is None until it is joined."""

    id: str
    base_id: str
    edit: str
    text: str
    must: Move | None
    base: TeamCase | None = None

    @property
    def stratum(self) -> str:
        """The kind of edit."""
        return self.edit


class Unfit(ValueError):
    """What is wrong with a row, for the person who mends the file."""


def read_cases(path: Path, suite: str, split: str, case: Callable[[Row], C]) -> Dataset[C]:
    """Every case of a file; the canary line of a hidden split is passed over.

    Raises BadInput with the line numbers of everything that is wrong (no JSON, an id used twice, an unknown label), or
    if there is no case.
    """
    try:
        content = path.read_bytes()
        text = content.decode("utf-8")
    except OSError as error:
        raise BadInput(f"There are no cases in {path.name}.", "Check the name of suite and split.") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path.name} is not UTF-8 text.", "Save it as UTF-8.") from error
    found: dict[str, C] = {}
    problems: list[str] = []
    guarded = split == "dev"
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            if not isinstance(row, dict):
                raise Unfit("is no JSON object")
            if "canary" in row:
                if split == "dev":
                    raise Unfit("is the canary of a hidden split")
                guarded = guarded or (number == 1 and isinstance(row["canary"], str) and len(row["canary"]) > 15)
                continue
            made = case(row)
            if made.id in found:
                raise Unfit(f"has the id {made.id}, which stands twice")
            found[made.id] = made
        except Unfit as problem:
            problems.append(f"line {number} {problem}")
        except ValueError:
            problems.append(f"line {number} is not JSON")
    if not guarded:
        problems.insert(0, "line 1 is not the canary that guards a hidden split")
    if problems:
        more = f" (and {len(problems) - SHOWN_PROBLEMS} more)" if len(problems) > SHOWN_PROBLEMS else ""
        raise BadInput(f"{path.name}: {'; '.join(problems[:SHOWN_PROBLEMS])}{more}.", "Mend the file; nothing was run.")
    if not found:
        raise BadInput(f"{path.name} holds no cases.", "An empty suite proves nothing; nothing was run.")
    return Dataset(suite, split, tuple(found.values()), hashlib.sha256(content).hexdigest())


def canaries(paths: Sequence[Path]) -> frozenset[str]:
    """The canary strings that the files begin with."""
    found = set()
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines()[:1]:
            row = json.loads(line)
            if isinstance(row, dict) and isinstance(row.get("canary"), str):
                found.add(row["canary"])
    return frozenset(found)


def refuse_leaks(wanted: Collection[str], files: Iterator[Path]) -> None:
    """Raise BadInput, naming the file, if a canary stands in what the service is made or taught with."""
    for path in files:
        text = path.read_text(encoding="utf-8", errors="replace")
        if any(canary in text for canary in wanted):
            raise BadInput(
                f"{path.name} holds the canary of a hidden split, so the split is hidden no more.",
                "Take the cases out of that file and write a fresh split.",
            )


def sample(cases: Sequence[C], limit: int | None) -> tuple[C, ...]:
    """At most `limit` cases, taken in turn from each stratum, in the order of the file: the same ones every time."""
    if limit is None or limit >= len(cases):
        return tuple(cases)
    strata: dict[str, list[C]] = {}
    for case in cases:
        strata.setdefault(case.stratum, []).append(case)
    turns = [(place, n, case) for n, group in enumerate(strata.values()) for place, case in enumerate(group)]
    return tuple(case for _, _, case in sorted(turns, key=lambda t: t[:2])[:limit])


def retrieval_case(row: Row, passages: Collection[str]) -> RetrievalCase:
    """The retrieval case of a row. Raises Unfit."""
    only(row, {"id", "query", "relevant", "essential", "style", "turns"})
    style = one_of(row, "style", STYLES)
    essential = _labels(row, "essential", passages)
    turns = texts_in(row, "turns", least=0)
    if bool(turns) != (style == "follow_up"):
        raise Unfit(f"has the style {style} and {len(turns)} earlier turns")
    return RetrievalCase(
        text_in(row, "id"), text_in(row, "query"), turns, _labels(row, "relevant", passages) | essential, essential, style
    )


def answer_case(row: Row, passages: Collection[str]) -> AnswerCase:
    """The answer case of a row. Raises Unfit."""
    only(row, {"id", "question", "kind", "status", "must", "must_not", "relevant"})
    statuses = texts_in(row, "status", least=1)
    for status in statuses:
        one_known(status, "status", list(Status))
    return AnswerCase(
        id=text_in(row, "id"),
        question=text_in(row, "question"),
        kind=one_of(row, "kind", list(Kind)),
        status=statuses,
        must=texts_in(row, "must", least=1),
        must_not=texts_in(row, "must_not", least=0),
        relevant=_labels(row, "relevant", passages),
    )


def abstention_case(row: Row) -> AbstentionCase:
    """The abstention case of a row. Raises Unfit."""
    only(row, {"id", "question", "turns", "status", "acceptable", "kind_of_case", "note"})
    if ("question" in row) == ("turns" in row):
        raise Unfit("needs either question or turns")
    acceptable = texts_in(row, "acceptable", least=1)
    for status in acceptable:
        one_known(status, "acceptable", list(Status))
    status = one_of(row, "status", list(Status))
    if status not in acceptable:
        raise Unfit(f"has the status {status}, which it does not accept itself")
    turns = texts_in(row, "turns", least=1) if "turns" in row else (text_in(row, "question"),)
    return AbstentionCase(text_in(row, "id"), turns, status, frozenset(acceptable), text_in(row, "kind_of_case"))


def team_case(row: Row) -> TeamCase | PairCase:
    """The vignette or the edited one of a row. Raises Unfit."""
    if "base" in row:
        return _pair_case(row)
    only(row, {"id", "register", "text", "people", "facts", "stated", "not_settled", *ARRANGEMENTS, "responsibilities", "flips"})
    text = text_in(row, "text")
    facts = {fact: fact_value(fact, value) for fact, value in mapping_in(row, "facts").items()}
    stated = frozenset(texts_in(row, "stated", least=0))
    if stated - facts.keys():
        raise Unfit(f"states {min(stated - facts.keys())}, which its facts leave out")
    not_settled = texts_in(row, "not_settled", least=0)
    for fact in not_settled:
        one_known(fact, "not_settled", LABELLED_FACTS)
        if fact in facts:
            raise Unfit(f"both settles {fact} and leaves it open")
    people = texts_in(row, "people", least=0)
    for name in people:
        if name not in text:
            raise Unfit(f"names {name}, who does not occur in its text")
    return TeamCase(
        id=text_in(row, "id"),
        register=text_in(row, "register"),
        text=text,
        facts=facts,
        stated=stated,
        not_settled=tuple(dict.fromkeys(not_settled)),
        people=people,
        verdicts={decision: _verdict(row, decision) for decision in ARRANGEMENTS},
        responsibilities={duty: _held(duty, held) for duty, held in mapping_in(row, "responsibilities").items()},
        flips=tuple(_flip(flip) for flip in row.get("flips", [])),
    )


def joined(cases: Sequence[TeamCase | PairCase]) -> tuple[TeamCase | PairCase, ...]:
    """The cases, each edited one with what it was made from. Raises BadInput if that is missing or an id stands twice."""
    bases = {case.id: case for case in cases if isinstance(case, TeamCase)}
    if len({case.id for case in cases}) < len(cases):
        raise BadInput("A vignette and a pair have the same id.", "Mend the file; nothing was run.")
    lost = sorted({case.base_id for case in cases if isinstance(case, PairCase)} - bases.keys())
    if lost:
        raise BadInput(f"Pairs are made from {lost[0]}, which is no vignette.", "Mend the file; nothing was run.")
    return tuple(replace(case, base=bases[case.base_id]) if isinstance(case, PairCase) else case for case in cases)


def _pair_case(row: Row) -> PairCase:
    only(row, {"id", "base", "edit", "text", "must"})
    must: Move | None = None
    if row.get("must") != "same":
        wanted = mapping_in(row, "must")
        only(wanted, {"decision", "arrangement", "acceptable"})
        decision = one_of(wanted, "decision", tuple(ARRANGEMENTS))
        arrangement = one_of(wanted, "arrangement", ARRANGEMENTS[decision])
        must = Move(decision, (arrangement, *_arrangements(wanted, decision)))
    return PairCase(text_in(row, "id"), text_in(row, "base"), text_in(row, "edit"), text_in(row, "text"), must)


def _verdict(row: Row, decision: str) -> Verdict:
    label = mapping_in(row, decision)
    only(label, {"best", "acceptable", "too_close", "change", "why", "status"})
    open_ = label.get("status") == Status.NEEDS_FACTS.value
    if open_ != (label.get("best") is None):
        raise Unfit(f"has neither an arrangement nor needs_facts for {decision}")
    if not isinstance(label.get("too_close"), bool):
        raise Unfit(f"needs yes or no in too_close of {decision}")
    best = None if open_ else one_of(label, "best", ARRANGEMENTS[decision])
    return Verdict(best, _arrangements(label, decision), label["too_close"], one_of(label, "change", CHANGES))


def _arrangements(label: Row, decision: str) -> tuple[str, ...]:
    acceptable = texts_in(label, "acceptable", least=0)
    for arrangement in acceptable:
        one_known(arrangement, "acceptable", ARRANGEMENTS[decision])
    return acceptable


def _held(duty: str, label: Any) -> Held:  # Any: a value of a file
    if not isinstance(label, dict):
        raise Unfit(f"has no state for {duty}")
    only(label, {"state", "owners"})
    return Held(one_of(label, "state", STATES), texts_in(label, "owners", least=0))


def _flip(label: Any) -> LabelledFlip:  # Any: a value of a file
    if not isinstance(label, dict):
        raise Unfit("has a flip that is no object")
    only(label, {"decision", "fact", "to", "arrangement"})
    decision = one_of(label, "decision", tuple(ARRANGEMENTS))
    fact = one_of(label, "fact", LABELLED_FACTS)
    to = label.get("to")
    value = fact_value(fact, [to] if fact == ROLES_PRESENT and isinstance(to, str) else to)
    return LabelledFlip(decision, fact, value, one_of(label, "arrangement", ARRANGEMENTS[decision]))


def fact_value(fact: str, value: Any) -> FactValue:  # Any: a value of a file
    """The value if it is one that may be labelled of the fact. Raises Unfit."""
    one_known(fact, "fact", LABELLED_FACTS)
    fits: bool
    if fact == ROLES_PRESENT:
        fits = isinstance(value, list) and all(isinstance(v, str) and v for v in value)
        value = tuple(value) if fits else None
    elif fact in FLAGS:
        fits = isinstance(value, bool)
    elif fact in COUNTS:
        fits = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    else:
        fits = isinstance(value, str) and bool(value) and value in WORDS.get(fact, (value,))
    if not fits:
        raise Unfit(f"has the unknown value {value} of {fact}")
    found: FactValue = value
    return found


def mapping_in(row: Row, field: str) -> Row:
    """The object under `field`. Raises Unfit."""
    value = row.get(field)
    if not isinstance(value, dict):
        raise Unfit(f"has no object in {field}")
    return value


def only(row: Row, fields: Collection[str]) -> None:
    """Raise Unfit if the row has a field that nobody reads."""
    unknown = sorted(row.keys() - fields)
    if unknown:
        raise Unfit(f"has the unknown field {unknown[0]}")


def text_in(row: Row, field: str) -> str:
    """The words under `field`. Raises Unfit."""
    value = row.get(field)
    if not isinstance(value, str) or not value.strip():
        raise Unfit(f"has no text in {field}")
    return value


def texts_in(row: Row, field: str, *, least: int) -> tuple[str, ...]:
    """The texts under `field`, `least` of them or more. Raises Unfit."""
    value = row.get(field, [])
    if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
        raise Unfit(f"needs a list of texts in {field}")
    if len(value) < least:
        raise Unfit(f"has nothing in {field}")
    return tuple(value)


def one_of(row: Row, field: str, known: Sequence[str]) -> str:
    """The word under `field`, one of those known. Raises Unfit."""
    return one_known(text_in(row, field), field, known)


def one_known(value: str, field: str, known: Sequence[str]) -> str:
    """The value if it is known; `field` names it to the person. Raises Unfit."""
    if value not in known:
        raise Unfit(f"has the unknown {field} {value}")
    return str(value)


def _labels(row: Row, field: str, passages: Collection[str]) -> frozenset[str]:
    for label in (values := texts_in(row, field, least=1)):
        if label not in passages:
            raise Unfit(f"names the passage {label}, which no guide holds")
    return frozenset(values)
