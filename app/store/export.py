"""Everything a person has here, as JSON for programs and as Markdown for reading. Hostile words stay words in both."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.coaching.cleaning import clean_text
from app.coaching.model import Source, Turn, marked
from app.coaching.wire import answer_json
from app.store.records import Assessment, Feedback, KeptTeam

FORM = 1  # of the JSON export
NOTICE = (
    "This was written by Rolewise, an automated coach for product and project people.",
    "It is for thinking about roles in a team and about one's own next step.",
    "It is not for judging, ranking, hiring or dismissing people, and it is not legal, medical or financial advice.",
)
NO_MODEL = "none (composed from guidance and rules, without a language model)"

# A browser that shows JSON inside a page must find no tag in it, and no reader characters that cannot be seen.
_UNSAFE_IN_JSON = re.compile("[<>&\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff]")
_MARKDOWN_SIGNS = re.compile(r"[\\`*_\[\]|~$]")
_LINE_SIGNS = re.compile(r"^([-+#=]|\d{1,9}(?=[.)]))", re.MULTILINE)
_LINK_SIGNS = re.compile(r":(?=\S)|(?<=\bwww)\.|@", re.IGNORECASE)
_INDENTS = re.compile(r"^[ \t]+", re.MULTILINE)


@dataclass(frozen=True)
class Exported:
    """What goes into an export. `conversations` hold id, title, created, updated and kept."""

    made: str
    conversations: tuple[Mapping[str, Any], ...]  # Any: words and one yes or no
    turns: Mapping[str, tuple[tuple[str, Turn], ...]]  # by conversation: when, and the turn
    feedback: tuple[Feedback, ...]
    assessments: tuple[Assessment, ...]
    teams: tuple[KeptTeam, ...] = ()


def as_json(exported: Exported) -> str:
    """One JSON object; answers are as `rolewise ask --json` prints them."""
    whole = {
        "format": "rolewise-export",
        "version": FORM,
        "exported": exported.made,
        "notice": " ".join(NOTICE),
        "models": _models(exported),
        "conversations": [
            {
                **conversation,
                "turns": [
                    {"n": turn.n, "created": created, "question": turn.question, "answer": answer_json(turn.answer)}
                    for created, turn in exported.turns[conversation["id"]]
                ],
                "feedback": [
                    {
                        "turn": given.turn,
                        "verdict": given.verdict,
                        "reasons": list(given.reasons),
                        "comment": given.comment,
                        "created": given.created,
                    }
                    for given in exported.feedback
                    if given.conversation == conversation["id"]
                ],
            }
            for conversation in exported.conversations
        ],
        "assessments": [
            {"name": one.name, "updated": one.updated, "kept": one.kept, "body": one.body} for one in exported.assessments
        ],
        "teams": [
            {
                "id": one.summary.id,
                "title": one.summary.title,
                "created": one.summary.created,
                "updated": one.summary.updated,
                "body": one.body,
            }
            for one in exported.teams
        ],
    }
    text = json.dumps(whole, ensure_ascii=False, indent=2)
    return _UNSAFE_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


def as_markdown(exported: Exported) -> str:
    """A page to read: the notice, which models answered, then each conversation with its sources."""
    lines = ["# Conversations with Rolewise", ""]
    lines += [f"> {sentence}" for sentence in NOTICE]
    lines += [">", f"> Answered by: {', '.join(map(inert, _models(exported))) or 'nobody yet'}.", ""]
    lines += [f"Exported {exported.made}.", ""]
    for conversation in exported.conversations:
        lines += [f"## {inert_line(conversation['title']) or 'Without a question'}", ""]
        lines += [f"Begun {conversation['created']}, last changed {conversation['updated']}.", ""]
        said = {given.turn: given for given in exported.feedback if given.conversation == conversation["id"]}
        for created, turn in exported.turns[conversation["id"]]:
            lines += _turn(created, turn, said.get(turn.n))
    if exported.assessments:
        lines += ["## Assessments", ""]
        for one in exported.assessments:
            lines += [f"### {inert_line(one.name)}", "", f"Saved {one.updated}.", ""]
            lines += [inert_line(json.dumps(one.body, ensure_ascii=False)), ""]
    if exported.teams:
        lines += ["## Team assessments", ""]
        for team in exported.teams:
            lines += [f"### {inert_line(team.summary.title)}", "", f"Kept {team.summary.updated}.", ""]
            lines += [inert_line(json.dumps(team.body, ensure_ascii=False)), ""]
    return "\n".join(lines)


def inert(text: str) -> str:
    """The text so that a Markdown reader shows every character and acts on none: no tag, picture, link or heading."""
    text = _INDENTS.sub("", clean_text(text).text)
    text = _MARKDOWN_SIGNS.sub(r"\\\g<0>", text)
    text = _LINE_SIGNS.sub(_at_line_start, text)
    text = _LINK_SIGNS.sub(r"\\\g<0>", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def inert_line(text: str) -> str:
    """The same on one line."""
    return inert(" ".join(text.split()))


def _at_line_start(found: re.Match[str]) -> str:
    # a number is escaped at its dot: "1\." is no list
    return found[0] + "\\" if found[0].isdigit() else "\\" + found[0]


def _models(exported: Exported) -> list[str]:
    names = {turn.answer.model for turns in exported.turns.values() for _, turn in turns}
    return [NO_MODEL if name == "none" else name for name in sorted(names)]


def _turn(created: str, turn: Turn, said: Feedback | None) -> list[str]:
    answer = turn.answer
    lines = [f"### Question {turn.n}", "", *_quoted(turn.question), ""]
    lines += [inert_line(marked(sentence)) for sentence in answer.sentences] or ["(no answer)"]
    model = NO_MODEL if answer.model == "none" else inert_line(answer.model)
    lines += ["", f"Answered {created} by {model}; outcome: {answer.status.value}.", ""]
    if answer.sources:
        lines += ["Sources:", "", *(f"- {_source(source)}" for source in answer.sources), ""]
    if said is not None:
        words = [said.verdict, *said.reasons, said.comment]
        lines += [f"Feedback: {inert_line('; '.join(word for word in words if word))}", ""]
    return lines


def _quoted(text: str) -> list[str]:
    return [f"> {line}" for line in inert(text).split("\n")]


def _source(source: Source) -> str:
    parts = [f"{source.title}, {source.section}", source.publisher, source.licence, source.url]
    about = ". ".join(inert_line(part) for part in parts if part)
    return f"\\[{source.n}\\] {about}. Reviewed {inert_line(source.reviewed)}: “{inert_line(source.quote)}”"
