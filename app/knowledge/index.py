"""The index on disk: versions built beside the live one, checked, then made current by replacing one pointer file.

    index/
      current            one line, the name of the version that serves
      write.lock         held by the one process that may write; holds its process id
      versions/<name>/   manifest.json · chroma/ · bm25/ · sentences.npy · questions.npy · asked.json · texts.json · vectors.npy

Two processes must never write one Chroma directory, and a Chroma client does not see what another process added: so
a version is written once, by one process, and never touched again.
"""

from __future__ import annotations

import gc
import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from app.coaching.model import Passage, Reference
from app.coaching.ports import Vectors
from app.errors import IndexBusy, IndexDamaged, IndexMismatch, IndexMissing
from app.knowledge.embedding import DIMENSION

SCHEMA = 1
CHUNKING = "sections-2"  # raise when passages are cut or embedded differently
BATCH = 2_000  # rows per Chroma call; its own limit is about 5,400
MEND = "Run `rolewise-ingest --force`."

Report = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Manifest:
    """What a version was made from. `documents` maps document id to content fingerprint; `files` path to bytes."""

    version: str
    fingerprint: str
    embedding: str
    passages: int
    sentences: int
    documents: Mapping[str, str]
    created: str
    chunking: str = CHUNKING
    schema: int = SCHEMA
    files: Mapping[str, int] = field(default_factory=dict)


def embedded_text(passage: Passage) -> str:
    """What is embedded for a passage: title and section stand in front, so that a short section keeps its subject."""
    return f"{passage.title}. {passage.section}. {passage.text}"


def all_texts(passages: Sequence[Passage]) -> list[str]:
    """Every text that an index of these passages embeds, each once."""
    texts = [embedded_text(p) for p in passages]
    texts += [s for p in passages for s in p.sentences]
    texts += [q for p in passages for q in p.questions]
    return list(dict.fromkeys(texts))


def lexical_text(passage: Passage) -> str:
    """What BM25 reads for a passage: the questions that it answers as well."""
    return " ".join([embedded_text(passage), *passage.questions])


