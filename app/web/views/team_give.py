"""How a team is described: words, files, an example, and a template that says what is worth telling."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st

from app.documents.reading import ACCEPTED
from app.web.desk import TITLE
from app.web.reading import Given
from app.web.render import label
from app.web.state import Visit
from app.web.views.team import example_team
from app.web.views.team_keep import notice

TEMPLATE = Path(__file__).resolve().parent.parent / "team_template.md"
HELLO = (
    f'<header class="rw-hello rw-hello-team"><h1 id="{TITLE}" tabindex="-1">Describe your team</h1>'
    "<p>Paste a few honest paragraphs, or drop a wiki page, a roster or slides. You see what was understood, correct it, and get "
    "a recommendation with its reasons: who could see to delivery, who could decide about the product, and what would change "
    "that.</p></header>"
)
LONGEST_TEXT = 50_000
FORGOTTEN = "It is forgotten when you close or reload the page, unless you decide to keep it."
MOST_MEGABYTES = 2  # as the reader of documents allows


@cache
def team_template() -> str:
    """The template's text."""
    return TEMPLATE.read_text(encoding="utf-8")


def draw_give(visit: Visit) -> None:
    """The ways to give a description."""
    previous = visit.desk.previous
    if previous is not None:
        st.button(
            f"Back to {label(previous.name, 60)}", key="back", icon=":material/arrow_back:", type="tertiary",
            on_click=visit.safely, args=(lambda: visit.desk.take(previous),),
        )  # fmt: skip
    else:
        st.empty()
    st.html(HELLO)
    number = visit.desk.number
    words, files = f"give-text-{number}", f"give-files-{number}"
    with st.container(key="give"):
        st.text_area(
            "Your team in your own words", key=words, height=180, max_chars=LONGEST_TEXT,
            placeholder="Who is in it, what it makes and for whom, which dates and suppliers there are, what goes wrong.",
        )  # fmt: skip
        st.file_uploader(
            "Or files about it", type=[ending.removeprefix(".") for ending in ACCEPTED], accept_multiple_files=True, key=files,
            max_upload_size=MOST_MEGABYTES,
        )  # fmt: skip
        with st.container(horizontal=True, key="give-buttons"):
            st.button("Read it", type="primary", on_click=visit.safely, args=(lambda: _read(visit, words, files),))
            st.button(
                "Try it with an example team", on_click=visit.safely,
                args=(lambda: visit.desk.read([Given("Example team", example_team().encode())]),),
            )  # fmt: skip
            st.download_button(
                "Download a template", team_template(), file_name="rolewise-team-template.md", mime="text/markdown",
                icon=":material/download:", on_click="ignore",
            )  # fmt: skip
    st.html(f'<p class="rw-not">{notice(visit)} {FORGOTTEN}</p>')


def _read(visit: Visit, words: str, files: str) -> None:
    text = str(visit.widget(words) or "")
    given = [Given("", text.encode(), pasted=True)] if text.strip() else []
    given += [Given(one.name, one.getvalue()) for one in visit.widget(files) or ()]
    visit.desk.read(given)
