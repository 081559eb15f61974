"""What a statement of a team description speaks of: a linear model over its MiniLM vector and its words.

`tools/fit_statements.py` makes the file that is read here, from the labelled statements and descriptions in `corpus/rules/`.
"""

from __future__ import annotations

import re
import threading
import zipfile
import zlib
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

REMEMBERED = 2000  # statements: a what-if reads none again
NEGLIGIBLE = 0.05  # confidence below which a label is not named
# What numpy raises for a file that is absent, cut short, altered or not its own.
UNREADABLE = (OSError, EOFError, ValueError, KeyError, RuntimeError, zipfile.BadZipFile, zlib.error)
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

    def confidences(self, statement: str, vector: Vectors) -> npt.NDArray[np.float32]:
        """The confidence (0..1) of every label."""
        logits: Any = self.bias + self.vector_share * (vector @ self.by_vector)  # numpy widens half of these types
        counted = Counter(self.vocabulary[t] for t in terms(statement) if t in self.vocabulary)
        if counted:
            rows = np.fromiter(counted, np.int64)
            weights = (1 + np.log(np.fromiter(counted.values(), np.float32))) * self.rarity[rows]
            logits = logits + (self.term_share / float(np.linalg.norm(weights))) * (weights @ self.by_term[rows])
        return np.asarray(1 / (1 + np.exp(-logits)), np.float32)


class LearnedReader:
    """A `StatementReader` over the file that `tools/fit_statements.py` wrote. Safe to share between threads."""

    def __init__(self, path: Path, encoder: Encoder) -> None:
        self._path = path
        self._encoder = encoder
        self._lock = threading.Lock()
        self._weights: Weights | None = None
        self._recent: OrderedDict[str, Mapping[str, float]] = OrderedDict()

    def read(self, statements: Sequence[str]) -> list[Mapping[str, float]]:
        """For each statement the labels with a confidence of at least 0.05; the last 2,000 statements are remembered.

        Raises CorpusError if the file cannot be read, and what the encoder raises.
        """
        with self._lock:
            missing = [s for s in dict.fromkeys(statements) if s not in self._recent]
            fresh = self._read(missing) if missing else {}
            found = [fresh[s] if s in fresh else self._recent[s] for s in statements]
            self._recent.update(fresh)
            while len(self._recent) > REMEMBERED:
                self._recent.popitem(last=False)
        return found

    def _read(self, statements: Sequence[str]) -> dict[str, Mapping[str, float]]:
        self._weights = self._weights or read_weights(self._path)
        found: dict[str, Mapping[str, float]] = {}
        for statement, vector in zip(statements, self._encoder.encode(statements), strict=True):
            row = self._weights.confidences(statement, vector)
            found[statement] = {self._weights.labels[j]: float(row[j]) for j in np.flatnonzero(row >= NEGLIGIBLE)}
        return found


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
