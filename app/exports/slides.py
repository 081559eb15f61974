"""Slides: the recommendation for the board with the responsibilities, and a comparison side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from pptx.slide import Slide

from app.coaching.citing import SHIPPED
from app.coaching.model import Answer, Kind, Sentence, SentenceKind, Source
from app.coaching.team.decide import Recommendation
from app.coaching.team.report import Responsibility, TeamAdvice
from app.errors import BadInput
from app.exports import deck, raci
from app.exports.deck import BODY, INNER, MARGIN, Box, Row
from app.exports.fitting import height_of, lines_of
from app.exports.office import ACCENT, SOFT, describe, settled
from app.exports.outline import NOTHING_FLIPS, cited, cites_of
from app.exports.words import ABOUT, BAND, TOO_LITTLE, Words, capital, day, marks

TITLE = "Recommendation: who coordinates, who decides"
LEGEND = "Shaded and bold needs a decision: nobody holds it, or it is doubled, which is to say that more than one holds it."
HOLDER = "Who holds it"
REASONS = 3
NO_REASON = "Nothing that is known speaks for it by itself; more speaks against the other options."
GAP = 32.0
COLUMN = (INNER - GAP) / 2
FOOT = 452.0  # where the small print begins
TABLE_TOP, TABLE_FOOT = 98.0, 478.0

RolesIn = Callable[[str], Sequence[str]]


def team_slides(advice: TeamAdvice, words: Words) -> bytes:
    """The advice on a team as PPTX: one slide for the board, then who holds which responsibility."""
    made = deck.new_deck()
    describe(made.core_properties, TITLE, words.today)
    _board_slide(deck.new_slide(made, TITLE, _resting_on(advice, words)), advice, words)
    pages = _pages(advice, words)
    for n, page in enumerate(pages):
        more = f" ({n + 1} of {len(pages)})" if len(pages) > 1 else ""
        slide = deck.new_slide(made, f"Who holds what{more}", _found(advice))
        for column, rows in enumerate(page):
            if rows:
                widths = _table_widths(len(page))
                name, _ = raci.families(advice)[column]
                left = MARGIN + column * (sum(widths) + GAP / 2)
                deck.table(slide, left, TABLE_TOP, widths, (name, HOLDER), rows)
        deck.small_print(slide, TABLE_FOOT + 10, LEGEND, words.team_notice(advice))
    return settled(made.save)


def comparison_slide(answer: Answer, left: str, right: str, words: Words, roles_in: RolesIn) -> bytes:
    """A comparison from the chat as one slide, side by side; `left` and `right` are role ids, `roles_in` finds them in a text.

    Raises BadInput if the answer does not speak of both.
    """
    sides, before, after = _sides(answer, left, right, roles_in) if answer.kind is Kind.COMPARE else ({}, [], [])
    if not all(sides.get(role) for role in (left, right)):
        raise BadInput("This answer does not compare two roles.", "Ask for the difference between two roles, and take that one.")
    names = [words.said(words.role_name(role), 60) for role in (left, right)]
    title = f"{capital(names[0])} and {names[1]}: the difference"
    made = deck.new_deck()
    describe(made.core_properties, title, words.today)
    slide = deck.new_slide(made, title)
    top = 84.0
    shown: list[Sentence] = []
    if before:
        said, tail = _marked(before[0], words)
        lines = min(3, lines_of(said + tail, INNER, 18, bold=True))
        height = height_of(lines, 18) + 1
        deck.text(slide, Box(MARGIN, top, INNER, height), said, 18, tail=tail, bold=True, name="Difference")
        top += height + 16
        shown.append(before[0])
    otherwise = next((s for s in after if s.kind is SentenceKind.CONDITION), next(iter(after), None))
    bottom = FOOT - 12 - (height_of(2, 13) + 12 if otherwise else 0)
    items = [[_marked(s, words) for s in sides[role]] for role in (left, right)]
    room = Box(0, 0, COLUMN, bottom - top - 38)
    size = 16 if all(deck.have_room(room, side, 16, 8) for side in items) else BODY
    for column, role in enumerate((left, right)):
        place = MARGIN + column * (COLUMN + GAP)
        deck.line(slide, place, top, COLUMN, ACCENT, 2)
        deck.text(slide, Box(place, top + 9, COLUMN, 21), capital(names[column]), 16, bold=True, colour=ACCENT)
        box = Box(place, top + 38, COLUMN, bottom - top - 38)
        count = deck.bullets(slide, box, items[column], size, most=4, gap=8, name=f"Side {column + 1}")
        shown += sides[role][:count]
    if otherwise:
        box = Box(MARGIN, bottom + 8, INNER, height_of(2, 13) + 1)
        said, tail = _marked(otherwise, words)
        deck.text(slide, box, said, 13, tail=tail, colour=SOFT, name="Otherwise")
        shown.append(otherwise)
    notice = words.notice(answer.model, shown, "Each sentence rests on the source of its number.")
    deck.small_print(slide, FOOT, _small_sources(answer.sources, {n for s in shown for n in s.cites}, words), notice)
    return settled(made.save)


def _board_slide(slide: Slide, advice: TeamAdvice, words: Words) -> None:
    used: set[int] = set()
    for column, recommendation in enumerate(advice.recommendations):
        left = MARGIN + column * (COLUMN + GAP)
        deck.line(slide, left, 102, COLUMN, ACCENT, 2)
        about = recommendation.decision.id
        deck.text(slide, Box(left, 113, COLUMN / 2, 20), ABOUT.get(about, capital(about)), 14, bold=True, colour=ACCENT)
        deck.chip(slide, left + COLUMN, 110, capital(BAND[recommendation.band]) if recommendation.arrangement else "Open")
        if recommendation.arrangement is None:
            deck.text(slide, Box(left, 140, COLUMN, 88), TOO_LITTLE, 18, bold=True, name=f"Recommendation {about}")
            _questions(slide, left, advice, words)
        else:
            _decided_column(slide, left, recommendation, advice, words)
            used |= {n for r in recommendation.reasons_for[:REASONS] for n in cites_of(r, advice.cites)}
    deck.small_print(slide, FOOT, _small_sources(advice.sources, used, words), words.team_notice(advice))
    _write_notes(slide, advice, words)


def _decided_column(slide: Slide, left: float, recommendation: Recommendation, advice: TeamAdvice, words: Words) -> None:
    about = recommendation.decision.id
    deck.text(slide, Box(left, 140, COLUMN, 88), words.verdict(recommendation), 18, bold=True, name=f"Recommendation {about}")
    reasons = [(words.said(r.text), marks(cites_of(r, advice.cites))) for r in recommendation.reasons_for[:REASONS]]
    if not reasons:
        reasons = [(NO_REASON, "")]
    deck.text(slide, Box(left, 234, COLUMN, 16), "Because", 12, bold=True, colour=SOFT)
    deck.bullets(slide, Box(left, 252, COLUMN, 116), reasons, BODY, most=2 if len(reasons) > 2 else 3, name=f"Reasons {about}")
    condition = next(iter(words.conditions(advice, recommendation, 1)), NOTHING_FLIPS)
    deck.text(slide, Box(left, 376, COLUMN, 16), "What would change it", 12, bold=True, colour=SOFT)
    deck.text(slide, Box(left, 394, COLUMN, 52), condition, BODY, name=f"Condition {about}")


def _questions(slide: Slide, left: float, advice: TeamAdvice, words: Words) -> None:
    """What would help to know; once, and across the slide, if both decisions are open."""
    both = all(r.arrangement is None for r in advice.recommendations)
    asks = [(words.said(f"{ask.question} {ask.why}" if both else ask.question), "") for ask in advice.ask_next]
    if asks and (left == MARGIN or not both):
        width = INNER if both else COLUMN
        deck.text(slide, Box(left, 234, width, 16), "What would help to know", 12, bold=True, colour=SOFT)
        deck.bullets(slide, Box(left, 252, width, 180), asks, BODY)


def _write_notes(slide: Slide, advice: TeamAdvice, words: Words) -> None:
    """For whoever presents: what speaks against it, and where to read on."""
    against = [
        f"{ABOUT.get(r.decision.id, r.decision.id)}, against: {cited(reason, advice.cites, words)}"
        for r in advice.recommendations
        for reason in r.reasons_against
    ]
    read_on = [f"[{s.n}] {words.said(s.title, 200)} {words.said(s.url, 300)}".rstrip() for s in advice.sources]
    notes = slide.notes_slide.notes_text_frame
    if notes is not None:
        notes.text = "\n".join([*(against or ["Nothing that is known speaks against it."]), *read_on])


def _resting_on(advice: TeamAdvice, words: Words) -> str:
    known = len(advice.known)
    facts = "no facts" if not known else "1 fact" if known == 1 else f"{known} facts"
    return f"{day(words.today)}. It rests on {facts} about the team."


def _small_sources(sources: Iterable[Source], used: set[int], words: Words) -> str:
    shown = [s for s in sources if s.n in used]
    named = "; ".join(f"[{s.n}]\u00a0{words.said(_title(s), 110)}" for s in shown)
    ours = any(s.collection == SHIPPED for s in shown)
    return f"Sources: {named}.{' Guides by Rolewise unless said otherwise.' if ours else ''}" if named else ""


def _title(source: Source) -> str:
    """Title and section, and the publisher of what is not our own."""
    parts = [source.title, source.section]
    said = ": ".join(p for p in parts if p)
    return said if source.collection == SHIPPED else f"{said} ({source.publisher})"


def _found(advice: TeamAdvice) -> str:
    """What the table shows, in one sentence."""
    states = [r.state for r in advice.responsibilities]
    nobody, doubled, unknown = (states.count(state) for state in (raci.UNOWNED, raci.DOUBLED, raci.UNKNOWN))
    if not states:
        return "The rules name no responsibilities."
    if unknown == len(states):
        return "The description does not say who holds what."
    counts = ((nobody, "held by nobody"), (doubled, "doubled"), (unknown, "not described"))
    said = ", ".join(f"{n} {what}" for n, what in counts if n)
    return f"{len(states)} responsibilities: {said or 'each of them is held'}."


def _table_widths(columns: int) -> tuple[float, float]:
    width = (INNER - (columns - 1) * GAP / 2) / max(columns, 1)
    return width * 0.52, width * 0.48


def _pages(advice: TeamAdvice, words: Words) -> list[list[list[Row]]]:
    """The rows of each family, side by side, on as many slides as the longest family takes."""
    groups = raci.families(advice)
    widths = _table_widths(len(groups))
    columns = []
    for name, group in groups:
        head = deck.row_height(Row((name, HOLDER), strong=True), widths)
        columns.append(_in_pages([_row(r, words) for r in group], widths, TABLE_FOOT - TABLE_TOP - head))
    count = max((len(column) for column in columns), default=1)
    return [[column[n] if n < len(column) else [] for column in columns] for n in range(count)]


def _in_pages(rows: Iterable[Row], widths: tuple[float, float], height: float) -> list[list[Row]]:
    pages: list[list[Row]] = [[]]
    left = height
    for row in rows:
        needed = deck.row_height(row, widths)
        if needed > left and pages[-1]:
            pages.append([])
            left = height
        pages[-1].append(row)
        left -= needed
    return pages


def _row(responsibility: Responsibility, words: Words) -> Row:
    return Row((words.said(responsibility.name, 120), raci.holder(responsibility, words)), raci.needs_decision(responsibility))


def _sides(
    answer: Answer, left: str, right: str, roles_in: RolesIn
) -> tuple[dict[str, list[Sentence]], list[Sentence], list[Sentence]]:
    """The sentences of each side, those before them and those after, told apart as on the page."""
    sides: dict[str, list[Sentence]] = {left: [], right: []}
    before: list[Sentence] = []
    after: list[Sentence] = []
    for sentence in answer.sentences:
        spoken = set(roles_in(sentence.text)) & {left, right}
        if sentence.kind in (SentenceKind.ANSWER, SentenceKind.CONTEXT) and len(spoken) == 1:
            sides[spoken.pop()].append(sentence)
        elif sentence.kind not in (SentenceKind.QUESTION, SentenceKind.COURTESY, SentenceKind.SUGGESTION):
            (after if any(sides.values()) else before).append(sentence)
    return sides, before, after


def _marked(sentence: Sentence, words: Words) -> deck.Item:
    return words.said(sentence.text), marks(sentence.cites)
