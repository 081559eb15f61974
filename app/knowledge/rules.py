"""`corpus/rules/*.yaml` → typed rules; every bad field and every broken tie is named."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from app.coaching import rules as core
from app.coaching.model import Passage, Status
from app.coaching.vocabulary import RoleName, Vocabulary
from app.errors import CorpusError
from app.knowledge.corpus import SAFE_LOADER, Problem

MAX_FILE = 400_000  # bytes: four times the longest of ours
Arrangement = Literal["shared", "lead", "dedicated", "programme", "covered", "named_owner", "group"]
Change = Literal["keep", "start", "stop", "unclear"]


Read = TypeVar("Read", bound=BaseModel)
LABELS = frozenset(
    "explain compare team fit step courtesy needs_facts not_covered out_of_scope signpost declined".split()
)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Role(_Strict):
    id: str
    names: list[str] = Field(min_length=1)


class _Vocabulary(_Strict):
    roles: list[_Role]
    pm_means: dict[str, list[str]]


class _Pattern(_Strict):
    kind: str
    reply: str
    match: str
    unless: str = ""


class _Routing(_Strict):
    patterns: list[_Pattern]
    languages: list[str]


class _Reply(_Strict):
    status: Status
    say: str
    offer: str = ""
    ask: str = ""
    choices: list[str] = []


class _FactPattern(_Strict):
    match: str
    value: str | int | None = None


class _Follows(_Strict):
    when: dict[str, bool | int | str | list[bool | int | str]] = Field(min_length=1)
    value: bool | int | str


class _Fact(_Strict):
    type: Literal["count", "word", "flag", "roles"]
    ask: str
    why: str
    choices: dict[str, bool | int | str | list[str]]
    label: str
    clauses: dict[str, str] = {}
    values: list[str] = []
    patterns: list[_FactPattern] = []
    follows: list[_Follows] = []


class _Tie(_Strict):
    passage: str
    sentence: str


class _Consideration(_Strict):
    id: str
    points_to: Arrangement
    weight: float = Field(ge=-10, le=10)
    when: dict[str, bool | int | str | list[bool | int | str]] = Field(min_length=1)
    text: str
    passage: str
    sentence: str


class _Option(_Strict):
    name: str
    prior: float = 0.0
    verdicts: dict[Change, str]
    held_by: list[str] = []

    @field_validator("verdicts")
    @classmethod
    def _unclear_is_there(cls, verdicts: dict[str, str]) -> dict[str, str]:
        if "unclear" not in verdicts:
            raise ValueError("needs a sentence for `unclear`, which stands in for those that are missing")
        return verdicts


class _Bands(_Strict):
    clear: float = Field(gt=0, le=1)
    leaning: float = Field(gt=0, le=1)


class _Decision(_Strict):
    roles: list[str]
    bands: _Bands
    least: float = Field(ge=0)
    opening: _Tie
    caveat: _Tie
    options: dict[Arrangement, _Option] = Field(min_length=2)
    considerations: list[_Consideration]


class _Duty(_Strict):
    id: str
    words: str = ""
    roles: list[str] = []
    not_: list[str] = Field(alias="not", default=[])
    name: str = ""
    share: str = ""
    hire: str = ""


class _Responsibilities(_Strict):
    ties: dict[Literal["product", "delivery", "shared"], _Tie] = Field(min_length=3)
    product: list[_Duty]
    delivery: list[_Duty]
    shared: list[_Duty]

    def duties(self) -> list[core.Duty]:
        """All of them, family by family."""
        families = (("product", self.product), ("delivery", self.delivery), ("shared", self.shared))
        ties = {str(family): core.Tie(tie.passage, tie.sentence) for family, tie in self.ties.items()}
        return [
            core.Duty(d.id, family, d.words, tuple(d.roles), tuple(d.not_), d.name, d.share, d.hire, ties.get(family))
            for family, rows in families
            for d in rows
        ]


def read_vocabulary(folder: Path) -> Vocabulary:
    """The role names. Raises CorpusError with file and field."""
    read = _read(_Vocabulary, folder / "vocabulary.yaml")
    return Vocabulary([RoleName(r.id, tuple(r.names)) for r in read.roles], read.pm_means)


def read_examples(folder: Path) -> dict[str, list[str]]:
    """Labelled example questions for the router, by label."""
    read = _yaml(folder / "routing_examples.yaml")
    if not isinstance(read, dict) or not all(isinstance(v, list) and v for v in read.values()):
        raise CorpusError("routing_examples.yaml: is no mapping of labels to lists of questions.", "Mend the file.")
    return {str(label): [str(q) for q in questions] for label, questions in read.items()}


def read_rules(folder: Path) -> core.Rules:
    """Every rule file but vocabulary and examples. Raises CorpusError with file and field."""
    routing = _read(_Routing, folder / "routing.yaml")
    replies = {k: _valid(_Reply, v, "replies.yaml", k) for k, v in _mapping(folder / "replies.yaml").items()}
    facts = {k: _valid(_Fact, v, "facts.yaml", k) for k, v in _mapping(folder / "facts.yaml").items()}
    decided = _mapping(folder / "considerations.yaml")
    decisions = {k: _valid(_Decision, v, "considerations.yaml", k) for k, v in decided.items()}
    return core.Rules(
        patterns=[core.Pattern(p.kind, p.reply, p.match, p.unless) for p in routing.patterns],
        languages=frozenset(routing.languages),
        replies={
            k: core.FixedReply(k, r.status, r.say, r.offer, r.ask, tuple(r.choices)) for k, r in replies.items()
        },
        facts=[
            core.FactRule(
                k,
                f.type,
                f.label,
                f.ask,
                f.why,
                tuple(f.choices),
                tuple(f.values),
                tuple(core.FactPattern(p.match, p.value) for p in f.patterns),
                {choice: tuple(value) if isinstance(value, list) else value for choice, value in f.choices.items()},
                f.clauses,
                tuple(core.Follows(rule.when, rule.value) for rule in f.follows),
            )
            for k, f in facts.items()
        ],
        decisions=[_decision(k, d) for k, d in decisions.items()],
        duties=_read(_Responsibilities, folder / "responsibilities.yaml").duties(),
    )


def rule_problems(folder: Path, passages: Mapping[str, Passage]) -> list[Problem]:
    """Everything wrong with the rule files: bad fields, expressions that do not compile, ties to no guide sentence."""
    try:
        rules = read_rules(folder)
        read_vocabulary(folder)
        unknown = sorted(read_examples(folder).keys() - LABELS)
    except (CorpusError, ValidationError) as error:
        return [Problem("rules", 1, str(error))]
    problems = [Problem("routing_examples.yaml", 1, f"{label} is no label that the router knows") for label in unknown]
    for pattern in rules.patterns:
        problems += _expression(f"routing.yaml: {pattern.reply}", pattern.match, pattern.unless)
        if pattern.reply not in rules.replies:
            problems.append(Problem("routing.yaml", 1, f"names the reply {pattern.reply}, which does not exist"))
    for duty in rules.duties:
        if duty.tie is not None:
            problems += _loose("responsibilities.yaml", duty.tie, passages)
        problems += _expression(f"responsibilities.yaml: {duty.id}", duty.words)
    for fact in rules.facts:
        problems += _expression(f"facts.yaml: {fact.id}", *(p.match for p in fact.patterns))
    for decision in rules.decisions:
        ties = [decision.opening, decision.caveat, *(c.tie for c in decision.considerations)]
        for tie in ties:
            problems += _loose("considerations.yaml", tie, passages)
        known = {f.id for f in rules.facts}
        for consideration in decision.considerations:
            if consideration.points_to not in decision.options:
                problems.append(Problem("considerations.yaml", 1, f"{consideration.id} points to no option of {decision.id}"))
            for fact_id in set(consideration.when) - known:
                problems.append(Problem("considerations.yaml", 1, f"{consideration.id} names no fact: {fact_id}"))
    return list(dict.fromkeys(problems))


def _loose(file: str, tie: core.Tie, passages: Mapping[str, Passage]) -> list[Problem]:
    """A problem if the guide's sentence is not where the rule says."""
    passage = passages.get(tie.passage)
    if passage is not None and tie.sentence in passage.sentences:
        return []
    where = "is no passage" if passage is None else "does not hold the sentence"
    return [Problem(file, 1, f"{tie.passage} {where}: {tie.sentence[:60]}")]


