"""Running the commands in this process: one import of torch serves every test."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

import app.cli
import ingest.main
from tests.cli.commands import Command, command


@pytest.fixture(autouse=True)
def no_language_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests are about the commands; `tests/llm` runs the model."""
    monkeypatch.setenv("ROLEWISE_LLM", "none")


@pytest.fixture
def rolewise(capsys: pytest.CaptureFixture[str]) -> Command:
    """The command `rolewise`."""
    return command(app.cli.main, capsys)


@pytest.fixture
def rolewise_ingest(capsys: pytest.CaptureFixture[str]) -> Command:
    """The command `rolewise-ingest`."""
    return command(ingest.main.main, capsys)


@pytest.fixture(scope="session")
def shared_data(index_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with an index, for tests that do not mind what others have asked in it."""
    data = tmp_path_factory.mktemp("cli") / "data"
    shutil.copytree(index_data, data)
    return data


@pytest.fixture
def with_index(shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """ROLEWISE_DATA is a folder with an index; nothing in it may be broken."""
    monkeypatch.setenv("ROLEWISE_DATA", str(shared_data))
    return shared_data


@pytest.fixture
def own_models(models_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """ROLEWISE_MODELS with a copy of the embedding model that the test may change; the large file is linked."""
    models = tmp_path / "models"
    shutil.copytree(models_folder / "all-MiniLM-L6-v2", models / "all-MiniLM-L6-v2", copy_function=_linked)
    monkeypatch.setenv("ROLEWISE_MODELS", str(models))
    return models


def _linked(source: str, target: str) -> None:
    if source.endswith(".safetensors"):
        os.symlink(os.path.realpath(source), target)
    else:
        shutil.copy2(source, target)
