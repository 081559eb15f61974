"""Statements → labels with confidences, by weights that were learned: what is read, remembered, and refused."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from app.coaching.ports import Vectors
from app.coaching.team.roster import OTHERS
from app.errors import CorpusError, WeightsMissing
from app.knowledge.contextual import MADE_BY, ContextualReader
from app.knowledge.layers import read_trained
from app.knowledge.rules import read_rules, read_vocabulary
from app.knowledge.statements import IN_PLACE, NEGLIGIBLE, REMEMBERED, LearnedReader, Weights, read_weights, terms, write_weights
from app.settings import SHIPPED_CORPUS
from tests.knowledge.tiny import Hashes

LABELS = ("team_size", "regulated=true", "regulated=false")
TERMS = ("people", "regulated", "not regulated")


def some_weights(*, bias: Sequence[float] = (-4.0, -4.0, -4.0), by_vector: Vectors | None = None) -> Weights:
    """The word "people" speaks for a size, "regulated" for its flag, and "not regulated" turns it round."""
    by_term = np.array([[9, 0, 0], [0, 9, 0], [0, -20, 20]], np.float32)
    return Weights(
        labels=LABELS,
        vocabulary={term: row for row, term in enumerate(TERMS)},
        rarity=np.ones(3, np.float32),
        by_vector=np.zeros((384, 3), np.float32) if by_vector is None else by_vector,
        by_term=by_term,
        bias=np.array(bias, np.float32),
        vector_share=1.0,
        term_share=1.0,
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "statements.npz"
    write_weights(path, some_weights())
    return path


# Words


def test_the_terms_of_a_statement_are_its_words_and_each_two_neighbours() -> None:
    assert list(terms("We AREN’T big, are we?")) == [
        "we", "aren't", "big", "are", "we", "we aren't", "aren't big", "big are", "are we",
    ]  # fmt: skip


@pytest.mark.parametrize("statement", ["", " ", "…", "👩‍💻 🎉", "| --- | --- |"])
def test_what_has_no_word_has_no_term(statement: str) -> None:
    assert list(terms(statement)) == []


# Confidences


def test_a_word_speaks_for_its_label() -> None:
    size, is_regulated, _ = some_weights().logits("Six people", np.zeros(384, np.float32))

    assert (size, is_regulated) == (pytest.approx(9 - 4), pytest.approx(-4))


def test_no_is_told_apart_from_yes() -> None:
    yes = some_weights().logits("We are regulated", np.zeros(384, np.float32))
    no = some_weights().logits("We are not regulated", np.zeros(384, np.float32))

    assert (yes[1] > 2, yes[2] < -2) == (True, True)
    assert (no[1] < -2, no[2] > 2) == (True, True)


def test_terms_together_weigh_no_more_than_one_alone() -> None:
    one = some_weights(bias=(0, 0, 0)).logits("people", np.zeros(384, np.float32))
    many = some_weights(bias=(0, 0, 0)).logits("people " * 50, np.zeros(384, np.float32))

    assert many == pytest.approx(one, abs=1e-5)


def test_the_vector_counts_where_no_word_is_known() -> None:
    by_vector = np.zeros((384, 3), np.float32)
    by_vector[7, 0] = 9
    vector = np.zeros(384, np.float32)
    vector[7] = 1

    logits = some_weights(by_vector=by_vector).logits("Wir sind zu sechst", vector)

    assert (logits[0] > 2, logits[1] < -2) == (True, True)


# Reading


def test_only_labels_that_matter_are_named(file: Path) -> None:
    labels = LearnedReader(file, Hashes()).read(["Six people"])[0]

    assert labels.keys() == {"team_size"}
    assert all(NEGLIGIBLE <= c <= 1 for c in labels.values())


def test_each_statement_gets_its_own_answer_in_order(file: Path) -> None:
    found = LearnedReader(file, Hashes()).read(["Six people", "Nothing", "We are regulated", "Six people"])

    assert [set(labels) for labels in found] == [{"team_size"}, set(), {"regulated=true"}, {"team_size"}]


def test_a_text_that_was_read_before_is_not_embedded_again(file: Path) -> None:
    encoder = Hashes()
    reader = LearnedReader(file, encoder)

    first = reader.read(["Six people", "We are regulated"])
    second = reader.read(["Six people", "We are regulated"])

    assert second == first
    assert encoder.asked == ["Six people", "We are regulated"]


def test_no_statement_needs_neither_file_nor_encoder(tmp_path: Path) -> None:
    encoder = Hashes()

    assert LearnedReader(tmp_path / "nothing.npz", encoder).read([]) == []
    assert encoder.asked == []


def test_a_warm_reader_has_loaded_its_weights_before_it_is_asked(file: Path) -> None:
    reader = LearnedReader(file, Hashes())

    reader.warm()
    file.unlink()

    assert set(reader.read(["Seven people"])[0]) == {"team_size"}


def test_the_oldest_text_is_forgotten_first(file: Path) -> None:
    encoder = Hashes()
    reader = LearnedReader(file, encoder)

    for n in range(REMEMBERED + 1):
        assert set(reader.read([f"{n} people"])[0]) == {"team_size"}
    reader.read([f"{REMEMBERED} people"])
    assert len(encoder.asked) == REMEMBERED + 1
    reader.read(["0 people"])
    assert len(encoder.asked) == REMEMBERED + 2


class InPlace(ContextualReader):
    """Says the same logits of every statement."""

    def __init__(self, **logits: float) -> None:
        self._logits = logits

    def logits(self, statements: Sequence[str]) -> tuple[tuple[str, ...], npt.NDArray[np.float32]]:
        return tuple(self._logits), np.array([list(self._logits.values())] * len(statements), np.float32)


def test_the_two_models_are_averaged_where_both_know_the_label(file: Path) -> None:
    alone = LearnedReader(file, Hashes()).read(["Six people"])[0]
    even = -5.0 * (1 - IN_PLACE) / IN_PLACE  # takes back the logit of 5 that the words give
    together = LearnedReader(file, Hashes(), InPlace(team_size=even, other=9.0)).read(["Six people"])[0]

    assert alone["team_size"] > 0.99
    assert together == {"team_size": pytest.approx(0.5)}


def test_an_encoder_that_fails_once_leaves_nothing_half_read(file: Path) -> None:
    class Failing(Hashes):
        def encode(self, texts: Sequence[str]) -> Vectors:
            if not self.asked:
                self.asked += texts
                raise WeightsMissing("The embedding model is not there.")
            return super().encode(texts)

    reader = LearnedReader(file, Failing())
    with pytest.raises(WeightsMissing):
        reader.read(["Six people"])

    assert set(reader.read(["Six people"])[0]) == {"team_size"}


def test_threads_that_read_at_once_get_the_same(file: Path) -> None:
    reader = LearnedReader(file, Hashes())
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(reader.read(["Six people", "regulated"]))) for _ in range(8)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 8
    assert all(f == found[0] for f in found)


# The file


def test_what_was_written_is_read_back(file: Path) -> None:
    written, read = some_weights(), read_weights(file)

    assert (read.labels, dict(read.vocabulary)) == (written.labels, dict(written.vocabulary))
    assert (read.vector_share, read.term_share) == (1.0, 1.0)
    for name in ("rarity", "by_vector", "by_term", "bias"):
        assert getattr(read, name) == pytest.approx(getattr(written, name), abs=0.01)
        assert getattr(read, name).dtype == np.float32


def test_writing_again_replaces_the_file_and_leaves_nothing_beside_it(file: Path) -> None:
    write_weights(file, some_weights(bias=(1, 2, 3)))

    assert list(read_weights(file).bias) == [1, 2, 3]
    assert list(file.parent.iterdir()) == [file]


def without(name: str, file: Path) -> bytes:
    with np.load(file) as saved:
        arrays = {key: saved[key] for key in saved.files if key != name}
    np.savez_compressed(file, **arrays)
    return file.read_bytes()


@pytest.mark.parametrize(
    "damaged",
    [
        lambda file: b"",
        lambda file: b"not an archive" * 100,
        lambda file: file.read_bytes()[:-40],
        lambda file: file.read_bytes()[:200],
        lambda file: pickle.dumps({"labels": LABELS}),
        lambda file: without("terms", file),
        lambda file: without("shares", file),
        lambda file: file.read_bytes().replace(b"by_term.npy", b"by_team.npy"),
    ],
    ids=["empty", "no archive", "cut short", "only a start", "pickle", "no terms", "no shares", "other names"],
)
def test_a_damaged_file_is_named_with_what_mends_it(damaged: Callable[[Path], bytes], file: Path) -> None:
    file.write_bytes(damaged(file))

    with pytest.raises(CorpusError) as caught:
        read_weights(file)
    assert "statements.npz" in str(caught.value)
    assert "tools/fit_statements.py" in caught.value.hint


def test_no_flipped_byte_raises_anything_else(file: Path) -> None:
    good = file.read_bytes()
    others: list[Exception] = []

    for at in range(0, len(good), 10):
        file.write_bytes(good[:at] + bytes([good[at] ^ 0xFF]) + good[at + 1 :])
        try:
            read_weights(file)
        except CorpusError:
            continue
        except Exception as error:
            others.append(error)

    assert others == []


def test_a_missing_file_is_named_when_something_is_to_be_read(tmp_path: Path) -> None:
    reader = LearnedReader(tmp_path / "statements.npz", Hashes())

    with pytest.raises(CorpusError, match=r"statements\.npz"):
        reader.read(["Six people"])


# What is shipped


def test_the_shipped_labels_are_facts_responsibilities_and_states() -> None:
    rules = read_rules(SHIPPED_CORPUS / "rules")
    weights = read_weights(SHIPPED_CORPUS / "rules" / "statements.npz")
    facts = {f.id: f for f in rules.facts}
    duties = {d.id for d in rules.duties if d.name}

    roles = {*OTHERS, *(role.id for role in read_vocabulary(SHIPPED_CORPUS / "rules").roles)}
    labels = {"duty": duties, "state": {"owned", "shared", "doubled", "unowned"}, "role": roles}

    def known(label: str) -> bool:
        kind, _, named = label.partition(":")
        fact, _, value = label.partition("=")
        if named:
            return named in labels[kind]
        rule = facts.get(fact)
        if rule is None:
            return False
        values = {"flag": {"true", "false"}, "word": {*rule.values, "someone", "team", "nobody", *roles}}.get(rule.type, {""})
        return value in values

    in_place = read_trained(SHIPPED_CORPUS / "rules" / "reader.npz", MADE_BY)
    assert set(in_place.labels) <= set(weights.labels)
    assert in_place.weight.shape == (len(in_place.labels), 384)
    assert [label for label in weights.labels if not known(label)] == []
    assert weights.by_vector.shape == (384, len(weights.labels))
    assert weights.by_term.shape == (len(weights.vocabulary), len(weights.labels))
    assert weights.rarity.shape == (len(weights.vocabulary),)
