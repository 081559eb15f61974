"""`python -m app.web [--until-gone PID]`: the page's server, with the options of `app.web.options`."""

from __future__ import annotations

import argparse
import os
import runpy
import signal
import sys
import threading
import time
from pathlib import Path

from app.settings import read_settings
from app.web.options import streamlit_arguments
from app.wiring import be_quiet

LOOK = 0.5  # seconds between two looks for the parent
GRACE = 4.0  # seconds to end in order after it has gone


def main() -> None:
    """Run the server until it is told to end, or until its parent has gone: then nobody could end it."""
    parser = argparse.ArgumentParser(prog="python -m app.web")
    parser.add_argument("--until-gone", type=int, metavar="PID", help="end when this parent process has ended")
    parent = parser.parse_args().until_gone
    be_quiet()
    if parent:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    page = Path(__file__).with_name("main.py")
    sys.argv = ["streamlit", "run", str(page), *streamlit_arguments(read_settings(os.environ))]
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os._exit(1)


if __name__ == "__main__":
    main()
