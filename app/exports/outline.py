"""The decision record as headings, paragraphs, lists and tables, before it is a DOCX or Markdown file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.coaching.model import Certainty, Fact, Source
from app.coaching.team.decide import CLEAR, TOO_CLOSE, Reason, Recommendation
from app.coaching.team.report import TeamAdvice
from app.exports import raci
from app.exports.words import ABOUT, BAND, HOW_KNOWN, NO_NEW_ROLE, TOO_LITTLE, Words, capital, day, marks, months_after

TITLE = "Decision record: who coordinates delivery, who decides about the product"
REVIEW_AFTER = 3  # months
MOST_QUOTES, LONGEST_QUOTE = 3, 240  # of one fact, and characters of each
NOTHING_FLIPS = "No single fact would change it."
MOST_CONDITIONS = 6  # of one decision


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 stands below the title."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; `lead` is set strongly before it. Fine print is small."""

    text: str
    lead: str = ""
    fine: bool = False


@dataclass(frozen=True)
class Items:
    """A list."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table: `shares` are the widths of its columns in parts of 1; rows of `strong` stand out."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    shares: tuple[float, ...]
    strong: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Work:
    """A source, or a work that it rests on (then indented), with its address."""

    text: str
    url: str
    below: bool = False


Block = Heading | Paragraph | Items | Table | Work


def record_blocks(advice: TeamAdvice, words: Words, review_after: int = REVIEW_AFTER) -> list[Block]:
    """Everything below the title, in the order in which it is read."""
    review = day(months_after(words.today, review_after))
    return [
        Paragraph(day(words.today), "Date:"),
        Paragraph("Draft, to be decided by the people who answer for the team", "Status:"),
        Paragraph(review, "Review:"),
        *_recommendation(advice, words),
        *_context(advice, words),
        *_options(advice, words),
        *_reasons(advice, words),
        *_conditions(advice, words),
        *_risks(advice, words),
        *_who_owns_what(advice, words),
        *_open_questions(advice, words),
        Heading("Review"),
        Paragraph(f"Look at this decision again on {review}, or earlier if one of the conditions above comes true."),
        *_sources(advice, words),
        Paragraph(words.team_notice(advice), fine=True),
    ]


def _recommendation(advice: TeamAdvice, words: Words) -> list[Block]:
    blocks: list[Block] = [Heading("Recommendation")]
    for recommendation in advice.recommendations:
        blocks.append(Paragraph(words.verdict(recommendation), f"{standing(recommendation)}."))
    return blocks


def standing(recommendation: Recommendation) -> str:
    """The decision and how sure the recommendation is, as in "Delivery: clear"."""
    about = ABOUT.get(recommendation.decision.id, capital(recommendation.decision.id))
    return f"{about}: {BAND[recommendation.band]}" if recommendation.arrangement else f"{about}: open"


def _context(advice: TeamAdvice, words: Words) -> list[Block]:
    blocks: list[Block] = [Heading("Context")]
    if advice.known:
        rows = tuple(
            (words.fact_name(f.id), words.fact_value(f.value), HOW_KNOWN[f.certainty], _quotes(f, words)) for f in advice.known
        )
        blocks.append(Table(("Fact", "Value", "How it is known", "Words it rests on"), rows, (0.24, 0.16, 0.18, 0.42)))
    else:
        blocks.append(Paragraph("Nothing is known about the team that a recommendation could rest on."))
    unknown = [words.fact_name(f.id) for f in advice.facts if f.certainty is Certainty.UNKNOWN]
    if unknown:
        blocks.append(Paragraph("; ".join(unknown) + ".", "Not known:"))
    return blocks


def _quotes(fact: Fact, words: Words) -> str:
    return " … ".join(f"“{words.said(q.text, LONGEST_QUOTE)}”" for q in fact.quotes[:MOST_QUOTES])


def _options(advice: TeamAdvice, words: Words) -> list[Block]:
    blocks: list[Block] = [Heading("Options")]
    for r in advice.recommendations:
        about = ABOUT.get(r.decision.id, capital(r.decision.id))
        blocks.append(Heading(about, 2))
        ranked = sorted(r.decision.options.values(), key=lambda o, r=r: -r.shares.get(o.id, 0.0))  # type: ignore[misc]
        rows = tuple(
            (
                capital(words.said(option.name, 160)) + (" (recommended)" if option.id == r.arrangement else ""),
                _percent(r.shares.get(option.id, 0.0)) if r.arrangement else "–",
                _new_role(option.id, option.held_by, advice),
            )
            for option in ranked
        )
        strong = frozenset(n for n, option in enumerate(ranked) if option.id == r.arrangement)
        blocks.append(Table(("Option", "Share", "What it takes"), rows, (0.55, 0.12, 0.33), strong))
    how = "A share says how much of what is known speaks for an option; those of one decision make 100%, but for rounding."
    return [*blocks, Paragraph(how, fine=True)]


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%" if share >= 0.01 else "under 1%"


def _new_role(option: str, held_by: Iterable[str], advice: TeamAdvice) -> str:
    if option in NO_NEW_ROLE:
        return "No new role"
    present = next((f.value for f in advice.facts if f.id == "roles_present"), None)
    there = isinstance(present, tuple) and any(role in present for role in held_by)
    return "No new role: it is there" if there else "A new role"


def _reasons(advice: TeamAdvice, words: Words) -> list[Block]:
    blocks: list[Block] = [Heading("Reasons")]
    for r in advice.recommendations:
        blocks.append(Heading(ABOUT.get(r.decision.id, capital(r.decision.id)), 2))
        if r.arrangement is None:
            blocks.append(Paragraph(TOO_LITTLE))
            continue
        blocks += _listed_reasons("For it:", r.reasons_for, advice.cites, words)
        blocks += _listed_reasons("Against it, or for another option:", r.reasons_against, advice.cites, words)
    return blocks


def _listed_reasons(lead: str, reasons: tuple[Reason, ...], cites: Mapping[str, int], words: Words) -> list[Block]:
    if not reasons:
        return [Paragraph("Nothing that is known.", lead)]
    return [Paragraph("", lead), Items(tuple(cited(r, cites, words) for r in reasons))]


def cited(reason: Reason, cites: Mapping[str, int], words: Words) -> str:
    """The reason in the rule's words with the marker of its source."""
    return words.said(reason.text) + marks(cites_of(reason, cites))


