"""The whole page, from top to bottom."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from app.coaching.model import Turn
from app.errors import RolewiseError
from app.web import render
from app.web.helper import draw_helper
from app.web.problems import problem
from app.web.state import Shared, Visit, visit_of
from app.web.views.conversation import announce_end, draw_asking, draw_turns, follow
from app.web.views.sidebar import draw_sidebar
from app.web.views.team import draw_team
from app.web.views.welcome import draw_top, draw_welcome

STYLE = Path(__file__).resolve().parent.parent / "style.css"
LOOK_AGAIN = 1.5  # seconds between looks at what is still loading
PROMISE = "Stays on this machine: nothing is sent anywhere."


def draw(open_shared: Callable[[], Shared]) -> None:
    """The page. Whatever fails becomes a sentence on it, and is logged whole where nobody foresaw it."""
    st.set_page_config(page_title="Rolewise", layout="centered", initial_sidebar_state="auto")
    st.html(STYLE)
    try:
        visit = visit_of(open_shared())
        visit.service.warm()
        visit.follow_address()
        _draw(visit)
    except Exception as error:  # the last net: `RerunException` and its kind are no `Exception`
        shown = problem(error)
        st.html(render.problem_html(shown.sentence, shown.hint))


def _draw(visit: Visit) -> None:
    draw_helper()
    with st.bottom:
        _draw_waiting(visit)
        # placed by hand: a box that Streamlit places itself makes the page stick to its end, and an answer is read from its start
        sent = _box(visit)
        _draw_promise(visit)
    _take(visit, sent)
    turns: list[Turn] = []
    try:
        turns = _kept(visit)
        with st.sidebar:
            draw_sidebar(visit, turns)
    except RolewiseError as error:
        visit.problem = visit.problem or problem(error)
    kept = {turn.n for turn in turns}
    going = [a for a in visit.shared.askings.at(visit.place) if a.answer is None or a.answer.turn not in kept]
    # Every part has its place, empty or not: Streamlit takes away what is left over from the last run only when a run
    # ends, and a run in which an answer streams takes its time.
    if turns or going:
        st.empty()
        draw_top()
    else:
        draw_welcome(visit)
        st.empty()
    with st.container(key="turns"):
        draw_turns(visit, turns, going=bool(going))
        drawn = [draw_asking(visit, asking, n) for n, asking in enumerate(going, start=len(turns) + 1)]
    running = [one for one in drawn if one is not None]
    if visit.problem is not None:
        st.html(render.problem_html(visit.problem.sentence, visit.problem.hint))
    else:
        st.empty()
    draw_team(visit)
    text, mark = visit.say
    say = st.empty()
    say.html(render.say_html(text, mark, focus=True))
    for one in running:
        follow(visit, one, say)
        announce_end(visit, one.asking)
    if running:
        st.rerun()


def _kept(visit: Visit) -> list[Turn]:
    """The turns that are stored; the questions whose turns are among them are on their way no longer."""
    askings = visit.shared.askings
    # asked for first: what has ended by now is stored by now
    ended = [asking for asking in askings.at(visit.place) if asking.done and asking.problem is None]
    turns = visit.turns()
    for asking in ended:
        askings.settle(asking)
        announce_end(visit, asking)  # also one that was answered before it could be drawn
    return turns


def _box(visit: Visit) -> Any:  # Any: a string-like value with files, or None; Streamlit types it by its arguments
    if visit.refill:
        st.session_state["box"], visit.refill = visit.refill, ""
    return st.chat_input("Ask about roles or your team", key="box", accept_file=True, file_type=["txt", "md", "pdf"])


def _take(visit: Visit, sent: Any) -> None:
    """Read what was sent: a description of a team, a question, or both."""
    if sent is None:
        return
    visit.problem = None
    if sent.files:
        try:
            with st.spinner("Reading your file"):
                visit.read_team(sent.files[0].name, sent.files[0].getvalue(), show=not sent.text)
        except Exception as error:
            visit.problem = problem(error)
            # an answer without the team would not be the one that was asked for: the words go back into the box
            visit.refill = sent.text
        if visit.refill:
            st.rerun()
        if visit.problem:
            return
    if sent.text or not sent.files:
        visit.ask(sent.text)


def _draw_waiting(visit: Visit) -> None:
    """A quiet line while something loads: it looks again by itself, and goes away."""
    looking = bool(visit.service.state().waiting_for)

    def line() -> None:
        state = visit.service.state()
        if state.waiting_for:
            st.html(render.waiting_html(state.waiting_for))
        elif looking:
            st.rerun()
        elif state.model_problem:
            st.html(f'<p class="rw-note">{render.with_commands(state.model_problem)}</p>')

    st.fragment(line, run_every=LOOK_AGAIN if looking else None)()


def _draw_promise(visit: Visit) -> None:
    leaves = visit.service.state().leaves_machine
    words = f"<strong>{render.safe(leaves)}</strong>" if leaves else PROMISE
    st.html(f'<p class="rw-promise{" rw-out" if leaves else ""}">{words}</p>')
