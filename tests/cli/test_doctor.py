"""`rolewise doctor`: what is missing, and the command that mends it."""

from pathlib import Path

import pytest

from app.llm import catalogue
from tests.cli.commands import Command, fits

FINDINGS = {"findings": [{"what": str, "well": bool, "says": str, "mend": str}]}


def to_mend(said: dict[str, list[dict[str, str]]]) -> dict[str, str]:
    return {f["what"]: f["mend"] for f in said["findings"] if not f["well"]}


def said_of(what: str, said: dict[str, list[dict[str, str]]]) -> str:
    return next(f["says"] for f in said["findings"] if f["what"] == what)


@pytest.mark.usefixtures("with_index")
def test_when_all_is_well_it_ends_with_0(rolewise: Command):
    said = rolewise("doctor", "--json")

    assert fits(said.json, FINDINGS) == ""
    assert to_mend(said.json) == {}
    assert said.code == 0


def test_each_missing_thing_comes_with_its_command(rolewise: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("ROLEWISE_MODELS", str(tmp_path / "nothing here"))

    said = rolewise("doctor", "--json")

    assert said.code == 2
    assert "rolewise models pull" in to_mend(said.json)["all-MiniLM-L6-v2"]
    assert "rolewise-ingest" in to_mend(said.json)["index"]


def test_the_model_for_names_is_optional_and_the_line_says_so(rolewise: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("ROLEWISE_MODELS", str(tmp_path / "nothing here"))

    said = rolewise("doctor", "--json").json

    assert catalogue.NAME_MODEL not in to_mend(said)
    assert said_of(catalogue.NAME_MODEL, said) == "missing (optional: names of people are found by rules without it)"


@pytest.mark.parametrize(("llm", "needed"), [("embedded", True), ("none", False), ("openai:gpt", False)])
def test_the_language_model_is_needed_only_where_it_is_run(
    llm: str, needed: bool, rolewise: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("ROLEWISE_MODELS", str(tmp_path / "nothing here"))
    monkeypatch.setenv("ROLEWISE_LLM", llm)

    said = rolewise("doctor", "--json").json

    assert (catalogue.LANGUAGE_MODEL in to_mend(said)) is needed
    assert said_of(catalogue.LANGUAGE_MODEL, said) == "missing" + ("" if needed else " (not needed with this setting)")


def test_a_damaged_index_is_found(rolewise: Command, own_data: Path):
    next(own_data.glob("index/versions/*/vectors.npy")).write_bytes(b"")

    said = rolewise("doctor")

    assert said.code == 2
    assert "vectors.npy" in said.out
    assert "rolewise-ingest --force" in said.out


def test_a_damaged_conversation_store_is_found(rolewise: Command, own_data: Path):
    (own_data / "conversations").mkdir(mode=0o700)
    (own_data / "conversations" / "rolewise.db").write_bytes(b"not a database" * 1000)

    said = rolewise("doctor", "--json")

    assert said.code == 2
    assert "conversations" in to_mend(said.json)
