"""What a statement of a team description speaks of: two models, whose logits are averaged.

A linear one over the statement's MiniLM vector and its words, which knows the words that matter, and a trained one that reads
it in its place (`contextual.py`), which knows what the words around it make of it. `tools/fit_statements.py` makes the file that
is read here, from the labelled statements and descriptions in `corpus/rules/`.
"""

from __future__ import annotations

import re
import threading
from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from app.coaching.ports import Encoder, Vectors
from app.errors import CorpusError
from app.knowledge.contextual import ContextualReader
from app.knowledge.layers import UNREADABLE

REMEMBERED = 50  # descriptions: a what-if reads none again
IN_PLACE = 0.6  # how much the logits of the trained model count; set on held-out descriptions
NEGLIGIBLE = 0.05  # confidence below which a label is not named
_WORD = re.compile(r"\w[\w'’]*")


def terms(statement: str) -> Iterator[str]:
    """Its words in lower case, and each two neighbours: negations and numbers are told apart by them."""
    words = [w.lower().replace("’", "'") for w in _WORD.findall(statement)]
    yield from words
    yield from (f"{a} {b}" for a, b in pairwise(words))


@dataclass(frozen=True)
class Weights:
    """A logit for each label: `by_vector` (384, labels), `by_term` (terms, labels), `bias` (labels).

    A term counts with 1 + log of its frequency times `rarity`, the whole scaled to length `term_share`; the vector, which has
    length 1, counts `vector_share`.
    """

    labels: tuple[str, ...]
    vocabulary: Mapping[str, int]
    rarity: Vectors
    by_vector: Vectors
    by_term: Vectors
    bias: Vectors
    vector_share: float
    term_share: float

    def logits(self, statement: str, vector: Vectors) -> npt.NDArray[np.float32]:
        """The logit of every label."""
        logits: Any = self.bias + self.vector_share * (vector @ self.by_vector)  # numpy widens half of these types
        counted = Counter(self.vocabulary[t] for t in terms(statement) if t in self.vocabulary)
        if counted:
            rows = np.fromiter(counted, np.int64)
            weights = (1 + np.log(np.fromiter(counted.values(), np.float32))) * self.rarity[rows]
            logits = logits + (self.term_share / float(np.linalg.norm(weights))) * (weights @ self.by_term[rows])
        return np.asarray(logits, np.float32)


class LearnedReader:
    """A `StatementReader` over what `tools/fit_statements.py` and `tools/train_reader.py` made. Safe to share between threads.

    Without `in_place` the linear model reads alone.
    """

    def __init__(self, path: Path, encoder: Encoder, in_place: ContextualReader | None = None) -> None:
        self._path = path
        self._encoder = encoder
        self._in_place = in_place
        self._lock = threading.Lock()
        self._weights: Weights | None = None
        self._recent: OrderedDict[tuple[str, ...], list[Mapping[str, float]]] = OrderedDict()

    def warm(self) -> None:
        """Load both models now. Raises what `read` raises."""
        self.read(["We are six people."])

    def read(self, statements: Sequence[str]) -> list[Mapping[str, float]]:
        """For each statement of one text, in order, the labels with a confidence of at least 0.05; 50 texts are remembered.

        Raises CorpusError if a file cannot be read, and what the encoder raises.
        """
        text = tuple(statements)
        if not text:
            return []
        with self._lock:
            found = self._recent.pop(text, None) or self._read(text)
            self._recent[text] = found
            while len(self._recent) > REMEMBERED:
                self._recent.popitem(last=False)
        return list(found)

    def _read(self, statements: Sequence[str]) -> list[Mapping[str, float]]:
        self._weights = self._weights or read_weights(self._path)
        labels = self._weights.labels
        vectors = self._encoder.encode(statements)
        logits = np.stack([self._weights.logits(s, v) for s, v in zip(statements, vectors, strict=True)])
        if self._in_place is not None:
            known, in_place = self._in_place.logits(statements)
            at = {label: n for n, label in enumerate(known)}
            both = [n for n, label in enumerate(labels) if label in at]
            logits[:, both] += IN_PLACE * (in_place[:, [at[labels[n]] for n in both]] - logits[:, both])
        confidences = 1 / (1 + np.exp(-logits))
        return [{labels[j]: float(row[j]) for j in np.flatnonzero(row >= NEGLIGIBLE)} for row in confidences]


def read_weights(path: Path) -> Weights:
    """What `write_weights` wrote. Raises CorpusError if it cannot be read."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as saved:
            arrays: dict[str, Any] = {name: saved[name] for name in saved.files}
            return Weights(
                tuple(map(str, arrays["labels"])),
                {str(term): row for row, term in enumerate(arrays["terms"])},
                arrays["rarity"].astype(np.float32),
                arrays["by_vector"].astype(np.float32),
                arrays["by_term"].astype(np.float32),
                arrays["bias"].astype(np.float32),
                float(arrays["shares"][0]),
                float(arrays["shares"][1]),
            )
    except UNREADABLE as error:
        raise CorpusError(
            f"{path.name} is missing or damaged, so descriptions of teams cannot be read.",
            "Restore it from the repository, or run `python tools/fit_statements.py`.",
        ) from error


def write_weights(path: Path, weights: Weights) -> None:
    """Keep the weights in half precision."""
    partial = path.with_suffix(".new.npz")
    np.savez_compressed(
        partial,
        labels=np.array(list(weights.labels)),
        terms=np.array(list(weights.vocabulary)),
        rarity=weights.rarity.astype(np.float16),
        by_vector=weights.by_vector.astype(np.float16),
        by_term=weights.by_term.astype(np.float16),
        bias=weights.bias.astype(np.float16),
        shares=np.array([weights.vector_share, weights.term_share]),
    )
    partial.replace(path)
