"""Guides on disk → documents with passages; strict about front matter, naming every bad file and field at once."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.coaching.model import Passage, Reference
from app.knowledge.markdown import Section, sections, slug

# The safe loader, ten times as fast where PyYAML was built with libyaml.
SAFE_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
SHIPPED = "shipped"
MAX_FRONT_MATTER = 20_000  # characters; far above any guide, far below what an alias bomb needs
MAX_SECTION = 1_600  # characters: MiniLM reads 256 word pieces, about 1,100 characters; sentences are embedded apart
FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.S)

Role = Literal[
    "product_manager", "product_owner", "project_manager", "delivery_manager", "scrum_master", "programme_manager",
    "technical_programme_manager", "business_analyst", "engineering_manager", "tech_lead", "service_owner",
    "portfolio_manager", "product_operations", "agile_coach",
]  # fmt: skip


class _Reference(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: str = Field(min_length=1)
    publisher: str = Field(min_length=1)
    url: str = Field(pattern=r"^(https?://\S+)?$")
    licence: str = Field(min_length=1)


class FrontMatter(BaseModel):
    """What a guide says about itself; a missing or unknown field stops ingestion."""

    model_config = ConfigDict(extra="forbid")
    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    title: str = Field(min_length=1)
    kind: Literal["role", "comparison", "practice", "situation", "career", "failure"]
    roles: list[Role]
    summary: str = Field(min_length=1)
    stance: Literal["neutral", "shared", "dedicated", "both_sides", "one_view"]
    facts: list[str]
    sources: list[_Reference] = Field(min_length=1)
    reviewed: dt.date


@dataclass(frozen=True)
class Problem:
    """What is wrong with a document, and where."""

    document: str
    line: int
    message: str


@dataclass(frozen=True)
class Document:
    """One guide or one of an organisation's own documents, with its passages; `fingerprint` changes with its content."""

    id: str
    collection: str
    fingerprint: str
    passages: tuple[Passage, ...]
    facts: tuple[str, ...] = ()


@dataclass(frozen=True)
class OwnText:
    """A text of an organisation, already read from its file; `name` is shown as its title."""

    name: str
    text: str
    added: str


def read_guides(folder: Path) -> tuple[list[Document], list[Problem]]:
    """Every guide of `folder` in order of name, and everything that is wrong with any of them.

    `questions.yaml` beside the folder may name questions that passages answer.
    """
    documents: list[Document] = []
    questions, problems = _read_questions(folder.parent / "questions.yaml")
    for path in sorted(folder.glob("*.md")):
        result = _read_guide(path, questions)
        if isinstance(result, Document):
            documents.append(result)
        else:
            problems += result
    known = {p.id for d in documents for p in d.passages}
    if known and not problems:
        problems += [Problem("questions.yaml", 1, f"{i} is no passage") for i in sorted(questions.keys() - known)]
    if not documents and not problems:
        problems.append(Problem(str(folder.name), 1, "there are no guides (*.md) in this folder"))
    return documents, problems


def _read_questions(path: Path) -> tuple[dict[str, list[str]], list[Problem]]:
    if not path.exists():
        return {}, []
    try:
        read = yaml.load(path.read_text(encoding="utf-8"), Loader=SAFE_LOADER)  # noqa: S506 - safe, in C
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return {}, [Problem(path.name, 1, "cannot be read as YAML")]
    well = isinstance(read, dict) and all(
        isinstance(rows, list) and rows and all(isinstance(q, str) and q.strip() for q in rows) for rows in read.values()
    )
    return (read, []) if well else ({}, [Problem(path.name, 1, "is no mapping of passages to lists of questions")])


