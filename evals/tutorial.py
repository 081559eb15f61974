"""The plain pipeline of a hundred tutorials, to compare with: cut, embed, search once, stuff four chunks into the model."""

from __future__ import annotations

import datetime as dt
import re
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.coaching.model import Passage, Prompt
from app.coaching.ports import ChatModel, Encoder
from app.knowledge.index import IndexFolder, Manifest, OpenVersion, embedded_text
from app.knowledge.ingestion import silent

CHUNK = 1_000  # characters, with OVERLAP of them shared by neighbours: the sizes that most tutorials copy
OVERLAP = 200
CHUNKS = 4
MOST_TOKENS = 256
SEPARATORS = ("\n\n", "\n", " ", "")
# The prompt that those tutorials pull from LangChain's hub (rlm/rag-prompt).
SYSTEM = (
    "You are an assistant for question-answering tasks. Use the following pieces of retrieved context to answer the "
    "question. If you don't know the answer, just say that you don't know. Use three sentences maximum and keep the "
    "answer concise."
)
UNKNOWN = re.compile(r"\bI (?:do not|don['’]t) know\b", re.I)
FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.S)


@dataclass(frozen=True)
class TutorialAnswer:
    """What it said, from which documents, in how long and for how many tokens."""

    text: str
    documents: tuple[str, ...]
    first_word_ms: int
    total_ms: int
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int

    @property
    def says_unknown(self) -> bool:
        """Whether it says that it does not know."""
        return bool(UNKNOWN.search(self.text))


class Tutorial:
    """One dense search, four chunks, one prompt, temperature 0, nothing checked. Close it when done."""

    def __init__(self, guides: Path, encoder: Encoder, model: ChatModel) -> None:
        self._encoder = encoder
        self._model = model
        self._folder = tempfile.TemporaryDirectory(prefix="rolewise-tutorial-")
        self._texts: dict[str, str] = {}
        self._version = self._built(guides)

    def answer(self, question: str) -> TutorialAnswer:
        """Its answer. Raises a ModelError as the model does."""
        started = time.monotonic()
        found = [i for i, _ in self._version.dense(self._encoder.encode([question])[0], CHUNKS)]
        context = "\n\n".join(self._texts[i] for i in found)
        prompt = Prompt(SYSTEM, f"Question: {question}\nContext: {context}\nAnswer:", MOST_TOKENS)
        generation = self._model.generate(prompt, threading.Event())
        pieces: list[str] = []
        first = 0
        for piece in generation:
            if piece and not pieces:
                first = _since(started)
            pieces.append(piece)
        usage = generation.usage
        return TutorialAnswer(
            text="".join(pieces).strip(),
            documents=tuple(dict.fromkeys(i.rpartition("#")[0] for i in found)),
            first_word_ms=first,
            total_ms=_since(started),
            prompt_tokens=usage.prompt_tokens,
            cached_tokens=usage.cached_tokens,
            completion_tokens=usage.completion_tokens,
        )

    def close(self) -> None:
        """Remove its index."""
        self._version.close()
        self._folder.cleanup()

    def _built(self, guides: Path) -> OpenVersion:
        """An index of its own, in the same kind of Chroma, over plain chunks without title or section."""
        passages = []
        for path in sorted(guides.glob("*.md")):
            # Only the text: a list of sources in its chunks would make the comparison too easy.
            text = FRONT_MATTER.sub("", path.read_text(encoding="utf-8"))
            for number, chunk in enumerate(chunks(text)):
                passages.append(_passage(f"{path.stem}#{number}", path.stem, chunk))
        self._texts = {p.id: p.text for p in passages}
        vectors = self._encoder.encode([p.text for p in passages])
        index = IndexFolder(Path(self._folder.name), "tutorial")
        manifest = Manifest("plain", "", "tutorial", len(passages), 0, {}, dt.datetime.now(dt.UTC).isoformat())
        rows = {embedded_text(p): vector for p, vector in zip(passages, vectors, strict=True)}
        with index.writing():
            index.build(manifest, passages, rows, silent)
            index.make_current(manifest.version)
        return index.open_current()


def chunks(text: str, size: int = CHUNK, overlap: int = OVERLAP, separators: Sequence[str] = SEPARATORS) -> list[str]:
    """The text cut at the coarsest separator that keeps pieces within `size`, neighbours sharing up to `overlap`."""
    text = text.strip()
    if len(text) <= size:
        return [text] if text else []
    separator, *finer = separators
    if not separator:
        return [text[start : start + size] for start in range(0, len(text) - overlap, size - overlap)]
    parts: list[str] = []
    for part in text.split(separator):
        parts += chunks(part, size, 0, finer) if len(part) > size else [part.strip()]
    return _merged([p for p in parts if p], separator, size, overlap)


def _merged(parts: Sequence[str], separator: str, size: int, overlap: int) -> list[str]:
    merged: list[str] = []
    window: list[str] = []
    for part in parts:
        if window and len(separator.join([*window, part])) > size:
            merged.append(separator.join(window))
            while window and (len(separator.join(window)) > overlap or len(separator.join([*window, part])) > size):
                window.pop(0)
        window.append(part)
    return [*merged, separator.join(window)] if window else merged


def _passage(passage_id: str, document: str, text: str) -> Passage:
    return Passage(passage_id, document, "tutorial", "", "", text, (), "plain", (), "neutral", "")


def _since(started: float) -> int:
    return round(1000 * (time.monotonic() - started))
