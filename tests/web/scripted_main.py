"""The real page's server over a scripted service: `python -m streamlit run tests/web/scripted_main.py`."""

from __future__ import annotations

import os
from pathlib import Path

from scripted_service import ScriptedService  # type: ignore[import-not-found]  # beside this script, as Streamlit runs it
from starlette.routing import Route
from streamlit.starlette import App

from app.settings import read_settings
from app.web import main, state

service = ScriptedService(
    read_settings(os.environ),
    ready_after=float(os.environ.get("SCRIPTED_READY_AFTER", "0")),
    leaves_machine=os.environ.get("SCRIPTED_LEAVES", ""),
)
state._shared = state.Shared(service)  # what the real script and the real server ask for

app = App(
    Path(main.__file__).with_name("page.py"),
    middleware=main.MIDDLEWARE,
    routes=[Route("/ready", main.ready)],
    lifespan=main.warmed,
    on_script_error=main.show_script_error,
)
