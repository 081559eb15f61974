"""BM25 over passages: the words of a question against the words of titles, sections and text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.coaching.words import stems


class LexicalIndex:
    """A BM25 index (bm25s, Lucene's variant) over passage ids."""

    def __init__(self, bm25: Any, ids: Sequence[str]) -> None:  # bm25s ships no types
        self._bm25 = bm25
        self._ids = ids

    def search(self, query: str, limit: int) -> list[tuple[str, float]]:
        """Ids of the passages that share words with the query, best first, at most `limit`, with BM25 scores."""
        words = stems(query)
        known = [w for w in words if w in self._bm25.vocab_dict]
        if not known or not self._ids:
            return []
        rows, scores = self._bm25.retrieve([known], k=min(limit, len(self._ids)), show_progress=False, n_threads=1)
        return [(self._ids[int(r)], float(s)) for r, s in zip(rows[0], scores[0], strict=True) if s > 0]


def write(folder: Path, ids: Sequence[str], texts: Sequence[str]) -> None:
    """Write an index over `texts`; `ids` name them."""
    import bm25s

    bm25 = bm25s.BM25()
    bm25.index([stems(text) for text in texts], show_progress=False)
    bm25.save(str(folder))
    (folder / "ids.json").write_text(json.dumps(list(ids)), encoding="utf-8")


def read(folder: Path) -> LexicalIndex:
    """Open what `write` wrote."""
    import bm25s

    bm25 = bm25s.BM25.load(str(folder), load_corpus=False)
    return LexicalIndex(bm25, json.loads((folder / "ids.json").read_text(encoding="utf-8")))
