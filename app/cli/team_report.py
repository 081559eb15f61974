"""The advice on a team as a report for a terminal: plain lines, wrapped, bold headings where the terminal has them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.coaching.cleaning import clean_text, one_line
from app.coaching.model import Certainty, Fact, FactValue, Origin, Quote
from app.coaching.team.decide import CLEAR, LEANING, TEAM, TOO_CLOSE, Reason, Recommendation, verdict
from app.coaching.team.report import Responsibility, TeamAdvice
from app.coaching.team.summary import flip_line

if TYPE_CHECKING:
    from app.wiring import Service

BANDS = {CLEAR: "clear", LEANING: "leaning", TOO_CLOSE: "too close to call"}
HOW_KNOWN = {Certainty.TOLD: " (set by you)", Certainty.INFERRED: " (inferred)"}
STATES = {  # in this order: what nobody holds comes first
    "unowned": "Nobody holds",
    "doubled": "More than one holds, each alone",
    "shared": "Shared",
    "owned": "One holds",
}
NOTICE = "Not legal, medical or HR advice, and no judgement of people."
WIDEST = 100  # characters; longer lines are hard to read
LONGEST_QUOTE = 200
MOST_FLIPS = 4


@dataclass(frozen=True)
class Row:
    """A line of the report before it is wrapped; `mark` stands before its first line, further ones hang below the text."""

    text: str = ""
    indent: int = 0
    mark: str = ""
    bold: bool = False


def report(advice: TeamAdvice, service: Service, *, title: str = "") -> None:
    """Print the advice to stdout. What stood in a document can neither steer the terminal nor style the text."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    for row in rows(advice, service, title):
        text = " ".join(clean_text(row.text).text.split())
        first = " " * row.indent + row.mark
        wrapped = textwrap.fill(
            text,
            min(console.width, WIDEST),
            initial_indent=first,
            subsequent_indent=" " * len(first),
            break_long_words=False,
            break_on_hyphens=False,
        )
        console.print(Text(wrapped, style="bold" if row.bold else ""), soft_wrap=True)


def rows(advice: TeamAdvice, service: Service, title: str = "") -> Iterator[Row]:
    """The report, line by line: what was understood, both recommendations, responsibilities, next question, sources, notice."""
    if title:
        yield Row(title, bold=True)
        yield Row()
    yield Row("What was understood", bold=True)
    yield from _understood(advice.known, service)
    for recommendation in advice.recommendations:
        yield Row()
        yield from _recommended(recommendation, advice, service)
    if advice.responsibilities:
        yield Row()
        yield Row("Responsibilities", bold=True)
        yield from _responsibilities(advice.responsibilities, service)
    if advice.ask_next:
        ask = advice.ask_next[0]
        yield Row()
        yield Row("Next question", bold=True)
        yield Row(f"{ask.question} {ask.why}", 2)
        yield Row(" · ".join(ask.choices), 2)
        yield Row(f"Answer with --set {ask.fact}=…", 2)
    if advice.sources:
        yield Row()
        yield Row("Sources", bold=True)
    for source in advice.sources:
        yield Row(f"{source.title}: {source.section} ({source.publisher}; reviewed {source.reviewed})", 0, f"[{source.n}] ")
        yield Row(f"“{source.quote}”", 4)
    yield Row()
    model = any(sentence.origin is Origin.MODEL for sentence in advice.sentences)
    by = f"in part by {advice.model}" if model else "without a language model"
    yield Row(f"Automated, {by}, guidance {advice.index_version or 'unknown'}. {NOTICE}")


def in_words(value: FactValue, service: Service) -> str:
    """The value of a fact as a person reads it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(_holder(one, service) for one in value) or "none"
    return _holder(value, service) if isinstance(value, str) else str(value)


def _understood(facts: Sequence[Fact], service: Service) -> Iterator[Row]:
    labels = {rule.id: rule.label for rule in service.fact_rules()}
    if not facts:
        yield Row("Nothing yet that the advice could rest on.", 2)
    for fact in facts:
        yield Row(f"{labels.get(fact.id, fact.id)}: {in_words(fact.value, service)}{HOW_KNOWN.get(fact.certainty, '')}", 2)
        yield from _quoted(fact.quotes)


def _recommended(recommendation: Recommendation, advice: TeamAdvice, service: Service) -> Iterator[Row]:
    decision, option = recommendation.decision, recommendation.option
    name = decision.id.capitalize()
    if option is None:
        yield Row(f"{name}: too little is known to say", bold=True)
        return
    yield Row(f"{name}: {option.name} ({BANDS[recommendation.band]})", bold=True)
    strongest = (*recommendation.reasons_for, *recommendation.reasons_against)[:1]
    yield Row(f"{verdict(recommendation)} {_markers(_cited(strongest, advice))}", 2)
    for heading, mark, reasons in (
        ("For", "+ ", recommendation.reasons_for),
        ("Against", "- ", recommendation.reasons_against),
    ):
        if reasons:
            yield Row(heading, 2)
        for reason in reasons:
            yield Row(f"{reason.text} {_markers(_cited([reason], advice))}", 4, mark)
    changes = list(dict.fromkeys(_changes(recommendation, advice, service)))  # two changes may read alike
    if changes:
        yield Row("What would change it", 2)
        yield from changes[:MOST_FLIPS]
    if len(changes) > MOST_FLIPS:
        yield Row(f"{len(changes) - MOST_FLIPS} more with --json.", 4)


def _changes(recommendation: Recommendation, advice: TeamAdvice, service: Service) -> Iterator[Row]:
    decision, rules = recommendation.decision, service.fact_rules()
    for flip in advice.would_change:
        if flip.decision != decision.id:
            continue
        line = flip_line(flip, decision, advice.known, rules, service.retriever.passage, service.role_name)
        if line is not None:
            n = advice.cites.get(line.passage.id) if line.passage else None
            yield Row(f"{line.text} {_markers([n] if n else [])}", 4)


def _responsibilities(responsibilities: Sequence[Responsibility], service: Service) -> Iterator[Row]:
    for state, heading in STATES.items():
        held = [r for r in responsibilities if r.state == state]
        if held:
            yield Row(heading, 2)
        for one in held:
            owners = ", ".join(_holder(owner, service) for owner in one.owners)
            yield Row(f"{one.name}: {owners}" if owners else one.name, 4)
            yield from _quoted(one.quotes)
            if one.advice:
                yield Row(f"{one.advice} {_markers(one.cites)}", 6)
    unknown = [r.name for r in responsibilities if r.state not in STATES]
    if unknown:
        yield Row(f"Not told: {', '.join(unknown)}.", 2)


def _holder(role: str, service: Service) -> str:
    return "the team" if role == TEAM else service.role_name(role)


def _quoted(quotes: Iterable[Quote]) -> Iterator[Row]:
    for quote in quotes:
        yield Row(f"“{one_line(quote.text, LONGEST_QUOTE)}”", 6)


def _cited(reasons: Iterable[Reason], advice: TeamAdvice) -> list[int]:
    numbers = (advice.cites.get(reason.consideration.tie.passage) for reason in reasons)
    return [n for n in numbers if n]


def _markers(numbers: Iterable[int]) -> str:
    return "".join(f"[{n}]" for n in numbers)
