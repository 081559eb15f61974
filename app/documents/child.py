"""The process that parses one upload: bytes on stdin, one JSON object on stdout, started by `reading` and killable.

It may read files (its own modules) and compute, within limits; it may not write, open sockets or start programs.
"""

from __future__ import annotations

import contextlib
import json
import logging
import math
import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from app.coaching.cleaning import clean_text
from app.documents.document import Limits, Parsed
from app.documents.parsers import PARSERS
from app.errors import DocumentError

ORPHAN_CHECK_S = 0.5
_REFUSED = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "pty.spawn")


def main(arguments: list[str]) -> int:
    """Parse stdin as the kind that the first argument names, within the limits that the second holds as JSON."""
    kind, limits = arguments[0], Limits(**json.loads(arguments[1]))
    logging.disable()  # a parser's remarks about a broken file are nobody's news
    _end_with_parent()
    confine(limits)
    # ASCII, so that neither the locale nor half a character can get in the way
    print(json.dumps(outcome(lambda: PARSERS[kind](sys.stdin.buffer.read(), limits), limits)))
    return 0


def outcome(parse: Callable[[], Parsed], limits: Limits) -> dict[str, Any]:
    """Keys of a `Parsed` with its text cleaned, or `error` and `hint`: what goes to the parent."""
    try:
        return asdict(_cleaned(parse(), limits))
    except DocumentError as error:
        return {"error": str(error), "hint": error.hint}
    except MemoryError:
        pass  # answered outside, where what filled the memory is no longer held
    return {
        "error": f"This file needs more than the {limits.memory // 1024**2:,} MB of memory that reading may take.",
        "hint": "Paste the text instead.",
    }


def confine(limits: Limits) -> None:
    """Cap memory, processor time and files of this process, and take writing, sockets and programs from it for good."""
    import resource

    def cap(which: int, most: int) -> None:
        with contextlib.suppress(ValueError, OSError):  # macOS knows some of these and does not let them be set
            resource.setrlimit(which, (most, most))

    cap(resource.RLIMIT_AS, limits.memory)
    cap(resource.RLIMIT_CPU, math.ceil(limits.seconds) + 1)
    cap(resource.RLIMIT_FSIZE, 0)
    cap(resource.RLIMIT_CORE, 0)
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event.startswith(_REFUSED):
        raise PermissionError(f"{event} is not allowed while a document is read")
    if event == "open" and isinstance(arguments[-1], int) and arguments[-1] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        raise PermissionError("nothing is written while a document is read")


def _cleaned(parsed: Parsed, limits: Limits) -> Parsed:
    clean = clean_text(parsed.text)
    if not any(map(str.isalnum, clean.text)):
        raise DocumentError("This file has no readable text.", "Upload a file that holds words, or paste them.")
    if len(clean.text) > limits.characters:
        raise DocumentError(
            f"This file holds more than {limits.characters:,} characters of text.", "Upload the part that matters."
        )
    warnings = list(parsed.warnings)
    if clean.removed:
        warnings.append(f"{clean.removed:,} invisible or control characters were removed from the text.")
    return Parsed(clean.text, parsed.pages, tuple(warnings))


def _end_with_parent() -> None:
    # a parent that is killed cannot kill us; work for nobody must not go on
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(ORPHAN_CHECK_S)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