class IndexFolder:
    """The one class that writes and reads index versions, so that path, collection and model cannot drift apart."""

    def __init__(self, folder: Path, embedding: str) -> None:
        self.folder = folder
        self.embedding = embedding

    def current(self) -> str | None:
        """Name of the version that serves, None before the first ingestion. Reads one line; cheap at each question."""
        try:
            return (self.folder / "current").read_text(encoding="utf-8").strip() or None
        except FileNotFoundError:
            return None

    def manifest(self, version: str) -> Manifest:
        """What `version` was made from. Raises IndexDamaged if that cannot be read."""
        path = self._version(version) / "manifest.json"
        try:
            return Manifest(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise IndexDamaged(f"The index version {version} has no readable manifest.", MEND) from error

    def versions(self) -> list[str]:
        """Names of the complete versions on disk, oldest first."""
        folder = self.folder / "versions"
        return sorted(p.name for p in folder.glob("*") if (p / "manifest.json").exists()) if folder.exists() else []

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the right to write. Raises IndexBusy at once, with the holder's process id, if another holds it."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileLock(self.folder / "write.lock", mode=0o600)
        owner = self.folder / "write.owner"
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            pid = owner.read_text(encoding="utf-8") if owner.exists() else "unknown"
            raise IndexBusy(f"Process {pid} is writing the index.", "Wait until it has finished.") from error
        try:
            owner.write_text(str(os.getpid()), encoding="utf-8")
            yield
        finally:
            owner.unlink(missing_ok=True)
            lock.release()

    def build(
        self, manifest: Manifest, passages: Sequence[Passage], vectors: Mapping[str, Vectors], report: Report
    ) -> None:
        """Write a version beside the live one and check it; it is not current until `make_current`.

        `vectors` holds a unit vector for each of `all_texts(passages)`. Raises IndexDamaged
        if a passage does not find itself; the half-built version is removed on any failure.
        """
        self._sweep()
        folder = self._version(manifest.version)
        building = folder.with_name("." + folder.name)
        shutil.rmtree(building, ignore_errors=True)
        building.mkdir(parents=True, mode=0o700)
        try:
            self._write(building, passages, vectors, report)
            self._check(building, passages, vectors, report)
            files = {
                str(p.relative_to(building)): p.stat().st_size for p in sorted(building.rglob("*")) if p.is_file()
            }
            for path in building.rglob("*"):
                path.chmod(0o700 if path.is_dir() else 0o600)
            text = json.dumps({**asdict(manifest), "files": files}, indent=1)
            (building / "manifest.json").write_text(text, encoding="utf-8")
            (building / "manifest.json").chmod(0o600)
            building.rename(folder)
        except BaseException:
            shutil.rmtree(building, ignore_errors=True)
            raise

    def make_current(self, version: str) -> None:
        """Let `version` serve: one atomic replacement of the pointer. Keeps the version before it, removes older ones."""
        before = self.current()
        partial = self.folder / "current.new"
        with partial.open("w", encoding="utf-8") as file:
            file.write(version + "\n")
            file.flush()
            os.fsync(file.fileno())
        partial.chmod(0o600)
        partial.replace(self.folder / "current")
        for old in self.versions():
            if old not in (version, before):
                shutil.rmtree(self._version(old), ignore_errors=True)

    def previous(self) -> str | None:
        """The version that served before the current one, None if it is not kept."""
        others = [v for v in self.versions() if v != self.current()]
        return others[-1] if others else None

    def known_vectors(self) -> dict[str, Vectors]:
        """Vectors by text of the current version, so that only what changed is embedded; empty if there is none."""
        version = self.current()
        if version is None:
            return {}
        try:
            if self.manifest(version).embedding != self.embedding:
                return {}
            texts = json.loads((self._version(version) / "texts.json").read_text(encoding="utf-8"))
            return dict(zip(texts, np.load(self._version(version) / "vectors.npy"), strict=True))
        except (OSError, EOFError, ValueError, IndexDamaged):
            return {}

    def open(self, version: str) -> OpenVersion:
        """Open a version for reading.

        Raises IndexMissing, IndexMismatch (another embedding model, chunking or schema: never mixed) or IndexDamaged
        (a file is absent or has another length: it is named).
        """
        manifest = self.manifest(version)
        made = (manifest.embedding, manifest.chunking, manifest.schema)
        if made != (self.embedding, CHUNKING, SCHEMA):
            raise IndexMismatch(
                f"The index was built with {made[0]}, chunking {made[1]}, schema {made[2]}; "
                f"this version needs {self.embedding}, {CHUNKING}, {SCHEMA}.",
                MEND,
            )
        self.verify(manifest)
        return OpenVersion(self._version(version), manifest)

    def verify(self, manifest: Manifest) -> None:
        """Look at the files of a version without opening them.

        Raises IndexDamaged, naming the first file that is absent or has another length. Chroma's own may grow.
        """
        for name, size in manifest.files.items():
            path = self._version(manifest.version) / name
            if not path.is_file() or (path.stat().st_size < size if "chroma" in name else path.stat().st_size != size):
                raise IndexDamaged(f"The index file {name} is missing or truncated.", MEND)

    def open_current(self) -> OpenVersion:
        """Open the version that serves. Raises IndexMissing if nothing was ingested yet."""
        version = self.current()
        if version is None:
            raise IndexMissing("There is no index yet.", "Run `rolewise-ingest`.")
        return self.open(version)

    def _version(self, name: str) -> Path:
        return self.folder / "versions" / name

    def _sweep(self) -> None:
        """Remove what a killed run left half-built."""
        for path in (self.folder / "versions").glob(".*"):
            shutil.rmtree(path, ignore_errors=True)

    def _write(self, folder: Path, passages: Sequence[Passage], vectors: Mapping[str, Vectors], report: Report) -> None:
        sentences = [s for p in passages for s in p.sentences]
        np.save(folder / "sentences.npy", _matrix([vectors[s] for s in sentences]))
        asked = [(p.id, len(p.questions)) for p in passages if p.questions]
        np.save(folder / "questions.npy", _matrix([vectors[q] for p in passages for q in p.questions]))
        (folder / "asked.json").write_text(json.dumps(asked), encoding="utf-8")
        texts = all_texts(passages)
        (folder / "texts.json").write_text(json.dumps(texts, ensure_ascii=False), encoding="utf-8")
        np.save(folder / "vectors.npy", _matrix([vectors[t] for t in texts]))
        first = 0
        with _chroma(folder / "chroma") as collection:
            for start in range(0, len(passages), BATCH):
                batch = passages[start : start + BATCH]
                metadatas = []
                for passage in batch:
                    metadatas.append({"first": first, "passage": json.dumps(asdict(passage), ensure_ascii=False)})
                    first += len(passage.sentences)
                collection.add(
                    ids=[p.id for p in batch],
                    embeddings=_matrix([vectors[embedded_text(p)] for p in batch]),
                    metadatas=metadatas,
                )
                report("writing", min(start + BATCH, len(passages)), len(passages))
        from app.knowledge import lexical

        lexical.write(folder / "bm25", [p.id for p in passages], [lexical_text(p) for p in passages])

    def _check(self, folder: Path, passages: Sequence[Passage], vectors: Mapping[str, Vectors], report: Report) -> None:
        """Every passage finds itself (or one with the very same text) when its own vector is the query."""
        lost = []
        with _chroma(folder / "chroma") as collection:
            for start in range(0, len(passages), 200):
                batch = passages[start : start + 200]
                rows = _matrix([vectors[embedded_text(p)] for p in batch])
                found = collection.query(query_embeddings=rows, n_results=1, include=["distances"])
                for passage, ids, distances in zip(batch, found["ids"], found["distances"], strict=True):
                    if ids[0] != passage.id and distances[0] > 1e-4:
                        lost.append(passage.id)
                report("checking", min(start + 200, len(passages)), len(passages))
        if lost:
            raise IndexDamaged(
                f"{len(lost)} passages do not find themselves in the new index, {lost[0]} among them.", MEND
            )


class OpenVersion:
    """A version opened for reading. `close()` it when its last question has ended: an unclosed one leaks handles."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        from app.knowledge import lexical

        self.manifest = manifest
        self.name = manifest.version
        try:
            self._client = _client(folder / "chroma")
            self._collection = self._client.get_collection("passages", embedding_function=None)
            if self._collection.count() != manifest.passages:
                raise IndexDamaged("The index holds another number of passages than it should.", MEND)
            self.sentence_vectors: Vectors = np.load(folder / "sentences.npy", mmap_mode="r")
            self.lexical = lexical.read(folder / "bm25")
            self._questions: Vectors = np.load(folder / "questions.npy")
            asked = json.loads((folder / "asked.json").read_text(encoding="utf-8"))
            self._asked = [str(i) for i, _ in asked]
            self._starts = np.cumsum([0, *(n for _, n in asked)])[:-1].astype(np.int64)
        except IndexDamaged:
            raise
        except Exception as error:  # Chroma raises its own, SQLite's and Rust's exceptions
            raise IndexDamaged(f"The index version {manifest.version} cannot be opened.", MEND) from error
        self._lock = threading.Lock()
        self._passages: dict[str, tuple[Passage, int]] = {}

    def dense(self, vector: Vectors, limit: int) -> list[tuple[str, float]]:
        """Passage ids nearest to a unit vector of shape (384,), each with its cosine similarity, best first."""
        limit = min(limit, self.manifest.passages)
        found = self._collection.query(query_embeddings=vector[None, :], n_results=limit, include=["distances"])
        distances = (found["distances"] or [[]])[0]
        return [(i, 1.0 - float(d)) for i, d in zip(found["ids"][0], distances, strict=True)]

    def asked(self, vector: Vectors) -> dict[str, tuple[float, float]]:
        """For each passage with questions: the cosine of a unit vector with the nearest of them, and with all on average."""
        if not self._asked:
            return {}
        cosines = self._questions @ vector
        nearest = np.maximum.reduceat(cosines, self._starts)
        counts = np.diff(np.append(self._starts, len(cosines)))
        average = np.add.reduceat(cosines, self._starts) / counts
        return {i: (float(n), float(a)) for i, n, a in zip(self._asked, nearest, average, strict=True)}

    def passages(self, ids: Sequence[str]) -> dict[str, tuple[Passage, int]]:
        """The passages of those ids that exist, each with the row of its first sentence in `sentence_vectors`."""
        with self._lock:
            missing = [i for i in ids if i not in self._passages]
            if missing:
                found = self._collection.get(ids=missing, include=["metadatas"])
                for passage_id, metadata in zip(found["ids"], found["metadatas"] or [], strict=True):
                    first = int(str(metadata["first"]))
                    self._passages[passage_id] = (_passage(json.loads(str(metadata["passage"]))), first)
            return {i: self._passages[i] for i in ids if i in self._passages}

    def close(self) -> None:
        """Give back files and memory."""
        with suppress(Exception):  # closing twice, or a client whose files have gone, is no reason to fail
            self._client.close()
        gc.collect()


def _matrix(rows: Sequence[Vectors]) -> Vectors:
    return np.stack(rows).astype(np.float32) if rows else np.zeros((0, DIMENSION), np.float32)


def _client(folder: Path) -> Any:  # chromadb's client type needs the 1.5 s import
    import chromadb
    from chromadb.config import Settings

    return chromadb.PersistentClient(str(folder), Settings(anonymized_telemetry=False, allow_reset=False))


@contextmanager
def _chroma(folder: Path) -> Iterator[Any]:
    client = _client(folder)
    try:
        yield client.get_or_create_collection(
            "passages", embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
        )
    finally:
        client.close()


def _passage(row: dict[str, Any]) -> Passage:
    row["sentences"] = tuple(row["sentences"])
    row["roles"] = tuple(row["roles"])
    row["questions"] = tuple(row["questions"])
    row["references"] = tuple(Reference(**r) for r in row["references"])
    return Passage(**row)
