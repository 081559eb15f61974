"""`rolewise search`: passages as the coach would look them up."""

from pathlib import Path

import pytest

from tests.cli.commands import Command, fits

FOUND = {
    "passages": [
        {
            "passage": str,
            "document": str,
            "title": str,
            "section": str,
            "text": str,
            "score": float,
            "dense_rank": (int, type(None)),
            "lexical_rank": (int, type(None)),
        }
    ],
    "took_ms": int,
}

pytestmark = pytest.mark.usefixtures("with_index")


def test_a_search_has_the_promised_shape(rolewise: Command):
    said = rolewise("search", "what is a product owner?", "-k", "10", "--json")

    assert said.code == 0
    assert fits(said.json, FOUND) == ""
    assert len(said.json["passages"]) == 10
    assert said.json["passages"][0]["document"].startswith("product-owner")


def test_a_search_is_readable_without_json(rolewise: Command):
    said = rolewise("search", "what is a product owner?", "-k", "2")

    assert said.code == 0
    assert "product-owner" in said.out


def test_identity_statements_do_not_change_what_is_found(rolewise: Command):
    plain = rolewise("search", "what is a product owner?", "--json").json
    personal = rolewise("search", "I am a 50-year-old woman. what is a product owner?", "--json").json

    assert [p["passage"] for p in plain["passages"]] == [p["passage"] for p in personal["passages"]]


def test_a_batch_of_searches_goes_on_after_a_bad_row(rolewise: Command, tmp_path: Path):
    (tmp_path / "rows.jsonl").write_text(
        '{"id": 1, "query": "scrum master"}\n{"id": 2}\nnot json\n{"id": 4, "query": "roadmap"}\n'
    )

    rows = rolewise("search", "--batch", tmp_path / "rows.jsonl", "-k", "3", "--json").rows

    assert fits(rows[0], {"id": int, **FOUND}) == ""
    assert fits(rows[3], {"id": int, **FOUND}) == ""
    assert [rows[1]["error"]["code"], rows[2]["error"]["code"]] == ["bad_row", "bad_row"]


@pytest.mark.parametrize(
    "arguments", [["search"], ["search", "  "], ["search", "roles", "-k", "0"], ["search", "roles", "-k", "101"]]
)
def test_an_impossible_search_is_one_sentence(arguments: list[str], rolewise: Command):
    assert rolewise(*arguments, "--json").error["code"] == "bad_input"
