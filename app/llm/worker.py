"""A user's side of the child process: join it, start it when there is none, replace it when it hangs."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from dataclasses import asdict, replace
from pathlib import Path

from app.errors import ModelUnavailable
from app.llm import server
from app.llm.gguf import header
from app.llm.server import Claim, Order, RunFolder, State

LOADING = 120.0  # seconds that a start may take: 5 on two cores with a warm disk, far more from a cold one
DOCTOR = "Run `rolewise doctor` to see why."

# What the child inherits of the environment: enough to run, no keys.
_INHERITED = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONPATH")

# Threads that wait for each other sleep instead of spinning. On two cores that others use too, spinning made reading
# half as fast and writing a quarter (11 and 24, 1.2 and 4.4 tokens a second), and loading took 8 s instead of 3.
_WAITING = {"OMP_WAIT_POLICY": "PASSIVE"}


class Worker:
    """The child that serves one model file, as one user sees it.

    Making it checks the file's header and joins the run folder; raises a `WeightsProblem` or `ModelUnavailable`.
    """

    def __init__(self, model: Path, run_dir: Path, threads: int | None, context: int) -> None:
        model = model.expanduser().resolve()
        self.header = header(model)
        self._order = Order(
            model=str(model),
            name=model.stem,
            fingerprint=_fingerprint(model, context),
            template=self.header.template,
            key="",
            threads=threads or usable_cores(),
            context=context,
        )
        # Another file, or the same one changed, is another folder and another child.
        self.folder = RunFolder(run_dir / self._order.fingerprint)
        self._user: Claim | None = None
        try:
            self.folder.prepare()
            with self.folder.starting():  # not while the child is making up its mind to end
                self._user = self.folder.join()
        except OSError as error:
            raise ModelUnavailable(
                f"The language model cannot use the folder {run_dir}: {error.strerror or error}.", hint=DOCTOR
            ) from error

    def serve(self) -> State:
        """A server that answers, started if need be; raises `ModelUnavailable` when it cannot be."""
        state = self.folder.state()
        if state and server.answers(state):
            return state
        with self.folder.starting():
            state = self.folder.state()
            if state and server.answers(state):
                return state
            self._end()
            return self._start()

    def replace(self, hung: State) -> None:
        """End the server that hangs, unless somebody has replaced it already; the next `serve` starts another."""
        with self.folder.starting():
            if self.folder.state() == hung:
                self._end()

    def leave(self) -> None:
        """Stop being a user."""
        if self._user:
            self._user.release()

    def _end(self) -> None:
        pid = self.folder.pid()
        self.folder.forget()
        if pid is None:
            return
        os.kill(pid, signal.SIGKILL)  # it holds the lock `alive`, so the number is its own
        give_up = time.monotonic() + 10
        while self.folder.alive():
            if time.monotonic() > give_up:
                raise ModelUnavailable("The language model hangs and cannot be ended.", hint=DOCTOR)
            time.sleep(0.02)

    def _start(self) -> State:
        order = replace(self._order, key=secrets.token_urlsafe(32))
        with self._spawn(order) as child:
            give_up = time.monotonic() + LOADING
            while time.monotonic() < give_up:
                state = self.folder.state()
                if state and state.key == order.key and server.answers(state):
                    return state
                if child.poll() is not None:
                    raise _ended(order.name, child.returncode)
                time.sleep(0.05)
            child.kill()
            raise ModelUnavailable(f"The language model {order.name} was not loaded in {LOADING:.0f} s.", hint=DOCTOR)

    def _spawn(self, order: Order) -> _Child:
        with open(self.folder.log, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as log:
            child = _Child(
                [sys.executable, "-P", server.__file__, str(self.folder.path)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=self.folder.path,
                env={name: os.environ[name] for name in _INHERITED if name in os.environ} | _WAITING,
                start_new_session=True,  # Ctrl-C in a terminal is for the user, not for the child
            )
        assert child.stdin
        try:
            with child.stdin as told:
                told.write(json.dumps(asdict(order)).encode())
        except BrokenPipeError:  # it ended at once: the caller sees that
            pass
        return child


def _ended(name: str, code: int) -> ModelUnavailable:
    if code == server.NO_LIBRARY:
        return ModelUnavailable(
            "llama.cpp cannot be loaded: a library that it needs is missing.",
            hint="On Debian and Ubuntu: `apt-get install libgomp1`.",
        )
    return ModelUnavailable(f"The language model {name} could not be loaded: its process ended ({code}).", hint=DOCTOR)


class _Child(subprocess.Popen[bytes]):
    """A process that outlives the block in which it was started; a thread sees to its end."""

    def __exit__(self, *_: object) -> None:
        threading.Thread(target=self.wait, daemon=True).start()


def usable_cores() -> int:
    """Physical cores that this process may use; twice as many threads make llama.cpp slower, not faster."""
    import psutil

    cores = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        cores = min(cores, len(os.sched_getaffinity(0)))
    try:  # what a container may use
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text("ascii").split()
        cores = min(cores, max(1, int(quota) // int(period)))
    except (OSError, ValueError):
        pass
    return max(1, cores)


def _fingerprint(model: Path, context: int) -> str:
    """Sixteen letters that change when the file, or what it is run by, changes."""
    stat = model.stat()
    identity = (str(model), stat.st_size, stat.st_mtime_ns, stat.st_ino, context, sys.prefix, "1")
    return hashlib.sha256(repr(identity).encode()).hexdigest()[:16]
