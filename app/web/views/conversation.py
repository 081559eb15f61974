"""Questions and answers: the ones that are kept, and those on their way, sentence by sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.coaching.model import Answer, Fact, Kind, Progress, Sentence, SentenceKind, SentenceReady, Source, SourcesFound, Turn
from app.web import render
from app.web.asking import Asking
from app.web.state import Visit, tick
from app.web.views.facts import fact_name, fact_value
from app.web.views.sidebar import file_name

MOST_TURNS = 20  # drawn at once; older ones on request
LOOK = 0.25  # seconds between looks at whether the person clicked something
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
REASONS = ("It is not true", "It does not answer my question", "Something is missing", "Hard to follow", "Unfair to somebody")


@dataclass
class Running:
    """An answer on its way, and the places on the page that it is drawn into."""

    asking: Asking
    n: int
    body: DeltaGenerator
    sources: DeltaGenerator
    below: DeltaGenerator


def draw_turns(visit: Visit, turns: Sequence[Turn], *, going: bool) -> None:
    """The turns that are kept; the last one with what can be done next, unless a question is `going`."""
    shown = turns if visit.all_turns else turns[-MOST_TURNS:]
    if len(shown) < len(turns):
        st.button(f"Show {len(turns) - len(shown)} earlier questions", on_click=_show_all, args=(visit,), type="tertiary")
    else:
        st.empty()
    said = {given.turn: given.verdict for given in visit.mine.feedback_given(visit.conversation)} if turns else {}
    for turn in shown:
        draw_turn(visit, turn, said.get(turn.n, ""), last=turn is turns[-1] and not going)


def draw_turn(visit: Visit, turn: Turn, verdict: str, *, last: bool) -> None:
    """One question with its finished answer."""
    answer, prefix = turn.answer, f"t{turn.n}"
    with st.container(key=f"turn-{turn.n}"):
        st.html(render.question_html(turn.n, turn.question))
        st.html(finished_html(visit, answer, prefix))
        # the slots are the same while the answer runs, so that an opened passage stays open when it ends
        if last and answer.choices:
            _choices(visit, turn.n, answer.choices)
        else:
            st.empty()
        if answer.sources:
            st.html(render.sources_html(answer.sources, prefix))
        else:
            st.empty()
        with st.container(key=f"below-{turn.n}", horizontal=True, gap="small", vertical_alignment="center"):
            st.html(render.tools_html(answer, prefix), width="content")
            _rating(visit, turn.n, "up", ":material/thumb_up:", "Helpful", verdict)
            _rating(visit, turn.n, "down", ":material/thumb_down:", "Not helpful", verdict)
            if answer.kind is Kind.COMPARE and _has_two_sides(visit, answer):
                _slide(visit, turn)
            else:
                st.empty()
            if last:
                st.button(
                    "Ask again", key=f"again-{turn.n}", icon=":material/refresh:", type="tertiary",
                    on_click=visit.ask_button, args=(turn.question, True),
                )  # fmt: skip
            else:
                st.empty()
        st.html(render.fine_print_html(answer))
        if visit.complaint == turn.n:
            _complaint(visit, turn.n)
        else:
            st.empty()


def draw_asking(visit: Visit, asking: Asking, n: int) -> Running | None:
    """A question that is not stored: on its way (then it is returned, to be followed), or ended in a problem."""
    with st.container(key=f"turn-{n}"):
        st.html(render.question_html(n, asking.question))
        if asking.problem is not None:
            st.html(render.problem_html(asking.problem.sentence, asking.problem.hint))
            if asking.problem.again:
                st.button("Try again", key=f"retry-{asking.id}", on_click=visit.ask_button, args=(asking.question, True))
            return None
        body, _choices_later, sources, below = (st.empty() for _ in range(4))
        body.html(render.waiting_html(_waiting_for(visit, asking, False)))
        below.button("Stop", key=f"stop-{asking.id}", icon=":material/stop_circle:", on_click=asking.stop)
    return Running(asking, n, body, sources, below)


def follow(visit: Visit, running: Running, say: DeltaGenerator) -> None:
    """Draw the answer as it comes, until it has ended; `say` is where words for screen readers go."""
    asking, prefix = running.asking, f"t{running.n}"
    sentences: list[Sentence] = []
    sources: tuple[Source, ...] = ()
    columns = columns_of(visit, visit.service.vocabulary.roles_in(asking.question))
    seen, told, progress = 0, "", ""
    while True:
        events = asking.news(seen, LOOK)
        seen += len(events)
        for event in events:
            if isinstance(event, SourcesFound):
                sources = event.sources
                running.sources.html(render.sources_html(sources, prefix) or "<p></p>")
                say.html(render.say_html(f"{len(sources)} sources found.", f"{asking.id}-sources"))
            elif isinstance(event, SentenceReady):
                sentences.append(event.sentence)
            elif isinstance(event, Progress):
                progress = event.text
        waiting = progress or _waiting_for(visit, asking, bool(sources))
        if events or waiting != told:
            told = waiting
            after = render.waiting_html(waiting)
            running.body.html(render.answer_html(sentences, sources, prefix, columns=columns, after=after))
        if asking.done and not events:
            break
        tick()


def announce_end(visit: Visit, asking: Asking) -> None:
    """Have it said that the question is answered, or what went wrong."""
    if asking.problem is not None:
        visit.announce(asking.problem.sentence, f"{asking.id}-done")
    elif asking.answer is not None:
        first = asking.answer.sentences[0].text if asking.answer.sentences else ""
        how = "Stopped." if asking.answer.stopped else "The answer is complete."
        visit.announce(f"{how} {first}", f"{asking.id}-done")


def finished_html(visit: Visit, answer: Answer, prefix: str) -> str:
    """A finished answer with its notices and the facts that it used."""
    columns = columns_of(visit, answer.subject) if answer.kind is Kind.COMPARE else ()
    notices = list(answer.notices)
    if answer.stopped:
        notices.append("You stopped this answer; it is kept as far as it came.")
    facts = [fact for fact in answer.understood if fact.value is not None] if answer.kind is Kind.TEAM else []
    return render.answer_html(
        answer.sentences, answer.sources, prefix, columns=columns, status=answer.status, ask_back=answer.ask_back,
        notices=notices, after=_understood(visit, facts),
    )  # fmt: skip


def columns_of(visit: Visit, roles: Sequence[str]) -> tuple[render.Column, ...]:
    """The two sides of a comparison, if it is one."""
    if len(roles) != 2:
        return ()
    vocabulary = visit.service.vocabulary

    def speaks_of(role: str) -> render.Column:
        return render.Column(vocabulary.name(role), lambda text: set(vocabulary.roles_in(text)) & set(roles) == {role})

    return tuple(speaks_of(role) for role in roles)


def _understood(visit: Visit, facts: Sequence[Fact]) -> str:
    if not facts:
        return ""
    rules, role_name = visit.service.fact_rules(), visit.service.role_name
    rows = render.facts_html(facts, lambda fact: fact_name(fact, rules), lambda fact: fact_value(fact.value, role_name))
    return f'<details class="rw-understood"><summary>What I understood about the team</summary>{rows}</details>'


def _waiting_for(visit: Visit, asking: Asking, found: bool) -> str:
    if asking.waiting:
        return "Your earlier question is being answered first"
    if found:
        return "Writing the answer"
    state = visit.service.state()
    return state.waiting_for if not state.can_answer and state.waiting_for else "Looking through the guidance"


def _choices(visit: Visit, turn: int, choices: Sequence[str]) -> None:
    with st.container(key="choices", horizontal=True):
        for choice in choices:
            st.button(render.label(choice), key=f"choice-{turn}-{choice}", on_click=visit.ask_button, args=(choice,))


def _has_two_sides(visit: Visit, answer: Answer) -> bool:
    """Whether something is said of each role by itself: without that there is nothing to set side by side."""
    said = [s.text for s in answer.sentences if s.kind in (SentenceKind.ANSWER, SentenceKind.CONTEXT)]
    columns = columns_of(visit, answer.subject[:2])
    return bool(columns) and all(any(column.speaks(text) for text in said) for column in columns)


def _slide(visit: Visit, turn: Turn) -> None:
    """The comparison as a slide, made when it is asked for."""
    st.download_button(
        "Slide", lambda: visit.service.comparison(turn.answer), file_name=f"{file_name(turn.question, 'comparison')}.pptx",
        mime=SLIDES, key=f"slide-{turn.n}", icon=":material/download:", type="tertiary", on_click="ignore",
        help="Both roles side by side, as a PowerPoint file.",
    )  # fmt: skip


def _rating(visit: Visit, turn: int, verdict: str, icon: str, words: str, given: str) -> None:
    chosen = " (your choice)" if given == verdict else ""
    st.button(words + chosen, key=f"rate-{verdict}-{turn}", icon=icon, type="tertiary", on_click=visit.rate, args=(turn, verdict))


def _complaint(visit: Visit, turn: int) -> None:
    reasons, comment = f"reasons-{turn}", f"comment-{turn}"
    with st.form(key=f"complaint-{turn}"):
        st.pills("What was wrong?", REASONS, selection_mode="multi", key=reasons)
        st.text_area("Anything to add?", key=comment, max_chars=2000, height=80)
        st.form_submit_button("Send", on_click=visit.explain_rating, args=(turn, reasons, comment))


def _show_all(visit: Visit) -> None:
    visit.all_turns = True
