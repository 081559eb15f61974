"""The child process in which the embedded model runs, and the run folder through which its users find and share it.

The run folder, readable by its owner alone:

    start     locked while somebody starts, replaces or ends the server
    alive     locked by the server as long as it lives; holds its pid
    state     pid, port and key, written when the server answers
    users/    one locked file for each process that uses the server; it ends when there is none left
    queue/    one locked file for each generation that runs or waits, numbered in the order of their coming
    log       what the server complains of; no words of anybody

Locks are the kernel's (`flock`), so whoever is killed lets go of them. Only the standard library is imported here:
this file is also the child's script.
"""

from __future__ import annotations

import contextlib
import fcntl
import http.client
import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

HOST = "127.0.0.1"
NO_LIBRARY = 3  # the exit code that says so
LOOK = 0.5  # seconds between two looks for users; the server ends after two looks that find none


@dataclass(frozen=True)
class Order:
    """What the child is told on its standard input: the key must not stand on a command line."""

    model: str
    name: str
    fingerprint: str
    template: str
    key: str
    threads: int
    context: int


@dataclass(frozen=True)
class State:
    """A server that answers: where, with which key, and for which file. Its text form does not show the key."""

    pid: int
    port: int
    key: str
    model: str
    fingerprint: str

    def __repr__(self) -> str:
        return f"State(pid={self.pid}, port={self.port})"


