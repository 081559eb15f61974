"""The team page, from top to bottom: describe a team, then everything that can be said of it."""

from __future__ import annotations

import streamlit as st

from app.errors import RolewiseError
from app.web import render
from app.web.problems import problem
from app.web.state import Visit
from app.web.teams import Team
from app.web.views.team_duties import draw_duties
from app.web.views.team_facts import draw_understood
from app.web.views.team_give import draw_give
from app.web.views.team_keep import draw_head, draw_take_away
from app.web.views.team_reading import draw_reading
from app.web.views.team_result import draw_question, draw_recommendations
from app.web.views.team_sidebar import draw_team_sidebar
from app.web.views.team_whatif import draw_what_if

PREFIX = "team"  # of the ids of this page's passages


def draw_team_page(visit: Visit) -> None:
    """The team page as it stands."""
    _take_what_was_read(visit)
    try:
        with st.sidebar:
            draw_team_sidebar(visit)
    except RolewiseError as error:
        visit.problem = visit.problem or problem(error)
    desk = visit.desk
    _draw_problem(visit)
    if desk.reading is not None:
        draw_reading(visit, desk.reading)
    elif desk.team is None:
        draw_give(visit)
    else:
        _draw_team(visit, desk.team)
    st.html(render.say_html(*visit.say, focus=visit.focus))


def _draw_team(visit: Visit, team: Team) -> None:
    draw_head(visit, team)
    try:
        advice = team.advice(visit.service)
    except RolewiseError as error:
        shown = problem(error)
        st.html(render.problem_html(shown.sentence, shown.hint))
        return
    draw_recommendations(visit, advice, PREFIX)
    draw_question(visit, team, advice)
    draw_understood(visit, team, advice, PREFIX)
    draw_what_if(visit, team, advice)
    draw_duties(visit, advice, PREFIX)
    draw_take_away(visit, team, advice)
    st.html(render.sources_html(advice.sources, PREFIX) or "<p></p>")


def _draw_problem(visit: Visit) -> None:
    if visit.problem is not None:
        st.html(render.problem_html(visit.problem.sentence, visit.problem.hint))
    else:
        st.empty()


def _take_what_was_read(visit: Visit) -> None:
    ended = visit.desk.taken_from_reading()
    if ended is not None and ended.problem is not None:
        visit.problem = ended.problem
        visit.announce(ended.problem.sentence)
    elif ended is not None:
        visit.name_in_address()