def _read_guide(path: Path, questions: Mapping[str, Sequence[str]]) -> Document | list[Problem]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return [Problem(path.name, 1, f"cannot be read as UTF-8 text: {error.__class__.__name__}")]
    match = FRONT_MATTER.match(text)
    if not match or len(match[1]) > MAX_FRONT_MATTER:
        return [Problem(path.name, 1, "does not begin with front matter between two lines of ---")]
    try:
        front = FrontMatter.model_validate(yaml.load(match[1], Loader=SAFE_LOADER))  # noqa: S506 - safe, in C
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return [Problem(path.name, mark.line + 2 if mark else 1, "front matter is not valid YAML")]
    except ValidationError as error:
        return [
            Problem(path.name, 2, f"field {'.'.join(map(str, e['loc'])) or 'front matter'}: {e['msg'].lower()}")
            for e in error.errors()
        ]
    above = text[: match.end()].count("\n")
    problems = []
    if front.id != path.stem:
        problems.append(Problem(path.name, 2, f"field id: is {front.id!r}, the file is named {path.stem!r}"))
    body = sections(text[match.end() :])
    problems += [Problem(path.name, above + line, message) for line, message in _body_problems(body)]
    if problems:
        return problems
    references = tuple(Reference(s.title, s.publisher, s.url, s.licence) for s in front.sources)
    passages = tuple(
        Passage(
            id=f"{front.id}#{slug(section.heading)}",
            document=front.id,
            collection=SHIPPED,
            title=front.title,
            section=section.heading,
            text=section.text,
            sentences=section.sentences,
            kind=front.kind,
            roles=tuple(front.roles),
            stance=front.stance,
            reviewed=front.reviewed.isoformat(),
            references=references,
            questions=tuple(questions.get(f"{front.id}#{slug(section.heading)}", ())),
        )
        for section in body
    )
    asked = [q for p in passages for q in p.questions]
    return Document(front.id, SHIPPED, fingerprint([text, *asked]), passages, tuple(front.facts))


def _body_problems(body: Sequence[Section]) -> Iterable[tuple[int, str]]:
    if not body:
        yield 1, "has no text below its front matter"
    seen: set[str] = set()
    for section in body:
        if not section.heading:
            yield section.line, "has text above its first heading"
        if slug(section.heading) in seen:
            yield section.line, f"heading {section.heading!r} stands twice"
        seen.add(slug(section.heading))
        if len(section.text) > MAX_SECTION:
            yield section.line, f"section {section.heading!r} has {len(section.text)} characters, more than {MAX_SECTION}"


def own_document(collection: str, own: OwnText, taken: Collection[str] = ()) -> Document:
    """An organisation's text as a document: cut along headings, and long sections along sentences.

    Its id is made from its name; if that is among the `taken` ones, a few letters of the name's fingerprint are added.
    """
    name = slug(own.name.rsplit(".", 1)[0])[:60].strip("-") or "document"
    if f"{collection}.{name}" in taken:
        name = f"{name}-{fingerprint([own.name])[:6]}"
    passages: list[Passage] = []
    anchors: set[str] = set()
    for section in sections(own.text):
        for part in _parts(section.sentences):
            anchor = slug(section.heading)
            number = 2
            while anchor in anchors:
                anchor, number = f"{slug(section.heading)}-{number}", number + 1
            anchors.add(anchor)
            passages.append(
                Passage(
                    id=f"{collection}.{name}#{anchor}",
                    document=f"{collection}.{name}",
                    collection=collection,
                    title=own.name,
                    section=section.heading,
                    text=" ".join(part),
                    sentences=part,
                    kind="own",
                    roles=(),
                    stance="one_view",
                    reviewed=own.added,
                    references=(Reference(own.name, f"your collection {collection}", "", "your own document"),),
                )
            )
    return Document(f"{collection}.{name}", collection, fingerprint([own.name, own.text]), tuple(passages))


def _parts(sentences: Sequence[str], size: int = 900) -> Iterable[tuple[str, ...]]:
    part: list[str] = []
    for sentence in sentences:
        if part and sum(map(len, part)) + len(sentence) > size:
            yield tuple(part)
            part = []
        part.append(sentence)
    if part:
        yield tuple(part)


def fingerprint(texts: Iterable[str]) -> str:
    """SHA-256 over texts, each closed by a NUL so that moving a boundary changes it."""
    digest = hashlib.sha256()
    for text in texts:
        digest.update(text.encode("utf-8") + b"\0")
    return digest.hexdigest()
