"""PDF: words come out whole, and everything that can be wrong with a file is one sentence."""

import io
import re
import time
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import pypdf
import pytest

from app.documents.document import Limits
from app.documents.pdf import parse, tidy
from app.errors import DocumentError

APdf = Callable[..., Any]  # Any: `HandMadePdf` lives in conftest.py, which cannot be imported


def text_of(data: bytes, limits: Limits | None = None) -> str:
    return parse(data, limits or Limits()).text


def test_pages_come_in_order_with_a_blank_line_between(a_pdf: APdf) -> None:
    parsed = parse(a_pdf(["We are six (6)\nand ship daily.", "No suppliers."]).bytes, Limits())

    assert parsed.text == "We are six (6)\nand ship daily.\n\nNo suppliers."
    assert parsed.pages == 2
    assert parsed.warnings == ()


def test_ligatures_of_a_font_are_spelt_out(a_pdf: APdf) -> None:
    # 0xAE and 0xAF are the ligatures fi and fl in Adobe's standard encoding
    data = a_pdf(["The of\xaece \xafow"], b"StandardEncoding").bytes

    assert text_of(data) == "The office flow"


def test_words_that_a_line_end_broke_are_whole_again(a_pdf: APdf) -> None:
    data = a_pdf(["She coordi-\nnates three\nsup\xad\npliers for a self-\nsufficient team."]).bytes

    assert text_of(data) == "She coordinates three\nsuppliers for a self-sufficient team."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ﬁrst eﬀort, aﬃrmed, ﬂuﬄ", "first effort, affirmed, fluffl"),
        ("time-boxed work, time-\nboxed again", "time-boxed work, time-boxed again"),
        ("road-boxed plans stay road-\nboxed", "road-boxed plans stay road-boxed"),
        ("Product-\nOwner", "Product-Owner"),
        ("pages 5-\n7", "pages 5-\n7"),
        ("a list\n- one\n- two", "a list\n- one\n- two"),
        ("dash -\nnot a hyphen", "dash -\nnot a hyphen"),
        ("\uf0b7 bullet", "• bullet"),
        ("x² and ½ and ™ stay", "x² and ½ and ™ stay"),
    ],
)
def test_what_print_did_to_words_is_undone_and_nothing_else(text: str, expected: str) -> None:
    assert tidy(text) == expected


@pytest.mark.parametrize("text", ["a" * 400_000, "a-" * 200_000, "a-\n" * 200_000, "-\n" * 200_000, "\u00ad\n" * 200_000])
def test_tidying_takes_time_in_proportion(text: str) -> None:
    start = time.process_time()

    tidy(text)

    assert time.process_time() - start < 5


def test_two_columns_and_turned_text_are_read_as_they_were_drawn(a_pdf: APdf) -> None:
    pdf = a_pdf(["x"])
    pdf.content(
        0,
        b"BT /F1 12 Tf 14 TL 1 0 0 1 72 720 Tm (Left one) Tj T* (left two) Tj ET "
        b"BT /F1 12 Tf 14 TL 1 0 0 1 320 720 Tm (Right one) Tj T* (right two) Tj ET "
        b"BT /F1 12 Tf 0 1 -1 0 40 300 Tm (Turned) Tj ET",
    )

    lines = re.split(r"\s*\n\s*", text_of(pdf.bytes))

    assert lines == ["Left one", "left two", "Right one", "right two", "Turned"]


def test_a_scan_is_told_from_a_text_and_ocr_is_said_not_to_be_done(a_pdf: APdf) -> None:
    pdf = a_pdf(["x", "y"])
    pdf.content(0, b"q 612 0 0 792 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x80 EI Q")
    pdf.content(1, b"")

    with pytest.raises(DocumentError, match=r"no text layer.*OCR\) is not done"):
        parse(pdf.bytes, Limits())


