"""Uploaded bytes → text: the name is only shown, the bytes decide what a file is, a child process parses it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

from app.coaching.cleaning import clean_text
from app.documents.document import Document, Limits
from app.documents.parsers import ACCEPTED, PARSERS, READABLE
from app.documents.sniffing import sniff
from app.errors import DocumentError

__all__ = ["ACCEPTED", "Document", "Limits", "display_name", "read_document"]

LONGEST_NAME = 100
MOST_AT_ONCE = 2  # children; further uploads wait their turn
_places = threading.BoundedSemaphore(MOST_AT_ONCE)

# Names that stand for a device on Windows, whatever their ending
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)", re.IGNORECASE)
# The child gets no key and no setting of ours; without these a Python or its libraries may not start.
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR")


def read_document(name: str, data: bytes, limits: Limits | None = None) -> Document:
    """The text of an upload, cleaned, with warnings about what was left out.

    Raises `DocumentError` with one sentence for a file that is empty, over a limit, of another kind, encrypted, cut
    off, damaged or without text.
    """
    limits = limits or Limits()
    if not data:
        raise DocumentError("This file is empty.", "Upload a file that holds words, or paste them.")
    if len(data) > limits.bytes:
        raise DocumentError(
            f"This file is larger than {_size(limits.bytes)}.", "Upload the part that matters, or paste its text."
        )
    kind = sniff(data, name)
    if kind.id not in PARSERS:
        raise DocumentError(f"This file is {kind.words}, which cannot be read here.", f"Upload {READABLE}, or paste the text.")
    if not _places.acquire(timeout=limits.wait_seconds):
        raise DocumentError("Many documents are being read at the moment.", "Try again in a minute.")
    try:
        parsed = _parsed(kind.id, data, limits)
    finally:
        _places.release()
    return Document(
        name=display_name(name),
        text=parsed["text"],
        sha256=hashlib.sha256(data).hexdigest(),
        warnings=tuple(parsed["warnings"]),
        pages=parsed["pages"],
    )


def display_name(name: str) -> str:
    """The last part of a file name, in characters that show as themselves, at most `LONGEST_NAME` of them.

    It is for the eye: never use it as a path, and escape it where it is shown.
    """
    last = re.split(r"[/\\]", name)[-1]
    shown = " ".join(clean_text(re.sub(r"^[A-Za-z]:", "", last)).text.split()).rstrip(". ")
    if _DEVICES.match(shown):
        shown = f"_{shown}"
    if len(shown) > LONGEST_NAME:
        stem, dot, ending = shown.rpartition(".")
        ending = dot + ending if stem and len(ending) <= 8 else ""
        shown = shown[: LONGEST_NAME - len(ending) - 1] + "…" + ending
    return shown or "document"


def _parsed(kind: str, data: bytes, limits: Limits) -> dict[str, Any]:
    code, output = _run([kind, json.dumps(asdict(limits))], data, limits)
    if code == -signal.SIGXCPU:
        raise _too_slow(limits)
    try:
        found = json.loads(output) if code == 0 else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise DocumentError(
            "The reader broke down over this file, which is probably damaged.",
            "Paste the text, or save the document anew and upload that.",
        )
    if "error" in found:
        raise DocumentError(found["error"], found["hint"])
    return found


def _run(arguments: list[str], data: bytes, limits: Limits) -> tuple[int, bytes]:
    """Exit status and stdout of the child that was given the data."""
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    try:
        child = subprocess.Popen(
            [sys.executable, "-B", "-X", "utf8", "-m", "app.documents.child", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=Path(__file__).parents[2],  # where `app` lies, in a checkout and when installed
            env=environment,
        )
    except OSError as error:
        raise DocumentError("The reader of documents could not be started.", "Try again in a minute.") from error
    with child:
        try:
            output, _ = child.communicate(data, timeout=limits.seconds)
        except subprocess.TimeoutExpired as error:
            raise _too_slow(limits) from error
        finally:
            child.kill()  # does nothing to a child that has ended
    return child.returncode, output


def _too_slow(limits: Limits) -> DocumentError:
    return DocumentError(
        f"This file takes longer than {limits.seconds:g} seconds to read.", "Paste the text, or upload fewer pages."
    )


def _size(count: int) -> str:
    return f"{count / 1024**2:g} MB" if count >= 1024**2 else f"{count:,} bytes"
