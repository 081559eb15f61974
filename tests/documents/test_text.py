"""Plain text: encodings are recognised, and a guess is called one."""

import pytest

from app.documents.document import Limits
from app.documents.text import parse
from app.errors import DocumentError

WORDS = "Zoë owns the café’s roadmap – mostly."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_encodings_are_read_without_a_warning(encoding: str) -> None:
    parsed = parse(WORDS.encode(encoding), Limits())

    assert parsed.text == WORDS
    assert parsed.warnings == ()


def test_big_endian_utf_16_is_told_by_its_mark() -> None:
    assert parse(("\ufeff" + WORDS).encode("utf-16-be"), Limits()).text == WORDS


def test_other_bytes_are_read_as_windows_1252_with_a_warning() -> None:
    parsed = parse(WORDS.encode("cp1252"), Limits())

    assert parsed.text == WORDS
    assert "Windows-1252" in parsed.warnings[0]


def test_bytes_of_no_known_encoding_are_refused() -> None:
    with pytest.raises(DocumentError, match="encoding of this text cannot be told") as caught:
        parse(b"caf\x81 \x8d \x8f", Limits())

    assert "UTF-8" in caught.value.hint


@pytest.mark.parametrize("data", [b"\xff\xfea\x00b", b"\xff\xfe\x00\xd8a\x00", b"\xef\xbb\xbfcaf\xe9 au lait"])
def test_a_mark_that_the_rest_does_not_keep_to_is_refused(data: bytes) -> None:
    with pytest.raises(DocumentError, match="is not, or is cut off"):
        parse(data, Limits())


def test_one_damaged_byte_does_not_turn_the_accents_of_a_utf_8_text_into_rubbish() -> None:
    parsed = parse("naïve café".encode() + b"\xff" + " tout près".encode(), Limits())

    assert parsed.text == "naïve café\ufffd tout près"
    assert parsed.warnings == ("One damaged character of this text could not be read.",)


def test_a_text_that_is_cut_inside_its_last_character_loses_only_that() -> None:
    parsed = parse("we like café".encode()[:-1], Limits())

    assert parsed.text == "we like caf\ufffd"
    assert parsed.warnings
