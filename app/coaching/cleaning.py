"""Text from outside without what a reader cannot see: the same cleaning for uploads, chat input and titles."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MOST_MARKS = 8  # combining marks kept on one letter; the fullest real writing (Vietnamese, Hebrew, Thai) needs four

# Terminal sequences. Every repetition is possessive or ends at the next ESC, so that no text is scanned twice.
_TERMINAL = re.compile(
    r"""
      (?:\x1b\[|\x9b) [0-?]*+ [ -/]*+ [@-~]                                # CSI: colours, cursor
    | (?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f]) [^\x07\x1b\x9c\n]{0,4096}+ (?:\x07|\x1b\\|\x9c)  # OSC and other strings
    | \x1b [!-/]++ [0-~]                                                    # character sets
    | \x1b [78=>cDEHMNOZ]
    """,
    re.VERBOSE,
)
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
# Controls (but not tab and newline), format characters (but not the visible Arabic, Syriac and Kaithi ones), variation
# selectors, fillers that show as nothing, halves of surrogate pairs, the whole plane of tags, code points that never
# are characters.
_UNSEEN = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    + "".join(f"{chr(plane * 0x10000 + 0xFFFE)}-{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(1, 17))
    + "]+"
)
# Only a run of such characters can hold more marks than are allowed; there are no marks below U+0300.
_MAYBE_MARKS = re.compile(f"[\u0300-\U0010ffff]{{{MOST_MARKS + 1},}}")


@dataclass(frozen=True)
class CleanText:
    """The cleaned text, and how many characters were taken out of it."""

    text: str
    removed: int


def clean_text(text: str) -> CleanText:
    """The text in NFC, lines ending in a newline, without invisible, control and terminal characters.

    At most `MOST_MARKS` combining marks stay on one letter. Takes time in proportion to the length, whatever the text;
    cleaning twice changes nothing. Visible characters stay as they are, look-alikes and spaces included.
    """
    lines = _LINE_ENDS.sub("\n", text)
    seen = _UNSEEN.sub("", _TERMINAL.sub("", lines))
    # before NFC, which sorts the marks of one letter in quadratic time
    kept = seen if seen.isascii() else _MAYBE_MARKS.sub(_fewer_marks, seen)
    return CleanText(unicodedata.normalize("NFC", kept), len(lines) - len(kept))


def one_line(text: str, longest: int) -> str:
    """The cleaned text on one line, cut at a word where it is longer than `longest`, and then ending in an ellipsis."""
    line = " ".join(clean_text(text).text.split())
    if len(line) <= longest:
        return line
    cut = line[: longest - 1]
    if line[longest - 1] != " " and " " in cut:
        cut = cut.rsplit(" ", 1)[0]
    return cut.rstrip() + "…"


def _fewer_marks(run: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for character in run[0]:
        marks = marks + 1 if unicodedata.category(character)[0] == "M" else 0
        if marks <= MOST_MARKS:
            kept.append(character)
    return "".join(kept)
