"""A real Chromium, and a real server of the page, for tests in the browser."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from app.settings import Settings
from app.web.options import streamlit_arguments

REPOSITORY = Path(__file__).resolve().parents[2]
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--disable-dev-shm-usage",
]  # fmt: skip
NO_BROWSER = "no Chromium on the PATH: install the package `chromium` (Debian: apt-get install chromium)"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium from the PATH. Without one the test is skipped, or fails where CI says that there must be one."""
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail(NO_BROWSER)
        pytest.skip(NO_BROWSER)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield chromium
        chromium.close()


@dataclass(frozen=True)
class Server:
    """A page that is being served."""

    url: str
    log: Path
    data: Path
    pid: int


Serve = Callable[..., Server]


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Starts the page (`script`, with more environment variables) on a free port; each server ends with the tests."""
    running: list[subprocess.Popen[bytes]] = []

    def start(script: str, **environment: str) -> Server:
        data = Path(environment.pop("ROLEWISE_DATA", "") or tmp_path_factory.mktemp("data"))
        settings = Settings(data=data, models=data / "models", corpus=REPOSITORY / "corpus", port=_free_port())
        command = [sys.executable, "-m", "streamlit", "run", script, *streamlit_arguments(settings)]
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ROLEWISE_", "STREAMLIT_"))}
        given = {**kept, "ROLEWISE_DATA": str(data), "ROLEWISE_PORT": str(settings.port), "ROLEWISE_LLM": "none", **environment}
        log = data / "server.log"
        with log.open("wb") as output:
            process = subprocess.Popen(command, cwd=REPOSITORY, env=given, stdout=output, stderr=subprocess.STDOUT)
        running.append(process)
        server = Server(f"http://127.0.0.1:{settings.port}/", log, data, process.pid)
        _wait_for(server, process)
        return server

    yield start
    for process in running:
        process.terminate()
    for process in running:
        process.wait(20)


@pytest.fixture(scope="session")
def scripted(serve: Serve) -> Server:
    """The real page over a scripted service."""
    return serve("tests/web/scripted_main.py")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(server: Server, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"the page's server ended: {server.log.read_text()}")
        try:
            with urllib.request.urlopen(f"{server.url}_stcore/health", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the page's server did not start: {server.log.read_text()}")
