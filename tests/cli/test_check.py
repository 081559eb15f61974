"""`rolewise check`: the checker that guards every answer, on any text."""

import json
from pathlib import Path

from tests.cli.commands import Command, fits

RESULT = {"id": object, "supported": bool, "support": float, "by": [int], "why": str}
PASSAGE = "A product owner orders the backlog. A project manager keeps the plan."


def check(rolewise: Command, tmp_path: Path, *rows: object) -> list[dict[str, object]]:
    (tmp_path / "rows.jsonl").write_text("\n".join(r if isinstance(r, str) else json.dumps(r) for r in rows))
    said = rolewise("check", tmp_path / "rows.jsonl", "--json")
    assert said.code == 0
    results: list[dict[str, object]] = said.json["results"]
    return results


def test_results_have_the_promised_shape(rolewise: Command, tmp_path: Path):
    results = check(
        rolewise, tmp_path, {"id": "s1", "sentence": "A product owner orders the backlog.", "passages": ["x.", PASSAGE]}
    )

    assert fits(results, [RESULT]) == ""
    assert results[0]["supported"] is True
    assert results[0]["by"] == [2]


def test_a_sentence_that_no_passage_carries_is_not_supported(rolewise: Command, tmp_path: Path):
    results = check(rolewise, tmp_path, {"id": 1, "sentence": "A product owner keeps the plan.", "passages": [PASSAGE]},
                    {"id": 2, "sentence": "A product owner orders the backlog.", "passages": []})  # fmt: skip

    assert [r["supported"] for r in results] == [False, False]
    assert all(r["why"] for r in results)


def test_a_bad_row_gets_its_own_error_and_the_rest_goes_on(rolewise: Command, tmp_path: Path):
    good = {"id": 4, "sentence": "A product owner orders the backlog.", "passages": [PASSAGE]}
    results = check(rolewise, tmp_path, "not json", {"id": 2, "sentence": "x"}, {"id": 3, "sentence": "x", "passages": "y"}, good)

    assert ["error" in r for r in results] == [True, True, True, False]


def test_a_missing_file_is_one_sentence(rolewise: Command, tmp_path: Path):
    assert rolewise("check", tmp_path / "absent.jsonl", "--json").error["code"] == "bad_input"
