"""The nouns of reading: the limits, what a parser returns, and the document that comes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What one upload may cost; whatever is over is refused with the limit named."""

    bytes: int = 2 * 1024 * 1024
    pages: int = 300
    characters: int = 200_000
    seconds: float = 20.0
    memory: int = 1024**3  # bytes of address space for the child that parses
    wait_seconds: float = 60.0  # for a place among the documents that are being read at the moment
    rows: int = 5_000  # of all sheets together; further ones are left out with a warning, and so are further columns
    columns: int = 100
    # Office files are archives; what they unpack to is counted while it is read
    entries: int = 2_000
    entry_bytes: int = 50 * 1024**2
    unpacked_bytes: int = 200 * 1024**2
    ratio: int = 200


@dataclass(frozen=True)
class Document:
    """An upload as text.

    `name` is safe to show and never a path; `sha256` is that of the uploaded bytes; `warnings` are sentences for the
    person who uploaded it; `pages` is 0 for a kind of file that has none.
    """

    name: str
    text: str
    sha256: str
    warnings: tuple[str, ...] = ()
    pages: int = 0


@dataclass(frozen=True)
class Parsed:
    """What a parser made of the bytes; not cleaned yet."""

    text: str
    pages: int = 0
    warnings: tuple[str, ...] = ()


# Raises DocumentError with one sentence when the bytes cannot be used.
Parser = Callable[[bytes, Limits], Parsed]