class Claim:
    """A file that is locked as long as this object lives and is not released; it vanishes with its owner."""

    def __init__(self, path: Path) -> None:
        self.path = path
        # Locked under another name first: whoever finds the file under its own name finds it locked.
        unready = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
        self._fd = os.open(unready, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.rename(unready, path)

    def release(self) -> None:
        """Remove the file; a second time does nothing."""
        if self._fd >= 0:
            self.path.unlink(missing_ok=True)
            os.close(self._fd)
            self._fd = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


class RunFolder:
    """One model's run folder: its server, the server's users, and their queue."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.users = path / "users"
        self.queue = path / "queue"
        self.log = path / "log"
        self._state = path / "state"
        self._alive = path / "alive"

    def prepare(self) -> None:
        """Make the folder, closed to others; raises `OSError` when it is somebody else's."""
        for folder in (self.path, self.users, self.queue):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if folder.stat().st_uid != os.getuid():
                raise PermissionError(f"{folder} belongs to another user")
            folder.chmod(0o700)

    @contextlib.contextmanager
    def starting(self) -> Iterator[None]:
        """Be the only one who starts, joins, replaces or ends the server."""
        with _locked(self.path / "start"):
            yield

    def join(self) -> Claim:
        """Count as a user from now on."""
        return Claim(self.users / f"{os.getpid()}-{time.monotonic_ns()}")

    def enqueue(self) -> Claim:
        """A place at the end of the queue."""
        with _locked(self.queue / ".lock"):
            last = max((int(path.name) for path in _visible(self.queue)), default=0)
            return Claim(self.queue / f"{last + 1:09}")

    def ahead(self, place: Claim | None = None) -> int:
        """How many generations run or wait before the place, or at all."""
        return sum(_held(path) for path in _visible(self.queue) if place is None or path.name < place.path.name)

    def has_users(self) -> bool:
        """Whether anybody still uses the server."""
        return any(_held(path) for path in _visible(self.users))

    def alive(self) -> bool:
        """Whether a server process lives, answering or not."""
        return self._alive.exists() and _held(self._alive, forget=False)

    def pid(self) -> int | None:
        """The living server's process id."""
        try:
            return int(self._alive.read_text("ascii")) if self.alive() else None
        except (OSError, ValueError):
            return None

    def state(self) -> State | None:
        """Where the living server answers, None while there is none or it is not ready."""
        try:
            state = State(**json.loads(self._state.read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None
        return state if state.pid == self.pid() else None  # what a killed one wrote says nothing of its successor

    def live(self) -> int:
        """Become the living server: returns the descriptor that must stay open; raises `OSError` if another lives."""
        fd = os.open(self._alive, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(fd, 0)
        os.write(fd, str(os.getpid()).encode("ascii"))
        return fd

    def announce(self, state: State) -> None:
        """Write down where the server answers, whole or not at all."""
        fresh = self._state.with_name(f".state.{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(asdict(state)), "utf-8")
        fresh.replace(self._state)

    def forget(self) -> None:
        """Remove the state."""
        self._state.unlink(missing_ok=True)


def answers(state: State, patience: float = 5.0) -> bool:
    """Whether the server says that it is well within `patience` seconds."""
    connection = http.client.HTTPConnection(HOST, state.port, timeout=patience)
    try:
        connection.request("GET", "/health", headers={"Authorization": f"Bearer {state.key}"})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    fd = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def _visible(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if not path.name.startswith(".")]
    except FileNotFoundError:
        return []


def _held(path: Path, *, forget: bool = True) -> bool:
    """Whether the owner of the file lives; what a dead one left is removed."""
    try:
        fd = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)  # shared: two who look at once do not take each other for owners
    except BlockingIOError:
        return True
    else:
        if forget:
            path.unlink(missing_ok=True)
        return False
    finally:
        os.close(fd)


# The child


def main(folder: RunFolder, order: Order) -> None:
    """Load the model, announce the server, and stay until the last user has gone."""
    folder.live()
    watcher = threading.Thread(target=_end_with_the_last_user, args=(folder,), daemon=True)
    watcher.start()
    server = _llama_server(order)  # holds the interpreter while it loads: a user lost meanwhile is noticed after
    port = int(str(server.listening_address).rsplit(":", 1)[1])
    folder.announce(State(os.getpid(), port, order.key, order.model, order.fingerprint))
    watcher.join()


def _llama_server(order: Order) -> Any:
    """llama.cpp's server; `Any`: the library has no types."""
    try:
        import xllamacpp
    except ImportError:
        sys.exit(NO_LIBRARY)

    params = xllamacpp.CommonParams()
    params.model.path = order.model
    params.model_alias = {order.name}
    params.hostnames = [HOST]
    params.port = 0
    params.api_keys = [order.key]
    params.cors_origins = ""
    params.ui = False
    params.endpoint_slots = False
    params.endpoint_props = False
    params.endpoint_metrics = False
    params.offline = True
    # Read, not mapped: llama.cpp rearranges most weights for the processor, and would hold them twice (1.9 GB, not 1.3).
    params.load_mode = xllamacpp.llama_load_mode.LLAMA_LOAD_MODE_NONE
    params.use_jinja = False  # the template in the file is a program; ours is one of llama.cpp's own
    params.chat_template = order.template
    params.n_ctx = order.context
    params.n_parallel = 1
    params.ctx_shift = False
    params.cache_ram_mib = 256
    # A stopped generation ends between two batches: with 64 tokens within 0.6 s, with the usual 512 after 10 s.
    # Reading is 5 % slower for it (60 and 62 tokens a second on two cores).
    params.n_batch = 64
    params.n_ubatch = 64
    params.n_threads_http = 4
    params.cpuparams.n_threads = order.threads
    params.cpuparams_batch.n_threads = order.threads
    params.n_predict = 1024  # where a request names no limit
    params.verbosity = 1
    return xllamacpp.Server(params)


def _end_with_the_last_user(folder: RunFolder) -> None:
    idle = 0
    while idle < 2:
        time.sleep(LOOK)
        idle = 0 if folder.has_users() else idle + 1
        if not folder.path.exists():
            break
        if idle == 2:
            with folder.starting():  # nobody can join now
                if not folder.has_users():
                    folder.forget()
                    os._exit(0)  # the model's threads are not waited for
            idle = 0
    os._exit(0)


if __name__ == "__main__":
    os.umask(0o077)
    main(RunFolder(Path(sys.argv[1])), Order(**json.load(sys.stdin)))
