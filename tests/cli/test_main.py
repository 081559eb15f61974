"""The command line as a whole: its parser, its errors, its exit codes."""

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from app.cli.main import parser
from tests.cli.commands import Command, one_sentence_and_a_step

COMMANDS = ["serve", "ask", "team", "search", "check", "models", "data", "doctor"]


def test_the_version_is_that_of_the_distribution(rolewise: Command):
    said = rolewise("--version")

    assert (said.code, said.out.strip()) == (0, f"rolewise {metadata.version('rolewise')}")


def test_help_lists_every_command(rolewise: Command):
    said = rolewise("--help")

    assert said.code == 0
    assert [c for c in COMMANDS if f"  {c} " not in said.out] == []


def test_every_command_has_a_module_with_a_run():
    import importlib

    for command in COMMANDS:
        needed = {"check": ["f"], "models": ["list"], "data": ["where"]}.get(command, [])
        module = importlib.import_module(f"app.cli.{parser().parse_args([command, *needed]).module}")
        assert callable(module.run)


def test_an_unknown_command_is_a_mistake(rolewise: Command):
    said = rolewise("sing")

    assert said.code == 2
    assert "invalid choice" in said.err


@pytest.mark.parametrize(
    ("setting", "value", "names"),
    [
        ("ROLEWISE_PROT", "8600", "ROLEWISE_PORT"),
        ("ROLEWISE_LLMS", "none", "ROLEWISE_LLM"),
        ("ROLEWISE_PORT", "eighty", "65535"),
        ("ROLEWISE_PORT", "-1", "65535"),
        ("ROLEWISE_LLM", "gpt", "provider:model"),
        ("ROLEWISE_LLM_URL", "localhost:9000", "http://"),
    ],
)
@pytest.mark.parametrize("command", [["ask", "what is a product owner?"], ["doctor"], ["data", "where"], ["models", "list"]])
def test_a_wrong_setting_stops_every_command(
    command: list[str], setting: str, value: str, names: str, rolewise: Command, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(setting, value)

    error = rolewise(*command, "--json").error

    assert error["code"] == "config"
    assert setting in error["message"]
    assert names in error["hint"]


def test_a_wrong_setting_is_one_sentence_on_stderr(rolewise: Command, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ROLEWISE_PROT", "8600")

    said = rolewise("doctor")

    assert (said.code, said.out) == (2, "")
    assert one_sentence_and_a_step(said.err)
    assert "Did you mean ROLEWISE_PORT?" in said.err


def test_ctrl_c_says_so_and_ends_with_130(rolewise: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    def interrupted(path: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("app.cli.check.rows", interrupted)

    said = rolewise("check", tmp_path / "rows.jsonl")

    assert (said.code, said.err.strip()) == (130, "Stopped.")


@pytest.mark.parametrize("arguments", [["models", "list"], ["models", "list", "--json"]])
def test_a_reader_that_has_gone_is_no_error(arguments: list[str]):
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    reading, writing = os.pipe()
    os.close(reading)

    said = subprocess.run(
        [sys.executable, "-m", "app", *arguments], env=buffered, stdout=writing, stderr=subprocess.PIPE, text=True
    )
    os.close(writing)

    assert (said.returncode, said.stderr) == (0, "")
