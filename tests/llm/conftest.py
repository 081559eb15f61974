"""What tests of language models share: the pulled weights."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs
import pytest

from app.errors import WeightsProblem
from app.llm import weights
from app.llm.catalogue import LANGUAGE_MODEL

# Read when tests are collected: each test has its environment cleaned.
MODELS = Path(os.environ.get("ROLEWISE_MODELS") or platformdirs.user_cache_path("rolewise") / "models")


@pytest.fixture(scope="session")
def language_model_path() -> Path:
    """The default model's verified file."""
    try:
        return weights.path_of(LANGUAGE_MODEL, MODELS)
    except WeightsProblem as problem:
        pytest.fail(f"{problem} Run {problem.hint} first; `make test` does.", pytrace=False)
