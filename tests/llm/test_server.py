"""The run folder: who uses the server, who waits in which order, and what is left by those who were killed."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.llm import server
from app.llm.server import RunFolder, State

SERVER = Path(server.__file__)


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    run = RunFolder(tmp_path / "run")
    run.prepare()
    return run


def a_state(pid: int | None = None) -> State:
    return State(pid or os.getpid(), 1234, "sk-canary", "/m.gguf", "f")


@contextmanager
def another_process(folder: RunFolder, action: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that does the action with the folder and then waits to be killed."""
    script = (
        f"import sys; sys.path.insert(0, {str(SERVER.parents[2])!r})\n"
        "from pathlib import Path; from app.llm.server import RunFolder\n"
        f"kept = RunFolder(Path({str(folder.path)!r})).{action}\n"
        "print('done', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"done\n"
        yield process
        process.kill()


def test_the_folder_is_closed_to_others(folder: RunFolder):
    folder.announce(a_state())

    modes = [stat.S_IMODE(path.stat().st_mode) for path in (folder.path, folder.users, folder.path / "state")]
    assert modes == [0o700, 0o700, 0o600]


def test_a_folder_that_was_open_is_closed(tmp_path: Path):
    (tmp_path / "run").mkdir(mode=0o755)

    RunFolder(tmp_path / "run").prepare()

    assert stat.S_IMODE((tmp_path / "run").stat().st_mode) == 0o700


def test_a_killed_user_is_no_user_any_more(folder: RunFolder):
    with another_process(folder, "join()") as user:
        assert folder.has_users()

        user.send_signal(signal.SIGKILL)
        user.wait()

        assert not folder.has_users()
    assert list(folder.users.iterdir()) == []


def test_a_user_who_leaves_is_no_user_any_more(folder: RunFolder):
    user = folder.join()
    assert folder.has_users()

    user.release()
    user.release()

    assert not folder.has_users()


def test_the_queue_is_in_the_order_of_coming(folder: RunFolder):
    first, second, third = (folder.enqueue() for _ in range(3))
    assert [folder.ahead(place) for place in (first, second, third)] == [0, 1, 2]

    first.release()

    assert [folder.ahead(place) for place in (second, third)] == [0, 1]
    assert folder.ahead() == 2
    second.release()
    third.release()


def test_who_was_killed_in_the_queue_holds_up_nobody(folder: RunFolder):
    with another_process(folder, "enqueue()") as process, folder.enqueue() as place:
        assert folder.ahead(place) == 1

        process.send_signal(signal.SIGKILL)
        process.wait()

        assert folder.ahead(place) == 0


def test_a_newcomer_goes_to_the_end_though_others_have_left(folder: RunFolder):
    first, second = folder.enqueue(), folder.enqueue()
    first.release()

    third = folder.enqueue()

    assert folder.ahead(third) == 1
    second.release()
    third.release()


def test_the_state_of_a_dead_server_is_not_believed(folder: RunFolder):
    with another_process(folder, "live()") as process:
        folder.announce(a_state(process.pid))
        assert folder.alive()
        assert folder.state() == a_state(process.pid)

        process.send_signal(signal.SIGKILL)
        process.wait()

        assert not folder.alive()
        assert folder.state() is None
        assert folder.pid() is None


def test_a_server_that_still_loads_is_not_taken_for_its_predecessor(folder: RunFolder):
    folder.announce(a_state(pid=1))

    with another_process(folder, "live()"):
        assert folder.alive()
        assert folder.state() is None


def test_there_is_one_living_server_at_most(folder: RunFolder):
    with another_process(folder, "live()"), pytest.raises(OSError, match="unavailable"):
        folder.live()


def test_garbage_in_the_state_is_no_state(folder: RunFolder):
    fd = folder.live()
    (folder.path / "state").write_text('{"pid": ')

    assert folder.state() is None
    os.close(fd)


def test_the_key_is_not_shown(folder: RunFolder):
    assert "canary" not in f"{a_state()} {a_state()!r}"


def test_nothing_listens_so_nothing_answers():
    assert not server.answers(State(1, 9, "k", "", ""), patience=0.2)
