"""spaCy's English model as far as names need it: people that it recognises, and how much a single word is like a name."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from app.documents.names import NAMES, OTHERS, PLACES
from app.documents.sightings import unaccented

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from spacy.language import Language

_UNUSED = ["parser", "senter", "attribute_ruler", "lemmatizer"]
_BLOCK = 5_000  # characters that are read at once; what spaCy keeps grows with them
_JOINT = re.compile(r"[-\u2010\u2011'’]")
_RIDGE = 1.0


class NameModel:
    """The loaded model. Loading takes about 5 s with the import of spaCy; safe to use from several threads.

    Raises ImportError, OSError or ValueError when the folder holds no model that this spaCy can load.
    """

    def __init__(self, folder: Path) -> None:
        import numpy as np
        import spacy

        self._language: Language = spacy.load(folder, exclude=_UNUSED)
        self._lock = threading.Lock()
        # Ridge regression from word vectors: 1 for names, -1 for places and all other words.
        names, others = self._vectors(sorted(NAMES)), self._vectors(sorted(PLACES | OTHERS))
        vectors = np.column_stack([[*names, *others], np.ones(len(names) + len(others))])
        wanted = np.array([1.0] * len(names) + [-1.0] * len(others))
        square = vectors.T @ vectors + _RIDGE * np.eye(vectors.shape[1])
        solved = np.linalg.solve(square, vectors.T @ wanted)
        self._weights, self._bias = solved[:-1], float(solved[-1])

    def people(self, text: str) -> list[tuple[int, int]]:
        """Start and end of what the model takes for names of people."""
        found = []
        with self._lock:
            for offset, block in _blocks(text):
                found += [
                    (offset + entity.start_char, offset + entity.end_char)
                    for entity in self._language(block).ents
                    if entity.label_ == "PERSON"
                ]
        return found

    def likeness(self, word: str) -> float | None:
        """From -1, a word of another kind, to 1, a name; None for a word that the model has never met.

        It knows 680,000 forms: what it has not met is a rare name of something or somebody.
        """
        with self._lock:
            parts = [part for part in _JOINT.split(word) if part]
            vectors = self._vectors([word]) or (self._vectors(parts) if len(parts) > 1 else [])
        if not vectors:
            return None
        products = [float(vector @ self._weights) + self._bias for vector in vectors]
        return max(-1.0, min(1.0, sum(products) / len(products)))

    def _vectors(self, words: Iterable[str]) -> list[NDArray[np.float64]]:
        """The vectors, of length 1, of those words that have one."""
        found = []
        for word in words:
            for form in (word, word.capitalize(), unaccented(word)):
                vector = self._language.vocab.get_vector(form).astype("float64")
                length = float((vector @ vector) ** 0.5)
                if length:
                    found.append(vector / length)
                    break
        return found


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """The text in pieces that end with a line, each with its offset."""
    start = 0
    while start < len(text):
        end = min(start + _BLOCK, len(text))
        if end < len(text):
            end = max(text.rfind("\n", start, end), text.rfind(". ", start, end)) + 1 or end
            end = end if end > start else min(start + _BLOCK, len(text))
        yield start, text[start:end]
        start = end
