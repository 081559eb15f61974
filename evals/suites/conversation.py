"""Suite `conversation`: whole conversations, and what must hold of the answer to each of their turns."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from app.coaching.wire import answer_json
from app.quality import Metric, share
from evals.cases import Row
from evals.dialogues import ConversationCase, conversation_case
from evals.scorers.conversation import ABOUT, ARRANGEMENT, FACT, NOT_FACT, STATUS, Outcome, outcome
from evals.subject import Bench, Subject
from evals.suite import Json, Judged, Score, Suite, slice_names, values, yes

FACTS_TARGET = 0.90
CORRECTIONS_TARGET = 0.90
# What a share of right checks is called, by kind of check.
NAMES = {
    FACT: "facts used",
    NOT_FACT: "facts not held that must not be",
    ABOUT: "about right",
    STATUS: "status right",
    ARRANGEMENT: "arrangement right",
}
WHOLE = "all checks right"


def read(row: Row, passages: Collection[str]) -> ConversationCase:
    """The conversation of a row; no passage is labelled here."""
    return conversation_case(row)


def produce(case: ConversationCase, subject: Subject) -> Json:
    """The answers to all turns."""
    return {"answers": [answer_json(answer) for answer in subject.played([turn.user for turn in case.turns])]}


def judge(case: ConversationCase, output: Json, bench: Bench) -> Judged:
    """The share of right checks by kind, and whether all of them are."""
    roles = {p.id: p.roles for document in bench.guides.documents for p in document.passages}
    outcomes = [
        outcome(check, n, answer, bench.vocabulary, roles)
        for n, (turn, answer) in enumerate(zip(case.turns, output["answers"], strict=True), 1)
        for check in turn.checks
    ]
    scores = {name: _score(of_kind) for kind, name in NAMES.items() if (of_kind := [o for o in outcomes if o.kind == kind])}
    whole = _score(outcomes)
    scores[WHOLE] = yes(whole.value == 1, whole.reason)
    detail = {"checks": [[o.kind, o.turn, o.right] for o in outcomes]}
    return Judged(case.id, {"note": case.note}, scores, detail)


def metrics(judged: Sequence[Judged]) -> list[Metric]:
    """The two targets, every kind of check, and whole conversations by what they try."""
    checks = [(kind, turn, bool(right)) for row in judged for kind, turn, right in row.detail["checks"]]
    later = [right for kind, turn, right in checks if turn > 1 and kind in (FACT, NOT_FACT)]
    found = [
        share(NAMES[FACT], _of(checks, FACT), target=FACTS_TARGET),
        share("corrections honoured", later, slice="facts after the first turn", target=CORRECTIONS_TARGET),
        *[share(NAMES[kind], _of(checks, kind)) for kind in (NOT_FACT, ABOUT, STATUS, ARRANGEMENT)],
        share(WHOLE, _whole(judged), slice="of a conversation"),
    ]
    for note in slice_names(judged, "note"):
        rows = [row for row in judged if row.slices["note"] == note]
        found.append(share(WHOLE, _whole(rows), slice=f"note={note}"))
    return found


def _score(outcomes: Sequence[Outcome]) -> Score:
    failed = [o.reason for o in outcomes if not o.right]
    return Score(1 - len(failed) / len(outcomes), "; ".join(failed) or f"all {len(outcomes)}")


def _of(checks: Sequence[tuple[str, int, bool]], kind: str) -> list[bool]:
    return [right for k, _, right in checks if k == kind]


def _whole(rows: Sequence[Judged]) -> list[bool]:
    return [value > 0 for value in values(rows, WHOLE)]


SUITE = Suite[ConversationCase](
    name="conversation",
    data="conversation",
    about=(
        "Facts given bit by bit, corrections, follow-ups, short replies, changes of subject, suppositions. A role is what an "
        "answer is about if it is named there or if its guide is cited."
    ),
    read=read,
    produce=produce,
    judge=judge,
    metrics=metrics,
)
