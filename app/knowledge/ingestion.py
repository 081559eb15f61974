"""The pipeline: guides and an organisation's own texts → a checked index version.

An unchanged corpus is recognised by its fingerprint without importing Chroma or loading the embedding model.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from app.coaching.ports import Encoder, Vectors
from app.errors import BadInput, CorpusError, IndexDamaged, IndexMissing
from app.knowledge import classifier
from app.knowledge.corpus import Document, OwnText, Problem, fingerprint, own_document, read_guides
from app.knowledge.index import CHUNKING, SCHEMA, IndexFolder, Manifest, all_texts
from app.knowledge.rules import read_examples, rule_problems

BATCH = 64  # texts per encoder call: progress moves about once a second on two cores

Report = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Ingested:
    """What a run did. `documents` counts added, changed, unchanged, removed; `embedded` counts texts newly embedded."""

    index_version: str
    documents: Mapping[str, int]
    passages: int
    embedded: int
    seconds: float
    problems: tuple[Problem, ...] = ()


def silent(stage: str, done: int, total: int) -> None:
    """A report that nobody reads."""


class OwnCollections:
    """An organisation's own texts, kept as text beside the index so that every rebuild holds them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self) -> list[str]:
        """Names of the collections, sorted."""
        return sorted(p.name for p in self._folder.glob("*") if p.is_dir()) if self._folder.exists() else []

    def texts(self, collection: str) -> list[OwnText]:
        """The texts of a collection in order of name."""
        rows = [json.loads(p.read_text(encoding="utf-8")) for p in sorted((self._folder / collection).glob("*.json"))]
        return [OwnText(**row) for row in rows]

    def put(self, collection: str, own: OwnText) -> None:
        """Keep a text; one of the same name is replaced. Raises BadInput for an impossible collection name."""
        if collection == "shipped" or not collection.replace("-", "").isalnum() or not collection.isascii():
            raise BadInput(
                f"{collection!r} cannot name a collection.", "Use letters, digits and hyphens; `shipped` is taken."
            )
        folder = self._folder / collection
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / f"{fingerprint([own.name])[:32]}.json"
        if path.exists() and OwnText(**json.loads(path.read_text(encoding="utf-8"))).text == own.text:
            return
        partial = path.with_suffix(".new")
        partial.write_text(json.dumps(asdict(own), ensure_ascii=False), encoding="utf-8")
        partial.chmod(0o600)
        partial.replace(path)

    def documents(self) -> list[Document]:
        """Every text of every collection as a document."""
        found: dict[str, Document] = {}
        for name in self.names():
            for own in self.texts(name):
                document = own_document(name, own, found)
                found[document.id] = document
        return list(found.values())


