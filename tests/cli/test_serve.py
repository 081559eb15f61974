"""`rolewise serve`: one page a data folder, that starts in order and leaves nothing behind."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from websockets.sync.client import connect

from app.cli import serve
from app.cli.serve import Running, has_screen
from app.errors import IndexProblem
from app.knowledge.corpus import OwnText
from app.knowledge.index import IndexFolder
from app.knowledge.ingestion import OwnCollections
from app.settings import SHIPPED_CORPUS, read_settings
from tests.cli.commands import Command, one_sentence_and_a_step

ENDING = 5.0  # seconds that anything may take to end
STARTING = 120.0  # seconds; torch, Chroma and Streamlit from a cold disk


@dataclass
class Served:
    """A `rolewise serve` that runs."""

    process: subprocess.Popen[str]
    data: Path
    port: int
    said: str = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def page(self) -> psutil.Process:
        """The page's own process."""
        (child,) = psutil.Process(self.process.pid).children()
        return child


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def started(data: Path, log: Path) -> Served:
    port = free_port()
    environment = {**os.environ, "ROLEWISE_DATA": str(data), "ROLEWISE_PORT": str(port), "ROLEWISE_LLM": "none"}
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "app", "serve", "--no-browser"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    served = Served(process, data, port)
    assert process.stdout
    served.said = process.stdout.readline()  # it says its one line, or ends
    assert process.poll() is None, log.read_text()
    return served


def ends(process: psutil.Process) -> bool:
    """Whether the process has ended, or ends in time."""
    until = time.monotonic() + ENDING
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