def _read(model: type[Read], path: Path) -> Read:
    return _valid(model, _yaml(path), path.name, "")


def _valid(model: type[Read], value: Any, file: str, entry: str) -> Read:
    """The value as its model; a CorpusError that names file, entry and field otherwise."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, ([entry] if entry else []) + list(first["loc"])))
        raise CorpusError(f"{file}: field {field}: {first['msg'].lower()}", "Mend the file.") from error


def _decision(decision_id: str, read: _Decision) -> core.Decision:
    return core.Decision(
        id=decision_id,
        roles=tuple(read.roles),
        options={k: _option(k, o) for k, o in read.options.items()},
        bands=core.Bands(read.bands.clear, read.bands.leaning),
        least=read.least,
        opening=core.Tie(read.opening.passage, read.opening.sentence),
        caveat=core.Tie(read.caveat.passage, read.caveat.sentence),
        considerations=tuple(
            core.Consideration(c.id, c.points_to, c.weight, c.when, c.text, core.Tie(c.passage, c.sentence))
            for c in read.considerations
        ),
    )


def _option(option_id: str, read: _Option) -> core.Option:
    verdicts = {str(change): said for change, said in read.verdicts.items()}
    return core.Option(option_id, read.name, read.prior, verdicts, tuple(read.held_by))


def _expression(where: str, *texts: str) -> list[Problem]:
    problems = []
    for text in texts:
        try:
            re.compile(re.sub(r"\{(?:name|n|role)\}", "x", text))
        except re.error as error:
            problems.append(Problem(where, 1, f"is no regular expression: {error}"))
    return problems


def _mapping(path: Path) -> dict[str, Any]:
    read = _yaml(path)
    if not isinstance(read, dict):
        raise CorpusError(f"{path.name}: is no mapping.", "Mend the file.")
    return read


def _yaml(path: Path) -> Any:  # whatever the file holds; validated by the caller
    try:
        if path.stat().st_size > MAX_FILE:
            raise CorpusError(f"{path.name} is larger than {MAX_FILE} bytes.", "Split or shorten it.")
        return yaml.load(path.read_text(encoding="utf-8"), Loader=SAFE_LOADER)  # noqa: S506 - safe, in C
    except FileNotFoundError as error:
        raise CorpusError(f"{path.name} is missing from the rules.", "Restore it from the repository.") from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise CorpusError(f"{path.name} cannot be read as YAML.", "Mend the file.") from error
