"""Office files are ZIP archives of XML parts: unpacked within limits, and packed anew with nothing but what a reader needs."""

from __future__ import annotations

import io
import posixpath
import re
import stat
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.documents.document import Limits
from app.errors import DocumentError

if TYPE_CHECKING:
    from app.documents.writing import Writing

CONTENT_TYPES = "[Content_Types].xml"
HINT = "Paste the text, or save the document anew and upload that."
_CHUNK = 64 * 1024
_SMALL = 64 * 1024  # bytes; what unpacks to less is no danger, however well it was packed
_XML_ENDINGS = (".xml", ".rels")
_ROOT_RELATIONS = "_rels/.rels"
# The package standard allows the first two; the others mean the same in documents that hold them
_ENCODINGS = (b"utf-8", b"utf-16", b"utf8", b"us-ascii", b"ascii", b"iso-8859-1", b"windows-1252")
_ENCODING = re.compile(rb"""<\?xml[^<>]{0,200}?encoding\s*+=\s*+["']([^"'<>]{1,40})["']""")
_OBJECT = re.compile(r"(?i)/embeddings/.|/activex/[^/]*\.bin$|oleobject[^/]*$")
_PLAIN_TYPES = {  # macros and templates hold the same text in the same place
    b"application/vnd.ms-word.document.macroEnabled.main+xml": b"wordprocessingml.document",
    b"application/vnd.ms-word.template.macroEnabledTemplate.main+xml": b"wordprocessingml.document",
    b"application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml": b"wordprocessingml.document",
    b"application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml": b"presentationml.presentation",
    b"application/vnd.ms-powerpoint.template.macroEnabled.main+xml": b"presentationml.presentation",
    b"application/vnd.ms-powerpoint.slideshow.macroEnabled.main+xml": b"presentationml.presentation",
    b"application/vnd.openxmlformats-officedocument.presentationml.slideshow.main+xml": b"presentationml.presentation",
    b"application/vnd.openxmlformats-officedocument.presentationml.template.main+xml": b"presentationml.presentation",
}
# zipfile raises all of these over broken archives
_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError, LookupError, OverflowError,
)  # fmt: skip
_ALTERNATIVES = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


@dataclass(frozen=True)
class Office:
    """An Office file that is safe to hand to a library.

    `file` is an archive whose only contents are XML without entities and without references to anything outside;
    `parts` are those contents by name. Pictures and embedded files are empty in both.
    """

    file: bytes
    parts: Mapping[str, bytes]
    macros: bool
    objects: int

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was ignored, in sentences."""
        return ("This file holds macros; they were neither run nor read.",) if self.macros else ()

    def count(self, names: str, element: bytes) -> int:
        """How many elements of that name the parts hold whose own names match the expression."""
        tag = re.compile(rb"<(?:\w++:)?" + element + rb"[\s/>]")
        return sum(len(tag.findall(part)) for name, part in self.parts.items() if re.search(names, name))


def unpacked(data: bytes, limits: Limits, kind: str) -> Office:
    """The file, safe to hand to a library; `kind` is what sentences call it.

    Raises `DocumentError` when it is damaged, encrypted, over a limit, or holds XML that no Office program writes.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > limits.entries:
                raise DocumentError(f"This {kind} consists of {len(entries):,} parts; at most {limits.entries:,} are read.", HINT)
            parts = _parts(archive, entries, limits, kind)
    except _UNREADABLE as error:
        raise damaged(kind) from error
    if CONTENT_TYPES not in parts or _ROOT_RELATIONS not in parts:
        raise damaged(kind)
    if b"purl.oclc.org/ooxml" in parts[_ROOT_RELATIONS]:
        raise DocumentError(f"This {kind} is saved in the strict form of Open XML, which is not read here.", HINT)
    types = parts[CONTENT_TYPES]
    macros = b"macroEnabled" in types or any(name.lower().endswith("vbaproject.bin") for name in parts)
    for special, plain in _PLAIN_TYPES.items():
        types = types.replace(special, b"application/vnd.openxmlformats-officedocument." + plain + b".main+xml")
    parts[CONTENT_TYPES] = types
    with reading(kind):
        for name in [name for name in parts if name.endswith(".rels")]:
            parts[name] = _inner_relations(name, parts)
    return Office(_packed(parts), parts, macros, sum(_OBJECT.search(name) is not None for name in parts))


