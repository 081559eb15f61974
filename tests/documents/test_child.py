"""The child process: it can compute and answer, and nothing else."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from app.documents.child import outcome
from app.documents.document import Limits, Parsed
from app.errors import DocumentError

ROOT = Path(__file__).parents[2]


def test_the_text_is_cleaned_and_what_was_removed_is_told() -> None:
    found = outcome(lambda: Parsed("We ship\u200b daily\r\n\u202e", 3, ("first",)), Limits())

    assert found == {
        "text": "We ship daily\n",
        "pages": 3,
        "warnings": ("first", "2 invisible or control characters were removed from the text."),
    }


@pytest.mark.parametrize("text", ["", " \n\t", "\u200b\u2060\ufeff", "\U000e0041" * 1000, "-----", "\u3164"])
def test_a_text_without_a_letter_is_no_text(text: str) -> None:
    assert "no readable text" in outcome(lambda: Parsed(text), Limits())["error"]


def test_the_cap_on_characters_counts_what_can_be_seen() -> None:
    limits = Limits(characters=10)

    assert "error" not in outcome(lambda: Parsed("ten letter" + "\u200b" * 50), limits)
    assert "more than 10 characters" in outcome(lambda: Parsed("eleven lett"), limits)["error"]


def test_a_parsers_sentence_and_hint_are_passed_on() -> None:
    def refuse() -> Parsed:
        raise DocumentError("It is torn.", "Mend it.")

    assert outcome(refuse, Limits()) == {"error": "It is torn.", "hint": "Mend it."}


def test_running_out_of_memory_is_a_sentence() -> None:
    def devour() -> Parsed:
        raise MemoryError

    assert "1,024 MB of memory" in outcome(devour, Limits())["error"]


def test_memory_is_capped(tmp_path: Path) -> None:
    script = """
limits = Limits(memory=256 * 1024**2)
confine(limits)
def devour():
    bytearray(10**9)
    return Parsed("words")
found = outcome(devour, limits)
print(found.get("error", found.get("text")))
"""

    output = run_confined(script, tmp_path)

    # macOS has the limit and does not hold to it
    assert ("256 MB of memory" if sys.platform == "linux" else "words") in output


def run_confined(script: str, folder: Path) -> str:
    imports = f"""
import sys; sys.path.insert(0, {str(ROOT)!r})
from app.documents.child import confine, outcome
from app.documents.document import Limits, Parsed
"""
    command = [sys.executable, "-c", imports + script]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, cwd=folder, timeout=30, check=False).stdout


@pytest.mark.parametrize(
    "deed",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import socket; socket.getaddrinfo('localhost', 80)",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9')",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
        "import os; os.fork()",
        "open('written.txt', 'w')",
        "open('written.txt', 'ab')",
        "import os; os.open('written.txt', os.O_RDWR | os.O_CREAT)",
    ],
)
def test_it_can_open_no_socket_start_no_program_and_write_no_file(deed: str, tmp_path: Path) -> None:
    script = f"""
confine(Limits())
try:
    {deed}
except BaseException as error:
    while error and not isinstance(error, PermissionError):
        error = getattr(error, "reason", None)
    print("refused" if error else "something else")
else:
    print("done")
"""

    assert run_confined(script, tmp_path) == "refused\n"
    assert list(tmp_path.iterdir()) == []


def test_it_ends_when_the_process_that_started_it_is_killed(a_pdf: Callable[..., Any], tmp_path: Path) -> None:
    slow = a_pdf(["words"])
    slow.content(0, b"BT /F1 12 Tf 72 720 Td %s ET" % (b"(aaaaaaa) Tj " * 150_000))
    (tmp_path / "slow.pdf").write_bytes(slow.bytes)
    starter = f"""
import json, subprocess, sys, time
command = [sys.executable, "-m", "app.documents.child", "pdf", {json.dumps(asdict(Limits()))!r}]
child = subprocess.Popen(command, stdin=subprocess.PIPE, cwd={str(ROOT)!r})
child.stdin.write(open("slow.pdf", "rb").read())
child.stdin.close()
print("started", flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", starter], stdout=subprocess.PIPE, cwd=tmp_path) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"started\n"

        parent.send_signal(signal.SIGKILL)

        # the child holds the other end of this pipe: it closes when the child is gone, and an answer would come first
        assert parent.stdout.read() == b""
