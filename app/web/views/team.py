"""The person's own team beside the conversation: pasted, dropped or tried with an example; corrected, removed."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st

from app.web.render import label, safe
from app.web.state import TEAM, Visit
from app.web.teams import Team
from app.web.views.facts import draw_facts

EXAMPLE = Path(__file__).resolve().parent.parent / "example_team.md"
EXAMPLE_QUESTION = "Should this team have a project manager?"
HOW = (
    '<p class="rw-note">Paste a few sentences, or drop a file (up to 2 MB) into the box below. '
    "It is used for the answers on this page and forgotten when you close or reload it.</p>"
)


@cache
def example_team() -> str:
    """The example's text."""
    return EXAMPLE.read_text(encoding="utf-8")


def draw_team(visit: Visit) -> None:
    """The team's description, or the ways to give one."""
    team = visit.team
    title = "Tell me about your team" if team is None else f"Your team: {label(team.name, 60)}"
    with st.expander(title, key=f"team-{visit.desk.number}", expanded=team is not None and team.shown):
        if team is None:
            with st.container(key="team-form"):
                _form(visit)
            st.empty()
        else:
            st.empty()
            with st.container(key="team-known"):
                _known(visit, team)


def _form(visit: Visit) -> None:
    st.html(HOW)
    key = f"team-text-{visit.desk.number}"
    st.text_area("Your team in a few sentences", key=key, height=140, max_chars=50_000)
    with st.container(horizontal=True):
        st.button("Read it", on_click=visit.paste_team, args=(key,), type="primary")
        st.button("Try it with an example team", on_click=visit.try_example, args=(example_team(), EXAMPLE_QUESTION))


def _known(visit: Visit, team: Team) -> None:
    st.html("<h3>What I understood</h3>")
    if not team.facts:
        st.html('<p class="rw-note">I found no facts in it that I can use. You can add some here.</p>')
    for warning in team.warnings:
        st.html(f'<p class="rw-note">{safe(warning)}</p>')
    draw_facts(visit, team)
    with st.container(horizontal=True):
        st.button("See the whole advice", key="to-team", on_click=visit.go_to, args=(TEAM,))
        st.button("Remove this team", on_click=visit.safely, args=(lambda: visit.desk.take(None),))
