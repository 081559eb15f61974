"""The whole page, from top to bottom."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from app.web import render
from app.web.helper import draw_helper
from app.web.problems import problem
from app.web.state import ASK, TEAM, Shared, Visit, visit_of
from app.web.views.ask import draw_ask, draw_box
from app.web.views.team_page import draw_team_page

STYLE = Path(__file__).resolve().parent.parent / "style.css"
LOOK_AGAIN = 1.5  # seconds between looks at what is still loading
PROMISE = "Stays on this machine: nothing is sent anywhere."
PARTS = {ASK: "Ask", TEAM: "Team"}
WHERE = "view"  # the key of the switch between the parts


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
    asks = visit.view == ASK
    with st.bottom:
        _draw_waiting(visit)
        # placed by hand: a box that Streamlit places itself makes the page stick to its end, and an answer is read from its start
        sent = draw_box(visit) if asks else None
        _draw_promise(visit)
    _draw_parts(visit)
    with st.container(key=f"part-{visit.view}"):
        if asks:
            draw_ask(visit, sent)
        else:
            draw_team_page(visit)


def _draw_parts(visit: Visit) -> None:
    visit.set_widget(WHERE, visit.view)  # the address decides, also after a step back in the browser
    st.segmented_control(
        "Parts of Rolewise", list(PARTS), format_func=PARTS.__getitem__, key=WHERE, required=True, label_visibility="collapsed",
        on_change=lambda: visit.go_to(str(visit.widget(WHERE))),
    )  # fmt: skip


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
