"""The embedding model: texts → unit vectors, loaded where it is first needed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from app.coaching.ports import Vectors
from app.errors import WeightsDamaged

DIMENSION = 384
MODEL = "all-MiniLM-L6-v2"


class Embedder:
    """MiniLM through sentence-transformers; opening it imports torch (4 to 10 s on two cores), so it is lazy.

    `folder` is asked for the (verified) place of the files then. Safe to share between threads. The last 512 single texts
    are remembered, since a question is encoded by several parts on its way.
    """

    name = MODEL

    def __init__(self, folder: Callable[[], Path]) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._model: Any = None  # SentenceTransformer; untyped here so that importing this file stays cheap
        self._recent: OrderedDict[str, Vectors] = OrderedDict()

    @property
    def loaded(self) -> bool:
        """Whether the model is in memory."""
        return self._model is not None

    def warm(self) -> None:
        """Load the model now. Raises WeightsDamaged if its files cannot be used."""
        with self._lock:
            self._open()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One unit vector per text, shape (len(texts), 384), float32."""
        if not texts:
            return np.zeros((0, DIMENSION), np.float32)
        with self._lock:
            missing = [t for t in dict.fromkeys(texts) if t not in self._recent]
            fresh: dict[str, Vectors] = {}
            if missing:
                vectors = np.asarray(
                    self._open().encode(missing, normalize_embeddings=True, show_progress_bar=False), np.float32
                )
                fresh = dict(zip(missing, vectors, strict=True))
            rows = [fresh[t] if t in fresh else self._recent[t] for t in texts]
            if len(missing) <= 16:
                self._recent.update(fresh)
                while len(self._recent) > 512:
                    self._recent.popitem(last=False)
        return np.stack(rows)

    def _open(self) -> Any:
        if self._model is None:
            folder = self._folder()
            from sentence_transformers import SentenceTransformer

            try:
                self._model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
            except Exception as error:  # the library raises whatever its tokenizer, config or weights reader raises
                raise WeightsDamaged(
                    f"The embedding model in {folder.name} cannot be loaded.", "Run `rolewise models pull`."
                ) from error
        return self._model
