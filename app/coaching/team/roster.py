"""Who is there: roles that are held in the team now, and which role a name stands for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.coaching.team.statements import Statement
from app.coaching.vocabulary import Vocabulary

SOMEONE, TEAM, NOBODY = "someone", "team", "nobody"
# What stands before a role and says that it is not there: negation, wish, plan, the past, other people's.
_OFF_BEFORE = re.compile(
    r"\b(?:no|not an?|not the|never had an?|without an?|isn't an?|is not an?|aren't|lacks? an?|lacking an?|need an?|needs an?|wants? an?|hire an?|hiring an?|"
    r"recruit\w* an?|looking for an?|searching for an?|get an?|getting an?|former|ex-?|previous|old|used to (?:have|be) an?|was an?|were an?|had an?|"
    r"would be an?|become an?|becoming an?|like an?|as if|future|next|new|vacan\w+|replac\w+|instead of an?|rather than an?|whether an?|if we had an?|"
    r"should (?:be|have) an?|(?:have|has|had|do|did|does)(?:n't| not) \w+ an?|(?:don't|doesn't|didn't) (?:see|have|know)(?: an?| own| any)?|was (?:our|the)|were (?:our|the)|been|"
    r"too (?:little|much|small|big) for an?|either(?: \(a\))?(?: an?)?|(?:would|could|should|might) (?:\w+ ){0,2}an?|one good|a (?:real|solid|proper|good|full-time)|say|ordinary|"
    r"another team'?s?|their|client'?s|customer'?s|vendor'?s|supplier'?s|title of|called an?|calls? (?:him|her|them)self an?)\W{0,3}(?:\w+ ){0,2}$",
    re.I,
)
_OFF_AFTER = re.compile(
    r"\W{0,3}(?:\w+ ){0,2}?(?:has |have |just |who |role |post |position |is |was )*(?:left|resigned|quit|gone|vacant|open|tbd|tba|n/a|none|nobody|unfilled|moved on|"
    r"(?:was|were) (?:cut|dropped)|position was|(?:un)?til|till|would|could have|should|for all\b|does it|'d have|retired|wanted|missing|leaves|leaving|on (?:parental|maternity|sick|long) leave|dissolved|not replaced|was let go|\?)",
    re.I,
)
_NONE_AFTER = re.compile(r"\s*[:=|–-]+\s*(?:none|no one|nobody|vacant|n/?a|tbd|-|–|\?|0)\b", re.I)
# Whole statements in which no role is there now.
_OFF_STATEMENT = re.compile(
    r"\?\s*$|\b(?:if (?:we|you|they|i) (?:had|got|hired)|should we|do we need|suppose|imagine|at my (?:last|old|previous)|in my (?:last|old|previous)|"
    r"(?:his|her|their|my|the) last (?:employer|job|place)|used to be|we once had|wish (?:we|i))\b",
    re.I,
)
_NAME = r"[A-ZÀ-ÖØ-ÞĀ-Ž][\w'’-]+(?: (?:[A-ZÀ-ÖØ-ÞĀ-Ž]\.?|al-|van|von|de|da|der|te|ten|el|bin|ibn|[A-ZÀ-ÖØ-ÞĀ-Ž][\w'’-]+))*"
_ME = re.compile(r"\b(?:i'm|i am|me|myself|my role|as your|as the)\W{1,3}(?:the |an? |your |our )?(?:\w+ ){0,2}$", re.I)
OTHERS: Mapping[str, str] = {
    "developer": r"(?:(?:front|back)[- ]?end |full[- ]?stack |software |web |mobile |senior |junior |firmware |embedded |data |platform |android |ios )*"
    r"(?:developers?|devs?|programmers?|coders?|engineers?|SREs?)(?! manager| lead)",
    "designer": r"(?:UX |UI |product |service |interaction |visual |graphic )*(?:designers?|UX(?:er)?s?)|designs\b|(?<=\()design(?=\))",
    "tester": r"testers?|QA(?: engineers?| lead| analysts?)?|quality engineers?|test engineers?|(?:who |and )tests\b|for testing",
    "data_scientist": r"data scientists?|(?:ML|machine learning) (?:engineers?|scientists?)|data analysts?|statisticians?",
    "user_researcher": r"(?:user |UX |design )?researchers?",
    "founder": r"(?:co-?)?founders?",
    "ceo": r"CEO|chief executive|managing director",
    "cto": r"CTO|chief technology officer|technical director",
    "head_of_product": r"heads? of product|VP (?:of )?product|CPO|chief product officer|product director|director of product|group product manager",
    "operations": r"ops (?:person|people|engineers?|folks|lead)|operations (?:person|people|lead|manager)|sysadmins?|devops(?: engineers?)?|system administrators?",
}


@dataclass(frozen=True)
class Held:
    """A role that is there, with the words that say so."""

    role: str
    start: int
    end: int


class Roster:
    """Reads roles and their holders from the statements of one description."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._others = {role: re.compile(rf"(?<![\w-])(?:{words})(?![\w-])", re.I) for role, words in OTHERS.items()}

    def mentions(self, text: str) -> list[Held]:
        """Every role that the text names, whether held or not, in order; of overlapping ones the longest."""
        found = [Held(m.role, m.start, m.end) for m in self._vocabulary.mentions(text)]
        for role, pattern in self._others.items():
            found += [Held(role, m.start(), m.end()) for m in pattern.finditer(text)]
        found.sort(key=lambda h: (h.start - h.end, h.start))
        kept: list[Held] = []
        for held in found:
            if all(held.end <= k.start or held.start >= k.end for k in kept):
                kept.append(held)
        return sorted(kept, key=lambda h: h.start)

    def present(self, statement: Statement) -> list[Held]:
        """The roles that the statement says are held in the team now."""
        text = statement.text
        if _OFF_STATEMENT.search(text):
            return []
        return [h for h in self.mentions(text) if self._is_held(text, h)]

    def by_name(self, statements: Sequence[Statement]) -> dict[str, str]:
        """First and last names of people with the role that stands beside them, as in "Lotte (product manager)"."""
        found: dict[str, str] = {}
        for statement in statements:
            for held in self.mentions(statement.text):
                for name in _names_beside(statement.text, held):
                    for part in name.split():
                        found.setdefault(part.strip(".,'’"), held.role)
        return found

    def holder(self, statement: Statement, by_name: Mapping[str, str]) -> str | None:
        """The role that the statement's owner has: a role it names, else that of a person it names, else none."""
        roles = [h.role for h in self.present(statement) if h.role not in ("developer", "tester")] or [
            h.role for h in self.present(statement)
        ]
        if roles:
            return roles[0]
        for name in re.findall(r"[A-ZÀ-ÖØ-ÞĀ-Ž][\w'’-]+", statement.text):
            role = by_name.get(re.sub(r"['’]s$", "", name))
            if role:
                return role
        if re.search(r"\b(?:she|he|they)\b", statement.text, re.I) and statement.before:
            return self.holder(Statement(statement.before, 0, 0), by_name)
        return None

    def _is_held(self, text: str, held: Held) -> bool:
        before, after = text[max(0, held.start - 45) : held.start], text[held.end : held.end + 45]
        return not (_OFF_BEFORE.search(before) or _OFF_AFTER.match(after) or _NONE_AFTER.match(after))


def _names_beside(text: str, held: Held) -> list[str]:
    names = []
    before, after = text[: held.start], text[held.end :]
    left = re.search(rf"({_NAME})\W{{1,4}}(?:is |was |as |our |the |an? |who is |who's |works as |acting |part-time |senior |lead |\W)*$", before)
    if left:
        names.append(left[1])
    right = re.match(rf"(?:\s?[(:,–|-]+\s?| is | named | called | )({_NAME})", after)
    if right and not _ME.search(before):
        names.append(right[1])
    return [n for n in names if n.lower() not in ("i", "we", "the", "our")]
