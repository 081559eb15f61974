"""What the papers name is there."""

import re
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PATH = (REPOSITORY / "docs" / "path.md").read_text(encoding="utf-8")


def test_the_path_of_a_question_names_files_that_exist():
    named = set(re.findall(r"\b(?:app|corpus|ingest|evals|docs)/[\w./-]+[\w/]", PATH))

    assert len(named) > 20
    assert [name for name in sorted(named) if not (REPOSITORY / name).exists()] == []


def test_the_path_of_a_question_names_every_step_of_the_core():
    helpers = {"__init__", "model", "ports", "memory", "words", "vocabulary", "rules"}
    steps = {p.stem for p in (REPOSITORY / "app" / "coaching").glob("*.py")} - helpers

    assert [step for step in sorted(steps) if f"{step}.py" not in PATH] == []


def test_the_changelog_speaks_without_exclamation_marks():
    for paper in ("README.md", "CHANGELOG.md", "docs/path.md"):
        assert not re.search(r"\w!(?:\s|$)", (REPOSITORY / paper).read_text(encoding="utf-8")), paper