class Pipeline:
    """Turns `corpus` and the own collections into index versions of `index`."""

    def __init__(self, corpus: Path, index: IndexFolder, own: OwnCollections, encoder: Encoder) -> None:
        self._corpus = corpus
        self._index = index
        self._own = own
        self._encoder = encoder

    def check(self) -> list[Problem]:
        """Everything that is wrong with guides and rules; writes nothing."""
        documents, problems = read_guides(self._corpus / "guides")
        if problems:
            return problems
        return rule_problems(self._corpus / "rules", {p.id: p for d in documents for p in d.passages})

    def run(self, *, force: bool = False, report: Report = silent) -> Ingested:
        """Bring the index in step with the corpus.

        Raises CorpusError (with every problem in its message), IndexBusy if another process is writing, IndexDamaged
        if the new version fails its check. On any failure the version before goes on serving.
        """
        started = time.monotonic()
        with self._index.writing():
            documents = self._documents()
            mark = self._fingerprint(documents)
            before = self._before()
            counts = _changes(before.documents if before else {}, {d.id: d.fingerprint for d in documents})
            if before and before.fingerprint == mark and not force:
                self._learn_router(documents)
                return Ingested(before.version, counts, before.passages, 0, time.monotonic() - started)
            version = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%S%f")[:-3] + "-" + mark[:8]
            embedded = self._build(version, mark, documents, report, reuse=not force)
            self._index.make_current(version)
            self._learn_router(documents)
            count = sum(len(d.passages) for d in documents)
            return Ingested(version, counts, count, embedded, time.monotonic() - started)

    def rollback(self) -> str:
        """Let the version before the current one serve again; returns its name. Raises IndexMissing if none is kept."""
        with self._index.writing():
            previous = self._index.previous()
            if previous is None:
                raise IndexMissing("No earlier index version is kept.", "Run `rolewise-ingest`.")
            self._index.open(previous).close()
            self._index.make_current(previous)
            return previous

    def _documents(self) -> list[Document]:
        documents, problems = read_guides(self._corpus / "guides")
        problems += rule_problems(self._corpus / "rules", {p.id: p for d in documents for p in d.passages})
        if problems:
            lines = "; ".join(f"{p.document}:{p.line}: {p.message}" for p in problems)
            raise CorpusError(f"The corpus has {len(problems)} problems: {lines}", "Mend the named fields and run again.")
        return documents + self._own.documents()

    def _fingerprint(self, documents: Sequence[Document]) -> str:
        parts = [self._index.embedding, CHUNKING, str(SCHEMA)]
        parts += [f"{d.id} {d.fingerprint}" for d in documents]
        return fingerprint(parts)

    def _learn_router(self, documents: Sequence[Document]) -> None:
        """Learn the question classifier anew if its examples, or the questions that passages answer, have changed."""
        examples = read_examples(self._corpus / "rules")
        asked = [q for d in documents for p in d.passages for q in p.questions]
        examples |= {classifier.COVERED: asked} if asked else {}
        path = self._index.folder / "router.npz"
        if classifier.written_for(path) != classifier.examples_fingerprint(examples):
            classifier.fit(examples, _Remembering(self._index.known_vectors(), self._encoder), path)

    def _before(self) -> Manifest | None:
        version = self._index.current()
        if version is None:
            return None
        try:
            manifest = self._index.manifest(version)
            self._index.verify(manifest)
        except IndexDamaged:
            return None  # it is built anew
        return manifest

    def _build(self, version: str, mark: str, documents: Sequence[Document], report: Report, *, reuse: bool) -> int:
        passages = [p for d in documents for p in d.passages]
        wanted = all_texts(passages)
        known = self._index.known_vectors() if reuse else {}
        vectors: dict[str, Vectors] = {t: known[t] for t in wanted if t in known}
        missing = [t for t in wanted if t not in vectors]
        for start in range(0, len(missing), BATCH):
            batch = missing[start : start + BATCH]
            vectors.update(zip(batch, self._encoder.encode(batch), strict=True))
            report("embedding", min(start + BATCH, len(missing)), len(missing))
        manifest = Manifest(
            version=version,
            fingerprint=mark,
            embedding=self._index.embedding,
            passages=len(passages),
            sentences=sum(len(p.sentences) for p in passages),
            documents={d.id: d.fingerprint for d in documents},
            created=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        )
        self._index.build(manifest, passages, vectors, report)
        return len(missing)


class _Remembering:
    """An encoder that looks texts up among vectors that exist before it embeds them."""

    def __init__(self, known: Mapping[str, Vectors], encoder: Encoder) -> None:
        self._known = known
        self._encoder = encoder

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One unit vector per text."""
        missing = [t for t in texts if t not in self._known]
        fresh = dict(zip(missing, self._encoder.encode(missing), strict=True))
        return np.stack([fresh[t] if t in fresh else self._known[t] for t in texts])


def _changes(before: Mapping[str, str], now: Mapping[str, str]) -> dict[str, int]:
    return {
        "added": len(now.keys() - before.keys()),
        "changed": sum(1 for d in now.keys() & before.keys() if now[d] != before[d]),
        "unchanged": sum(1 for d in now.keys() & before.keys() if now[d] == before[d]),
        "removed": len(before.keys() - now.keys()),
    }