def cites_of(reason: Reason, cites: Mapping[str, int]) -> tuple[int, ...]:
    """The number of the source that the reason rests on."""
    n = cites.get(reason.consideration.tie.passage)
    return (n,) if n else ()


def _conditions(advice: TeamAdvice, words: Words) -> list[Block]:
    blocks: list[Block] = [Heading("What would change it")]
    for r in advice.recommendations:
        said = words.conditions(advice, r, MOST_CONDITIONS) if r.arrangement else []
        if said:
            about = ABOUT.get(r.decision.id, capital(r.decision.id))
            blocks += [Paragraph("", f"{about}:"), Items(tuple(said))]
    return blocks if len(blocks) > 1 else [*blocks, Paragraph(NOTHING_FLIPS)]


def _risks(advice: TeamAdvice, words: Words) -> list[Block]:
    risks: list[str] = []
    for r in advice.recommendations:
        about = ABOUT.get(r.decision.id, capital(r.decision.id))
        if r.arrangement is None:
            risks.append(f"{about}: too little is known, so any arrangement would be a guess.")
        elif r.band != CLEAR:
            second = words.said(r.runner_up.name, 160) if r.runner_up else "another option"
            how = "nearly as well supported" if r.band == TOO_CLOSE else "the next best"
            risks.append(f"{about}: the recommendation is {BAND[r.band]}; {second} is {how}.")
    for one in advice.responsibilities:
        if one.state == raci.UNOWNED:
            risks.append(f"Nobody holds “{words.said(one.name, 120)}”. {words.said(one.advice)}".rstrip() + marks(one.cites))
    doubled = [words.said(one.name, 120) for one in advice.responsibilities if one.state == raci.DOUBLED]
    if doubled:
        risks.append(f"More than one holds these, so nobody knows who has the last word: {'; '.join(doubled)}.")
    concluded = [words.fact_name(f.id) for f in advice.facts if f.certainty is Certainty.INFERRED]
    if concluded:
        risks.append(f"Concluded and not said, so worth a check: {'; '.join(concluded)}.")
    risks += [f"About the document: {words.said(warning)}" for warning in advice.warnings]
    return [Heading("Risks"), Items(tuple(risks)) if risks else Paragraph("None that the rules know of.")]