def test_pages_without_text_are_named(a_pdf: APdf) -> None:
    pdf = a_pdf(["x", "Some words", "y", "z"])
    for page in (0, 2, 3):
        pdf.content(page, b"0 0 10 10 re f")

    parsed = parse(pdf.bytes, Limits())

    assert "Some words" in parsed.text
    assert parsed.warnings == ("Pages 1, 3 and 4 hold no text; words in pictures and scans are not read.",)


def encrypted(data: bytes, password: str, algorithm: str = "RC4-128") -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    writer.encrypt(password, owner_password="owner", algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_pdf_with_a_password_is_refused(a_pdf: APdf) -> None:
    data = encrypted(a_pdf(["secret words"]).bytes, "letmein")

    with pytest.raises(DocumentError, match="encrypted") as caught:
        parse(data, Limits())

    assert "password" in caught.value.hint


def test_a_pdf_that_is_only_protected_against_printing_is_read(a_pdf: APdf) -> None:
    assert text_of(encrypted(a_pdf(["open words"]).bytes, "")) == "open words"


def test_an_encryption_that_cannot_be_undone_here_is_refused_in_the_same_words(a_pdf: APdf) -> None:
    pdf = a_pdf(["secret words"])
    pdf.trailer = b"/Encrypt<</Filter/Standard/V 5/R 6/Length 256/O(a)/U(b)/OE(c)/UE(d)/Perms(e)/P -1>>"

    with pytest.raises(DocumentError, match="encrypted"):
        parse(pdf.bytes, Limits())


@pytest.mark.parametrize("part", [0.1, 0.4, 0.7, 0.9, 0.99])
def test_a_pdf_that_is_cut_off_says_so(a_pdf: APdf, part: float) -> None:
    data = a_pdf(["Words " * 50] * 5).bytes

    with pytest.raises(DocumentError, match="cut off before its end"):
        parse(data[: int(len(data) * part)], Limits())


def test_a_list_of_pages_that_contains_itself_is_refused(a_pdf: APdf) -> None:
    pdf = a_pdf(["words"])
    pdf.objects[2] = b"<</Type/Pages/Kids[2 0 R 4 0 R]/Count 2>>"

    with pytest.raises(DocumentError, match="contains itself"):
        parse(pdf.bytes, Limits())


def test_pages_that_are_each_others_parents_are_refused(a_pdf: APdf) -> None:
    pdf = a_pdf(["words"])
    pdf.objects[4] = b"<</Type/Page/Parent 4 0 R/MediaBox[0 0 612 792]/Contents 5 0 R>>"

    with pytest.raises(DocumentError, match="without end"):
        parse(pdf.bytes, Limits())


def test_a_form_that_draws_itself_ends(a_pdf: APdf) -> None:
    pdf = a_pdf(["words"])
    pdf.objects[6] = (
        b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F 6 0 R>>>>/Length 4>>\nstream\n/F Do\nendstream"
    )
    pdf.objects[4] = pdf.objects[4].replace(b"/Resources<<", b"/Resources<</XObject<</F 6 0 R>>")
    pdf.content(0, b"BT /F1 12 Tf 72 720 Td (words) Tj ET /F Do")

    assert text_of(pdf.bytes).strip() == "words"


def test_a_stream_that_unpacks_a_thousandfold_is_stopped(a_pdf: APdf) -> None:
    pdf = a_pdf(["words"])
    pdf.content(0, zlib.compress(b"\0" * 100_000_000, 9), b"/Filter/FlateDecode")

    with pytest.raises(DocumentError, match="unpacks to far more than it shows"):
        parse(pdf.bytes, Limits())


def test_a_length_that_is_far_too_large_is_mended(a_pdf: APdf) -> None:
    pdf = a_pdf(["words"])
    pdf.objects[5] = re.sub(rb"/Length \d+", b"/Length 70000000", pdf.objects[5])

    assert text_of(pdf.bytes) == "words"


def test_a_missing_table_of_objects_is_mended(a_pdf: APdf) -> None:
    data = a_pdf(["words"]).bytes

    assert text_of(data.replace(data[data.index(b"xref\n0") : data.index(b"trailer")], b"")) == "words"


def test_a_page_that_is_missing_is_told(a_pdf: APdf) -> None:
    pdf = a_pdf(["words"])
    pdf.objects[2] = b"<</Type/Pages/Kids[4 0 R 99 0 R]/Count 2>>"

    assert parse(pdf.bytes, Limits()).warnings == ("This PDF is damaged: only 1 of its 2 pages could be read.",)


def test_one_broken_page_leaves_the_others_readable(a_pdf: APdf) -> None:
    pdf = a_pdf(["good words", "bad"])
    pdf.content(1, b"this is not compressed at all", b"/Filter/FlateDecode")

    parsed = parse(pdf.bytes, Limits())

    assert "good words" in parsed.text
    assert "Page 2 holds" in parsed.warnings[0]


def test_too_many_pages_are_refused_with_the_cap_named(a_pdf: APdf) -> None:
    pdf = a_pdf(["words"])
    pdf.objects[2] = b"<</Type/Pages/Kids[%s]/Count 301>>" % (b"4 0 R " * 301)

    with pytest.raises(DocumentError, match="has 301 pages; at most 300"):
        parse(pdf.bytes, Limits())


def test_too_much_text_is_refused_before_all_of_it_is_held(a_pdf: APdf) -> None:
    data = a_pdf(["words " * 100] * 3).bytes

    with pytest.raises(DocumentError, match="more than 200 characters"):
        parse(data, Limits(characters=200))


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7\n%%EOF\n",
        b"%PDF-1.7\ntrailer\n<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n",
        b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 7>>\nendobj\ntrailer\n<</Root 1 0 R/Size 2>>\nstartxref\n9\n%%EOF\n",
        b"%PDF-1.7\n" + b"[" * 50_000 + b"\nstartxref\n9\n%%EOF\n",
        b"%PDF-1.7\n" + b"<<" * 50_000 + b"\nstartxref\n9\n%%EOF\n",
        b"%PDF-1.7\nstartxref\n99999999999\n%%EOF\n",
        b"%PDF-1.7\nxref\n0 99999999\ntrailer\n<</Root 1 0 R/Prev 9>>\nstartxref\n9\n%%EOF\n",
    ],
)
def test_rubbish_between_header_and_end_is_one_sentence(data: bytes) -> None:
    with pytest.raises(DocumentError) as caught:
        parse(data, Limits())

    assert re.fullmatch(r"This PDF .+\.", str(caught.value))


