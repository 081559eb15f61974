from __future__ import annotations

import hashlib
import subprocess
from dataclasses import replace
from pathlib import Path

from app.settings import Secret, Settings
from evals.provenance import code, differences, folder_hash, machine, told, weights


def test_settings_are_told_without_anything_that_could_be_a_password(settings: Settings) -> None:
    secret = replace(
        settings,
        llm="openai:gpt",
        llm_url="https://anna:hunter2@example.org:8443/v1?key=hunter2",
        store_url=Secret("postgresql://anna:hunter2@example.org/db"),
        chroma_url=Secret("http://anna:hunter2@example.org"),
    )

    said = told(secret)

    assert "hunter2" not in repr(said)
    assert "anna" not in repr(said)
    assert said["llm_url"] == "https://example.org:8443"
    assert said["chroma"] == "server"


def test_the_commit_and_whether_anything_differs_from_it_are_told(tmp_path: Path) -> None:
    def git(*words: str) -> None:
        subprocess.run(
            ["git", "-C", str(tmp_path), "-c", "user.name=n", "-c", "user.email=e@example.org", *words],
            check=True,
            capture_output=True,
        )

    git("init")
    (tmp_path / "a").write_text("one", encoding="utf-8")
    git("add", "a")
    git("commit", "-m", "one")

    clean = code(tmp_path)
    (tmp_path / "a").write_text("two", encoding="utf-8")
    dirty = code(tmp_path)

    assert len(clean["commit"]) == 40
    assert (clean["dirty"], dirty["dirty"]) == (False, True)


def test_outside_a_repository_there_is_no_commit(tmp_path: Path) -> None:
    assert code(tmp_path) == {"commit": "", "dirty": None}


def test_a_model_file_that_the_settings_name_is_hashed(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "own.gguf"
    path.write_bytes(b"weights")

    assert weights(replace(settings, llm=f"embedded:{path}")) == hashlib.sha256(b"weights").hexdigest()
    assert weights(settings) == ""
    assert weights(replace(settings, llm="embedded")).startswith("cc324af0")


def test_a_folder_that_changed_has_another_hash(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("one", encoding="utf-8")
    before = folder_hash(tmp_path)

    (tmp_path / "a.yaml").write_text("two", encoding="utf-8")

    assert folder_hash(tmp_path) != before


def test_the_machine_names_python_and_libraries() -> None:
    told = machine()

    assert told["python"].startswith("3.")
    assert told["libraries"]["numpy"][0].isdigit()


def test_differences_name_where_they_are() -> None:
    assert differences({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}, "d": 4}) == ["a.c: 2, 3", "d: None, 4"]
    assert differences({"a": [1]}, {"a": [1]}) == []
