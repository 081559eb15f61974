"""What kind of file is this? Its bytes decide, never its name."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass

from app.documents.csv_rows import is_table

TEXT_START = 4096  # bytes; a type is told by what stands at the start
MOST_CONTROLS = 0.05  # of all bytes; compressed data has about 0.1, text has none


@dataclass(frozen=True)
class Kind:
    """A kind of file: its name in the table of parsers, and what to call it in a sentence."""

    id: str
    words: str


TEXT = Kind("text", "plain text")
PDF = Kind("pdf", "a PDF document")
CSV = Kind("csv", "a table as text (CSV)")
HTML = Kind("html", "an HTML page")

_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_SIGNATURES = (
    (0, b"\x89PNG\r\n\x1a\n", Kind("image", "a PNG picture")),
    (0, b"\xff\xd8\xff", Kind("image", "a JPEG picture")),
    (0, b"GIF87a", Kind("image", "a GIF picture")),
    (0, b"GIF89a", Kind("image", "a GIF picture")),
    (0, b"II*\x00", Kind("image", "a TIFF picture")),
    (0, b"MM\x00*", Kind("image", "a TIFF picture")),
    (4, b"ftyp", Kind("media", "a video, sound or HEIC file")),
    (0, b"RIFF", Kind("media", "a WebP picture, sound or video file")),
    (0, b"ID3\x03\x00", Kind("media", "a sound file")),
    (0, b"ID3\x04\x00", Kind("media", "a sound file")),
    (0, b"OggS\x00", Kind("media", "a sound file")),
    (0, b"\x1aE\xdf\xa3", Kind("media", "a video")),
    (0, b"\x7fELF", Kind("program", "a program")),
    (0, b"\xcf\xfa\xed\xfe", Kind("program", "a program")),
    (0, b"\xca\xfe\xba\xbe", Kind("program", "a program")),
    (0, b"\x00asm", Kind("program", "a program")),
    (0, b"\x1f\x8b", Kind("archive", "a gzip archive")),
    (0, b"BZh91AY", Kind("archive", "a bzip2 archive")),
    (0, b"\xfd7zXZ\x00", Kind("archive", "an XZ archive")),
    (0, b"7z\xbc\xaf\x27\x1c", Kind("archive", "a 7z archive")),
    (0, b"Rar!\x1a\x07", Kind("archive", "a RAR archive")),
    (257, b"ustar\x00", Kind("archive", "a tar archive")),
    (257, b"ustar  \x00", Kind("archive", "a tar archive")),
    (0, b"SQLite format 3\x00", Kind("database", "a SQLite database")),
    (0, b"{\\rtf", Kind("rtf", "an RTF document")),
    (0, b"%!PS", Kind("postscript", "a PostScript file")),
)
_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OLE_START = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CONTENT_TYPES = "[Content_Types].xml"  # every Office file has it
_OFFICE = (
    ("word/", Kind("docx", "a Word document (DOCX)")),
    ("ppt/", Kind("pptx", "a PowerPoint presentation (PPTX)")),
    ("xl/", Kind("xlsx", "an Excel workbook (XLSX)")),
)
_DECLARED = (
    (b"application/vnd.oasis.opendocument", Kind("odf", "an OpenDocument file")),
    (b"application/epub+zip", Kind("epub", "an EPUB book")),
)
_ZIP = Kind("archive", "a ZIP archive")
_BROKEN_ZIP = Kind("archive", "a ZIP archive or an Office document that is damaged or cut off")
_PAGE = re.compile(rb"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]")
_SVG = re.compile(rb"<svg[\s>]")
# What may stand before the first element: comments, and in XHTML the declaration of XML
_BEFORE_MARKUP = re.compile(rb"(?:\s++|<\?xml[^<>]*+>|<!--(?:[^-]|-(?!->))*+-->)*+")
_HTML_NAMES = (".html", ".htm", ".xhtml")
_ELEMENT = re.compile(rb"<(?:p|div|h[1-6]|ul|ol|table|span|section|article|main|br|title|meta)[\s/>]")


def sniff(data: bytes, name: str = "") -> Kind:
    """The kind of file that the bytes are; `TEXT` when they can be text and nothing else is recognised.

    The name only helps where text could be a table or a piece of a page and its shape leaves a doubt.
    """
    for offset, signature, kind in _SIGNATURES:
        if data.startswith(signature, offset):
            return kind
    if data.startswith(_ZIP_STARTS):
        return _zipped(data)
    if data.startswith(_OLE_START):
        if "EncryptedPackage".encode("utf-16-le") in data:
            return Kind("ole", "an Office document that is protected by a password")
        return Kind("ole", "an Office document in the old format (DOC, XLS or PPT)")
    if _is_pdf(data):
        return PDF
    if data.startswith(_BYTE_ORDER_MARKS):
        return _markup(data, name) or _text(data, name)
    return _without_signature(data, name)


def _zipped(data: bytes) -> Kind:
    """What an archive is, by the names of what it really holds: those that stand elsewhere in its bytes prove nothing."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, LookupError, NotImplementedError, OverflowError):
        return _BROKEN_ZIP
    if "xl/workbook.bin" in names:
        return Kind("xlsb", "an Excel workbook in the binary format (XLSB)")
    if _CONTENT_TYPES in names:
        for folder, kind in _OFFICE:
            if any(entry.replace("\\", "/").startswith(folder) for entry in names):
                return kind
    # these say what they are in an entry that comes first and is not compressed
    return next((kind for mark, kind in _DECLARED if mark in data[:200]), _ZIP)


def _is_pdf(data: bytes) -> bool:
    # The header may stand anywhere in the first kilobyte; text that only talks about it has no objects.
    at = data.find(b"%PDF-", 0, 1024)
    return at >= 0 and (data[:at].strip() == b"" or b"endobj" in data)


def _markup(data: bytes, name: str) -> Kind | None:
    start = data[:TEXT_START].lower()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        start = start.replace(b"\0", b"")
    for mark in _BYTE_ORDER_MARKS:
        start = start.removeprefix(mark)
    first = _BEFORE_MARKUP.sub(b"", start, count=1)
    if _PAGE.match(first):
        return HTML
    if _SVG.match(first):
        return Kind("image", "an SVG picture")
    if start.lstrip().startswith(b"<?xml"):
        return Kind("xml", "an XML file")
    return HTML if name.lower().endswith(_HTML_NAMES) and _ELEMENT.search(start) else None


def _text(data: bytes, name: str) -> Kind:
    return CSV if is_table(data, name) else TEXT


def _without_signature(data: bytes, name: str) -> Kind:
    if (markup := _markup(data, name)) is not None:
        return markup
    nulls = data.count(0)
    if data.startswith(b"MZ") and nulls:
        return Kind("program", "a Windows program")
    if nulls and (data[1::2].count(0) * 4 > len(data) or data[::2].count(0) * 4 > len(data)):
        return Kind("utf16", "UTF-16 text without a byte order mark")
    # tab, newline, form feed and the like occur in text, and so does the escape of terminal colours
    controls = len(data) - len(data.translate(None, bytes([*range(9), *range(14, 27), *range(28, 32), 127])))
    if controls > MOST_CONTROLS * len(data):
        return Kind("binary", "a binary file")
    return _text(data, name)
