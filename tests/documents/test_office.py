"""Office files as archives: real sizes are counted, nothing outside is touched, and XML is only XML."""

import io
import re
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest

from app.documents.document import Limits
from app.documents.office import unpacked
from app.documents.word import parse
from app.errors import DocumentError

Repacked = Callable[..., bytes]
BODY = "word/document.xml"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MB = 1024**2


def a_document(*paragraphs: str) -> bytes:
    document = docx.Document()
    for text in paragraphs or ("We are six.",):
        document.add_paragraph(text)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def opened(data: bytes, limits: Limits | None = None) -> Any:
    return unpacked(data, limits or Limits(), "Word document")


def text_of(data: bytes, limits: Limits | None = None) -> str:
    return parse(data, limits or Limits()).text


def noise(size: int) -> bytes:
    # packs about twentyfold, so that no ratio is in the way of the size
    return b"".join(b"%d" % (i * 7919 % 1000) + b"-" * 50 for i in range(size // 50))


def test_an_entry_over_fifty_megabytes_is_stopped_while_it_unpacks(repacked: Repacked) -> None:
    data = repacked(a_document(), {"word/media/image1.xml": noise(60 * MB)})
    tracemalloc.start()

    with pytest.raises(DocumentError, match="unpacks to far more than it shows"):
        opened(data)

    assert tracemalloc.get_traced_memory()[1] < 58 * MB
    tracemalloc.stop()


def test_the_sum_of_all_entries_is_bounded(repacked: Repacked) -> None:
    data = repacked(a_document(), {f"word/media/{i}.png": noise(MB) for i in range(6)})

    assert opened(data, Limits(unpacked_bytes=8 * MB)).file
    with pytest.raises(DocumentError, match="unpacks to far more"):
        opened(data, Limits(unpacked_bytes=5 * MB))


def test_more_than_two_thousand_entries_are_refused_with_the_number_named(repacked: Repacked) -> None:
    data = repacked(a_document(), {f"x/{i}.txt": b"" for i in range(2_001)})

    with pytest.raises(DocumentError, match=r"consists of 2,\d\d\d parts; at most 2,000"):
        opened(data)


def test_an_entry_that_packs_more_than_two_hundredfold_is_refused(repacked: Repacked) -> None:
    data = repacked(a_document(), {"word/media/image.bmp": bytes(2 * MB)})

    with pytest.raises(DocumentError, match="unpacks to far more"):
        opened(data)


def with_declared_size(data: bytes, name: str, size: int) -> bytes:
    """The archive with another unpacked size written into its directory and into the head of the entry."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        at = archive.getinfo(name).header_offset
    changed = bytearray(data)
    struct.pack_into("<L", changed, at + 22, size)
    entry = data.rindex(name.encode()) - 46
    struct.pack_into("<L", changed, entry + 24, size)
    return bytes(changed)


def test_a_declared_size_that_is_too_small_is_not_believed(repacked: Repacked) -> None:
    data = with_declared_size(repacked(a_document(), {"z.xml": b"<a>" + bytes(MB)}), "z.xml", 10)

    with pytest.raises(DocumentError):
        opened(data)


def overlapping(data: bytes, copies: int) -> bytes:
    """The archive with more entries in its directory, which all stand for the packed bytes of the last one."""
    end = data.rindex(b"PK\x05\x06")
    count, size, start = struct.unpack_from("<HLL", data, end + 10)
    more = data[data.rindex(b"PK\x01\x02") : end] * copies
    tail = bytearray(data[end:])
    struct.pack_into("<HHLL", tail, 8, count + copies, count + copies, size + len(more), start)
    return data[:end] + more + bytes(tail)


def test_entries_that_overlap_are_counted_each(repacked: Repacked) -> None:
    data = overlapping(repacked(a_document(), {"z.png": noise(8 * MB)}), 100)

    with pytest.raises(DocumentError, match="unpacks to far more"):
        opened(data)


def test_an_archive_in_an_archive_is_not_opened(repacked: Repacked) -> None:
    inner = a_document("words of the inner document")

    office = opened(repacked(a_document(), {"word/embeddings/inner.docx": inner, "word/x.zip": inner}))

    assert office.parts["word/embeddings/inner.docx"] == office.parts["word/x.zip"] == b""
    assert b"inner document" not in office.file


def a_link(name: str) -> zipfile.ZipInfo:
    link = zipfile.ZipInfo(name)
    link.external_attr = 0o120777 << 16
    return link


def test_names_that_lead_outside_and_links_are_ignored(
    repacked: Repacked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    strange = ["../../x.xml", "/etc/x.xml", "a/../../x.xml", "..\\x.xml", "C:\\x.xml"]

    office = opened(repacked(a_document(), {**dict.fromkeys(strange, b"<x/>"), a_link("word/link.xml"): b"/etc/passwd"}))

    assert not [name for name in office.parts if "x.xml" in name or "link" in name]
    assert list(tmp_path.iterdir()) == []


def body(text: str, before: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}'
        f'<w:document xmlns:w="{W}"><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>'
    ).encode()


def bomb() -> str:
    levels = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 12))
    return f'<!DOCTYPE w:document [<!ENTITY e0 "lol">{levels}]>'


@pytest.mark.parametrize(
    "document",
    [
        body("&e;", '<!DOCTYPE w:document [<!ENTITY e SYSTEM "file:///etc/passwd">]>'),
        body("&e;", '<!DOCTYPE w:document SYSTEM "http://127.0.0.1:9/x.dtd">'),
        body("&e11;", bomb()),
        body("&e11;", bomb()).decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        body("&e11;", bomb()).decode().replace("UTF-8", "UTF-7").replace("<!", "+ADwAIQ-").encode(),
        body("&e11;", bomb()).decode().replace("UTF-8", "cp037").encode("cp037"),
    ],
    ids=["file", "dtd", "bomb", "utf-16", "utf-7", "ebcdic"],
)
def test_entities_are_refused_at_once_and_never_resolved(repacked: Repacked, document: bytes) -> None:
    data = repacked(a_document(), {BODY: document})
    start = time.process_time()
    tracemalloc.start()

    with pytest.raises(DocumentError, match="declarations that no Office program writes") as caught:
        text_of(data)

    assert "root:" not in str(caught.value)
    assert time.process_time() - start < 1
    assert tracemalloc.get_traced_memory()[1] < 100 * MB
    tracemalloc.stop()


@pytest.mark.parametrize("encoding", ["UTF-16", "UTF-8"])
def test_parts_in_either_encoding_of_the_standard_are_read(repacked: Repacked, encoding: str) -> None:
    document = body("Zoë leads.").decode().replace("UTF-8", encoding).encode(encoding)

    assert text_of(repacked(a_document(), {BODY: document})) == "Zoë leads."


RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@pytest.mark.parametrize(
    "relation",
    [
        f'<Relationship Id="x1" Type="{RELATIONS}/attachedTemplate" Target="http://127.0.0.1:9/t.dotm" TargetMode="External"/>',
        f'<Relationship Id="x1" Type="{RELATIONS}/oleObject" Target="file://127.0.0.1/x" TargetMode="External"/>',
        f'<Relationship Id="x1" Type="{RELATIONS}/image" Target="styles.xml" TargetMode="External"/>',
        f'<Relationship Id="x1" Type="{RELATIONS}/image" Target="NULL"/>',
        f'<Relationship Id="x1" Type="{RELATIONS}/image" Target="../../../etc/passwd"/>',
    ],
)
def test_what_a_document_refers_to_outside_or_in_vain_is_not_looked_for(repacked: Repacked, relation: str) -> None:
    def add(relations: bytes) -> bytes:
        return relations.replace(b"</Relationships>", relation.encode() + b"</Relationships>")

    data = repacked(a_document(), {"word/_rels/document.xml.rels": add})

    assert text_of(data) == "We are six."
    assert b"x1" not in opened(data).parts["word/_rels/document.xml.rels"]


def test_an_encrypted_entry_is_called_encrypted() -> None:
    data = bytearray(a_document())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for found in re.finditer(re.escape(signature), bytes(data)):
            data[found.start() + flags] |= 1

    with pytest.raises(DocumentError, match="is encrypted") as caught:
        opened(bytes(data))

    assert "password" in caught.value.hint


def test_macros_are_told_and_the_text_is_read(repacked: Repacked) -> None:
    def macro_enabled(types: bytes) -> bytes:
        plain = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
        return types.replace(plain, b"application/vnd.ms-word.document.macroEnabled.main+xml")

    parsed = parse(repacked(a_document(), {"[Content_Types].xml": macro_enabled, "word/vbaProject.bin": b"macro"}), Limits())

    assert parsed.text == "We are six."
    assert "This file holds macros; they were neither run nor read." in parsed.warnings


def test_embedded_objects_are_counted_and_not_read(repacked: Repacked) -> None:
    parsed = parse(repacked(a_document(), {"word/embeddings/oleObject1.bin": b"\xd0\xcf\x11\xe0 hidden words"}), Limits())

    assert parsed == type(parsed)("We are six.", 0, ("Left out: 1 embedded object.",))


def test_the_strict_form_is_refused_by_its_name(repacked: Repacked) -> None:
    data = repacked(a_document(), {"_rels/.rels": lambda relations: relations.replace(
        b"http://schemas.openxmlformats.org/officeDocument/2006", b"http://purl.oclc.org/ooxml/officeDocument")})  # fmt: skip

    with pytest.raises(DocumentError, match="strict form of Open XML"):
        opened(data)


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.99])
def test_a_file_that_is_cut_off_is_damaged(part: float) -> None:
    data = a_document()

    with pytest.raises(DocumentError, match="damaged"):
        opened(data[: int(len(data) * part)])


@pytest.mark.parametrize("changed", ["[Content_Types].xml", "_rels/.rels", BODY, "word/styles.xml"])
@pytest.mark.parametrize("content", [b"", b"<", b"<a/>", b"<a>" * 100_000])
def test_broken_parts_are_one_sentence_or_do_not_matter(repacked: Repacked, changed: str, content: bytes) -> None:
    try:
        text_of(repacked(a_document(), {changed: content}))
    except DocumentError as error:
        assert re.fullmatch(r"This Word document .+\.", str(error))  # noqa: PT017  # either is right


def test_every_flipped_byte_is_read_or_refused_in_a_sentence() -> None:
    data = a_document("We are six. " * 20)

    for at in range(0, len(data), max(1, len(data) // 150)):
        changed = bytearray(data)
        changed[at] ^= 0xFF
        try:
            text_of(bytes(changed))
        except DocumentError as error:
            assert str(error).endswith(".")  # noqa: PT017  # either is right
