"""The team's name, whether it is kept, and what can be taken along."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from app.coaching.team.report import TeamAdvice
from app.web.desk import TITLE
from app.web.render import safe
from app.web.render_team import DECISIONS, NOTICE, STAYS
from app.web.state import ASK, Visit
from app.web.teams import Team
from app.web.views.sidebar import file_name

OFFICE = "application/vnd.openxmlformats-officedocument"
FORMATS = {  # format: words for it, media type
    "pptx": ("Slides for the board", f"{OFFICE}.presentationml.presentation"),
    "docx": ("Decision record", f"{OFFICE}.wordprocessingml.document"),
    "md": ("Text (Markdown)", "text/markdown"),
    "json": ("Data (JSON)", "application/json"),
}
KEPT = "Kept in this browser’s list, with every correction. Switch it off to delete what is stored."
NOT_KEPT = "Off: it is forgotten when you close or reload the page."


def notice(visit: Visit) -> str:
    """What this is for and not for; that all stays here is said only where nothing is sent to a model elsewhere."""
    return NOTICE if visit.service.state().leaves_machine else f"{NOTICE} {STAYS}"


def draw_head(visit: Visit, team: Team) -> None:
    """What the team is called, what this is and is not, and whether it is kept."""
    name = f'<h1 id="{TITLE}" tabindex="-1">{safe(team.name)}</h1>'
    st.html(f'<header class="rw-top">{name}</header><p class="rw-note">{notice(visit)}</p>')
    with st.container(key="team-head", horizontal=True, vertical_alignment="center"):
        key = f"keep-{visit.desk.number}"
        visit.set_widget(key, bool(team.kept))
        st.toggle("Keep this assessment", key=key, help=KEPT if team.kept else NOT_KEPT, on_change=visit.safely,
                  args=(lambda: visit.desk.keep() if visit.widget(key) else visit.desk.keep_no_longer(),))  # fmt: skip
        st.button("Ask about this team", key="ask-about", on_click=visit.go_to, args=(ASK,))
        st.button("Describe another team", key="another", on_click=visit.safely, args=(visit.desk.put_aside,))
    for warning in team.warnings:
        st.html(f'<p class="rw-note rw-warning">{safe(warning)}</p>')
    if visit.desk.changed_since:
        names = ", ".join(DECISIONS.get(one, one).lower() for one in visit.desk.changed_since.split(", "))
        st.html(f'<p class="rw-note">The rules have changed since you kept this: they now say otherwise on {safe(names)}.</p>')
    else:
        st.empty()


def draw_take_away(visit: Visit, team: Team, advice: TeamAdvice) -> None:
    """Files of the advice, each made when it is asked for."""
    st.html('<h2 class="rw-h2">Take it away</h2>')
    key = "shorten-names"
    with st.container(key="take-away"):
        shorten = st.checkbox("Shorten people’s names", key=key, help="Names in quotes become initials.")
        with st.container(horizontal=True, key="take-away-buttons"):
            for form, (words, mime) in FORMATS.items():
                st.download_button(
                    words, _file(visit, advice, form, shorten),
                    file_name=f"{file_name(team.name, 'team')}.{form}", mime=mime, key=f"take-{form}",
                    icon=":material/download:", on_click="ignore",
                )  # fmt: skip


def _file(visit: Visit, advice: TeamAdvice, form: str, shorten: bool) -> Callable[[], bytes]:
    """Makes the file of that format, once it is asked for."""
    return lambda: visit.service.export(advice, form, shorten_names=shorten)