def _who_owns_what(advice: TeamAdvice, words: Words) -> list[Block]:
    blocks: list[Block] = [Heading("Who owns what: a RACI draft")]
    rows = raci.raci_rows(advice, words)
    if not rows:
        return [*blocks, Paragraph("The rules name no responsibilities.")]
    blocks.append(
        Paragraph(
            "A starting point for a conversation. Consulted and informed are for the team to fill in; "
            "each row has at most one who is accountable."
        )
    )
    head = ("Responsibility", "Accountable", "Responsible", "Consulted", "Informed", "Open")
    for family in dict.fromkeys(row.family for row in rows):
        own = [row for row in rows if row.family == family]
        cells = tuple((r.name, capital(r.accountable), capital(", ".join(r.responsible)), "", "", r.note) for r in own)
        strong = frozenset(n for n, row in enumerate(own) if row.flagged)
        blocks += [Heading(family, 2), Table(head, cells, (0.24, 0.15, 0.17, 0.11, 0.11, 0.22), strong)]
    return blocks


def _open_questions(advice: TeamAdvice, words: Words) -> list[Block]:
    asked = [words.said(f"{ask.question} {ask.why}") for ask in advice.ask_next]
    unknown = [words.said(r.name, 120) for r in advice.responsibilities if r.state == raci.UNKNOWN]
    if unknown:
        asked.append(f"Who holds what the description leaves open: {'; '.join(unknown)}?")
    return [Heading("Open questions"), Items(tuple(asked)) if asked else Paragraph("None that the rules know of.")]


def _sources(advice: TeamAdvice, words: Words) -> list[Block]:
    if not advice.sources:
        return []
    blocks: list[Block] = [Heading("Sources")]
    listed: dict[str, int] = {}  # document → the source under which its works stand
    for source in advice.sources:
        several = len(source.references) > 1
        line = _source_line(source, words)
        if several and source.document in listed:
            blocks.append(Work(f"{line} Its works are those under [{listed[source.document]}].", ""))
            continue
        blocks.append(Work(line, "" if several else words.said(source.url, 300)))
        if several:
            listed[source.document] = source.n
            blocks += [
                Work(words.said(f"{w.title}, {w.publisher} ({w.licence})", 300), words.said(w.url, 300), below=True)
                for w in source.references
            ]
    return blocks


def _source_line(source: Source, words: Words) -> str:
    parts = [source.title + (f": {source.section}" if source.section else ""), source.publisher, source.licence]
    quote = f" “{words.said(source.quote, LONGEST_QUOTE)}”" if source.quote else ""
    return f"[{source.n}] " + ". ".join(words.said(p, 200).rstrip(".") for p in parts if p) + "." + quote


def workshop_blocks(advice: TeamAdvice, words: Words) -> list[Block]:
    """The grid that everybody fills in alone, before the lists are laid side by side; empty without responsibilities."""
    rows = raci.grid_rows(advice, words)
    if not rows:
        return []
    how = (
        "Everybody fills in “I think” alone: who holds it, and whether that is you. Then lay the sheets side by side and talk "
        "about the rows that differ, and about those that nobody holds."
    )
    head = ("Responsibility", "Others think (by the description)", "I think", "Unowned")
    cells = tuple((r.name, r.others_think, r.i_think, r.unowned) for r in rows)
    strong = frozenset(n for n, r in enumerate(rows) if r.unowned)
    return [Heading("Workshop grid"), Paragraph(how), Table(head, cells, (0.3, 0.3, 0.2, 0.2), strong)]
