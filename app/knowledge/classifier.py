"""A question's label, learned from the example questions of `corpus/rules/routing_examples.yaml`."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from app.coaching.ports import Encoder, Vectors
from app.errors import IndexDamaged

# The label of the questions that stand beside passages: ordinary by definition, of whichever kind.
COVERED = "covered"
# What numpy raises for a file that is absent, cut short or not its own.
UNREADABLE = (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile)
MEND = "Run `rolewise-ingest --force`."


class QuestionClassifier:
    """Multinomial logistic regression over sentence embeddings; small enough to keep as two arrays.

    `fit` needs scikit-learn, answering needs NumPy alone.
    """

    def __init__(self, labels: Sequence[str], weights: Vectors, bias: Vectors, encoder: Encoder) -> None:
        self._labels = tuple(labels)
        self._weights = weights
        self._bias = bias
        self._encoder = encoder

    def probabilities(self, question: str) -> dict[str, float]:
        """Probability of every label; they sum to 1."""
        logits = self._encoder.encode([question])[0] @ self._weights.T + self._bias
        powers = np.exp(logits - logits.max())
        return dict(zip(self._labels, map(float, powers / powers.sum()), strict=True))


def fit(examples: Mapping[str, Sequence[str]], encoder: Encoder, path: Path) -> None:
    """Learn from labelled examples and write the result to `path` (.npz), with a fingerprint of the examples."""
    from sklearn.linear_model import LogisticRegression

    examples = {label: rows for label, rows in examples.items() if rows}
    questions = [q for rows in examples.values() for q in rows]
    labels = [label for label, rows in examples.items() for _ in rows]
    model = LogisticRegression(C=12.0, max_iter=100, tol=1e-3, class_weight="balanced")
    model.fit(encoder.encode(questions), labels)
    partial = path.with_suffix(".new.npz")
    np.savez(
        partial,
        labels=np.array(list(model.classes_)),
        weights=model.coef_.astype(np.float32),
        bias=model.intercept_.astype(np.float32),
        examples=np.array(examples_fingerprint(examples)),
    )
    partial.chmod(0o600)
    partial.replace(path)


def read(path: Path, encoder: Encoder) -> QuestionClassifier:
    """What `fit` wrote. Raises IndexDamaged if it cannot be read."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as saved:
            return QuestionClassifier([str(x) for x in saved["labels"]], saved["weights"], saved["bias"], encoder)
    except UNREADABLE as error:
        raise IndexDamaged("The router's file is missing or damaged.", MEND) from error


def written_for(path: Path) -> str:
    """Fingerprint of the examples that `path` was learned from, empty if there is no such file."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as saved:
            return str(saved["examples"])
    except UNREADABLE:
        return ""


def examples_fingerprint(examples: Mapping[str, Sequence[str]]) -> str:
    """SHA-256 of the examples, labels and order included."""
    return hashlib.sha256(json.dumps(examples, sort_keys=False).encode()).hexdigest()
