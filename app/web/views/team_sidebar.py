"""The teams that this browser keeps: open, rename, delete."""

from __future__ import annotations

import streamlit as st

from app.store.records import TeamSummary
from app.web.render import label
from app.web.state import Visit
from app.web.views.sidebar import draw_everything

MOST_LISTED = 30


def draw_team_sidebar(visit: Visit) -> None:
    """The list, and what can be done with the open team and with everything."""
    desk = visit.desk
    st.button(
        "New team", key="new-team", icon=":material/add:", width="stretch", type="primary", on_click=visit.safely,
        args=(desk.put_aside,),
    )  # fmt: skip
    kept = desk.listing()
    open_now = desk.team.kept if desk.team else ""
    this = next((one for one in kept if one.id == open_now), None)
    if this is not None:
        _open_one(visit, this)
    else:
        st.empty()
    with st.container(key="teams", gap="xsmall"):
        for one in kept[:MOST_LISTED]:
            st.button(
                label(one.title, 60), key=f"team-{one.id}", width="stretch", on_click=visit.safely,
                args=(lambda name=one.id: desk.open(name),), type="secondary" if one is this else "tertiary",
            )  # fmt: skip
    if len(kept) > MOST_LISTED:
        st.html(f'<p class="rw-note">and {len(kept) - MOST_LISTED} older ones; delete some to see them</p>')
    elif not kept:
        st.html('<p class="rw-note">Teams that you decide to keep are listed here.</p>')
    else:
        st.empty()
    draw_everything(visit)


def _open_one(visit: Visit, this: TeamSummary) -> None:
    desk = visit.desk
    with st.expander("This team", key="this-team"):
        key = f"team-title-{this.id}"
        st.text_input(
            "Title", value=this.title, key=key, max_chars=120, on_change=visit.safely,
            args=(lambda: desk.rename(this.id, str(visit.widget(key))),),
        )  # fmt: skip
        if desk.deleting != this.id:
            ask = (lambda: _ask(visit, this.id),)
            st.button("Delete this team", key="delete-team", width="stretch", on_click=visit.safely, args=ask)
            return
        st.html('<p role="alert">The text, the facts and the advice will be deleted. This cannot be undone.</p>')
        st.button(
            "Yes, delete this team", key="delete-team-yes", width="stretch", type="primary", on_click=visit.safely,
            args=(lambda: desk.forget(this.id),),
        )  # fmt: skip
        st.button("No, keep it", key="delete-team-no", width="stretch", on_click=visit.safely, args=(lambda: _ask(visit, ""),))


def _ask(visit: Visit, kept: str) -> None:
    visit.desk.deleting = kept
