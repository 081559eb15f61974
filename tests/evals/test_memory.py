from __future__ import annotations

import subprocess
import sys

import psutil

from evals.memory import PeakMemory


def test_the_memory_of_a_child_counts() -> None:
    alone = psutil.Process().memory_info().rss / 1e6
    code = "x = bytearray(60_000_000); print('ready', flush=True); input()"

    with PeakMemory() as memory:
        child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert child.stdout is not None
        child.stdout.readline()
        memory.look()
        child.communicate(b"\n")

    assert memory.megabytes > alone + 50


def test_the_peak_stays_when_the_memory_is_given_back() -> None:
    with PeakMemory() as memory:
        peak = memory.megabytes

    assert memory.megabytes >= peak > 0
