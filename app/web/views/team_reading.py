"""A description that is being read: what is happening, and a way to stop it."""

from __future__ import annotations

import streamlit as st

from app.web.desk import TITLE
from app.web.reading import Reading
from app.web.render import label, waiting_html
from app.web.state import Visit

LOOK = 0.5  # seconds between looks


def draw_reading(visit: Visit, reading: Reading) -> None:
    """Words for what is being done; it looks again by itself, and makes way for the result."""
    st.html(f'<h1 id="{TITLE}" tabindex="-1">Reading your description</h1>')

    def progress() -> None:
        if reading.done:
            st.rerun()
        steps = list(reading.steps)
        with st.status(label(steps[-1]) if steps else "Beginning", expanded=True):
            st.html("".join(waiting_html(step) for step in steps[-1:]) or waiting_html("Beginning"))
            st.html('<p class="rw-note">You can go on asking meanwhile; it is read in the background.</p>')

    st.fragment(progress, run_every=LOOK)()
    st.button("Stop", icon=":material/stop_circle:", on_click=visit.safely, args=(visit.desk.stop_reading,))
