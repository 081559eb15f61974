"""Plain text and Markdown: bytes of whatever encoding → text."""

from __future__ import annotations

from app.documents.document import Limits, Parsed
from app.errors import DocumentError

# UTF-32 first: its little-endian mark starts with that of UTF-16
_MARKED = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_SAVE_AS = "Save the file as UTF-8 text and upload it again."


def parse(data: bytes, limits: Limits) -> Parsed:
    """The text; an encoding other than a Unicode one is guessed as Windows-1252, with a warning.

    Raises `DocumentError` when the bytes are text in no encoding that is known here.
    """
    if (text := decoded_by_mark(data)) is not None:
        return Parsed(text)
    try:
        return Parsed(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        return _repaired(data, error)


def decoded_by_mark(data: bytes, cut: bool = False) -> str | None:
    """The text in the encoding that a byte order mark names; None without one. With `cut`, a damaged end is dropped.

    Raises `DocumentError` when the rest does not keep to the mark.
    """
    for mark, encoding in _MARKED:
        if data.startswith(mark):
            return data.decode(encoding, "ignore") if cut else _decoded(data, encoding)
    return None


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        name = encoding.removesuffix("-sig").upper()
        raise DocumentError(f"This file says that it is {name} text, and is not, or is cut off.", _SAVE_AS) from error


def _repaired(data: bytes, error: UnicodeDecodeError) -> Parsed:
    unicode = data.decode("utf-8", "replace")
    broken = unicode.count("\ufffd")
    accented = sum(letter > "\x7f" for letter in unicode) - broken
    if accented > broken or (broken == 1 and error.end >= len(data) and error.reason == "unexpected end of data"):
        damage = "One damaged character" if broken == 1 else f"{broken:,} damaged characters"
        return Parsed(unicode, warnings=(f"{damage} of this text could not be read.",))
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError as second:
        raise DocumentError("The encoding of this text cannot be told.", _SAVE_AS) from second
    return Parsed(text, warnings=("This text is not UTF-8; it was read as Windows-1252, so please check its accents.",))
