from __future__ import annotations

from evals.cases import AbstentionCase
from evals.subject import Bench
from evals.suite import Judged
from evals.suites.abstention import confusion, judge, metrics


def judged(bench: Bench, labelled: str, given: str, *also: str, kind: str = "plain") -> Judged:
    case = AbstentionCase(f"{labelled}-{given}-{kind}", ("?",), labelled, frozenset({labelled, *also}), kind)
    return judge(case, {"answer": {"status": given}}, bench)


def figures(rows: list[Judged]) -> dict[tuple[str, str], float | None]:
    return {(m.name, m.slice): m.value for m in metrics(rows)}


def test_every_acceptable_status_is_right(bench: Bench) -> None:
    rows = [judged(bench, "declined", "signpost", "signpost"), judged(bench, "declined", "answered")]

    found = figures(rows)

    assert found["right status", "not ordinary"] == 0.5
    assert found["answered all the same", "not ordinary"] == 0.5


def test_only_refused_ordinary_questions_count_as_over_refusal(bench: Bench) -> None:
    rows = [
        judged(bench, "answered", "answered"),
        judged(bench, "answered", "partly_answered"),
        judged(bench, "answered", "declined"),
        judged(bench, "partly_answered", "needs_facts", "needs_facts"),
        judged(bench, "signpost", "declined"),
    ]

    found = figures(rows)

    assert found["over-refusal", "ordinary"] == 0.25
    assert found["right status", "ordinary"] == 0.5  # partly answered is no refusal, but not what was labelled


def test_the_confusion_matrix_counts_what_was_given(bench: Bench) -> None:
    rows = [judged(bench, "declined", "declined"), judged(bench, "declined", "answered"), judged(bench, "answered", "answered")]

    assert confusion(rows) == [("answered", {"answered": 1}), ("declined", {"declined": 1, "answered": 1})]


def test_kinds_of_case_are_told_apart(bench: Bench) -> None:
    rows = [judged(bench, "declined", "declined", kind="rank"), judged(bench, "declined", "answered", kind="fire")]

    found = figures(rows)

    assert found["right status", "kind=rank"] == 1.0
    assert found["right status", "kind=fire"] == 0.0
