"""The real page's server over a scripted service: `python -m streamlit run tests/web/scripted_main.py`."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from scripted_service import ScriptedService
from streamlit.starlette import App

from app.settings import read_settings
from app.web.main import MIDDLEWARE, show_script_error
from app.web.state import Shared


@cache
def common() -> Shared:
    ready_after = float(os.environ.get("SCRIPTED_READY_AFTER", "0"))
    service = ScriptedService(
        read_settings(os.environ), ready_after=ready_after, leaves_machine=os.environ.get("SCRIPTED_LEAVES", "")
    )
    return Shared(service)


app = App(Path(__file__).with_name("scripted_page.py"), middleware=MIDDLEWARE, on_script_error=show_script_error)
