"""Statements read in their place: windows, the file of changes, and the real layers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from app.errors import CorpusError, WeightsMissing
from app.knowledge.contextual import MADE_BY, WINDOW, ContextualReader, windows_of
from app.knowledge.layers import Trained, read_trained, write_trained
from app.llm import catalogue, weights

CHANGED = "encoder.layer.5.output.dense.weight"


def some_trained(**changes: float) -> Trained:
    """Two labels: one that the first component of a vector speaks for, one that is always unlikely."""
    chance = np.random.default_rng(1)
    weight = np.zeros((2, 384), np.float32)
    weight[0, 0] = 1
    made = {name: chance.normal(0, scale, (384, 1536)).astype(np.float32) for name, scale in changes.items()}
    return Trained(("team_size", "regulated=true"), weight, np.array([0, -4], np.float32), made)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "reader.npz"
    write_trained(path, some_trained(**{CHANGED: 0.01}))
    return path


@pytest.fixture(scope="module")
def minilm(models_folder: Path) -> Callable[[], Path]:
    return lambda: weights.path_of(catalogue.EMBEDDING_MODEL, models_folder)


def test_windows_hold_neighbours_and_cut_no_statement() -> None:
    assert list(windows_of([100, 80, 20, 90])) == [[0, 1], [2, 3]]
    assert list(windows_of([WINDOW + 50, 10])) == [[0], [1]]
    assert list(windows_of([])) == []


def test_what_was_written_is_read_back_within_half_a_step(file: Path) -> None:
    written, read = some_trained(**{CHANGED: 0.01}), read_trained(file, MADE_BY)

    assert read.labels == written.labels
    assert list(read.bias) == list(written.bias)
    step = np.abs(written.changes[CHANGED]).max(-1, keepdims=True) / 127
    assert (np.abs(read.changes[CHANGED] - written.changes[CHANGED]) <= 0.51 * step).all()
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize(
    "damaged",
    [lambda b: b"", lambda b: b"no archive" * 50, lambda b: b[:-60], lambda b: b.replace(b"weight.npy", b"waight.npy")],
    ids=["empty", "no archive", "cut short", "other names"],
)
def test_a_damaged_file_is_named_with_what_mends_it(damaged: Callable[[bytes], bytes], file: Path) -> None:
    file.write_bytes(damaged(file.read_bytes()))

    with pytest.raises(CorpusError, match=r"reader\.npz") as caught:
        read_trained(file, MADE_BY)
    assert "tools/train_reader.py" in caught.value.hint


def test_changes_for_another_model_are_refused(tmp_path: Path, minilm: Callable[[], Path]) -> None:
    path = tmp_path / "reader.npz"
    write_trained(path, some_trained(**{"encoder.layer.77.output.dense.weight": 0.01}))

    with pytest.raises(CorpusError):
        ContextualReader(path, minilm).logits(["Six people."])


def test_weights_that_are_not_there_are_named(file: Path) -> None:
    def missing() -> Path:
        raise WeightsMissing("The embedding model is not there.")

    with pytest.raises(WeightsMissing):
        ContextualReader(file, missing).logits(["Six people."])


def test_each_statement_has_a_row_in_order_whatever_the_window(file: Path, minilm: Callable[[], Path]) -> None:
    reader = ContextualReader(file, minilm)
    many = [f"We are {n} people in the team, and we sit together in one room of the house." for n in range(60)]

    labels, logits = reader.logits(many)

    assert labels == ("team_size", "regulated=true")
    assert logits.shape == (60, 2)
    assert np.isfinite(logits).all()
    assert np.allclose(logits[:, 1], -4)
    assert np.allclose(reader.logits(many[:1])[1][0, 1], -4)


def test_the_changes_and_the_words_around_it_both_count(file: Path, tmp_path: Path, minilm: Callable[[], Path]) -> None:
    unchanged = tmp_path / "unchanged.npz"
    write_trained(unchanged, some_trained())
    statements = ["Who decides?", "Nobody."]

    changed = ContextualReader(file, minilm).logits(statements)[1]
    plain = ContextualReader(unchanged, minilm)

    assert abs(changed[0, 0] - plain.logits(statements)[1][0, 0]) > 1e-3
    assert abs(plain.logits(["Nobody."])[1][0, 0] - plain.logits(statements)[1][1, 0]) > 1e-3


@pytest.mark.parametrize("odd", ["", "🎉", "a" * 5000, "\u200b", "Zażółć gęślą jaźń"])
def test_an_odd_statement_is_read_like_any_other(odd: str, file: Path, minilm: Callable[[], Path]) -> None:
    assert np.isfinite(ContextualReader(file, minilm).logits([odd, "Six people."])[1]).all()
