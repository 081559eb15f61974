"""`rolewise doctor`: what is missing, and the command that mends it."""

from pathlib import Path

import pytest

from tests.cli.commands import Command, fits

FINDINGS = {"findings": [{"what": str, "well": bool, "says": str, "mend": str}]}


def to_mend(said: dict[str, list[dict[str, str]]]) -> dict[str, str]:
    return {f["what"]: f["mend"] for f in said["findings"] if not f["well"]}


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