@contextmanager
def reading(kind: str) -> Iterator[None]:
    """Turns whatever a library raises over a broken file into one sentence, and keeps its warnings quiet."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (DocumentError, MemoryError):
        raise
    except Exception as error:  # the libraries raise anything over files that no Office program wrote
        if "memory alloc" in str(error).lower():  # libxml2's way of saying so
            raise MemoryError from error
        raise damaged(kind) from error


def damaged(kind: str) -> DocumentError:
    """The error for a file that cannot be made sense of."""
    return DocumentError(f"This {kind} is damaged and cannot be read.", HINT)


def xml(part: bytes) -> Any:  # Any: lxml ships no types
    """The root element; nothing is fetched and no entity is resolved."""
    from lxml import etree

    return etree.fromstring(part, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))


def settle(root: Any) -> None:  # Any: an lxml element
    """Put in place of alternatives for newer and older programs the first, which holds the text."""
    for alternatives in list(root.iter(_ALTERNATIVES)):
        parent = alternatives.getparent()
        if parent is None or not len(alternatives):
            continue
        at = parent.index(alternatives)
        parent[at : at + 1] = list(alternatives[0])


def diagram(part: bytes, writing: Writing) -> None:
    """Write the boxes of a SmartArt diagram as a list, indented as they depend on one another."""
    root = xml(part)
    texts = {
        point.get("modelId"): " ".join(_words(paragraph) for paragraph in point.iter(f"{_DRAWING}p"))
        for point in root.iter(f"{_DIAGRAM}pt")
    }
    boxes = {point.get("modelId") for point in root.iter(f"{_DIAGRAM}pt") if point.get("type", "node") in ("node", "asst")}
    below: dict[str, list[str]] = {}
    for link in root.iter(f"{_DIAGRAM}cxn"):
        if link.get("type", "parOf") == "parOf" and link.get("destId") in boxes:
            below.setdefault(link.get("srcId"), []).append(link.get("destId"))
    under = {box for under in below.values() for box in under}
    roots = [point for point in texts if point not in under]
    seen: set[str] = set()
    waiting = [(point, 0) for point in reversed(roots)]
    while waiting:
        point, level = waiting.pop()
        if point in seen:
            continue
        seen.add(point)
        if point in boxes:
            writing.item(texts[point], level)
        waiting += [(box, level + (point in boxes)) for box in reversed(below.get(point, []))]


def _words(paragraph: Any) -> str:  # Any: an lxml element
    return "".join(text.text or "" for text in paragraph.iter(f"{_DRAWING}t"))


def _parts(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], limits: Limits, kind: str) -> dict[str, bytes]:
    parts: dict[str, bytes] = {}
    left = limits.unpacked_bytes
    for entry in entries:
        if entry.flag_bits & 1:
            raise DocumentError(f"This {kind} is encrypted.", "Save it without its password and upload that.")
        name = _inner_name(entry)
        if name is None:
            continue
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise damaged(kind)  # the package standard allows no other
        content, size = _content(archive, entry, min(left, limits.entry_bytes), name.endswith(_XML_ENDINGS), limits, kind)
        left -= size
        if content and not _is_plain_xml(content):
            raise DocumentError(f"This {kind} holds declarations that no Office program writes, so it is not read.", HINT)
        parts[name] = content
    return parts


def _content(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int, kept: bool, limits: Limits, kind: str
) -> tuple[bytes, int]:
    """The content, if it is to be kept, and its real size: what the archive declares about sizes is not believed."""
    chunks: list[bytes] = []
    size = 0
    with archive.open(entry) as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > most or (size > _SMALL and size > limits.ratio * entry.compress_size):
                raise DocumentError(f"This {kind} unpacks to far more than it shows; reading it was stopped.", HINT)
            if kept:
                chunks.append(chunk)
    return b"".join(chunks), size


def _inner_name(entry: zipfile.ZipInfo) -> str | None:
    """The name of a part; None for a folder, a link, and a name that leads out of the archive."""
    name = entry.filename.replace("\\", "/")  # as some programs write it
    outside = name.startswith("/") or ":" in name or ".." in name.split("/")
    return None if entry.is_dir() or outside or stat.S_ISLNK(entry.external_attr >> 16) else name


def _is_plain_xml(part: bytes) -> bool:
    """Is it XML in an encoding whose angle brackets can be seen here, without a declaration of entities?"""
    if part[:4].count(0):
        part = part.replace(b"\0", b"")  # UTF-16 or UTF-32
    for mark in (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"):
        part = part.removeprefix(mark)
    encoding = _ENCODING.match(part.lstrip())
    return (
        part.lstrip()[:1] == b"<"
        and b"<!DOCTYPE" not in part
        and b"<!ENTITY" not in part
        and (encoding is None or encoding[1].lower() in _ENCODINGS)
    )


def _inner_relations(name: str, parts: Mapping[str, bytes]) -> bytes:
    """The part without relations to what is outside or missing, over which libraries stumble."""
    from lxml import etree

    folder = posixpath.dirname(posixpath.dirname(name))
    root = xml(parts[name])
    for relation in list(root):
        target = posixpath.normpath(posixpath.join("/", folder, relation.get("Target", "")))
        if relation.get("TargetMode") == "External" or target.lstrip("/") not in parts:
            root.remove(relation)
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))


def _packed(parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()
