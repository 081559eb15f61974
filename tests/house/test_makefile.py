"""The commands for people: what they promise without running the long ones. `make test` itself runs the set-up."""

import os
import re
from pathlib import Path

import pytest

from evals.main import parser
from tests.house.making import REPOSITORY, bare_copy, make, plan

TARGETS = ["run", "setup", "test", "check", "evals", "evals-full", "soak", "screenshot", "help", "clean"]


def a_python(folder: Path, script: str) -> Path:
    """A program that stands in for Python."""
    program = folder / "python-stand-in"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


def test_help_lists_every_command_with_a_line():
    said = make(REPOSITORY, "help")

    assert set(re.findall(r"^make (\S+) +\S", said.stdout, re.M)) == set(TARGETS)


def test_make_alone_is_make_help():
    assert make(REPOSITORY).stdout == make(REPOSITORY, "help").stdout


@pytest.mark.parametrize("target", TARGETS)
def test_every_command_has_its_steps(target: str):
    assert plan(REPOSITORY, target)


def test_on_a_fresh_machine_pip_comes_first_then_torch_alone_then_the_rest(tmp_path: Path):
    steps = "\n".join(plan(bare_copy(tmp_path), "run"))

    order = [
        r"-m venv",
        r"pip .*--upgrade pip setuptools$",
        r"pip .*'torch==[\d.]+'$",
        r"pip .*--editable \.$",
        r"rolewise serve",
    ]
    found = [re.search(pattern, steps, re.M) for pattern in order]
    assert all(found)
    assert [f.start() for f in found if f] == sorted(f.start() for f in found if f)


def test_every_installation_keeps_to_the_constraints(tmp_path: Path):
    installs = [line for line in plan(bare_copy(tmp_path), "test", "run") if " install " in line and "pip" in line]

    assert len(installs) == 4  # pip, torch, the service, what tests need
    assert all("--constraint constraints.txt" in line for line in installs)


def test_another_index_is_asked_for_torch_alone(tmp_path: Path):
    steps = plan(bare_copy(tmp_path), "run", "TORCH_INDEX=https://example.org/cpu")

    (torch,) = [line for line in steps if "example.org" in line]
    option, _, wanted = torch.partition("'https://example.org/cpu'")
    assert option.rstrip().endswith("--index-url")
    assert wanted.lstrip().startswith("'torch==")


def test_what_is_done_is_not_done_again(tmp_path: Path):
    folder = bare_copy(tmp_path)
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "python").symlink_to("/bin/true")
    torch = re.search(r"^torch==(\S+)", (REPOSITORY / "constraints.txt").read_text(), re.M)
    assert torch
    for stamp in (".made", f".torch-{torch[1]}", ".service", ".dev"):
        (folder / ".venv" / stamp).write_text(f"{folder}\n")

    again = plan(folder, "run")
    assert not [line for line in again if "install" in line]

    os.utime(folder / "constraints.txt", (4e9, 4e9))
    after_a_change = plan(folder, "run")
    assert [line for line in after_a_change if "--editable" in line]
    assert not [line for line in after_a_change if "'torch==" in line or "-m venv" in line]


def test_a_moved_checkout_is_set_up_anew(tmp_path: Path):
    folder = bare_copy(tmp_path)
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "python").symlink_to("/bin/true")
    (folder / ".venv" / ".made").write_text("/somewhere/else\n")
    (folder / ".venv" / ".service").touch()

    assert [line for line in plan(folder, "run") if "--editable" in line]


def test_a_python_that_is_too_old_is_one_clear_sentence(tmp_path: Path):
    old = a_python(tmp_path, "exit 1")

    said = make(bare_copy(tmp_path), "run", f"PYTHON={old} {tmp_path}/absent")

    assert said.returncode != 0
    assert said.stderr.splitlines()[0].startswith("Rolewise needs Python 3.11 or later, and none was found.")
    assert not (tmp_path / ".venv").exists()


def test_a_python_without_venv_is_one_clear_sentence(tmp_path: Path):
    without = a_python(tmp_path, '[ "$1" = -c ] && exit 0; [ "$1" = --version ] && echo Python 3.12.1 && exit 0; exit 1')

    said = make(bare_copy(tmp_path), "run", f"PYTHON={without}")

    assert said.returncode != 0
    assert "install the package python3-venv" in said.stderr
    assert not (tmp_path / ".venv").exists()


def test_tests_need_no_page_and_no_index_of_the_persons_own(tmp_path: Path):
    steps = "\n".join(plan(bare_copy(tmp_path), "test"))

    assert "models pull" in steps
    assert "rolewise-ingest" not in steps
    assert "rolewise serve" not in steps


@pytest.mark.parametrize("target", ["evals", "evals-full", "evals-full RESUME=20261120T101500-test"])
def test_the_evals_are_asked_for_in_words_that_they_know(target: str):
    asked = [line.split()[1:] for line in plan(REPOSITORY, *target.split()) if "rolewise-evals" in line]

    assert [parser().parse_args(words).name for words in asked] in (["run", "view"], ["run", "report"])


def test_ci_runs_the_commands_that_people_run():
    script = (REPOSITORY / ".ci" / "run").read_text()

    commands = [line for line in script.splitlines() if line.startswith(("make", ".venv"))]
    assert commands == ["make check", "make test", '.venv/bin/python "$checker" corpus']
    assert "export CI=true" in script
    assert os.access(REPOSITORY / ".ci" / "run", os.X_OK)


def test_nothing_that_a_person_runs_reads_the_shared_folder():
    code = [REPOSITORY / "Makefile", *(p for root in ("app", "ingest", "evals") for p in (REPOSITORY / root).rglob("*.py"))]

    assert [p for p in code if "../shared" in p.read_text(encoding="utf-8")] == []
