"""A question's label, learned from examples."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.errors import IndexDamaged
from app.knowledge.classifier import examples_fingerprint, fit, read, written_for
from tests.knowledge.tiny import Hashes

EXAMPLES = {
    "explain": ["What is it?", "What does it do?"],
    "team": ["Do we need one?", "Should we hire?"],
    "fit": ["Am I suited?", "Would I?"],
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    fit(EXAMPLES, Hashes(), tmp_path / "router.npz")
    return tmp_path / "router.npz"


@pytest.mark.parametrize(("label", "question"), [(label, q) for label, rows in EXAMPLES.items() for q in rows])
def test_an_example_gets_its_own_label(label: str, question: str, path: Path) -> None:
    shares = read(path, Hashes()).probabilities(question)

    assert max(shares, key=lambda k: shares[k]) == label
    assert sum(shares.values()) == pytest.approx(1.0, abs=1e-5)
    assert set(shares) == set(EXAMPLES)


def test_learning_twice_gives_the_same(path: Path, tmp_path: Path) -> None:
    fit(EXAMPLES, Hashes(), tmp_path / "again.npz")

    question = "What should we do?"
    assert read(tmp_path / "again.npz", Hashes()).probabilities(question) == read(path, Hashes()).probabilities(question)


def test_it_is_known_which_examples_it_was_learned_from(path: Path, tmp_path: Path) -> None:
    assert written_for(path) == examples_fingerprint(EXAMPLES)
    assert written_for(path) != examples_fingerprint(EXAMPLES | {"fit": ["Am I?"]})
    assert written_for(tmp_path / "absent.npz") == ""


def test_only_the_owner_may_read_it_and_nothing_half_written_stays(path: Path) -> None:
    assert path.stat().st_mode & 0o077 == 0
    assert [p.name for p in path.parent.iterdir()] == ["router.npz"]


@pytest.mark.parametrize("kept", [0, 3, 100, 2_000])
def test_a_damaged_file_is_refused_with_the_command_that_mends_it(kept: int, path: Path) -> None:
    path.write_bytes(path.read_bytes()[:kept])

    with pytest.raises(IndexDamaged) as caught:
        read(path, Hashes())

    assert "rolewise-ingest" in caught.value.hint


@pytest.mark.parametrize("kept", [0, 3, 100, 2_000])
def test_a_damaged_file_was_learned_from_nothing_so_that_it_is_learned_anew(kept: int, path: Path) -> None:
    path.write_bytes(path.read_bytes()[:kept])

    assert written_for(path) == ""


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IndexDamaged):
        read(tmp_path / "absent.npz", Hashes())


def test_a_file_that_holds_a_pickle_is_not_loaded(tmp_path: Path) -> None:
    np.savez(tmp_path / "router.npz", labels=np.array([{"a": 1}], dtype=object), weights=np.zeros(1), bias=np.zeros(1))

    with pytest.raises(IndexDamaged):
        read(tmp_path / "router.npz", Hashes())
