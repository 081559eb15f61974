"""What every format says in the same words: facts, arrangements, bands, conditions and the notice."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from app.coaching.cleaning import clean_text, one_line
from app.coaching.model import Certainty, Fact, FactValue, Origin, Sentence
from app.coaching.rules import Decision, FactRule
from app.coaching.team.decide import CLEAR, LEANING, NOBODY, TEAM, TOO_CLOSE, Flip, Recommendation, verdict
from app.coaching.team.report import TeamAdvice
from app.coaching.team.summary import condition_words

LONGEST = 600  # characters of one sentence, quote or name that is written out anywhere
BAND = {CLEAR: "clear", LEANING: "leaning, not certain", TOO_CLOSE: "too close to call"}
HOW_KNOWN = {
    Certainty.STATED: "Said in the description",
    Certainty.INFERRED: "Concluded from the description",
    Certainty.TOLD: "Set by hand",
    Certainty.UNKNOWN: "Not known",
}
ABOUT = {"delivery": "Delivery", "product": "Product"}
TOO_LITTLE = "Too little is known for a recommendation."
NO_NEW_ROLE = frozenset({"shared", "lead", "covered", "named_owner"})  # the arrangements that need nobody new
_VERDICT_VOICE = re.compile(r"\b(w)hat you have told me\b", re.I)
_MANY = 10**9


@dataclass(frozen=True)
class Words:
    """How things are called in a document that is taken away.

    `fact_rules` name facts and complete "If …"; `names` maps names of people to what stands in their place, see `initials`.
    """

    role_name: Callable[[str], str]
    fact_rules: Sequence[FactRule]
    today: date
    names: Mapping[str, str] = field(default_factory=dict)

    def said(self, text: str, longest: int = LONGEST) -> str:
        """The text on one line, without anything invisible, with names shortened, cut at `longest` with an ellipsis."""
        line = one_line(text, _MANY)
        for name in sorted(self.names, key=len, reverse=True):
            parts = clean_text(name).text.split()
            if parts:
                pattern = r"(?<!\w)" + r"\s+".join(map(re.escape, parts)) + r"(?!\w)"
                line = re.sub(pattern, self.names[name].replace("\\", r"\\"), line)
        return one_line(line, longest)  # last, so that no half of a name escapes the search

    def holder(self, role: str) -> str:
        """Who holds something, in words: a role, the team or nobody."""
        return self.said({TEAM: "the team", NOBODY: "nobody"}.get(role) or self.role_name(role), 60)

    def fact_name(self, fact: str) -> str:
        """What the fact is called."""
        return self.said(next((rule.label for rule in self.fact_rules if rule.id == fact), fact.replace("_", " ")), 80)

    def fact_value(self, value: FactValue) -> str:
        """The value in words."""
        if value is None:
            return "Not known"
        if isinstance(value, bool):
            return "Yes" if value else "No"
        if isinstance(value, tuple):
            return capital(", ".join(map(self.holder, value))) or "None"
        return str(value) if isinstance(value, int) else capital(self.holder(value))

    def condition(self, flip: Flip, decision: Decision, facts: Sequence[Fact]) -> str:
        """What would change the recommendation, in a sentence; empty if the rules have no words for it."""
        rule = next((r for r in self.fact_rules if r.id == flip.fact), None)
        known = [f for f in facts if f.certainty is not Certainty.UNKNOWN]
        clause = condition_words(rule, flip.to, known, self.role_name) if rule else ""
        return self.said(f"If {clause}, it would be {decision.options[flip.arrangement].name}.") if clause else ""

    def conditions(self, advice: TeamAdvice, recommendation: Recommendation, most: int) -> list[str]:
        """Up to `most` single changes that would flip a recommendation, the likeliest to be told first."""
        decision = recommendation.decision
        own = (self.condition(f, decision, advice.facts) for f in advice.would_change if f.decision == decision.id)
        return list(dict.fromkeys(words for words in own if words))[:most]

    def verdict(self, recommendation: Recommendation) -> str:
        """The recommendation in one sentence that also reads well away from the conversation."""
        said = verdict(recommendation)
        return self.said(_VERDICT_VOICE.sub(lambda m: m[1] + "hat was described", said)) if said else TOO_LITTLE

    def notice(self, model: str, sentences: Iterable[Sentence], about: str) -> str:
        """That it is automated, what it rests on, which model wrote, and when."""
        if any(s.origin is Origin.MODEL for s in sentences):
            by = f"in part in the words of the language model {self.said(model, 80)}"
        elif model != "none":
            by = f"in the words of rules and guides; the language model {self.said(model, 80)} only read"
        else:
            by = "without a language model"
        return f"Made automatically by Rolewise on {day(self.today)}, {by}. {about} Not legal, medical or HR advice."

    def team_notice(self, advice: TeamAdvice) -> str:
        """The notice of everything that is said about a team."""
        about = "It rests on what was described and is not a decision about people."
        return self.notice(advice.model, advice.sentences, about)


def initials(names: Iterable[str]) -> dict[str, str]:
    """For `Words.names`: each name with its initials, as in "Anna Kowalska" → "A. K."."""
    return {name: " ".join(f"{part[0].upper()}." for part in clean_text(name).text.split()) for name in names}


def capital(text: str) -> str:
    """The text with its first letter as a capital."""
    return text[:1].upper() + text[1:]


def day(when: date) -> str:
    """The date as in "24 November 2026", whatever the locale."""
    months = "January February March April May June July August September October November December".split()  # noqa: SIM905  # words
    return f"{when.day} {months[when.month - 1]} {when.year}"


def months_after(when: date, months: int) -> date:
    """The same day some months later, or the last day of that month."""
    year, month = divmod(when.year * 12 + when.month - 1 + months, 12)
    return date(year, month + 1, min(when.day, monthrange(year, month + 1)[1]))


def marks(cites: Iterable[int]) -> str:
    """Citation markers, with a space before them that no line ends at, if there are any."""
    found = "".join(f"[{n}]" for n in cites)
    return f"\u00a0{found}" if found else ""
