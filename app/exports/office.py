"""What PPTX and DOCX have in common: fixed properties, the same bytes for the same content, links that are safe to set."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from io import BytesIO
from typing import IO, Protocol

AUTHOR = "Rolewise"
ACCENT = "0B6360"
INK, SOFT, LINE, TINT, WARM = "1B2527", "4F5D63", "D3DBD9", "E3F0EE", "FBEFD2"
FONT = "Arial"  # or what stands in for it with the same widths
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the first that a zip file can hold
_URL = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?(?:[/?#][A-Za-z0-9._~:/?#@!$&'()*+,;=%-]*)?")


class Properties(Protocol):
    """The properties of a document, which both libraries call the same."""

    author: str
    comments: str
    created: datetime
    last_modified_by: str
    language: str
    modified: datetime
    revision: int
    title: str


def describe(properties: Properties, title: str, today: date) -> None:
    """Say what the document is; nothing of the person or the machine."""
    properties.author = properties.last_modified_by = AUTHOR
    properties.title = title
    properties.comments = ""
    properties.language = "en-GB"
    properties.revision = 1
    properties.created = properties.modified = datetime(today.year, today.month, today.day)


def settled(save: Callable[[IO[bytes]], None]) -> bytes:
    """What `save` writes, with the times of writing taken out of the zip file."""
    written, fixed = BytesIO(), BytesIO()
    save(written)
    with zipfile.ZipFile(written) as before, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            after.writestr(zipfile.ZipInfo(name, _ZIP_TIME), before.read(name), zipfile.ZIP_DEFLATED)
    return fixed.getvalue()


def safe_url(url: str) -> bool:
    """Whether the address is a plain web address that may become a link."""
    return bool(_URL.fullmatch(url))
