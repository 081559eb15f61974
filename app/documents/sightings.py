"""Where a text may name people: its capitalised words, and what stands around each as clues for or against a person."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.documents.names import NEVER, PARTICLES, TITLES

_LETTERS = r"(?:[^\W\d_][\u0300-\u036f]*)+"
# An apostrophe belongs to the word before a capital (O'Brien), not in a possessive (Anna's).
_WORD = re.compile(rf"{_LETTERS}(?:[-\u2010\u2011]{_LETTERS}|['’](?=[A-ZÀ-Þ]){_LETTERS})*")
INITIALS = re.compile(r"(?<![\w.])(?:[A-ZÀ-Þ]\.[ \u00a0]?){1,3}$")  # in front of a family name
_SIGHT = 120  # characters of the line on each side
_PART = re.compile(r"[-\u2010\u2011'’]")
_CAMEL = re.compile(r"(?!Mc|Mac|De|Di|Da|Du|La|Le|Van|Fitz)[^\W\d_]+?[a-zß-ÿ][A-ZÀ-Þ]")
# What may stand between two words of one name: particles, initials, or nothing.
_BETWEEN = re.compile(rf"[ \u00a0](?:(?i:{'|'.join(sorted(PARTICLES))}|[A-ZÀ-Þ]\.)[ \u00a0]){{0,3}}")
_TOGETHER = re.compile(
    r"(?:['’]s)?[*_]{0,2}(?:\s?\([^()\n]{0,60}\))?"
    r"(?:,\s+(?:and |or |then |plus )?|;\s+|\s+(?:and|or|und|y|et|AND|&|\+|/|w/|·)\s+|\s?[/+&]\s?)(?:the |me \+ )?[@*_]{0,2}"
)
_POST = (
    r"managers?|owners?|leads?|leaders?|designers?|developers?|devs?|engineers?|analysts?|testers?|director|c[efopt]os?|cio|(?:co-)?founders?"
    r"|scrum masters?|coach|architects?|pos?|pms?|pjm|tpm|interns?|assistant|officer|secretary|consultants?|contractors?"
    r"|advis[eo]r|physician|principal|editors?|writers?|researchers?|scientists?|admins?|vp|head of \w+|chief \w+|boss"
    r"|chair|sponsor|specialist|coordinator|accountant|technicians?|trainee|partner|president|professor|lawyer|nurse|teacher"
)
_AREA = (
    r"designs?|test(?:s|ing)?|qas?|ba|ux|ui|support|marketing|sales|finance|ops|sre|back[- ]?end|front[- ]?end|code|data"
    r"|product|delivery|programme?"
)
_ROLE = rf"(?:{_POST}|{_AREA})"
_SPEECH = (
    r"(?:say|think|ask|want|keep|run|own|lead|manage|take|handle|chase|ring|phone|call|talk|answer|agree|promise|reckon|refuse|like|look"
    r"|sit|work|help|cover|read|bring|come|go|sell|present|plan|set|speak|suggest|pick|get|make|hold|find|feel|laugh|know|decide|write"
    r"|prefer|need|join|leave|start|retire|step|move|notice|fear)"
)
_PAST = (
    r"(?:said|thought|asked|wanted|kept|ran|owned|led|managed|took|handled|chased|rang|phoned|called|talked|answered|agreed|promised|refused"
    r"|looked|sat|worked|helped|covered|brought|came|went|sold|presented|planned|spoke|suggested|picked|got|made|held|found|felt|knew"
    r"|decided|wrote|needed|joined|left|started|retired|stepped|moved|noticed|reckoned|told|tried|stayed|quit|fixed|founded|wasn['’]t)"
)


class Word(NamedTuple):
    """A capitalised word and where it stands."""

    text: str
    start: int
    end: int

    @property
    def key(self) -> str:
        """The word as it is compared."""
        return folded(self.text)


@dataclass(frozen=True)
class Clue:
    """Something that stands around a name: both expressions must hold where both are given.

    `before` is searched in the line up to the name and should end with `$`; `after` is matched behind the name.
    """

    id: str
    weight: float
    before: re.Pattern[str] | None = None
    after: re.Pattern[str] | None = None


def _clue(id_: str, weight: float, before: str = "", after: str = "") -> Clue:
    return Clue(
        id_, weight, re.compile(before, re.IGNORECASE) if before else None, re.compile(after, re.IGNORECASE) if after else None
    )


# Weights are log-odds, fitted on the dev vignettes and rounded. A clue for a person counts if any occurrence of the word
# gives it, a clue against one by the share of occurrences that do.
CLUES = (
    _clue(
        "role after",
        1.75,
        after=rf"(?:['’]s)?[*_]{{0,2}}\s*(?:\((?:[^()\n]{{0,40}}[^\w\n])??{_ROLE}\b"
        rf"|(?:[-–—:=|,.→]+|\b(?:is|was|as)\b)[\s.]*(?:[\w'’%/-]+[ ]){{0,4}}?{_ROLE}\b)",
    ),
    _clue("role before", 0.75, rf"\b{_ROLE}(?: \w{{1,12}})?\s{{0,2}}(?:[:=(|,–—-]|→|\bis\b|\bare\b|\bwas\b)?[\s*_]{{0,3}}$"),
    _clue("role named", 1.0, rf"\b(?:{_POST})(?: \w{{1,12}})?\s?[:=]\s?$"),
    _clue("title", 2.5, rf"\b(?:{'|'.join(sorted(TITLES))})\.?[ \u00a0]$"),
    _clue(
        "mail line",
        1.5,
        r"^[>*_#\s|-]*(?:from|to|cc|bcc|attendees|present|attending|author|owner|contact|signed)\s?[:–-][^.!?\n]{0,80}$",
    ),
    _clue(
        "by",
        0.5,
        r"\b(?:edited|prepared|requested|reported|written|maintained|facilitated|approved|reviewed|signed|drafted|led) by\s+$",
    ),
    _clue(
        "greeting",
        1.0,
        r"^[>*\s]*(?:hi|hey|hello|dear|ciao|hola|hei|hallo|thanks|thank you|cheers|welcome|morning)[ ,]+$",
        r"\s*[,!.–—-]|\s*$",
    ),
    _clue("alone", 1.0, r"^[\s>*_~/(–—-]*$", r"[\s*_)!.–—-]*$|,\s*$|[,(/] .{0,60}$"),
    _clue("speaker", 2.0, r"^[\s>*_-]*$", r"[*_]{0,2}\s{1,3}[\[(]?\d{1,2}[:.h]\d\d\b"),
    _clue("in brackets", 1.0, r"^\s*\[$", r"\]"),
    _clue("handle", 3.0, r"(?:^|[^\w.])@$"),
    _clue(
        "acts",
        1.75,
        after=r"(?:\s+|\s?[–—(,]\s?)(?:(?:also|then|already|only|never|always|just|now|even|still|really|once|kindly) )?"
        rf"(?:{_SPEECH}(?:s|es)|tries|carries|has|does|{_PAST})\b",
    ),
    _clue(
        "is",
        0.75,
        after=r"\s+(?:is|was|will|would|could|can|had|should|might|won['’]t|isn['’]t|doesn['’]t|did|and I|knows|used to)\b",
    ),
    _clue(
        "addressed",
        0.5,
        r"\b(?:ask(?:s|ed|ing)?|tells?|told|thank|ping(?:ed)?|call(?:s|ed)?|blam\w+|with|between|by|whom|unless|cc['’]d|me|not|even"
        r"|incl\.?)\s+$",
    ),
    _clue("possessive", 0.5, after=r"['’]s\b"),
    _clue("pronoun", 0.5, after=r"[^\n]{0,70}?\b(?:he|she|his|her|him|herself|himself)\b"),
    _clue(
        "apposition",
        0.5,
        after=r",\s+(?:our|who|whose|whom|my|the|a|an)\b|\s+\((?:our|the|a|my|from|in|until|since|back|left|ex)\b",
    ),
    _clue(
        "cell",
        0.75,
        r"^[\s>]*(?:[-*•·+~–—|(]+|\d{1,2}[.):]?|[a-z][.)])[\s*_|]*$|\|\s*$|^$",
        r"[*_\]]{0,2}\s*(?:[-–—:|(=]|\.{3,}|$|,\s)",
    ),
    _clue("in a place", -1.5, r"\b(?:in|near|outside|around|across|visiting)\s+$"),
    _clue("determiner", -2.0, r"\b(?:the|a|an|this|that|these|those|our|your|their|its|each|every|no|any)\s+$"),
    _clue(
        "thing after",
        -1.0,
        after=r"\s+(?:team|squad|group|office|app|board|project|product|ltd|gmbh|inc|people|account|bid|ticket|platform|service|system"
        r"|suite|portal|university|street|site|region|department|museum|bank|backlog|sprint|release|api|campus|week|contract|market"
        r"|thread|channel|folks|stand-?up|crew|export|course|government|page|lead|manager|owner|side|unit|agency|line|module|launch"
        r"|version|plan|roadmap)s?\b",
    ),
    _clue(
        "thing before",
        -0.75,
        r"\b(?:teams?|project|product|codename|room|app|tool|client|company|city|platform|module|called|firm|vendor|supplier|using|on|at"
        r"|into|via|than)[\s:\"“*]+$",
    ),
    _clue("counted", -1.5, after=r"\s\d+(?![\d:.]*[:.]\d)|,\s\d+\)"),
    _clue(
        "date",
        -1.75,
        r"\b(?:\d{1,2}(?:st|nd|rd|th)?|in|since|till?|until|by|of|from|to|before|after|last|next|this|mid|early|late|for|on|every)[\s-]$",
        r"\s\d{1,4}\b|[^\w(]|$",
    ),
    _clue(
        "starts",
        -0.5,
        r"(?:[.!?:…]['\"”’)\]*_]*\s+|^[\s>]*(?:[-*•·+~–—|#]+|\d{1,2}[.):]?|[a-z][.)])?)['\"“‘(\[*_\s]*$",
    ),
)
WEIGHTS = {clue.id: clue.weight for clue in CLUES}


def folded(word: str) -> str:
    """A word as it is compared: composed accents, no case, one kind of apostrophe."""
    return unicodedata.normalize("NFC", word).replace("’", "'").casefold()


def unaccented(word: str) -> str:
    """A word without its accents: people leave them out when they type."""
    return "".join(letter for letter in unicodedata.normalize("NFD", word) if not unicodedata.combining(letter))


def words(text: str) -> list[Word]:
    """The words of a text that can be part of a name, in order."""
    return [Word(m[0], m.start(), m.end()) for m in _WORD.finditer(text) if _can_be_name(m[0])]


def _can_be_name(word: str) -> bool:
    parts = [part for part in _PART.split(word) if part]
    capital = parts[0][0].isupper() or (parts[0] in PARTICLES and len(parts) > 1 and parts[1][0].isupper())
    if not capital or folded(word) in NEVER or any(_CAMEL.match(part) for part in parts):
        return False
    return not any(len(part) > 1 and part.removesuffix("s").isupper() for part in parts) and len(parts[0]) + len(parts) > 2


def runs(found: Sequence[Word], text: str) -> list[list[Word]]:
    """The words in groups that stand beside each other, as first and family name do."""
    groups: list[list[Word]] = []
    for word in found:
        if groups and _BETWEEN.fullmatch(text, groups[-1][-1].end, word.start):
            groups[-1].append(word)
        else:
            groups.append([word])
    return groups


def clues(start: int, end: int, text: str) -> set[str]:
    """The ids of what stands around the words from `start` to `end`."""
    before = text[max(0, start - _SIGHT) : start].rpartition("\n")
    after = text[end : end + _SIGHT].partition("\n")
    # A letter where a long line is cut, so that the cut is not taken for the start or the end of the line.
    left = before[2] if before[1] or start <= _SIGHT else f"x{before[2]}"
    right = after[0] if after[1] or end + _SIGHT >= len(text) else f"{after[0]}x"
    left = left.removesuffix(initials[0]) if (initials := INITIALS.search(left)) else left
    return {
        clue.id
        for clue in CLUES
        if (clue.before is None or clue.before.search(left)) and (clue.after is None or clue.after.match(right))
    }


def lists(groups: Sequence[Sequence[Word]], text: str) -> list[list[int]]:
    """Indexes of runs that are named in one breath, as in "Anna, Li and Tom"."""
    together: list[list[int]] = []
    for i, run in enumerate(groups):
        if i and _TOGETHER.fullmatch(text, groups[i - 1][-1].end, run[0].start):
            together[-1].append(i)
        else:
            together.append([i])
    return [each for each in together if len(each) > 1]
