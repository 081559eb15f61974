"""The part of the page where one asks: the conversation, the box, and the team in it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app.coaching.model import Turn
from app.documents.reading import ACCEPTED
from app.errors import RolewiseError
from app.web import render
from app.web.problems import problem
from app.web.state import Visit
from app.web.views.conversation import announce_end, draw_asking, draw_turns, follow
from app.web.views.sidebar import draw_sidebar
from app.web.views.team import draw_team
from app.web.views.welcome import draw_top, draw_welcome


def draw_box(visit: Visit) -> Any:  # Any: a string-like value with files, or None; Streamlit types it by its arguments
    """The box for questions; what was sent just now."""
    if visit.refill:
        visit.set_widget("box", visit.refill)
        visit.refill = ""
    kinds = [ending.removeprefix(".") for ending in ACCEPTED]
    return st.chat_input("Ask about roles or your team", key="box", accept_file=True, file_type=kinds)


def draw_ask(visit: Visit, sent: Any) -> None:  # Any: as above
    """The conversation as it stands, and the answers that are on their way until they have come."""
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
    say = st.empty()
    say.html(render.say_html(*visit.say, focus="box"))
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