@pytest.fixture(scope="module")
def served(index_data: Path, models_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A page that is served all through this module. Its first start had to add a document to the index."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(index_data, folder / "data")
    OwnCollections(folder / "data" / "collections").put("own", OwnText("note.txt", "A note on ferries.", "2026-11-20"))
    os.environ["ROLEWISE_MODELS"] = str(models_folder)  # this runs before the environment is cleaned for the test
    running = started(folder / "data", folder / "log")
    yield running
    if running.process.poll() is None:
        running.process.terminate()
    running.process.wait(30)
    assert running.process.stdout
    running.process.stdout.close()


@pytest.fixture
def same_data(served: Served, monkeypatch: pytest.MonkeyPatch) -> Served:
    """The settings of the page that is served, but for the port."""
    monkeypatch.setenv("ROLEWISE_DATA", str(served.data))
    monkeypatch.setenv("ROLEWISE_PORT", str(free_port()))
    return served


def test_it_says_one_line_with_the_address_once_the_page_answers(served: Served):
    assert served.said == f"Rolewise is at {served.url} (Ctrl-C ends it).\n"
    with urllib.request.urlopen(f"{served.url}/_stcore/health", timeout=5) as answer:
        assert answer.status == 200
    with urllib.request.urlopen(served.url, timeout=5) as answer:
        assert b"<html" in answer.read()


def test_it_writes_down_where_it_serves_for_its_owner_alone(served: Served):
    file = served.data / "run" / "serve.json"

    assert json.loads(file.read_text()) == {"pid": served.process.pid, "address": "127.0.0.1", "port": served.port}
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_it_brought_the_index_in_step_before_it_opened(served: Served, index_data: Path):
    def passages(data: Path) -> int:
        index = IndexFolder(data / "index", "any")
        return index.manifest(str(index.current())).passages

    assert passages(served.data) == passages(index_data) + 1


def test_it_listens_on_loopback_alone(served: Served):
    listening = [c.laddr.ip for c in served.page().net_connections(kind="inet") if c.status == psutil.CONN_LISTEN]

    assert listening == ["127.0.0.1"]


def test_no_key_and_no_password_stands_on_its_command_line(served: Served):
    line = " ".join(served.page().cmdline())

    assert "app.web" in line
    assert "key" not in line.lower()


def test_a_second_serve_shows_the_page_that_runs(same_data: Served, rolewise: Command):
    said = rolewise("serve", "--no-browser")

    assert said.code == 0
    assert said.out == f"Rolewise is already running at {same_data.url} (process {same_data.process.pid}).\n"
    assert same_data.process.poll() is None
    assert (same_data.data / "run" / "serve.json").exists()


def test_a_second_serve_opens_a_window_where_there_is_a_screen(
    same_data: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/opened.new && mv {tmp_path}/opened.new {tmp_path}/opened\n')
    browser.chmod(0o755)
    for name in ("CI", "SSH_CONNECTION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BROWSER", f"{browser} %s")
    monkeypatch.setenv("DISPLAY", ":9")

    subprocess.run([sys.executable, "-m", "app", "serve"], check=True, stdout=subprocess.DEVNULL, timeout=60)

    until = time.monotonic() + ENDING
    while not (tmp_path / "opened").exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert (tmp_path / "opened").read_text().strip() == same_data.url


def test_told_to_end_it_ends_in_time_with_a_visitor_and_leaves_nothing(served: Served):
    page = served.page()
    with connect(f"ws://127.0.0.1:{served.port}/_stcore/stream", subprotocols=["streamlit"]):
        served.process.send_signal(signal.SIGTERM)

        assert served.process.wait(ENDING) == 0

    assert ends(page)
    assert not (served.data / "run" / "serve.json").exists()


def test_what_a_killed_serve_left_does_not_keep_the_next_one_from_starting(served: Served, tmp_path: Path):
    (served.data / "run" / "serve.json").write_text('{"pid": 1, "address": "127.0.0.1", "port": 9}')
    again = started(served.data, tmp_path / "log")
    page = again.page()
    try:
        assert again.url in again.said

        again.process.send_signal(signal.SIGKILL)
        again.process.wait(ENDING)

        assert ends(page), "the page outlived the process that could end it"
    finally:
        again.process.kill()
        assert again.process.stdout
        again.process.stdout.close()


def test_a_port_that_is_taken_is_said_before_anything_is_fetched(
    rolewise: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("ROLEWISE_MODELS", str(tmp_path / "nothing here"))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setenv("ROLEWISE_PORT", str(port))

        said = rolewise("serve", "--no-browser")

    assert (said.code, said.out) == (2, "")
    assert one_sentence_and_a_step(said.err)
    assert f"Port {port} is taken" in said.err
    assert f"ROLEWISE_PORT={port + 1}" in said.err
    assert not (tmp_path / "data" / "run" / "serve.json").exists()


def test_an_address_that_is_not_this_machines_is_one_sentence(rolewise: Command, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ROLEWISE_ADDRESS", "192.0.2.1")  # kept for documentation: nobody has it

    said = rolewise("serve", "--no-browser")

    assert said.code == 2
    assert one_sentence_and_a_step(said.err)
    assert "192.0.2.1" in said.err


def test_a_data_folder_that_cannot_be_written_is_one_sentence(rolewise: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("ROLEWISE_DATA", str(tmp_path / "file" / "data"))

    said = rolewise("serve", "--no-browser")

    assert said.code == 2
    assert one_sentence_and_a_step(said.err)
    assert "ROLEWISE_DATA" in said.err


@pytest.mark.usefixtures("models_folder")
def test_on_more_than_loopback_it_warns_and_a_broken_guide_keeps_it_from_opening(
    rolewise: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    shutil.copytree(SHIPPED_CORPUS, tmp_path / "corpus")
    guide = tmp_path / "corpus" / "guides" / "product-owner.md"
    guide.write_text(guide.read_text().replace("stance:", "stanze:", 1))
    monkeypatch.setenv("ROLEWISE_CORPUS", str(tmp_path / "corpus"))
    monkeypatch.setenv("ROLEWISE_ADDRESS", "0.0.0.0")
    monkeypatch.setenv("ROLEWISE_PORT", str(free_port()))

    said = rolewise("serve", "--no-browser")

    assert said.code == 2
    assert "Anyone who reaches this machine can open it" in said.err
    assert "product-owner" in said.err
    assert "Traceback" not in said.err


def test_while_somebody_writes_the_index_the_one_that_is_there_serves(own_data: Path, capsys: pytest.CaptureFixture[str]):
    with IndexFolder(own_data / "index", "any").writing():
        serve._bring_index_in_step(read_settings(os.environ))

    assert f"Process {os.getpid()} is writing the index." in capsys.readouterr().err


def test_while_somebody_writes_the_first_index_there_is_nothing_to_serve(tmp_path: Path):
    with (
        IndexFolder(tmp_path / "data" / "index", "any").writing(),
        pytest.raises(IndexProblem, match=f"Process {os.getpid()} is writing"),
    ):
        serve._bring_index_in_step(read_settings(os.environ))


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8501"),
        ("0.0.0.0", "http://127.0.0.1:8501"),
        ("::", "http://[::1]:8501"),
        ("192.0.2.7", "http://192.0.2.7:8501"),
        ("localhost", "http://localhost:8501"),
    ],
)
def test_the_address_that_is_shown_is_one_that_a_browser_can_open(address: str, url: str):
    assert Running(1, address, 8501).url == url


@pytest.mark.parametrize(
    ("environment", "platform", "seen"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({}, "darwin", True),
        ({"CI": "true"}, "darwin", False),
        ({"DISPLAY": ":0", "CI": "true"}, "linux", False),
        ({"SSH_CONNECTION": "a b"}, "darwin", False),
    ],
)
def test_a_window_is_opened_only_where_it_would_be_seen(environment: dict[str, str], platform: str, seen: bool):
    assert has_screen(environment, platform) is seen
