"""What the tests of evals share: settings over a real index, and a service that reuses the loaded embedding model."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.coaching.ports import ChatModel
from app.settings import Settings
from app.wiring import Service, open_service
from evals.subject import Bench, read_all_guides

Opening = Callable[[Settings], Service]


@pytest.fixture(scope="session")
def evals_data(index_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with an index that these tests only read."""
    data = tmp_path_factory.mktemp("evals") / "data"
    shutil.copytree(index_data, data)
    return data


@pytest.fixture
def settings(service: Service, evals_data: Path) -> Settings:
    """Settings without a language model."""
    return Settings(data=evals_data, models=service.settings.models, corpus=service.settings.corpus, llm="none")


@pytest.fixture
def opening_with(service: Service) -> Callable[[ChatModel | None], Opening]:
    """Opens a service with this model and the embedding model that is loaded already."""

    def opening_with(model: ChatModel | None) -> Opening:
        def opening(settings: Settings) -> Service:
            opened = open_service(settings, model=model)
            opened.__dict__["embedder"] = service.embedder
            return opened

        return opening

    return opening_with


@pytest.fixture
def opening(opening_with: Callable[[ChatModel | None], Opening]) -> Opening:
    """Opens a service without a model."""
    return opening_with(None)


@pytest.fixture(scope="session")
def bench(service: Service) -> Bench:
    """What scorers judge with."""
    return Bench(service.embedder, service.vocabulary, read_all_guides(service))
