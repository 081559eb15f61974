"""PDF: the text layer, page by page, with what print did to the words undone. Runs only inside the child process."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from app.documents.document import Limits, Parsed
from app.errors import DocumentError

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

_PASTE = "Paste the text, or save the document as text or as a new PDF and upload that."
_DAMAGED = "This PDF is damaged and cannot be read."
_CUT_OFF = "This PDF is cut off before its end, as after an unfinished download."
_ENCRYPTED = "This PDF is encrypted."
_OVER_LIMIT = "This PDF unpacks to far more than it shows, or refers to itself without end; reading it was stopped."
_NO_TEXT = "This PDF has no text layer: it is probably a scan, and reading words from pictures (OCR) is not done."
_MOST_NAMED = 10  # pages named in one warning

_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
# Bullets of the Symbol and Wingdings fonts, which come out in the private use area
_BULLETS = str.maketrans(dict.fromkeys("\uf0b7\uf0a7\uf0d8\uf076\uf0fc\uf0e0\uf02d", "•"))
_SOFT_HYPHEN = re.compile("\u00ad(?:[ \t]?\n)?")
_LINE_END_HYPHEN = re.compile(r"(?<=[^\W\d_])[-\u2010][ \t]?\n(?=[^\W\d_])")
_WORD = re.compile(r"[^\W\d_]++(?:-[^\W\d_]++)*+")
_LONGEST_WORD = 40
# First halves that English joins with a hyphen more often than without
_HYPHENATED = {
    "all", "cross", "ex", "front", "full", "half", "hands", "high", "in", "long", "low", "mid", "multi", "non",
    "off", "on", "one", "part", "post", "pre", "self", "semi", "short", "single", "so", "third", "time", "two",
    "up", "well",
}  # fmt: skip


def parse(data: bytes, limits: Limits) -> Parsed:
    """The text of all pages, blank lines between them, with a warning for pages that hold none.

    Raises `DocumentError` for a PDF that is encrypted, cut off, damaged, over a limit or without any text.
    """
    from pypdf import apply_configuration
    from pypdf.errors import LimitReachedError

    try:
        # without the helper program, so that nothing is started; the other limits of pypdf stay as they come
        with apply_configuration(jbig2dec_binary=None):
            reader = _opened(data)
            return _read(reader, _pages(reader, data, limits), limits)
    except (LimitReachedError, RecursionError) as error:
        raise DocumentError(_OVER_LIMIT, _PASTE) from error


def tidy(text: str) -> str:
    """The text with ligatures spelt out and words whole again that were broken at the ends of lines."""
    text = _SOFT_HYPHEN.sub("", text.translate(_LIGATURES).translate(_BULLETS))
    hyphenated = {word.lower() for word in _WORD.findall(text) if "-" in word}

    def joined(hyphen: re.Match[str]) -> str:
        before = _last_word(text[max(0, hyphen.start() - _LONGEST_WORD) : hyphen.start()])
        after = _first_word(text[hyphen.end() : hyphen.end() + _LONGEST_WORD])
        keeps = (
            after[:1].isupper() or before.rsplit("-", 1)[-1].lower() in _HYPHENATED or f"{before}-{after}".lower() in hyphenated
        )
        return "-" if keeps else ""

    return _LINE_END_HYPHEN.sub(joined, text)


def _opened(data: bytes) -> PdfReader:
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, LimitReachedError

    try:
        reader = PdfReader(io.BytesIO(data))
        # an empty password opens those that are only protected against printing
        locked = reader.is_encrypted and not reader.decrypt("")
    except DependencyError as error:
        raise DocumentError(_ENCRYPTED, "Save it without protection and upload that.") from error
    except (LimitReachedError, RecursionError, MemoryError):
        raise
    except Exception as error:  # pypdf warns that broken files raise anything
        raise _broken(data) from error
    if locked:
        raise DocumentError(_ENCRYPTED, "Save it without its password and upload that.")
    return reader


def _pages(reader: PdfReader, data: bytes, limits: Limits) -> list[PageObject]:
    from pypdf.errors import LimitReachedError, PdfReadError

    try:
        count = len(reader.pages)
        if count > limits.pages:
            raise DocumentError(
                f"This PDF has {count:,} pages; at most {limits.pages:,} are read.", "Upload the pages that matter."
            )
        pages = list(reader.pages)
    except (DocumentError, LimitReachedError, RecursionError, MemoryError):
        raise
    except PdfReadError as error:
        if "cycl" in str(error):
            raise DocumentError("This PDF is damaged: its list of pages contains itself.", _PASTE) from error
        raise _broken(data) from error
    except Exception as error:
        raise _broken(data) from error
    if not pages:
        raise _broken(data)
    return pages


def _broken(data: bytes) -> DocumentError:
    return DocumentError(_DAMAGED if b"%%EOF" in data[-2048:] else _CUT_OFF, _PASTE)


def _read(reader: PdfReader, pages: list[PageObject], limits: Limits) -> Parsed:
    from pypdf.errors import LimitReachedError

    texts: list[str] = []
    empty: list[int] = []
    broken: list[int] = []
    length = 0
    for number, page in enumerate(pages, start=1):
        try:
            text = page.extract_text()
        except (LimitReachedError, RecursionError, MemoryError):
            raise
        except Exception:  # one broken page leaves the others readable
            broken.append(number)
            continue
        if not text.strip():
            empty.append(number)
        length += len(text)
        # invisible characters are taken out later, so the cap on what is shown is not yet the one to keep
        if length > 5 * limits.characters:
            raise DocumentError(
                f"This PDF holds more than {limits.characters:,} characters of text.", "Upload the part that matters."
            )
        texts.append(text)
    if len(broken) == len(pages):
        raise DocumentError(_DAMAGED, _PASTE)
    if len(empty) + len(broken) == len(pages):
        raise DocumentError(_NO_TEXT, "Save it as PDF from the program it was written in, or paste the text.")
    return Parsed(tidy("\n\n".join(texts)), len(pages), _warnings(reader, len(pages), empty, broken))


def _warnings(reader: PdfReader, pages: int, empty: list[int], broken: list[int]) -> tuple[str, ...]:
    warnings = []
    if empty:
        warnings.append(f"{_named(empty)} no text; words in pictures and scans are not read.")
    if broken:
        warnings.append(f"{_named(broken)} damage and could not be read.")
    declared = _declared_pages(reader)
    if declared > pages:
        warnings.append(f"This PDF is damaged: only {pages:,} of its {declared:,} pages could be read.")
    return tuple(warnings)


def _declared_pages(reader: PdfReader) -> int:
    try:
        count = reader.root_object["/Pages"]["/Count"]  # type: ignore[index]  # anything may stand there
        return int(count)
    except Exception:  # it only serves a warning
        return 0


def _named(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"Page {numbers[0]} holds"
    if len(numbers) > _MOST_NAMED:
        return f"{len(numbers):,} pages hold"
    return f"Pages {', '.join(map(str, numbers[:-1]))} and {numbers[-1]} hold"


def _last_word(text: str) -> str:
    words = _WORD.findall(text)
    return words[-1] if words else ""


def _first_word(text: str) -> str:
    found = _WORD.match(text)
    return found[0] if found else ""