def test_scripts_actions_and_embedded_files_are_neither_run_nor_read(a_pdf: APdf) -> None:
    pdf = a_pdf(["words"])
    pdf.objects[1] = (
        b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>"
        b"/AA<</WC<</S/Launch/F(/bin/sh)>>>>/Names<</EmbeddedFiles<</Names[(a) 7 0 R]>>>>>>"
    )
    pdf.objects[7] = b"<</Type/Filespec/F(http://127.0.0.1:9/x)/FS/URL>>"

    assert text_of(pdf.bytes) == "words"


def pypdf_errors() -> Sequence[type[Exception]]:
    found = vars(pypdf.errors).values()
    return [e for e in found if isinstance(e, type) and issubclass(e, Exception) and not issubclass(e, Warning)]


@pytest.mark.parametrize("error", [*pypdf_errors(), KeyError, TypeError, RecursionError], ids=lambda e: e.__name__)
@pytest.mark.parametrize("where", ["opening", "listing", "reading"])
def test_every_error_of_the_library_becomes_a_sentence(
    a_pdf: APdf, monkeypatch: pytest.MonkeyPatch, error: type[Exception], where: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error("what the library says")

    owner, name = {
        "opening": (pypdf.PdfReader, "read"),
        "listing": (pypdf.PdfReader, "_flatten"),
        "reading": (pypdf.PageObject, "extract_text"),
    }[where]
    monkeypatch.setattr(owner, name, fail)

    with pytest.raises(DocumentError) as caught:
        parse(a_pdf(["words"]).bytes, Limits())

    assert "what the library says" not in str(caught.value)
    assert caught.value.hint
