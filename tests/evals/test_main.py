from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evals.main import main


@pytest.fixture
def with_index(evals_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLEWISE_DATA", str(evals_data))
    monkeypatch.setenv("ROLEWISE_LLM", "none")


def said(capsys: pytest.CaptureFixture[str]) -> Any:
    out = capsys.readouterr().out
    assert out.count("\n") == 1, out
    return json.loads(out)


@pytest.mark.usefixtures("with_index")
def test_a_run_prints_one_json_object_in_the_form_that_programs_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["run", "retrieval", "--limit", "2", "--json", "--out", str(tmp_path)])

    result = said(capsys)
    assert code == 0
    assert result.keys() >= {"run", "suites", "seconds"}
    (suite,) = result["suites"]
    assert suite.keys() >= {"suite", "split", "metrics", "unscored", "failed"}
    assert all(m.keys() >= {"name", "value", "low", "high", "n", "target", "met"} for m in suite["metrics"])
    assert (tmp_path / result["run"] / "summary.json").is_file()

    assert main(["report", "--json", "--out", str(tmp_path)]) == 0
    assert Path(said(capsys)["path"]).read_text(encoding="utf-8").startswith("<!doctype html>")
    assert main(["compare", result["run"], result["run"], "--json", "--out", str(tmp_path)]) == 0
    assert not any(d["beyond_chance"] for d in said(capsys)["differences"])
    assert main(["view", "--no-browser", "--out", str(tmp_path)]) == 0
    assert capsys.readouterr().out.strip().endswith("report.html")


@pytest.mark.usefixtures("with_index")
@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "poetry"],
        ["run", "--split", "prod"],
        ["run", "--limit", "0"],
        ["report"],
        ["judge"],
        ["compare", "a", "b"],
        ["card", "none", "--produce", "3"],
        ["run", "--model", "gpt"],
    ],
)
def test_a_mistake_is_an_error_object_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    code = main([*arguments, "--json", "--out", str(tmp_path)])

    assert code == 2
    assert said(capsys)["error"].keys() == {"code", "message", "hint"}


@pytest.mark.usefixtures("with_index")
def test_without_json_a_mistake_is_one_sentence_on_stderr(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["run", "poetry", "--out", str(tmp_path)])

    captured = capsys.readouterr()
    assert (code, captured.out) == (2, "")
    assert captured.err.startswith("There is no suite poetry.")


def test_a_missed_target_ends_the_gate_with_1(
    with_index: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from evals.suites import retrieval

    monkeypatch.setattr(retrieval, "TARGET", 1.1)
    arguments = ["run", "retrieval", "--limit", "2", "--json", "--out", str(tmp_path)]

    assert main([*arguments, "--gate"]) == 1
    capsys.readouterr()


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["card", "--help"]])
def test_help_is_there_for_every_command(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)

    assert end.value.code == 0
    assert "usage: rolewise-evals" in capsys.readouterr().out
