"""Suite `clarification`: is it asked which one is meant where nobody could know, and nowhere else?"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from app.coaching.model import Status
from app.coaching.wire import answer_json
from app.quality import Metric, share
from evals.cases import Row
from evals.dialogues import ClarificationCase, clarification_case
from evals.subject import Bench, Subject
from evals.suite import Json, Judged, Suite, yes

AMBIGUOUS_TARGET = 0.85
CLEAR_TARGET = 0.05
# A question back after an answer asks for a fact of the team or for the person's experience, unless it says this.
MEANT = re.compile(r"\b(?:do|did|would) you mean\b", re.I)


def read(row: Row, passages: Collection[str]) -> ClarificationCase:
    """The question of a row; no passage is labelled here."""
    return clarification_case(row)


def produce(case: ClarificationCase, subject: Subject) -> Json:
    """The answer to the last turn."""
    return {"answer": answer_json(subject.asked(case.turns))}


def judge(case: ClarificationCase, output: Json, bench: Bench) -> Judged:
    """Whether it was asked back, and if so whether a fact of the team was asked for."""
    answer = output["answer"]
    asked = asked_back(answer)
    of_team = asked and answer["advice"] is not None
    reason = f"{answer['status']}, {'ambiguous' if case.ambiguous else 'clear'}: {answer['ask_back'] or 'no question back'}"
    slices = {"ambiguous": "yes" if case.ambiguous else "no", "turns": "one" if len(case.turns) == 1 else "several"}
    return Judged(
        case.id,
        slices,
        {"asked back when it should": yes(asked == case.ambiguous, reason)},
        {"asked": asked, "of team": of_team},
    )


def asked_back(answer: Json) -> bool:
    """Whether nothing was answered for want of knowing, or the question back asks which one is meant."""
    return bool(answer["status"] == Status.NEEDS_FACTS or MEANT.search(answer["ask_back"]))


def metrics(judged: Sequence[Judged]) -> list[Metric]:
    """The two targets, then the same by number of turns, and how often a fact of the team was asked for instead."""
    ambiguous = [row for row in judged if row.slices["ambiguous"] == "yes"]
    clear = [row for row in judged if row.slices["ambiguous"] == "no"]
    found = [
        share("asked back", _asked(ambiguous), slice="ambiguous", target=AMBIGUOUS_TARGET),
        share("asked back", _asked(clear), slice="clear", target=CLEAR_TARGET, at_most=True),
    ]
    for name, rows in (("ambiguous", ambiguous), ("clear", clear)):
        for turns in ("one", "several"):
            of_turns = [row for row in rows if row.slices["turns"] == turns]
            found.append(share("asked back", _asked(of_turns), slice=f"{name}, turns={turns}"))
        found.append(share("asked for a fact of the team", [bool(row.detail["of team"]) for row in rows], slice=name))
    return found


def _asked(rows: Sequence[Judged]) -> list[bool]:
    return [bool(row.detail["asked"]) for row in rows]


SUITE = Suite[ClarificationCase](
    name="clarification",
    data="clarification",
    about="Questions that could mean two things or refer to nothing, and ones in the same words that can be answered.",
    read=read,
    produce=produce,
    judge=judge,
    metrics=metrics,
)
