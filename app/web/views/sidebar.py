"""The conversations of this browser: new, find, open, rename, export, delete."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

import streamlit as st

from app.coaching.cleaning import one_line
from app.coaching.model import Turn
from app.web.render import label
from app.web.state import Visit

MOST_LISTED = 30
WARNING = "All conversations and team assessments of this browser will be deleted, with your feedback. This cannot be undone."


def draw_sidebar(visit: Visit, turns: Sequence[Turn]) -> None:
    """The list, and what can be done with the open conversation and with all of them."""
    st.button("New conversation", key="new", icon=":material/add:", on_click=visit.begin_new, width="stretch", type="primary")
    if turns:
        _open_one(visit)
    else:
        st.empty()
    _list(visit)
    draw_everything(visit)


def _list(visit: Visit) -> None:
    search = st.text_input("Search conversations", key="search", placeholder="Search conversations", label_visibility="collapsed")
    found = visit.mine.listing(search)
    with st.container(key="conversations", gap="xsmall"):
        for summary in found[:MOST_LISTED]:
            st.button(
                label(summary.title, 60), key=f"open-{summary.id}", on_click=visit.open, args=(summary.id,), width="stretch",
                type="secondary" if summary.id == visit.conversation else "tertiary",
            )  # fmt: skip
    if len(found) > MOST_LISTED:
        st.html(f'<p class="rw-note">and {len(found) - MOST_LISTED} more; search to find them</p>')
    elif not found:
        st.html(f'<p class="rw-note">{"Nothing found." if search else "Conversations of this browser are listed here."}</p>')
    else:
        st.empty()


def _open_one(visit: Visit) -> None:
    listed = {summary.id: summary.title for summary in visit.mine.listing()}
    with st.expander("This conversation", key="this-one"):
        title = listed.get(visit.conversation, "")
        if title:
            key = f"title-{visit.conversation}"
            st.text_input("Title", value=title, key=key, max_chars=120, on_change=visit.rename, args=(key,))
        key = f"unkept-{visit.conversation}"
        st.toggle(
            "Don't keep this one", value=not visit.mine.is_kept(visit.conversation), key=key, on_change=visit.set_unkept,
            args=(key,), help="It leaves the list and is deleted within a day.",
        )  # fmt: skip
        name = file_name(title)
        _download(visit, "Export as Markdown", "markdown", f"{name}.md", "text/markdown")
        _download(visit, "Export as JSON", "json", f"{name}.json", "application/json")
        st.button("Delete this conversation", key="delete-one", on_click=visit.forget, width="stretch")


def _download(visit: Visit, words: str, form: Literal["json", "markdown"], name: str, mime: str) -> None:
    mine, conversation = visit.mine, visit.conversation
    st.download_button(
        words, lambda: mine.export(form, conversation), file_name=name, mime=mime, key=f"export-{form}", on_click="ignore",
        width="stretch",
    )  # fmt: skip


def draw_everything(visit: Visit) -> None:
    """What can be done with all that is held of this browser: take it along, or delete it."""
    mine = visit.mine
    with st.container(key="everything"):
        st.download_button(
            "Export everything", mine.export, file_name="rolewise-everything.json", mime="application/json", key="export-all",
            icon=":material/download:", on_click="ignore", width="stretch",
        )  # fmt: skip
        if not visit.confirming:
            st.button(
                "Delete everything", key="delete-all", icon=":material/delete:", on_click=visit.confirm, args=(True,),
                width="stretch",
            )  # fmt: skip
            return
        st.html(f'<p role="alert">{WARNING}</p>')
        st.button("Yes, delete everything", key="delete-yes", on_click=visit.forget_everything, width="stretch", type="primary")
        st.button("No, keep them", key="delete-no", on_click=visit.confirm, args=(False,), width="stretch")


def file_name(title: str, otherwise: str = "conversation") -> str:
    """A name for a file: letters, digits and dashes of the title."""
    plain = re.sub(r"[^A-Za-z0-9]+", "-", one_line(title, 60)).strip("-").lower()
    return f"rolewise-{plain or otherwise}"
