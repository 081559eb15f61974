"""The embedding model: texts → unit vectors, loaded where it is first needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from app.errors import WeightsDamaged, WeightsMissing
from app.knowledge.embedding import DIMENSION, Embedder
from app.wiring import Service


def never() -> Path:
    raise AssertionError("the model was asked for")


def test_texts_become_unit_vectors_in_their_order(service: Service) -> None:
    texts = ["A product owner orders the backlog.", "The weather is lovely.", "Who puts the backlog in order?"]

    vectors = service.embedder.encode(texts)

    assert vectors.shape == (3, DIMENSION)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 1], abs=1e-5)
    assert vectors[0] @ vectors[2] > vectors[0] @ vectors[1] + 0.3


def test_a_text_has_one_vector_however_it_is_asked_for(service: Service) -> None:
    alone = service.embedder.encode(["A plan."])[0]

    together = service.embedder.encode(["Another text.", "A plan.", "A plan."])

    assert np.allclose(together[1], alone, atol=1e-5)
    assert np.array_equal(together[1], together[2])


def test_what_was_given_out_is_not_changed_by_its_user(service: Service) -> None:
    before = service.embedder.encode(["A plan that is kept."])
    first = before.copy()

    before[:] = 0

    assert np.array_equal(service.embedder.encode(["A plan that is kept."]), first)


def test_no_text_gives_no_row_and_loads_nothing() -> None:
    embedder = Embedder(never)

    assert embedder.encode([]).shape == (0, DIMENSION)
    assert not embedder.loaded


@pytest.mark.parametrize("text", ["", "日本語", "a " * 5_000, "\n", "{x}"])
def test_any_text_has_a_vector(text: str, service: Service) -> None:
    assert np.isfinite(service.embedder.encode([text])).all()


def test_a_folder_that_holds_no_model_is_said_with_the_command_that_mends_it(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{", encoding="utf-8")

    with pytest.raises(WeightsDamaged) as caught:
        Embedder(lambda: tmp_path).warm()

    assert "rolewise models pull" in caught.value.hint


def test_weights_that_were_not_pulled_are_missing() -> None:
    def missing() -> Path:
        raise WeightsMissing("The model has not been pulled.", "Run `rolewise models pull`.")

    with pytest.raises(WeightsMissing):
        Embedder(missing).encode(["x"])


def test_making_one_imports_nothing_heavy() -> None:
    script = (
        "import sys; from pathlib import Path; from app.knowledge.embedding import Embedder\n"
        "Embedder(lambda: Path('.')); print(*sorted({'torch', 'transformers', 'sentence_transformers'} & sys.modules.keys()))"
    )

    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert said.stdout.strip() == ""
