"""Finding passages: dense and lexical lists, fused by reciprocal rank, spread over documents; then their sentences."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from app.coaching.model import Evidence, Hit, Passage
from app.coaching.ports import Encoder, Vectors
from app.errors import IndexMissing
from app.knowledge.index import IndexFolder, OpenVersion


@dataclass(frozen=True)
class Tuning:
    """What retrieval was tuned to, on the `dev` queries (docs/decisions/ has the table).

    `depth` is how many passages each list gives; `k` is the constant of reciprocal rank fusion (Cormack, Clarke and
    Büttcher, 2009, who used 60); the weights are those of the lists: passages by meaning, by words, by their best sentence, by
    the nearest of the questions that they answer and by all of those on average; `per_document` is how many
    passages of one document may stand among the first `spread`.
    """

    depth: int = 40
    k: int = 10
    dense: float = 1.0
    lexical: float = 1.5
    sentence: float = 1.0
    asked: float = 1.0
    asked_on_average: float = 1.0
    per_document: int = 5
    spread: int = 5


class HybridRetriever:
    """Searches the current index version; takes a new version at the next question, without a restart.

    Safe to share between threads: a version is closed when the last question that uses it has ended.
    """

    def __init__(
        self, index: IndexFolder, encoder: Encoder, expand: Callable[[str], str], tuning: Tuning | None = None
    ) -> None:
        self._index = index
        self._encoder = encoder
        self._expand = expand
        self.tuning = tuning or Tuning()
        self._lock = threading.Lock()
        self._open: OpenVersion | None = None
        self._users: dict[str, int] = {}
        self._retired: list[OpenVersion] = []

    @property
    def version(self) -> str:
        """Name of the version that is open, or of the one that would be opened."""
        return self._open.name if self._open else self._index.current() or ""

    def warm(self) -> None:
        """Open the current version. Raises an IndexProblem if it cannot serve."""
        with self._using():
            pass

    def search(self, query: str, limit: int) -> list[Hit]:
        """At most `limit` passages, best first; `score` is the fused score as a share of the best possible one."""
        t = self.tuning
        expanded = self._expand(query)
        vector = self._encoder.encode([expanded])[0]
        with self._using() as version:
            dense = version.dense(vector, t.depth)
            lexical = version.lexical.search(expanded, t.depth)
            asked = version.asked(vector)
            nearest = sorted(asked, key=lambda i: -asked[i][0])[: t.depth if t.asked else 0]
            average = sorted(asked, key=lambda i: -asked[i][1])[: t.depth if t.asked_on_average else 0]
            found = version.passages(list(dict.fromkeys([*(i for i, _ in dense), *(i for i, _ in lexical), *nearest, *average])))
            best_sentence = {
                i: float(np.max(version.sentence_vectors[first : first + len(p.sentences)] @ vector))
                for i, (p, first) in found.items()
                if p.sentences
            }
        lists = [
            (t.dense, [i for i, _ in dense]),
            (t.lexical, [i for i, _ in lexical]),
            (t.sentence, sorted(best_sentence, key=lambda i: -best_sentence[i])),
            (t.asked, nearest),
            (t.asked_on_average, average),
        ]
        scores = fused(lists, t.k)
        # A passage without questions of its own, such as an organisation's, could not stand in the last two lists.
        whole = t.dense + t.lexical + t.sentence + t.asked + t.asked_on_average
        scores = {i: s if i in asked else s * whole / (whole - t.asked - t.asked_on_average or whole) for i, s in scores.items()}
        ranked = sorted((i for i in scores if i in found), key=lambda i: (-scores[i], i))
        dense_rank = {i: n for n, (i, _) in enumerate(dense, 1)}
        lexical_rank = {i: n for n, (i, _) in enumerate(lexical, 1)}
        similarity = dict(dense)
        chosen = spread_over_documents(ranked, {i: found[i][0].document for i in ranked}, t.per_document, t.spread)
        return [
            Hit(
                passage=found[i][0],
                score=scores[i],
                dense_rank=dense_rank.get(i),
                lexical_rank=lexical_rank.get(i),
                similarity=similarity.get(i, 0.0),
                asked=asked.get(i, (0.0, 0.0))[0],
            )
            for i in chosen[:limit]
        ]

    def sentences(self, query: str, hits: Sequence[Hit]) -> list[Evidence]:
        """Every sentence of the hits with its cosine similarity to the query, best first."""
        vector = self._encoder.encode([self._expand(query)])[0]
        with self._using() as version:
            rows = version.passages([h.passage.id for h in hits])
            found = [
                Evidence(passage, sentence, float(score))
                for passage, first in rows.values()
                for sentence, score in zip(
                    passage.sentences, _similarities(version.sentence_vectors, first, passage, vector), strict=True
                )
            ]
        return sorted(found, key=lambda e: -e.score)

    def passage(self, passage_id: str) -> Passage | None:
        """The passage of that id, None if the current version does not hold it."""
        with self._using() as version:
            found = version.passages([passage_id]).get(passage_id)
        return found[0] if found else None

    def close(self) -> None:
        """Close what is open; questions that still run keep their version until they end."""
        with self._lock:
            if self._open is not None:
                self._retire(self._open)
                self._open = None

    @contextmanager
    def _using(self) -> Iterator[OpenVersion]:
        with self._lock:
            current = self._index.current()
            if current is None:
                raise IndexMissing("There is no index yet.", "Run `rolewise-ingest`.")
            if self._open is None or self._open.name != current:
                fresh = self._index.open(current)
                if self._open is not None:
                    self._retire(self._open)
                self._open = fresh
            version = self._open
            self._users[version.name] = self._users.get(version.name, 0) + 1
        try:
            yield version
        finally:
            with self._lock:
                self._users[version.name] -= 1
                if self._users[version.name] == 0 and version in self._retired:
                    self._retired.remove(version)
                    version.close()

    def _retire(self, version: OpenVersion) -> None:
        if self._users.get(version.name, 0):
            self._retired.append(version)
        else:
            version.close()


def fused(lists: Sequence[tuple[float, Sequence[str]]], k: int) -> dict[str, float]:
    """Weighted reciprocal rank fusion of ranked ids, scaled so that first place in every list gives 1.0."""
    best = sum(weight for weight, _ in lists) / (k + 1)
    scores: dict[str, float] = {}
    for weight, ids in lists:
        for rank, item in enumerate(ids, 1):
            scores[item] = scores.get(item, 0.0) + weight / (k + rank) / best
    return scores


def spread_over_documents(
    ranked: Sequence[str], document: dict[str, str], per_document: int, among: int
) -> list[str]:
    """`ranked` with a document's surplus passages moved behind the first `among` places, order kept otherwise."""
    first: list[str] = []
    later: list[str] = []
    counts: dict[str, int] = {}
    for item in ranked:
        if len(first) < among and counts.get(document[item], 0) < per_document:
            counts[document[item]] = counts.get(document[item], 0) + 1
            first.append(item)
        else:
            later.append(item)
    return first + later


def _similarities(vectors: Vectors, first: int, passage: Passage, query: Vectors) -> Vectors:
    return np.asarray(vectors[first : first + len(passage.sentences)] @ query, np.float32)
