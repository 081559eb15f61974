"""Roles as people name them: finds them in a text, spells abbreviations out, notices a bare "PM"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

BARE_PM = re.compile(r"\bp\.?m\.?(?:'?s|s)?\b(?!\s*\d)(?<!\d pm)(?<!\dpm)", re.I)
CLOCK = re.compile(r"\d{1,2}(?:[:.]\d\d)?\s*[ap]\.?m\b\.?", re.I)
CLOCK_OR_PM = re.compile(rf"(?P<clock>{CLOCK.pattern})|{BARE_PM.pattern}", re.I)
# "product and project manager", "product vs. project management", "product or a delivery lead"
ELLIPTIC = re.compile(
    r"\b(product|project|programme|program|delivery|portfolio|engineering)"
    r"(,? (?:and|or|vs\.?|versus|to|from|than)(?: (?:an?|the))? ?|\s*[/&]\s*)"
    r"(product|project|programme|program|delivery|portfolio|engineering)\s+(managers?|management|owners?|leads?)\b",
    re.I,
)


@dataclass(frozen=True)
class RoleName:
    """A role, and every way in which it is named; the first is what answers call it."""

    id: str
    names: tuple[str, ...]

    @property
    def name(self) -> str:
        """What answers call it, such as `delivery manager`."""
        return self.names[0]


@dataclass(frozen=True)
class Mention:
    """A role named in a text, with offsets."""

    role: str
    start: int
    end: int


class Vocabulary:
    """The role names of `corpus/rules/vocabulary.yaml`."""

    def __init__(self, roles: Sequence[RoleName], pm_means: Mapping[str, Sequence[str]]) -> None:
        self.roles = tuple(roles)
        self._by_name = {name.lower(): role.id for role in roles for name in role.names}
        self._names = {role.id: role.name for role in roles}
        longest_first = sorted(self._by_name, key=len, reverse=True)
        alternatives = "|".join(re.escape(name).replace(r"\ ", r"[\s-]+") for name in longest_first)
        # Titles of two and three letters are matched in capitals only: "em", "po", "ba" and "sm" are words elsewhere.
        self._pattern = re.compile(rf"(?<![\w-])(?:{alternatives})(?:'?s)?(?![\w])", re.I)
        self._pm_means = {
            role: re.compile(r"\b(?:" + "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True)) + r")\b", re.I)
            for role, words in pm_means.items()
        }

    def name(self, role: str) -> str:
        """What answers call the role of that id."""
        return self._names.get(role, role.replace("_", " "))

    def completed(self, text: str) -> str:
        """The text with halves of role names completed: "a product and a project manager" names two managers."""
        return ELLIPTIC.sub(r"\1 \4\2\3 \4", text)

    def mentions(self, text: str) -> list[Mention]:
        """Every role named in the text, in order."""
        found = []
        for match in self._pattern.finditer(text):
            name = re.sub(r"[\s-]+", " ", match[0].lower())
            role = self._by_name.get(name) or self._by_name.get(re.sub(r"'?s$", "", name))
            if role is None or (len(name.rstrip("s")) <= 3 and sum(c.isupper() for c in match[0]) < 2):
                continue
            found.append(Mention(role, match.start(), match.end()))
        return found

    def roles_in(self, text: str) -> list[str]:
        """Ids of the roles named in the text, each once, in order of first mention."""
        return list(dict.fromkeys(m.role for m in self.mentions(text)))

    def expanded(self, text: str) -> str:
        """The text with abbreviations and side names of roles spelled out, so that retrieval meets the guides' words."""
        parts, last = [], 0
        for mention in self.mentions(text):
            words = text[mention.start : mention.end]
            if len(words.rstrip("s'")) <= 4 or words.lower().startswith(("program ", "technical program ")):
                parts += [text[last : mention.start], self.name(mention.role)]
                last = mention.end
        return "".join(parts) + text[last:]

    def bare_pm(self, text: str) -> bool:
        """Whether the text says "PM" (not the time of day) without naming a role that explains it."""
        return bool(BARE_PM.search(CLOCK.sub(" ", text)))

    def meaning_of_pm(self, text: str) -> str | None:
        """The one role that the words near a "PM" point to, None if they point nowhere or both ways."""
        for mention in reversed(self.mentions(text)):  # "PM or product owner" does not say that the PM is a product manager
            text = text[: mention.start] + text[mention.end :]
        meant = [role for role, pattern in self._pm_means.items() if pattern.search(text)]
        return meant[0] if len(meant) == 1 else None

    def with_pm_as(self, text: str, role: str) -> str:
        """The text with every bare "PM" replaced by the role's name."""
        return CLOCK_OR_PM.sub(lambda m: m[0] if m["clock"] else self.name(role), text)
