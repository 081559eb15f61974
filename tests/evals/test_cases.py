from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.errors import BadInput
from app.knowledge.corpus import read_guides
from evals.cases import (
    ARRANGEMENTS,
    DATA,
    SPLITS,
    AbstentionCase,
    Dataset,
    LabelledFlip,
    Move,
    PairCase,
    TeamCase,
    abstention_case,
    answer_case,
    canaries,
    joined,
    read_cases,
    refuse_leaks,
    retrieval_case,
    sample,
    team_case,
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


def a_vignette(**changes: Any) -> dict[str, Any]:
    row = {
        "id": "v1",
        "register": "e-mail",
        "text": "We are seven, Anna says.",
        "facts": {"team_size": 7, "roles_present": ["developer"]},
        "stated": ["team_size"],
        "not_settled": ["deadline"],
        "people": ["Anna"],
        "delivery": a_best("lead", acceptable=["shared"]),
        "product": {"best": None, "status": "needs_facts", "acceptable": [], "too_close": False, "change": "unclear", "why": "?"},
        "responsibilities": {"blockers": {"state": "unowned", "owners": []}},
        "flips": [{"decision": "delivery", "fact": "team_size", "to": 12, "arrangement": "dedicated"}],
    }
    return {**row, **changes}


def a_best(best: str | None, **changes: Any) -> dict[str, Any]:
    return {"best": best, "acceptable": [], "too_close": False, "change": "start", "why": "So it is.", **changes}


def an_edited_one(**changes: Any) -> dict[str, Any]:
    return {"id": "p1", "base": "v1", "edit": "names swapped", "text": "We are seven.", "must": "same", **changes}


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


def test_a_vignette_is_read_with_its_labels() -> None:
    case = team_case(a_vignette())

    assert isinstance(case, TeamCase)
    assert case.facts == {"team_size": 7, "roles_present": ("developer",)}
    assert (case.verdicts["delivery"].best, case.verdicts["delivery"].acceptable) == ("lead", ("shared",))
    assert case.verdicts["product"].best is None
    assert case.flips == (LabelledFlip("delivery", "team_size", 12, "dedicated"),)


def test_a_role_that_a_flip_brings_is_a_list_of_one() -> None:
    flip = {"decision": "product", "fact": "roles_present", "to": "product_manager", "arrangement": "covered"}

    case = team_case(a_vignette(flips=[flip]))

    assert isinstance(case, TeamCase)
    assert case.flips[0].to == ("product_manager",)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"facts": {"mood": "good"}}, "unknown fact mood"),
        ({"facts": {"team_size": "7"}}, "unknown value 7 of team_size"),
        ({"facts": {"team_size": True}}, "unknown value True of team_size"),
        ({"facts": {"regulated": 1}}, "unknown value 1 of regulated"),
        ({"facts": {"deadline": "soon"}}, "unknown value soon of deadline"),
        ({"facts": {"roles_present": "developer"}}, "of roles_present"),
        ({"facts": [], "stated": []}, "no object in facts"),
        ({"stated": ["users"]}, "states users, which its facts leave out"),
        ({"not_settled": ["team_size"]}, "both settles team_size and leaves it open"),
        ({"not_settled": ["mood"]}, "unknown not_settled mood"),
        ({"people": ["Bo"]}, "names Bo, who does not occur"),
        ({"delivery": a_best("covered")}, "unknown best covered"),
        ({"delivery": a_best("lead", acceptable=["group"])}, "unknown acceptable group"),
        ({"delivery": a_best(None)}, "neither an arrangement nor needs_facts for delivery"),
        ({"delivery": a_best("lead", change="grow")}, "unknown change grow"),
        ({"delivery": a_best("lead", too_close="no")}, "too_close of delivery"),
        ({"responsibilities": {"blockers": {"state": "lost", "owners": []}}}, "unknown state lost"),
        ({"responsibilities": {"blockers": "owned"}}, "no state for blockers"),
        ({"flips": ["team_size"]}, "flip that is no object"),
        ({"note": "x"}, "unknown field note"),
    ],
)
def test_a_vignette_with_a_wrong_label_is_refused(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        team_case(a_vignette(**changes))


def test_a_pair_says_what_stays_or_where_it_moves() -> None:
    must = {"decision": "delivery", "arrangement": "dedicated", "acceptable": ["programme"]}

    stays, moves = team_case(an_edited_one()), team_case(an_edited_one(must=must))

    assert isinstance(stays, PairCase)
    assert isinstance(moves, PairCase)
    assert stays.must is None
    assert moves.must == Move("delivery", ("dedicated", "programme"))


@pytest.mark.parametrize(
    "must", ["different", None, {"decision": "delivery", "arrangement": "covered"}, {"decision": "people", "arrangement": "lead"}]
)
def test_a_pair_with_a_wrong_label_is_refused(must: object) -> None:
    with pytest.raises(ValueError, match=r"must|arrangement|decision"):
        team_case(an_edited_one(must=must))


def test_pairs_are_joined_with_what_they_were_made_from() -> None:
    vignette, pair = joined([team_case(a_vignette()), team_case(an_edited_one())])

    assert isinstance(pair, PairCase)
    assert pair.base is vignette


@pytest.mark.parametrize(
    ("pair", "says"), [(an_edited_one(base="v9"), "v9, which is no vignette"), (an_edited_one(id="v1"), "the same id")]
)
def test_a_pair_without_a_vignette_or_with_its_id_is_refused(pair: dict[str, Any], says: str) -> None:
    with pytest.raises(BadInput, match=says):
        joined([team_case(a_vignette()), team_case(pair)])


def test_every_shipped_team_can_be_read_and_every_arrangement_is_there() -> None:
    found: dict[str, list[TeamCase | PairCase]] = {}
    for split in SPLITS:
        texts = [(DATA / f"{file}.{split}.jsonl").read_text(encoding="utf-8") for file in ("team", "team_pairs")]
        rows = [row for text in texts for line in text.splitlines() if "canary" not in (row := json.loads(line))]
        found[split] = list(joined([team_case(row) for row in rows]))

    hidden = [case for case in found["test"] if isinstance(case, TeamCase)]
    assert len(hidden) >= 60
    assert len([case for case in found["dev"] if isinstance(case, TeamCase)]) + len(hidden) >= 120
    for decision, options in ARRANGEMENTS.items():
        labels = [case.verdicts[decision] for case in hidden]
        assert all(sum(label.best == option for label in labels) >= 12 for option in options)
        assert sum(label.too_close for label in labels) >= 12
