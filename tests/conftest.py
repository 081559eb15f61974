"""What all tests share: a clean environment, the pulled weights, and an index built once by the real pipeline."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import platformdirs
import pytest

from app.errors import WeightsProblem
from app.llm import catalogue, weights
from app.settings import Settings
from app.wiring import Service, be_quiet, embedding_identity, open_service

REPOSITORY = Path(__file__).resolve().parent.parent
# Read once: each test has its environment cleaned.
MODELS = Path(os.environ.get("ROLEWISE_MODELS") or platformdirs.user_cache_path("rolewise") / "models").absolute()


def pytest_configure() -> None:
    """Nothing that is imported by a test sends or prints anything of its own accord."""
    be_quiet()


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting and no key of the person who runs the tests is seen; data goes to the test's own folder."""
    for name in os.environ:
        if name.startswith("ROLEWISE_") or name.endswith("_API_KEY"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("ROLEWISE_MODELS", str(MODELS))
    monkeypatch.setenv("ROLEWISE_DATA", str(tmp_path / "data"))


@pytest.fixture(scope="session")
def models_folder() -> Path:
    """Where the weights lie, the embedding model among them."""
    try:
        weights.path_of(catalogue.EMBEDDING_MODEL, MODELS)
    except WeightsProblem as problem:
        pytest.fail(f"{problem} Run {problem.hint} first; `make test` does.", pytrace=False)
    return MODELS


@pytest.fixture(scope="session")
def index_data(models_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with an index of the shipped guides. Read it, never write to it: see `own_data`.

    Built by the real pipeline, which embeds for a minute. Kept between runs as long as neither guides nor pipeline
    change; under CI it is always built.
    """
    data = tmp_path_factory.mktemp("index") / "data"
    kept = REPOSITORY / ".pytest_cache" / f"index-{_what_an_index_depends_on()}"
    if os.environ.get("CI") != "true":
        with suppress(OSError):  # none is kept, or another run is clearing up
            return Path(shutil.copytree(kept, data))
        shutil.rmtree(data, ignore_errors=True)
    open_service(_settings(data, models_folder)).pipeline().run()
    _keep(data, kept)
    return data


@pytest.fixture
def own_data(index_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """ROLEWISE_DATA with an index of its own, which the test may change or break."""
    data = tmp_path / "data"
    shutil.copytree(index_data, data)
    monkeypatch.setenv("ROLEWISE_DATA", str(data))
    return data


@pytest.fixture(scope="session")
def service(index_data: Path, models_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The real service without a language model, on an index of its own; loaded once."""
    data = tmp_path_factory.mktemp("service") / "data"
    shutil.copytree(index_data, data)
    made = open_service(_settings(data, models_folder))
    yield made
    made.close()


def _keep(data: Path, kept: Path) -> None:
    """Keep the index for the next run, whole or not at all, in place of older ones."""
    for old in kept.parent.glob("index-*"):
        shutil.rmtree(old, ignore_errors=True)
    partial = kept.with_name(f"new-{kept.name}-{os.getpid()}")
    shutil.copytree(data, partial)
    try:
        partial.rename(kept)
    except OSError:  # another run was quicker
        shutil.rmtree(partial, ignore_errors=True)


def _settings(data: Path, models: Path) -> Settings:
    return Settings(data=data, models=models, corpus=REPOSITORY / "corpus", llm="none")


def _what_an_index_depends_on() -> str:
    digest = hashlib.sha256(embedding_identity().encode())
    for folder, pattern in ((REPOSITORY / "corpus", "**/*.*"), (REPOSITORY / "app" / "knowledge", "*.py")):
        for path in sorted(folder.glob(pattern)):
            digest.update(str(path.relative_to(REPOSITORY)).encode() + path.read_bytes())
    return digest.hexdigest()[:16]
