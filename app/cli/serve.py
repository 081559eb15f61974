"""`rolewise serve`: weights, index, then the page in a process of its own, until it is told to end."""

from __future__ import annotations

import argparse
import errno
import http.client
import ipaddress
import json
import os
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType

from filelock import FileLock, Timeout

from app.cli.terminal import progress, show
from app.errors import ConfigError, IndexBusy, IndexProblem, RolewiseError
from app.llm import catalogue, weights
from app.settings import Settings, read_settings
from app.wiring import be_quiet

STARTING = 90.0  # seconds; importing everything from a cold disk has taken 25
JOINING = 10.0  # seconds to wait for a page that another process is starting
GRACE = 4.0  # seconds that the page has to keep half an answer and end
LOOK = 0.1


@dataclass(frozen=True)
class Running:
    """The page that serves some data folder, and the process that answers for it."""

    pid: int
    address: str
    port: int

    @property
    def host(self) -> str:
        """Where this machine reaches it: one that listens everywhere also listens on loopback."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.address, self.address)  # noqa: S104 - compared, not bound

    @property
    def url(self) -> str:
        """What a browser is given."""
        return f"http://[{self.host}]:{self.port}" if ":" in self.host else f"http://{self.host}:{self.port}"


def run(options: argparse.Namespace) -> int:
    """Open the page; returns when it has ended, at once when it is already running for this data.

    Raises ConfigError if the port or the address cannot be had, and what keeps weights or index from being there.
    """
    settings = read_settings(os.environ)
    be_quiet()
    with _told_to_end():
        lock = _lock(settings)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return _join(settings, options)
        try:
            return _serve(settings, options)
        finally:
            _file(settings).unlink(missing_ok=True)
            lock.release()


def _serve(settings: Settings, options: argparse.Namespace) -> int:
    running = Running(os.getpid(), settings.address, settings.port)
    _write(settings, running)
    _ask_for_port(running)
    if not _loopback(settings.address):
        print(f"Warning: the page listens on {settings.address}. Anyone who reaches this machine can open it.", file=sys.stderr)
    with progress("Fetching the embedding model") as report:
        weights.pull(catalogue.EMBEDDING_MODEL, settings.models, report)
    _bring_index_in_step(settings)
    page = subprocess.Popen(
        [sys.executable, "-P", "-m", "app.web", "--until-gone", str(os.getpid())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,  # Streamlit's own greeting; what goes wrong is on stderr
        start_new_session=True,  # Ctrl-C in a terminal is for this process, which ends the page in order
    )
    try:
        _wait_until_up(page, running)
        show(f"Rolewise is at {running.url} (Ctrl-C ends it).")
        sys.stdout.flush()
        _open_window(running.url, options)
        code = page.wait()
    except KeyboardInterrupt:
        _end(page)
        return 0
    finally:
        if page.poll() is None:
            _kill(page)
    raise RolewiseError(f"The page ended by itself (exit code {code}).", "What it said last stands above. Start it again.")


def _join(settings: Settings, options: argparse.Namespace) -> int:
    """Show the page that another process serves, or is about to serve, from the same data."""
    until = time.monotonic() + JOINING
    while True:
        running = _read(settings)
        if running and _answers(running):
            show(f"Rolewise is already running at {running.url} (process {running.pid}).")
            _open_window(running.url, options)
            return 0
        if time.monotonic() > until:
            who, where = (f"Process {running.pid}", f" at {running.url}") if running else ("Another process", "")
            show(f"{who} is setting the page up; it will be there{where}.")
            return 0
        time.sleep(LOOK)


def _ask_for_port(running: Running) -> None:
    """Fail now, not after minutes of set-up, if the page cannot listen."""
    try:
        family, kind, _, _, place = socket.getaddrinfo(running.address.strip("[]"), running.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(place)
    except OSError as error:
        port = running.port
        if error.errno == errno.EADDRINUSE:
            raise ConfigError(
                f"Port {port} is taken by another program.", f"Choose another: ROLEWISE_PORT={port % 65535 + 1} rolewise serve"
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM):
            raise ConfigError(f"Port {port} may not be used by you.", "Set ROLEWISE_PORT to one above 1023.") from error
        raise ConfigError(
            f"ROLEWISE_ADDRESS is {running.address}, which is no address of this machine.",
            "Leave it out for 127.0.0.1, which only this machine reaches.",
        ) from error


def _bring_index_in_step(settings: Settings) -> None:
    """Run `rolewise-ingest` in a child: an unchanged corpus takes a second, and torch leaves memory with it.

    Raises IndexBusy if another process is writing and nothing serves yet, IndexProblem for anything else.
    """
    has_index = (settings.index_folder / "current").exists()
    if not has_index:
        print("Reading the guidance for the first time. This takes a minute or two.", file=sys.stderr)
    command = [sys.executable, "-P", "-m", "ingest.main", "--json"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode == 0:
        return
    try:
        error = json.loads(done.stdout)["error"]
        code, message, hint = str(error["code"]), str(error["message"]), str(error["hint"])
    except (ValueError, KeyError, TypeError):  # it said on stderr what was wrong
        code, message, hint = "index", "The index could not be brought in step with the guidance.", "See `rolewise doctor`."
    if code == IndexBusy.code and has_index:
        print(f"{message} The index as it is serves until then.", file=sys.stderr)
        return
    raise IndexProblem(message, hint)


def _wait_until_up(page: subprocess.Popen[bytes], running: Running) -> None:
    until = time.monotonic() + STARTING
    while not _answers(running):
        code = page.poll()
        if code is not None:
            raise RolewiseError(f"The page ended while it was starting (exit code {code}).", "What it said stands above.")
        if time.monotonic() > until:
            raise RolewiseError(f"The page did not answer within {STARTING:.0f} s.", "Try again, or see `rolewise doctor`.")
        time.sleep(LOOK)


def _answers(running: Running) -> bool:
    connection = http.client.HTTPConnection(running.host.strip("[]"), running.port, timeout=2)
    try:
        connection.request("GET", "/_stcore/health")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _open_window(url: str, options: argparse.Namespace) -> None:
    if not options.no_browser and has_screen(os.environ, sys.platform):
        with suppress(webbrowser.Error):
            webbrowser.open(url)


def has_screen(environment: Mapping[str, str], platform: str) -> bool:
    """Whether a browser window would be seen by whoever started this."""
    if environment.get("CI") or environment.get("SSH_CONNECTION"):
        return False
    return platform == "darwin" or bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def _loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return address == "localhost"


@contextmanager
def _told_to_end() -> Iterator[None]:
    """Being told to end (SIGTERM, a closed terminal) works like Ctrl-C in here."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    ends = [n for n in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(n) is not signal.SIG_IGN]  # nohup means it
    before = {number: signal.signal(number, interrupt) for number in ends}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(page: subprocess.Popen[bytes]) -> None:
    page.terminate()
    with suppress(subprocess.TimeoutExpired):
        page.wait(GRACE)


def _kill(page: subprocess.Popen[bytes]) -> None:
    """End the page and what it has started; a second Ctrl-C comes here at once."""
    with suppress(ProcessLookupError):
        os.killpg(page.pid, signal.SIGKILL)  # its session is its own, so its group has its number
    page.wait()


def _lock(settings: Settings) -> FileLock:
    """Held as long as the page is served: the kernel lets go of it whatever happens to its holder."""
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        settings.run_folder.mkdir(mode=0o700, exist_ok=True)
        return FileLock(settings.run_folder / "serve.lock", mode=0o600)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigError(f"{settings.data} cannot be written: {reason}.", "Choose another folder with ROLEWISE_DATA.") from error


def _file(settings: Settings) -> Path:
    return settings.run_folder / "serve.json"


def _write(settings: Settings, running: Running) -> None:
    fresh = _file(settings).with_suffix(".new")
    with open(fresh, "w", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        json.dump(asdict(running), file)
    fresh.replace(_file(settings))


def _read(settings: Settings) -> Running | None:
    try:
        return Running(**json.loads(_file(settings).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):  # not written yet
        return None
