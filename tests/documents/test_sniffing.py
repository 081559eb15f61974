"""Sniffing: the bytes say what a file is."""

import os
import time
import zipfile
from io import BytesIO

import pytest

from app.documents.sniffing import CSV, HTML, PDF, TEXT, sniff


def a_zip(*names: str) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "content")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "PNG picture"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "JPEG picture"),
        (b"MZ\x90\x00\x03\x00\x00\x00PE\x00\x00", "Windows program"),
        (b"\x7fELF\x02\x01\x01\x00", "program"),
        (a_zip("notes.txt"), "ZIP archive"),
        (a_zip("[Content_Types].xml", "word/document.xml"), "DOCX"),
        (a_zip("[Content_Types].xml", "word\\document.xml"), "DOCX"),
        (a_zip("[Content_Types].xml", "ppt/slides/slide1.xml"), "PPTX"),
        (a_zip("[Content_Types].xml", "xl/workbook.xml"), "XLSX"),
        (a_zip("[Content_Types].xml", "xl/workbook.bin"), "XLSB"),
        (a_zip("word/document.xml"), "ZIP archive"),
        (a_zip("[Content_Types].xml", "notes/word/document.xml"), "ZIP archive"),
        (a_zip("notes.txt") + b"[Content_Types].xml word/document.xml", "ZIP archive"),
        (b"PK\x03\x04[Content_Types].xml word/document.xml", "damaged or cut off"),
        (a_zip("[Content_Types].xml", "word/document.xml")[:-30], "damaged or cut off"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100, "old format"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        (b"\x1f\x8b\x08\x00rest", "gzip"),
        (b"{\\rtf1 text}", "RTF"),
        (b"  <!DOCTYPE html><p>hello", "HTML"),
        (b"<HTML><body>hello", "HTML"),
        (b'<?xml version="1.0"?><a/>', "XML"),
        ("plain words".encode("utf-16-le"), "UTF-16 text without"),
        ("plain words".encode("utf-16-be"), "UTF-16 text without"),
        (bytes(range(256)) * 4, "binary"),
        (os.urandom(5000), "binary"),
    ],
)
def test_other_kinds_of_file_are_called_by_their_name(data: bytes, words: str) -> None:
    kind = sniff(data)

    assert words in kind.words
    assert kind.id not in ("text", "pdf")


@pytest.mark.parametrize(
    "data",
    [
        b"We are a team of six.",
        b"MZ is how our room is called",
        b"PK and BM are initials",
        b"We like WEBP images and ftyp boxes",
        b"# Heading\n\n<br> and <b>bold</b> in Markdown",
        b"Our exports start with %PDF-1.7, which suppliers read",
        "naïve café – 東京".encode(),
        "naïve café".encode("cp1252"),
        "\ufeffwords".encode(),
        "words".encode("utf-16"),
        b"\x1b[31mred\x1b[0m",
        b"one\ttwo\r\nthree\x0cpage two",
        b"a long line " * 100 + b"\x00",
    ],
)
def test_text_is_text_even_when_it_looks_a_little_like_something_else(data: bytes) -> None:
    assert sniff(data) == TEXT


@pytest.mark.parametrize("before", [b"", b"\n\n", b"\xef\xbb\xbfjunk of a mail program\r\n"])
def test_a_pdf_may_start_a_little_late(before: bytes) -> None:
    assert sniff(before + b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n") == PDF


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"<?xml version='1.0'?>\n<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0'><html>", ""),
        (b"<!-- saved from a wiki --> <html><body>", ""),
        ("\ufeff<html>".encode(), ""),
        ("<!doctype html>".encode("utf-16"), ""),
        (b"<div><p>Part of a page</p></div>", "team.HTML"),
        (b"Words first, <p>then markup", "team.htm"),
    ],
)
def test_pages_are_recognised_with_what_may_stand_before_them(data: bytes, name: str) -> None:
    assert sniff(data, name) == HTML


@pytest.mark.parametrize(
    ("data", "name"),
    [(b"<div>Part of a page</div>", "team.md"), (b"No markup at all", "team.html"), (b"<htmlish> is a word", "")],
)
def test_a_name_alone_makes_no_page(data: bytes, name: str) -> None:
    assert sniff(data, name) == TEXT


def test_a_table_as_text_is_recognised_by_its_shape_and_in_doubt_by_its_name() -> None:
    assert sniff(b"Name,Role,FTE\nAnna,Owner,1\nBen,Dev,1\n") == CSV
    assert sniff("Name;Role\nAnna;Owner\nBen;Dev\n".encode("utf-16"), "team.txt") == CSV
    assert sniff(b"Name,Role\nAnna,Owner\n") == TEXT
    assert sniff(b"Name,Role\nAnna,Owner\n", "team.csv") == CSV


@pytest.mark.parametrize("data", [b"<!--" * 500_000, b"<!---" * 400_000, b" " * 2_000_000, b"<?xml" * 400_000])
def test_looking_for_markup_takes_little_time_whatever_the_text(data: bytes) -> None:
    start = time.process_time()

    sniff(data, "a.html")

    assert time.process_time() - start < 1


def test_an_archive_with_a_pdf_in_it_is_an_archive() -> None:
    assert sniff(a_zip("a.pdf") + b"%PDF-1.4 endobj").words == "a ZIP archive"
