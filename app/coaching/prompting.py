"""Evidence and question → the words sent to the model. The fixed instructions come first and never change, so they are cached."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from string import Formatter

from app.coaching.model import Prompt

FOLDER = Path(__file__).parent / "prompts"
# The embedded model reads about 36 tokens a second on two cores: what is not cached stays under 180 tokens, about 130 words.
EVIDENCE_WORDS = 105
QUESTION_WORDS = 40
SUMMARY_TOKENS = 96
NOTHING = "NOTHING"


def summary_prompt(question: str, evidence: Sequence[str]) -> Prompt:
    """Asks for a summary of evidence sentences that answers the question; the first sentences win if room is short."""
    notes: list[str] = []
    room = EVIDENCE_WORDS
    for sentence in evidence:
        length = len(sentence.split())
        if length > room and notes:
            break
        notes.append(f"- {sentence}")
        room -= length
    user = "Notes:\n" + "\n".join(notes) + f"\n\nQuestion: {' '.join(question.split()[:QUESTION_WORDS])}\nAnswer:"
    return Prompt(system=text("summarise"), user=user, max_tokens=SUMMARY_TOKENS)


def text(name: str, **blanks: str) -> str:
    """The prompt file of that name with its {blanks} filled; a blank left unfilled is a ValueError.

    Only the file is a template: what fills a blank is never formatted again.
    """
    template = (FOLDER / f"{name}.md").read_text(encoding="utf-8").strip()
    wanted = {field for _, field, _, _ in Formatter().parse(template) if field}
    if wanted != blanks.keys():
        raise ValueError(f"prompt {name} has the blanks {sorted(wanted)}, given were {sorted(blanks)}")
    return re.sub(r"\{(\w+)\}", lambda match: blanks[match[1]], template)
