"""Guides on disk → documents with passages: strict, naming every bad file and field at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.coaching.model import Reference
from app.knowledge.corpus import (
    MAX_SECTION,
    Document,
    FrontMatter,
    OwnText,
    Problem,
    fingerprint,
    own_document,
    read_guides,
)
from tests.knowledge.tiny import BACKLOG, OWNER, a_corpus, write_guide


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return a_corpus(tmp_path / "corpus")


def problems(corpus: Path) -> list[Problem]:
    return read_guides(corpus / "guides")[1]


def documents(corpus: Path) -> list[Document]:
    found, wrong = read_guides(corpus / "guides")
    assert wrong == []
    return found


# A good guide


def test_a_guide_becomes_passages_along_its_headings(corpus: Path) -> None:
    owner = documents(corpus)[0]

    assert (owner.id, owner.collection, owner.facts) == ("owner", "shipped", ("F001",))
    assert [p.id for p in owner.passages] == ["owner#what-it-is-for", "owner#where-it-stops"]
    first = owner.passages[0]
    assert (first.title, first.section, first.sentences) == ("Owner", "What it is for", (BACKLOG, "It is one person."))
    assert (first.kind, first.roles, first.stance, first.reviewed) == ("role", ("product_owner",), "neutral", "2026-07-01")
    assert first.references == (Reference("A work", "A house", "https://example.org/work", "CC0"),)


def test_each_sentence_stands_in_the_file(corpus: Path) -> None:
    for document in documents(corpus):
        text = (corpus / "guides" / f"{document.id}.md").read_text(encoding="utf-8")
        assert all(s in text for p in document.passages for s in p.sentences)


def test_questions_beside_the_guides_belong_to_their_passages(corpus: Path) -> None:
    before = documents(corpus)[0].fingerprint
    (corpus / "questions.yaml").write_text("owner#what-it-is-for: ['Who orders the backlog?']\n", encoding="utf-8")

    owner = documents(corpus)[0]

    assert owner.passages[0].questions == ("Who orders the backlog?",)
    assert owner.passages[1].questions == ()
    assert owner.fingerprint != before


# What is wrong is named


@pytest.mark.parametrize("field", list(FrontMatter.model_fields))
def test_a_missing_field_is_named_with_its_file(field: str, corpus: Path) -> None:
    if field == "sources":
        path = corpus / "guides" / "owner.md"
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(line for line in lines if not line.startswith(("sources:", "  - {title"))), encoding="utf-8")
    else:
        write_guide(corpus, "owner", OWNER, **{field: ""})

    found = problems(corpus)

    assert [p.document for p in found] == ["owner.md"]
    assert f"field {field}:" in found[0].message


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"colour": "colour: red"}, "colour"),
        ({"kind": "kind: poem"}, "kind"),
        ({"stance": "stance: angry"}, "stance"),
        ({"roles": "roles: [wizard]"}, "roles.0"),
        ({"reviewed": "reviewed: soon"}, "reviewed"),
        ({"title": 'title: ""'}, "title"),
        ({"id": "id: Owner!"}, "id"),
        ({"sources": "sources: []\nignored:"}, "sources"),
        ({"facts": "facts: F001"}, "facts"),
    ],
)
def test_an_unknown_or_impossible_field_is_named_with_its_file(change: dict[str, str], field: str, corpus: Path) -> None:
    write_guide(corpus, "owner", OWNER, **change)

    found = problems(corpus)

    assert {p.document for p in found} == {"owner.md"}
    assert any(f"field {field}" in p.message for p in found)


@pytest.mark.parametrize("url", ["ftp://example.org/x", "javascript:alert(1)", "example.org", "https://a b"])
def test_an_address_of_a_source_is_a_web_address_or_nothing(url: str, corpus: Path) -> None:
    path = corpus / "guides" / "owner.md"
    path.write_text(path.read_text(encoding="utf-8").replace("https://example.org/work", url), encoding="utf-8")

    assert "field sources.0.url" in problems(corpus)[0].message


def test_an_id_that_is_not_the_files_name_is_named(corpus: Path) -> None:
    write_guide(corpus, "owner", OWNER, id="id: proprietor")

    found = problems(corpus)

    assert "field id" in found[0].message
    assert "proprietor" in found[0].message


def test_a_heading_that_stands_twice_is_named_with_its_line(corpus: Path) -> None:
    path = write_guide(corpus, "owner", OWNER + "\n## Where it stops\n\nHere.\n")
    lines = path.read_text(encoding="utf-8").splitlines()

    found = problems(corpus)

    assert [p.message for p in found] == ["heading 'Where it stops' stands twice"]
    assert lines[found[0].line - 1] == "## Where it stops"
    assert found[0].line == len(lines) - 2


def test_text_above_the_first_heading_is_named(corpus: Path) -> None:
    write_guide(corpus, "owner", "Too early.\n\n" + OWNER)

    assert [p.message for p in problems(corpus)] == ["has text above its first heading"]


def test_a_guide_without_text_is_named(corpus: Path) -> None:
    write_guide(corpus, "owner", "\n")

    assert [p.message for p in problems(corpus)] == ["has no text below its front matter"]


def test_a_section_that_is_too_long_to_embed_is_named(corpus: Path) -> None:
    write_guide(corpus, "owner", "## Long\n\n" + "Words go on. " * (MAX_SECTION // 10))

    assert "'Long'" in problems(corpus)[0].message


@pytest.mark.parametrize(
    "text", ["", "no front matter", "---\nid: x\n", "---\n- a\n---\nText.", "---\n[\n---\nText.", "--- \nid: x\n---\n"]
)
def test_what_is_no_front_matter_is_named(text: str, corpus: Path) -> None:
    (corpus / "guides" / "owner.md").write_text(text, encoding="utf-8")

    assert {p.document for p in problems(corpus)} == {"owner.md"}


def test_bytes_that_are_no_text_are_named(corpus: Path) -> None:
    (corpus / "guides" / "owner.md").write_bytes(b"---\nid: \xff\xfe\n---\n")

    assert "UTF-8" in problems(corpus)[0].message


def test_everything_that_is_wrong_is_named_at_once(corpus: Path) -> None:
    write_guide(corpus, "owner", OWNER, stance="", kind="kind: poem")
    write_guide(corpus, "sharing", "Too early.\n\n## A\n\nText.\n")

    found = problems(corpus)

    assert [p.document for p in found] == ["owner.md", "owner.md", "sharing.md"]


def test_an_empty_folder_is_a_problem(tmp_path: Path) -> None:
    assert "no guides" in problems(tmp_path)[0].message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nowhere#at-all: ['Where?']\n", "nowhere#at-all is no passage"),
        ("owner#what-it-is-for: Where?\n", "mapping of passages to lists of questions"),
        ("owner#what-it-is-for: []\n", "mapping of passages to lists of questions"),
        ("- a\n", "mapping of passages to lists of questions"),
        ("[", "cannot be read as YAML"),
    ],
)
def test_questions_that_belong_to_no_passage_are_named(text: str, message: str, corpus: Path) -> None:
    (corpus / "questions.yaml").write_text(text, encoding="utf-8")

    found = problems(corpus)

    assert found[0].document == "questions.yaml"
    assert message in found[0].message


# Hostile front matter


def test_an_alias_bomb_is_refused_without_being_blown_up(corpus: Path) -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(12)
    )
    write_guide(corpus, "owner", OWNER, bomb=bomb + "bomb: *m")

    found = problems(corpus)

    assert {p.document for p in found} == {"owner.md"}
    assert all(len(p.message) < 500 for p in found)


@pytest.mark.parametrize(
    "tag", ["!!python/object/apply:os.system ['exit 3']", "!!python/name:os.system", "!<tag:evil.example,2002:x> y"]
)
def test_an_object_tag_is_refused(tag: str, corpus: Path) -> None:
    write_guide(corpus, "owner", OWNER, title=f"title: {tag}")

    assert [p.message for p in problems(corpus)] == ["front matter is not valid YAML"]


def test_front_matter_without_end_is_refused(corpus: Path) -> None:
    write_guide(corpus, "owner", OWNER, summary="summary: " + "x" * 30_000)

    assert "front matter" in problems(corpus)[0].message


# An organisation's own texts


def test_an_own_text_is_cut_along_headings_and_long_sections_along_sentences() -> None:
    long = " ".join(f"Sentence number {n} says something of its own." for n in range(60))

    document = own_document(
        "acme", OwnText("Team guide.md", f"Opening words.\n\n# Rules\n\n{long}\n\n# Rules\n\nOnce more.\n", "2026-07-01")
    )

    assert document.id == "acme.team-guide"
    assert len({p.id for p in document.passages}) == len(document.passages) > 3
    assert document.passages[0].id == "acme.team-guide#opening"
    assert all(len(p.text) < 1_000 for p in document.passages)
    assert all(p.collection == "acme" and p.title == "Team guide.md" and p.references for p in document.passages)
    assert sum(len(p.sentences) for p in document.passages) == 62


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\temp\\x.docx", "\u202egnp.md", "日本.pdf", "a" * 300, ".", ""])
def test_an_own_texts_name_never_leaves_its_collection(name: str) -> None:
    document = own_document("acme", OwnText(name, "# A\n\nText.\n", "2026-07-01"))

    assert document.id.startswith("acme.")
    assert len(document.id) < 80
    assert not set(document.id) & set("/\\ ~\0")


def test_an_own_text_without_a_word_has_no_passage() -> None:
    assert own_document("acme", OwnText("a.md", " \n\n", "2026-07-01")).passages == ()


def test_a_fingerprint_changes_with_each_text_and_each_boundary() -> None:
    assert len({fingerprint(t) for t in ([], ["ab"], ["a", "b"], ["b", "a"], ["ab", ""])}) == 5
