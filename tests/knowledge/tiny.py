"""A corpus of two guides, and an encoder that needs no model: for tests of reading, indexing and finding."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import yaml

from app.coaching.ports import Vectors
from app.knowledge.embedding import DIMENSION
from app.knowledge.index import IndexFolder
from app.knowledge.ingestion import OwnCollections, Pipeline
from app.knowledge.rules import read_examples
from app.settings import SHIPPED_CORPUS

EMBEDDING = "hashes@1"
BACKLOG = "A product owner puts the backlog in order."
ALONE = "A team of five may share the planning."
FRONT = """id: {id}
title: "{title}"
kind: role
roles: [product_owner]
summary: "What it is for."
stance: neutral
facts: [F001]
sources:
  - {{title: "A work", publisher: "A house", url: "https://example.org/work", licence: "CC0"}}
reviewed: 2026-07-01
"""
OWNER = f"""## What it is for

{BACKLOG} It is one person.

## Where it stops

A product owner leaves the schedule to others.
"""
SHARING = f"""## When it works

{ALONE} Few suppliers make it easier.
"""
TIE = f'{{passage: owner#what-it-is-for, sentence: "{BACKLOG}"}}'
CONSIDERATIONS = f"""delivery:
  roles: [project_manager]
  bands: {{clear: 0.75, leaning: 0.5}}
  least: 1.0
  opening: {TIE}
  options:
    shared:
      name: sharing it
      prior: 0.2
      verdicts: {{keep: Go on sharing., unclear: Share it.}}
    dedicated:
      name: a project manager
      held_by: [project_manager]
      verdicts: {{unclear: Have one.}}
  considerations:
    - {{id: small, points_to: shared, weight: 1.5, when: {{team_size: "<=9"}}, text: "You are {{team_size}}.",
       passage: sharing#when-it-works, sentence: "{ALONE}"}}
  caveat: {{passage: sharing#when-it-works, sentence: "{ALONE}"}}
"""


class Hashes:
    """An `Encoder`: each text has a direction of its own. `asked` keeps what was to be embedded."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return np.stack([vector(t) for t in texts]) if texts else np.zeros((0, DIMENSION), np.float32)


def vector(text: str) -> Vectors:
    """A unit vector that only this text has."""
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    row = np.random.default_rng(seed).standard_normal(DIMENSION)
    return (row / np.linalg.norm(row)).astype(np.float32)


def a_corpus(folder: Path) -> Path:
    """A corpus folder with the guides `owner` and `sharing`, and rules that are tied to them."""
    (folder / "guides").mkdir(parents=True)
    write_guide(folder, "owner", OWNER)
    write_guide(folder, "sharing", SHARING)
    # what was learned, and from what, is large, and nothing that reads rules looks at it
    shutil.copytree(SHIPPED_CORPUS / "rules", folder / "rules", ignore=shutil.ignore_patterns("*.jsonl", "*.npz"))
    (folder / "rules" / "considerations.yaml").write_text(CONSIDERATIONS, encoding="utf-8")
    duties = folder / "rules" / "responsibilities.yaml"
    shipped = duties.read_text(encoding="utf-8")
    duties.write_text(re.sub(r"(?m)^  (\w+): \{passage:.*$", rf"  \1: {TIE}", shipped), encoding="utf-8")
    (folder / "rules" / "routing_examples.yaml").write_text(_few_examples(), encoding="utf-8")
    return folder


@cache
def _few_examples() -> str:
    return yaml.safe_dump({label: rows[:3] for label, rows in read_examples(SHIPPED_CORPUS / "rules").items()})


def write_guide(corpus: Path, name: str, body: str, **changes: str) -> Path:
    """Write a guide; `changes` replace lines of its front matter, an empty one leaves the line out."""
    lines = []
    for line in FRONT.format(id=name, title=name.capitalize()).splitlines():
        field = line.partition(":")[0]
        if changes.get(field, line):
            lines.append(changes.get(field, line))
    lines += [text for field, text in changes.items() if text and not any(line.startswith(f"{field}:") for line in lines)]
    path = corpus / "guides" / f"{name}.md"
    path.write_text("---\n" + "\n".join(lines) + "\n---\n" + body, encoding="utf-8")
    return path


def a_pipeline(corpus: Path, data: Path, encoder: Hashes | None = None, embedding: str = EMBEDDING) -> Pipeline:
    """The pipeline over `corpus`, writing to `data`."""
    return Pipeline(corpus, IndexFolder(data / "index", embedding), OwnCollections(data / "collections"), encoder or Hashes())
