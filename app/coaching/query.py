"""From what was typed to what is looked up: identity statements removed, "PM" resolved, follow-ups completed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.coaching.model import Kind, Turn
from app.coaching.vocabulary import Vocabulary

_WHO = (
    r"woman|man|girl|guy|lady|gentleman|mother|father|mum|mom|dad|parent|single parent|widow(?:er)?|carer|caregiver|grandmother|"
    r"grandfather|female|male|non-?binary(?: person)?|trans(?:gender)?(?: \w+)?|lesbian|gay|bisexual|queer|straight(?! (?:out|from|after|away|into|to|on))|heterosexual|"
    r"muslim|christian|jewish|jew|hindu|sikh|buddhist|catholic|atheist|black|white|asian|latino|latina|hispanic|arab|african|"
    r"european|american|indian|pakistani|nigerian|polish|turkish|german|french|chinese|british|immigrant|refugee|foreigner|migrant|"
    r"disabled(?: person)?|deaf|blind|autistic|dyslexic|neurodivergent|adhd|diabetic|wheelchair user|pensioner|millennial|boomer|"
    r"gen z|young(?: person)?|old(?: person)?|elderly|middle-aged|married|divorced|widowed|childless|pregnant|native speaker|"
    r"non-native speaker|\d{2}(?:[- ]years?[- ]old)?"
)
_ADJECTIVES = r"(?:(?:very|quite|fairly|newly|recently|slightly|proud|working|single|young|old|older|elderly|" + _WHO + r")[\s,-]+(?:and )?){0,4}"
_AFTER = r"(?:\s+(?:in my \w+|of (?:\d+|two|three|four|five)|with (?:\w+ )?(?:kids?|children|disabilit\w+)|from [A-Z]\w+|for my \w+))*(?:\s+(?:and|who|so|but)\b)?[,;.:]?"
IDENTITY = [
    re.compile(
        r"\b(?:i\s?am|i'm|i’m|im|as|being|speaking as)\s+an?\s+(?:[\w-]+\s+){0,3}(?:woman|man|girl|guy|mother|father|mum|mom|dad|lady|"
        rf"gentleman|grandmother|grandfather|parent|carer|caregiver)\b(?!['’]s){_AFTER}",
        re.I,
    ),
    re.compile(r"\b(?:I am|I'm|I’m|i am|i'm) (?!Rolewise\b)[A-Z][a-zà-ÿ]{1,14}(?:\s[A-Z][a-zà-ÿ]+)?(?=\s*,)[,]?"),
    re.compile(r"\b(?i:i am|i'm|i’m) (?i:in my) (?:(?i:early|late|mid)[ -]?)?(?i:twenties|thirties|forties|fifties|sixties|seventies)\b[,;.]?(?:\s+and\b)?"),
    re.compile(r"\b(?i:i come|i'm|i am|originally)\s+(?:originally )?from\s+[A-Z]\w+(?:\s[A-Z]\w+)?[,;.]?(?:\s+and\b)?"),
    re.compile(
        rf"(?:\b(?:hi|hello|hey)[, ]+)?\b(?:i\s?am|i'm|i’m|im|as|being|speaking as)\s+(?:an?\s+|the\s+)?{_ADJECTIVES}(?:{_WHO})\b"
        r"(?:\s+(?:of|from|in|with|aged?)\s+(?:\w+(?:[\s-](?:year|years|old|children|kids|descent|origin|background))*|my \w+))?"
        r"(?:\s+(?:and|who|so|but)\b)?[,;.:]?",
        re.I,
    ),
    re.compile(r"\b(?:my name is|i am called|i'm called|call me)\s+[A-Z][\w'’-]+(?:\s[A-Z][\w'’-]+)?[,;.]?(?:\s+and\b)?", re.I),
    re.compile(r"\b(?:aged?|at the age of|at)\s+\d{2}\b(?!\s*(?:%|percent|people|engineers|developers|employees|teams))[,;.]?", re.I),
    re.compile(r"\b\d{2}[- ]years?[- ]old(?:\s+(?:woman|man|female|male|person|mother|father))?\b[,;.]?", re.I),
    re.compile(r"\bin my (?:early |late |mid[- ]?)?(?:twenties|thirties|forties|fifties|sixties|\d0s)\b[,;.]?", re.I),
    re.compile(
        r"\bi (?:have|use|live with|suffer from|got)\s+(?:an?\s+|my\s+)?(?:\w+\s)?(?:wheelchair|disability|adhd|autism|dyslexia|diabetes|"
        r"depression|epilepsy|hearing aids?|(?:\w+ )?(?:kids?|children|daughters?|sons?|baby)|accent)\b(?:\s+and\b)?[,;.]?",
        re.I,
    ),
]  # fmt: skip

ANAPHORA = re.compile(
    r"\b(?:it|that|this|they|them|those|these|one|ones|he|she|him|her|his|their|its|both|either|neither|the (?:two|other|first|second|latter|former|same|role))\b",
    re.I,
)
# "a PM (project, not product)", "PM as in product"
EXPLAINED_PM = re.compile(r"\bPMs?\b\s*(?:\(|,?\s*as in |, i\.?e\.?,? |, meaning |, I mean )\s*(?:a |the )?(product|project|programme?)\b", re.I)
OPENER = re.compile(
    r"^\W*(?:and|but|so|then|what about|how about|why|why not|which|really|ok(?:ay)?|also|or|what if|since when|who else|"
    r"in (?:that|this) case|even if|does that|is that|would that|you (?:said|mean|mentioned))\b",
    re.I,
)
# Words that stand for something said before; without it nobody knows what is meant.
POINTING = re.compile(
    r"\b(?:difference between|which of|either of|both of) (?:the (?:two|2)|them|these|those)\b"
    r"|\bthe (?:other one|former|latter|same role)\b|\bthe (?:role|post)\b(?! (?:of|for|that|which|i|we|called)\b)"
    r"|^\W*(?:so |and |ok(?:ay)?,? )*(?:which|what)(?:'s| (?:one|of them))?(?: is| would be| fits| do you (?:recommend|prefer))? (?:the )?(?:better|best|right one|worse)\b[^,]{0,12}$"
    r"|\b(?:recommend|advise|suggest|need|want|worth) (?:it|that|this|one|them)\b(?! (?:to|for (?:us|me) to)\b)|\ba (?:good|bad|great) one\b"
    r"|^\W*(?:so )?(?:should|shall|could|can) (?:i|we) (?:do|take|try|go for|have) (?:it|that|this|one)\b",
    re.I,
)
# A title that several roles share.
SHORT_TITLE = re.compile(r"(?<!tech )(?<!team )(?<!delivery )\b(?:the|our) (lead|owner)\b(?!s? (?:of|for)\b|[ -]\w*(?:time|er)\b)", re.I)
MOST_POINTING_WORDS = 14  # a longer question says what it means
ABOUT_ANOTHER = re.compile(r"^\W*(?:and |ok(?:ay)?,? |so )*(?:what|how) about\b|^\W*and (?:an?|the|for)\b", re.I)


@dataclass(frozen=True)
class Query:
    """`asked` is the person's own words; `text` is what is looked up; `roles` are those it is about.

    `pm_is_open` says that "PM" may be several roles, `points_nowhere` that it speaks of something that nobody has named.
    """

    asked: str
    text: str
    roles: tuple[str, ...]
    follows: bool
    pm_is_open: bool
    points_nowhere: bool


def without_identity(text: str) -> str:
    """The text without statements of age, gender, origin, faith, family or health of whoever writes it.

    They say nothing about a role, yet they move embeddings; so retrieval and routing never see them.
    """
    for pattern in IDENTITY:
        text = pattern.sub(" ", text)
    cleaned = re.sub(r"\s+", " ", text).strip(" ,;.:-")
    return cleaned if re.search(r"\w{3}", cleaned) else ""


def understood(asked: str, turns: Sequence[Turn], vocabulary: Vocabulary) -> Query:
    """What a question looks up, in the light of the conversation before it."""
    text = vocabulary.completed(without_identity(asked) or asked)
    roles = vocabulary.roles_in(text)
    last = turns[-1] if turns else None
    before = _subject(turns)
    pm_is_open = False
    if vocabulary.bare_pm(text):
        meant = _meaning_of_pm(text, roles, before, last.question if last else "", vocabulary)
        if meant is None:
            pm_is_open = True
        else:
            text = vocabulary.with_pm_as(text, meant)
            roles = vocabulary.roles_in(text)
    points_nowhere = not roles and _points_nowhere(text, turns, vocabulary)
    follows = last is not None and last.answer.kind is not Kind.COURTESY and _follows(text, roles)
    if follows and last is not None:
        text = _completed(text, roles, before, last, vocabulary)
        roles = roles or before[:3]
    return Query(asked, text, tuple(roles), follows, pm_is_open, points_nowhere)


def _points_nowhere(text: str, turns: Sequence[Turn], vocabulary: Vocabulary) -> bool:
    """Whether a question without a role speaks of one that was not named before, or by a title that several named ones share."""
    earlier = [role for turn in turns for role in (*turn.answer.subject, *vocabulary.roles_in(turn.question))]
    title = SHORT_TITLE.search(text)
    if title:
        return len({role for role in earlier if role.endswith(title[1].lower())}) != 1
    return not earlier and len(text.split()) <= MOST_POINTING_WORDS and bool(POINTING.search(text))


def _completed(text: str, roles: Sequence[str], before: Sequence[str], last: Turn, vocabulary: Vocabulary) -> str:
    """A follow-up in words that can be looked up by themselves.

    "What about scrum masters?" asks the last question of another role; "how would I notice that?" goes on with it.
    """
    if ABOUT_ANOTHER.match(text) and roles:
        return f"{_asked_before(last, vocabulary)} {text}"
    if not roles:
        return f"{text} {without_identity(last.question) or last.question}"
    context = [vocabulary.name(r) for r in before if r not in roles]
    return f"{text} ({' and '.join(context[:2])})" if context and ANAPHORA.search(text) else text


def _subject(turns: Sequence[Turn]) -> list[str]:
    """The roles that the conversation is about: those of the latest turn that has any."""
    for turn in reversed(turns):
        if turn.answer.subject:
            return list(turn.answer.subject)
    return []


def _meaning_of_pm(text: str, roles: Sequence[str], before: Sequence[str], earlier: str, vocabulary: Vocabulary) -> str | None:
    explained = EXPLAINED_PM.search(text)
    if explained:
        return f"{explained[1].lower().replace('program', 'programme').replace('programmeme', 'programme')}_manager"
    candidates = ("product_manager", "project_manager", "programme_manager")
    named = [r for r in roles if r in candidates]
    if len(named) == 1:
        return named[0]
    meant = vocabulary.meaning_of_pm(text)
    if meant:
        return meant
    spoken_of = [r for r in before if r in candidates]
    return spoken_of[0] if len(spoken_of) == 1 else vocabulary.meaning_of_pm(earlier)


def _follows(text: str, roles: Sequence[str]) -> bool:
    words = text.split()
    if OPENER.match(text):
        return True
    if len(words) <= 5 and not roles:
        return True
    return len(words) <= 22 and bool(ANAPHORA.search(text)) and len(roles) < 2


def _asked_before(turn: Turn, vocabulary: Vocabulary) -> str:
    """The last question with its role names taken out, so that another role can take their place."""
    text = without_identity(turn.question) or turn.question
    for mention in reversed(vocabulary.mentions(text)):
        text = text[: mention.start] + text[mention.end :]
    return re.sub(r"\s+", " ", text).strip(" ?!.")
