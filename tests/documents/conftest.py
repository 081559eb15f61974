"""Files written by hand, so that every byte of them can be made wrong: PDFs, and Office files with other parts in them."""

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence

import pytest


class HandMadePdf:
    """A PDF of one text per page, in Helvetica; `objects` may be changed before `bytes` is asked for.

    Objects 1 to 3 are catalogue, page list and font; page `i` (from 0) is object 4 + 2i, its content the next one.
    """

    def __init__(self, texts: Sequence[str], encoding: bytes = b"WinAnsiEncoding") -> None:
        kids = b" ".join(b"%d 0 R" % (4 + 2 * i) for i in range(len(texts)))
        self.trailer = b""
        self.objects = {
            1: b"<</Type/Catalog/Pages 2 0 R>>",
            2: b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, len(texts)),
            3: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/%s>>" % encoding,
        }
        for i, text in enumerate(texts):
            self.objects[4 + 2 * i] = (
                b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 3 0 R>>>>/Contents %d 0 R>>" % (5 + 2 * i)
            )
            self.content(i, b"BT /F1 12 Tf 14 TL 72 720 Td %s ET" % b" T* ".join(map(_shown, text.split("\n"))))

    def content(self, page: int, operators: bytes, entries: bytes = b"") -> None:
        """Replace what is drawn on a page."""
        self.objects[5 + 2 * page] = b"<</Length %d%s>>\nstream\n%s\nendstream" % (len(operators), entries, operators)

    @property
    def bytes(self) -> bytes:
        """The file."""
        out = b"%PDF-1.7\n"
        places = {}
        for number, body in self.objects.items():
            places[number] = len(out)
            out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
        size = max(self.objects) + 1
        table = b"".join(b"%010d %05d %s \n" % _row(places.get(number)) for number in range(size))
        out_table = b"xref\n0 %d\n%s" % (size, table)
        end = b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, self.trailer, len(out))
        return out + out_table + end


def _row(place: int | None) -> tuple[int, int, bytes]:
    return (0, 65535, b"f") if place is None else (place, 0, b"n")


def _shown(line: str) -> bytes:
    escaped = line.encode("latin-1").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    return b"(%s) Tj" % escaped


@pytest.fixture
def a_pdf() -> Callable[..., HandMadePdf]:
    """Makes a `HandMadePdf`."""
    return HandMadePdf


def _repacked(data: bytes, parts: Mapping[str | zipfile.ZipInfo, bytes | Callable[[bytes], bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        contents: dict[str | zipfile.ZipInfo, bytes] = {name: old.read(name) for name in old.namelist()}
        for name, change in parts.items():
            contents[name] = change(contents[name]) if callable(change) else change
        for name, content in contents.items():
            new.writestr(name, content)
    return out.getvalue()


@pytest.fixture
def repacked() -> Callable[..., bytes]:
    """Makes an Office file from another one: parts are added, replaced, or changed by a function of their bytes."""
    return _repacked
