"""Index versions: built beside the live one, checked, made current by one pointer."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.coaching.model import Passage
from app.errors import IndexBusy, IndexDamaged, IndexMismatch, IndexMissing
from app.knowledge.corpus import read_guides
from app.knowledge.index import IndexFolder, Manifest, all_texts, embedded_text
from tests.coaching.builders import a_passage
from tests.knowledge.tiny import BACKLOG, EMBEDDING, a_corpus, a_pipeline, vector

HOLD = """
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from app.knowledge.index import IndexFolder
with IndexFolder(Path(sys.argv[1]), "any").writing():
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with an index of the tiny corpus. Copy it before you change it."""
    folder = tmp_path_factory.mktemp("made")
    a_pipeline(a_corpus(folder / "corpus"), folder / "data").run()
    return folder / "data"


@pytest.fixture
def index(made: Path, tmp_path: Path) -> IndexFolder:
    shutil.copytree(made, tmp_path / "data")
    return IndexFolder(tmp_path / "data" / "index", EMBEDDING)


def current_folder(index: IndexFolder) -> Path:
    return index.folder / "versions" / str(index.current())


def silent(stage: str, done: int, total: int) -> None:
    pass


def build(index: IndexFolder, version: str, *passages: Passage) -> None:
    """Write a version of these passages; it is not current."""
    vectors = {t: vector(t) for t in all_texts(passages)}
    manifest = Manifest(version, "mark", index.embedding, len(passages), sum(len(p.sentences) for p in passages), {}, "today")
    with index.writing():
        index.build(manifest, passages, vectors, silent)


# Reading


def test_a_version_holds_the_passages_as_they_were_read(index: IndexFolder, tmp_path: Path) -> None:
    passages = [p for d in read_guides(a_corpus(tmp_path / "corpus") / "guides")[0] for p in d.passages]

    opened = index.open_current()
    held = opened.passages([p.id for p in passages])
    opened.close()

    assert [held[p.id][0] for p in passages] == passages
    assert opened.manifest.passages == 3


def test_a_passage_finds_itself_and_its_sentences_have_their_vectors(index: IndexFolder) -> None:
    opened = index.open_current()
    passage, first = opened.passages(["owner#what-it-is-for"])["owner#what-it-is-for"]

    found = opened.dense(vector(embedded_text(passage)), 2)

    assert found[0][0] == passage.id
    assert found[0][1] == pytest.approx(1.0, abs=1e-4)
    assert passage.sentences[0] == BACKLOG
    assert np.allclose(opened.sentence_vectors[first], vector(BACKLOG), atol=1e-6)
    opened.close()


def test_a_passage_that_is_not_there_is_left_out(index: IndexFolder) -> None:
    opened = index.open_current()

    assert opened.passages(["nowhere#at-all"]) == {}
    opened.close()


def test_before_the_first_ingestion_there_is_no_index(tmp_path: Path) -> None:
    index = IndexFolder(tmp_path / "index", EMBEDDING)

    assert (index.current(), index.versions(), index.previous(), index.known_vectors()) == (None, [], None, {})
    with pytest.raises(IndexMissing) as caught:
        index.open_current()
    assert "rolewise-ingest" in caught.value.hint


def test_questions_that_a_passage_answers_are_near_it(tmp_path: Path) -> None:
    index = IndexFolder(tmp_path / "index", EMBEDDING)
    asked = replace(a_passage("a#b", "Plans change."), questions=("Who does it?", "Who else?"))
    build(index, "v1", asked, a_passage("c#d", "Users wait."))

    opened = index.open("v1")
    near = opened.asked(vector("Who does it?"))
    opened.close()

    assert set(near) == {"a#b"}
    assert near["a#b"][0] == pytest.approx(1.0, abs=1e-5)
    assert near["a#b"][0] > near["a#b"][1] > 0.3


# What must not be mixed


def test_another_embedding_model_is_refused_in_words(index: IndexFolder) -> None:
    other = IndexFolder(index.folder, "others@2")

    with pytest.raises(IndexMismatch, match="others@2") as caught:
        other.open_current()

    assert EMBEDDING in str(caught.value)
    assert "rolewise-ingest" in caught.value.hint
    assert other.known_vectors() == {}


@pytest.mark.parametrize(("field", "value"), [("chunking", "sections-1"), ("schema", 0)])
def test_another_chunking_or_schema_is_refused(field: str, value: object, index: IndexFolder) -> None:
    path = current_folder(index) / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {field: value}))

    with pytest.raises(IndexMismatch):
        index.open_current()


# Damage


def files_of(data: Path) -> list[str]:
    index = IndexFolder(data / "index", EMBEDDING)
    return sorted(index.manifest(str(index.current())).files)


def test_every_file_that_is_truncated_or_gone_is_named(made: Path, index: IndexFolder) -> None:
    files = [name for name in files_of(made) if (current_folder(index) / name).stat().st_size]
    assert {"sentences.npy", "vectors.npy", "texts.json", "chroma/chroma.sqlite3"} <= set(files)
    for name in files:
        path = current_folder(index) / name
        whole = path.read_bytes()

        path.write_bytes(whole[: len(whole) // 2])
        with pytest.raises(IndexDamaged, match="missing or truncated") as caught:
            index.open_current()
        assert name in str(caught.value)

        path.unlink()
        with pytest.raises(IndexDamaged) as caught:
            index.open_current()
        assert name in str(caught.value)
        assert "rolewise-ingest --force" in caught.value.hint
        path.write_bytes(whole)


@pytest.mark.parametrize("name", ["chroma/chroma.sqlite3", "sentences.npy", "asked.json"])
def test_a_file_whose_content_is_zeroed_is_refused_and_not_a_traceback(name: str, index: IndexFolder) -> None:
    path = current_folder(index) / name
    path.write_bytes(b"\0" * path.stat().st_size)

    with pytest.raises(IndexDamaged):
        index.open_current()


@pytest.mark.parametrize("text", ["", "[", "[]", '{"version": "x"}', '{"nonsense": 1}'])
def test_an_unreadable_manifest_is_damage(text: str, index: IndexFolder) -> None:
    (current_folder(index) / "manifest.json").write_text(text)

    with pytest.raises(IndexDamaged, match="no readable manifest"):
        index.open_current()


def test_a_pointer_to_nothing_is_damage(index: IndexFolder) -> None:
    (index.folder / "current").write_text("20200101T000000-gone\n")

    with pytest.raises(IndexDamaged):
        index.open_current()


def test_an_empty_pointer_is_no_index(index: IndexFolder) -> None:
    (index.folder / "current").write_text("\n")

    with pytest.raises(IndexMissing):
        index.open_current()


# Writing


def test_a_second_writer_is_refused_at_once_with_the_pid_of_the_first(index: IndexFolder) -> None:
    command = [sys.executable, "-c", HOLD, str(index.folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdin
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"

        with pytest.raises(IndexBusy) as caught, index.writing():
            pytest.fail("two wrote at once")
        holder.stdin.close()

    assert str(holder.pid) in str(caught.value)
    with index.writing():  # and afterwards the right is free again
        pass


def test_the_right_to_write_is_given_back_after_a_failure(index: IndexFolder) -> None:
    with pytest.raises(RuntimeError), index.writing():
        raise RuntimeError

    with index.writing():
        assert (index.folder / "write.owner").read_text() == str(os.getpid())


def test_a_version_is_not_current_until_it_is_made_so(index: IndexFolder) -> None:
    before = index.current()

    build(index, "v2", a_passage("a#b", "Plans change."))

    assert index.current() == before
    index.make_current("v2")
    assert (index.current(), index.previous()) == ("v2", before)


def test_only_the_version_before_is_kept(index: IndexFolder) -> None:
    for version in ("x2", "x3", "x4"):
        build(index, version, a_passage("a#b", f"Plans of {version}."))
        index.make_current(version)

    assert index.versions() == ["x3", "x4"]


def test_what_a_killed_run_left_half_built_is_swept(index: IndexFolder) -> None:
    left = index.folder / "versions" / ".20200101T000000-half"
    left.mkdir()
    (left / "vectors.npy").write_bytes(b"half")

    build(index, "v2", a_passage("a#b", "Plans change."))

    assert not left.exists()
    assert index.versions()[-1] == "v2"


def test_a_build_that_fails_leaves_nothing_behind(index: IndexFolder) -> None:
    before = sorted(p.name for p in (index.folder / "versions").iterdir())
    passage = a_passage("a#b", "Plans change.")

    with pytest.raises(KeyError), index.writing():
        index.build(Manifest("v2", "m", EMBEDDING, 1, 1, {}, "today"), [passage], {}, silent)

    assert sorted(p.name for p in (index.folder / "versions").iterdir()) == before
    index.open_current().close()


def test_an_index_that_lost_a_passage_in_writing_is_never_used(index: IndexFolder) -> None:
    class Losing(IndexFolder):
        def _write(self, folder: Path, passages: Sequence[Passage], *more: Any) -> None:
            super()._write(folder, passages[:-1], *more)

    with pytest.raises(IndexDamaged, match="c#d"):
        build(Losing(index.folder, EMBEDDING), "v2", a_passage("a#b", "Plans change."), a_passage("c#d", "Users wait."))

    assert "v2" not in index.versions()


def test_passages_with_the_very_same_text_may_stand_beside_each_other(index: IndexFolder) -> None:
    build(index, "v2", a_passage("a#b", "Plans change."), a_passage("a#c", "Plans change."))

    assert "v2" in index.versions()


def test_files_are_their_owners_alone(index: IndexFolder) -> None:
    build(index, "v2", a_passage("a#b", "Plans change."))
    index.make_current("v2")

    open_to_others = [p.name for p in index.folder.rglob("*") if p.is_file() and p.stat().st_mode & 0o177]

    assert open_to_others == []
    assert {p.stat().st_mode & 0o777 for p in (index.folder, current_folder(index), current_folder(index) / "chroma")} == {0o700}


def test_more_than_a_thousand_vectors_are_found_again_after_reopening(tmp_path: Path) -> None:
    index = IndexFolder(tmp_path / "index", EMBEDDING)
    many = [a_passage(f"doc{n // 20}#part-{n}", f"Sentence {n}.") for n in range(1_200)]
    build(index, "v1", *many)
    script = (
        "import sys; from pathlib import Path; from app.knowledge.index import IndexFolder, embedded_text\n"
        "from tests.coaching.builders import a_passage; from tests.knowledge.tiny import EMBEDDING, vector\n"
        "opened = IndexFolder(Path(sys.argv[1]), EMBEDDING).open('v1')\n"
        "asked = [a_passage(f'doc{n // 20}#part-{n}', f'Sentence {n}.') for n in (*range(0, 1200, 50), 999, 1000, 1001, 1199)]\n"
        "print(sum(opened.dense(vector(embedded_text(p)), 1)[0][0] == p.id for p in asked), len(asked))\n"
    )

    said = subprocess.run([sys.executable, "-c", script, str(index.folder)], capture_output=True, text=True, check=True)

    assert said.stdout.split() == ["28", "28"]


def test_known_vectors_are_those_of_the_current_version(index: IndexFolder) -> None:
    known = index.known_vectors()

    assert np.allclose(known[BACKLOG], vector(BACKLOG), atol=1e-6)
    (current_folder(index) / "vectors.npy").write_bytes(b"")
    assert index.known_vectors() == {}
