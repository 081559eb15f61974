"""The first screen: what this is, what one can ask, and what it is not for."""

from __future__ import annotations

import streamlit as st

from app.web.render import label
from app.web.state import Visit

EXAMPLES = (
    "What is the difference between a product manager and a project manager?",
    "Should my team have a project manager?",
    "Am I suited to product management?",
    "How can a team share project management?",
)
HELLO = (
    '<header class="rw-hello"><h1>Who should do what?</h1>'
    "<p>Rolewise is an automated coach for product and project roles: it answers from published guidance "
    "and shows, sentence by sentence, the passage each answer rests on.</p></header>"
)
NOT_FOR = (
    '<p class="rw-not">It is for thinking about roles in a team and about your own next step. It is not for legal, medical '
    "or HR advice, and it does not rank, hire or judge people.</p>"
)
TOP = '<header class="rw-top"><h1>Rolewise</h1><p>automated coach for product and project roles</p></header>'


def draw_welcome(visit: Visit) -> None:
    """The first screen."""
    with st.container(key="welcome"):
        _draw_welcome(visit)


def draw_top() -> None:
    """The head of a page on which something was asked."""
    st.html(TOP)


def _draw_welcome(visit: Visit) -> None:
    st.html(HELLO)
    with st.container(key="examples"):
        for n, (left, right) in enumerate((EXAMPLES[:2], EXAMPLES[2:])):
            for column, question in zip(st.columns(2), (left, right), strict=True):
                column.button(
                    label(question), key=f"example-{n}-{question[:20]}", on_click=visit.ask_button, args=(question,),
                    width="stretch", wrap=True,
                )  # fmt: skip
    st.html(NOT_FOR)
