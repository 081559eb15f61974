"""How much memory a process and its children hold at most."""

from __future__ import annotations

import threading
from types import TracebackType

import psutil

TICK = 0.25  # seconds between two looks: each costs some milliseconds, which the times beside it should not feel


class PeakMemory:
    """Watches this process and its children while it is entered; `megabytes` is the most that they held together.

    Resident memory is summed, so pages that two processes share count twice: the figure errs upwards.
    """

    def __init__(self) -> None:
        self.megabytes = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="peak memory", daemon=True)

    def __enter__(self) -> PeakMemory:
        self.look()
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()
        self.look()

    def _watch(self) -> None:
        while not self._over.wait(TICK):
            self.look()

    def look(self) -> None:
        """Take what is held now into account."""
        own = psutil.Process()
        held = 0
        for process in [own, *own.children(recursive=True)]:
            try:
                held += process.memory_info().rss
            except psutil.Error:  # it ended between two looks
                continue
        self.megabytes = max(self.megabytes, held / 1e6)
