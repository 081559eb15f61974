"""The page as a program: `python -m streamlit run app/web/main.py` with the options of `app.web.options`."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from streamlit import config
from streamlit.starlette import App

from app.errors import RolewiseError
from app.web.door import Door
from app.web.problems import log, problem
from app.web.state import Shared, shared


def allowed_hosts() -> Sequence[str]:
    """The names under which the page may be asked for, as the server was started; empty for any."""
    return list(config.get_option("server.allowedHosts") or ())


def allowed_origins() -> Sequence[str]:
    """Other pages that may connect, as the server was started."""
    return list(config.get_option("server.corsAllowedOrigins") or ())


def show_script_error(error: Exception) -> bool:
    """Show an error that escaped the page's own net as a sentence with an id; the log has it whole."""
    import streamlit as st

    from app.web.render import problem_html

    shown = problem(error)
    st.html(problem_html(shown.sentence, shown.hint))
    return True


async def ready(request: Request) -> Response:
    """200 once questions can be answered, 503 before; `/_stcore/health` says only that the server is up."""
    try:
        state = shared().service.state()
    except RolewiseError as error:
        return JSONResponse({"ready": False, "waiting_for": str(error)}, status_code=503)
    told = {"ready": state.can_answer, "waiting_for": state.waiting_for, "model": state.model, "model_ready": state.model_ready}
    return JSONResponse(told, status_code=200 if state.can_answer else 503)


@asynccontextmanager
async def warmed(app: Any) -> AsyncIterator[dict[str, Any]]:  # Any: Starlette's own signature
    """Start loading with the server instead of with the first visitor; at the end, let answers keep what they have."""
    threading.Thread(target=_warm, name="web-warm-up", daemon=True).start()
    yield {}
    try:
        common = shared()
    except RolewiseError:
        return
    common.askings.close()
    common.service.close()


def _warm() -> None:
    try:
        common: Shared = shared()
        common.service.warm()
        common.service.store.for_owner("warm-up").listing()  # opens the store, which takes a quarter of a second
    except RolewiseError as error:
        log.warning("%s %s", error, error.hint)  # the page says the same


MIDDLEWARE = [Middleware(Door, hosts=allowed_hosts, origins=allowed_origins)]

app = App(
    Path(__file__).with_name("page.py"),
    middleware=MIDDLEWARE,
    routes=[Route("/ready", ready)],
    lifespan=warmed,
    on_script_error=show_script_error,
)
