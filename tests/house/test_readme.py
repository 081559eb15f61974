"""Every command in the README is run here; one that is not known to this file fails."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

import app.cli
import ingest.main
from tests.house.making import REPOSITORY, plan

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"```bash\n(.*?)```", README, re.S) for line in block.splitlines()]
ARTICLE = "A delivery lead at Falkenberg books the ferry for every release party, and keeps the plan."

MADE = [c for c in COMMANDS if re.match(r"(?:\w+=\S+ )?make ", c)]
ROLEWISE = [c for c in COMMANDS if c.startswith("rolewise ")]
INGEST = [c for c in COMMANDS if c.startswith("rolewise-ingest")]
OTHERS = {
    "source .venv/bin/activate",  # made by `make run`
    "docker compose up --build",  # tests/house/test_docker.py reads what it builds
}


def test_every_command_is_run_by_one_of_the_tests_here():
    assert sorted(COMMANDS) == sorted([*MADE, *ROLEWISE, *INGEST, *OTHERS])


@pytest.mark.parametrize("line", MADE)
def test_make_knows_the_command(line: str):
    words = shlex.split(line)
    *settings, _make, target = words

    assert plan(REPOSITORY, target)
    for setting in settings:
        from app.settings import read_settings

        read_settings(dict([setting.split("=", 1)]))


@pytest.mark.parametrize("line", ROLEWISE)
def test_rolewise_runs_the_command(
    line: str, own_data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("ROLEWISE_LLM", "none")

    code = app.cli.main(shlex.split(line)[1:])

    assert code == 0
    assert capsys.readouterr().out.strip()


@pytest.mark.parametrize("line", INGEST)
def test_own_documents_are_ingested_as_it_says(
    line: str, own_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "article.txt").write_text(ARTICLE, encoding="utf-8")

    code = ingest.main.main(shlex.split(line)[1:])

    assert code == 0
    assert "1 added" in capsys.readouterr().out
    assert (own_data / "collections" / "article").is_dir()


def test_it_stays_under_150_lines():
    assert len(README.splitlines()) < 150


def test_every_setting_that_it_names_exists():
    from app.settings import NAMES

    assert set(re.findall(r"ROLEWISE_\w+", README)) <= set(NAMES)


def test_every_file_that_it_links_to_is_there():
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in link]

    assert links
    assert [link for link in links if not (REPOSITORY / link).exists()] == []


def test_the_activation_script_is_where_it_says():
    assert shutil.which("bash")
    assert (REPOSITORY / ".venv" / "bin" / "activate").exists()
