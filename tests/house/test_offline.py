"""Nothing is sent anywhere: from the start to an answered question, with every way out refused and written down."""

import json
import os
import subprocess
import sys
from pathlib import Path

QUESTION = "what is the difference between a product owner and a product manager?"

# Runs in a process of its own, before anything else is imported there. Loopback and sockets between processes of this
# machine are allowed; each other attempt to connect, or to look up a name, fails as if there were no network.
WATCHED = """
import json, socket, sys

attempts = []

def outside(address):
    if not isinstance(address, tuple):
        return False  # AF_UNIX
    host = str(address[0])
    return not (host.startswith("127.") or host in ("::1", "localhost", ""))

def guarded(original):
    def connect(self, address, *rest):
        if outside(address):
            attempts.append(["connect", str(address)])
            raise OSError(101, "Network is unreachable")
        return original(self, address, *rest)
    return connect

def sendto(self, data, *rest, original=socket.socket.sendto):
    if outside(rest[-1]):
        attempts.append(["sendto", str(rest[-1])])
        raise OSError(101, "Network is unreachable")
    return original(self, data, *rest)

def looked_up(original):
    def look_up(host, *rest, **named):
        name = host.decode() if isinstance(host, bytes) else host
        if name is not None and outside((name,)):
            attempts.append(["look up", str(name)])
            raise socket.gaierror(-3, "Temporary failure in name resolution")
        return original(host, *rest, **named)
    return look_up

socket.socket.connect = guarded(socket.socket.connect)
socket.socket.connect_ex = guarded(socket.socket.connect_ex)
socket.socket.sendto = sendto
for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
    setattr(socket, name, looked_up(getattr(socket, name)))
"""

ANSWERS = """
import psutil
from app.cli import main

sys.argv = ["rolewise"]
code = main(["ask", QUESTION, "--json"])

import ingest.main
ingested = ingest.main.main([])

import app.web.main  # the page, with Streamlit and all that it brings

peers = [str(c.raddr) for c in psutil.Process().net_connections(kind="inet") if c.raddr and not c.raddr.ip.startswith("127.")]
print(json.dumps({"code": code, "ingested": ingested, "attempts": attempts, "peers": peers}), file=sys.stderr)
"""

CALLS_OUT = """
import urllib.request
for call in (lambda: urllib.request.urlopen("http://example.org"), lambda: socket.create_connection(("192.0.2.1", 80)),
             lambda: socket.socket().connect(("192.0.2.1", 80)),
             lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 53))):
    try:
        call()
    except OSError:
        pass
print(json.dumps(attempts), file=sys.stderr)
"""


def watched(script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    given = {**os.environ, **environment}
    for quiet in ("ANONYMIZED_TELEMETRY", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "LANGSMITH_TRACING", "DO_NOT_TRACK"):
        given.pop(quiet, None)  # the program must see to these by itself
    return subprocess.run(
        [sys.executable, "-c", WATCHED + script], env=given, capture_output=True, text=True, timeout=300, check=False
    )


def test_a_question_is_answered_with_no_way_out_and_nothing_tries_one(own_data: Path):
    done = watched(f"QUESTION = {QUESTION!r}\n{ANSWERS}", ROLEWISE_LLM="none")

    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout.splitlines()[0])
    assert answer["status"] == "answered"
    assert answer["sources"]
    assert json.loads(done.stderr.splitlines()[-1]) == {"code": 0, "ingested": 0, "attempts": [], "peers": []}


def test_the_watch_sees_who_calls_out():
    done = watched(CALLS_OUT)

    assert [kind for kind, _ in json.loads(done.stderr.splitlines()[-1])] == ["look up", "look up", "connect", "sendto"]
