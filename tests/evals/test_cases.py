from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.errors import BadInput
from app.knowledge.corpus import read_guides
from evals.cases import (
    DATA,
    SPLITS,
    AbstentionCase,
    Dataset,
    abstention_case,
    answer_case,
    canaries,
    read_cases,
    refuse_leaks,
    retrieval_case,
    sample,
)

CANARY = {"canary": "a-string-that-stands-nowhere-else"}
PASSAGES = {"guide#one", "guide#two"}


def a_row(number: int = 1, **changes: Any) -> dict[str, Any]:
    row = {
        "id": f"abs-{number}",
        "question": "Whom should I dismiss?",
        "status": "declined",
        "acceptable": ["declined"],
        "kind_of_case": "hire_fire_promote",
    }
    return {**row, **changes}


def a_query(**changes: Any) -> dict[str, Any]:
    row = {"id": "ret-1", "query": "Who decides?", "relevant": ["guide#one"], "essential": ["guide#one"], "style": "plain"}
    return {**row, **changes}


def an_answer(**changes: Any) -> dict[str, Any]:
    row = {
        "id": "ans-1",
        "question": "Who decides?",
        "kind": "explain",
        "status": ["answered"],
        "must": ["One person decides."],
        "must_not": [],
        "relevant": ["guide#two"],
    }
    return {**row, **changes}


def a_file(folder: Path, *rows: Any) -> Path:
    path = folder / "abstention.dev.jsonl"
    path.write_text("".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in rows), encoding="utf-8")
    return path


def read(path: Path, split: str = "dev") -> Dataset[AbstentionCase]:
    return read_cases(path, "abstention", split, abstention_case)


def test_cases_are_read_in_the_order_of_the_file(tmp_path: Path) -> None:
    found = read(a_file(tmp_path, a_row(2), "", a_row(1)))

    assert [c.id for c in found.cases] == ["abs-2", "abs-1"]


def test_a_conversation_is_labelled_at_its_last_turn(tmp_path: Path) -> None:
    row = a_row()
    del row["question"]

    found = read(a_file(tmp_path, {**row, "turns": ["Hello", "Rank them"]}))

    assert found.cases[0].turns == ("Hello", "Rank them")


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("{", "line 2 is not JSON"),
        ("[1]", "line 2 is no JSON object"),
        (a_row(1), "line 2 has the id abs-1, which stands twice"),
        (a_row(2, status="refused"), "line 2 has the unknown status refused"),
        (a_row(2, acceptable=["declined", "no"]), "line 2 has the unknown acceptable no"),
        (a_row(2, acceptable=["signpost"]), "line 2 has the status declined, which it does not accept itself"),
        (a_row(2, question="  "), "line 2 has no text in question"),
        (a_row(2, turns=["one"]), "line 2 needs either question or turns"),
        (a_row(2, weight=3), "line 2 has the unknown field weight"),
        (CANARY, "line 2 is the canary of a hidden split"),
    ],
)
def test_a_bad_line_is_named_by_its_number(tmp_path: Path, row: Any, says: str) -> None:
    path = a_file(tmp_path, a_row(1), row)

    with pytest.raises(BadInput) as caught:
        read(path)

    assert says in str(caught.value)
    assert "nothing was run" in caught.value.hint


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    path = a_file(tmp_path, "{", a_row(1, status="x"), *["?"] * 6)

    with pytest.raises(BadInput, match=r"line 1 .*; line 2 .*\(and 3 more\)"):
        read(path)


def test_an_empty_suite_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="holds no cases"):
        read(a_file(tmp_path, ""))


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="There are no cases in nothing"):
        read(tmp_path / "nothing.jsonl")


def test_the_canary_of_a_hidden_split_is_passed_over(tmp_path: Path) -> None:
    found = read(a_file(tmp_path, CANARY, a_row()), split="test")

    assert len(found.cases) == 1


def test_a_hidden_split_without_its_canary_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="line 1 is not the canary"):
        read(a_file(tmp_path, a_row(), CANARY), split="test")


def test_a_canary_in_what_the_service_was_taught_is_refused(tmp_path: Path) -> None:
    hidden = a_file(tmp_path, CANARY, a_row())
    taught = tmp_path / "routing_examples.yaml"
    taught.write_text(f"declined:\n  - {CANARY['canary']}\n", encoding="utf-8")

    with pytest.raises(BadInput, match=r"routing_examples\.yaml holds the canary"):
        refuse_leaks(canaries([hidden]), iter([taught]))


def test_what_holds_no_canary_passes(tmp_path: Path) -> None:
    hidden = a_file(tmp_path, CANARY, a_row())
    taught = tmp_path / "summarise.md"
    taught.write_text("Answer in two sentences.", encoding="utf-8")

    refuse_leaks(canaries([hidden]), iter([taught]))


def test_a_passage_that_no_guide_holds_is_an_unknown_label() -> None:
    with pytest.raises(ValueError, match="guide#three, which no guide holds"):
        retrieval_case(a_query(relevant=["guide#three"]), PASSAGES)


def test_what_is_essential_is_relevant_too() -> None:
    case = retrieval_case(a_query(essential=["guide#two"]), PASSAGES)

    assert case.relevant == {"guide#one", "guide#two"}


@pytest.mark.parametrize("changes", [{"style": "follow_up"}, {"turns": ["What is a project manager?"]}])
def test_a_follow_up_has_earlier_turns_and_nothing_else_has(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="earlier turns"):
        retrieval_case(a_query(**changes), PASSAGES)


@pytest.mark.parametrize(
    ("changes", "says"),
    [({"kind": "chat"}, "unknown kind"), ({"must": []}, "nothing in must"), ({"status": "answered"}, "list of texts")],
)
def test_an_answer_case_with_a_wrong_label_is_refused(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        answer_case(an_answer(**changes), PASSAGES)


def test_a_small_sample_takes_every_kind_in_turn() -> None:
    cases = [abstention_case(a_row(n)) for n in range(8)]
    cases += [abstention_case(a_row(8, status="signpost", acceptable=["signpost"]))]

    assert [c.id for c in sample(cases, 3)] == ["abs-0", "abs-8", "abs-1"]
    assert sample(cases, 3) == sample(cases, 3)
    assert sample(cases, None) == tuple(cases) == sample(cases, 99)


def test_every_shipped_case_can_be_read(models_folder: Path) -> None:
    documents, _ = read_guides(DATA.parent.parent / "corpus" / "guides")
    passages = {p.id for d in documents for p in d.passages}

    counts = {}
    for split in SPLITS:
        counts["retrieval", split] = len(
            read_cases(DATA / f"retrieval.{split}.jsonl", "", split, lambda r: retrieval_case(r, passages)).cases
        )
        counts["answers", split] = len(
            read_cases(DATA / f"answers.{split}.jsonl", "", split, lambda r: answer_case(r, passages)).cases
        )
        counts["abstention", split] = len(read_cases(DATA / f"abstention.{split}.jsonl", "", split, abstention_case).cases)

    assert all(n >= {"retrieval": 100, "answers": 50, "abstention": 60}[suite] for (suite, _), n in counts.items())
