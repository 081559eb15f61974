"""The pipeline: guides and own texts → a checked index version."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.coaching.model import Passage
from app.errors import BadInput, CorpusError, IndexBusy, IndexMissing
from app.knowledge.corpus import OwnText
from app.knowledge.index import IndexFolder, all_texts
from app.knowledge.ingestion import Ingested, OwnCollections, Pipeline
from tests.knowledge.tiny import EMBEDDING, OWNER, SHARING, Hashes, a_corpus, a_pipeline, write_guide

UNCHANGED = """
import sys
from pathlib import Path
from app.knowledge.index import IndexFolder
from app.knowledge.ingestion import OwnCollections, Pipeline

class Unloaded:
    def encode(self, texts):
        raise AssertionError(f"{len(texts)} texts were embedded")

corpus, data, embedding = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
done = Pipeline(corpus, IndexFolder(data / "index", embedding), OwnCollections(data / "collections"), Unloaded()).run()
heavy = {"chromadb", "torch", "sentence_transformers", "transformers", "sklearn", "langchain_core"} & sys.modules.keys()
print(done.index_version, done.embedded, done.documents["unchanged"], *sorted(heavy))
"""
KILLED = """
import os, signal, sys
from pathlib import Path
from tests.knowledge.tiny import Hashes, a_pipeline
import app.knowledge.index as index

def report(stage, done, total):
    if stage == sys.argv[3]:
        os.kill(os.getpid(), signal.SIGKILL)

a_pipeline(Path(sys.argv[1]), Path(sys.argv[2])).run(report=report)
"""


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return a_corpus(tmp_path / "corpus")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def ids(data: Path) -> set[str]:
    opened = IndexFolder(data / "index", EMBEDDING).open_current()
    found = {i for i, _ in opened.dense(Hashes().encode(["any"])[0], 50)}
    opened.close()
    return found


def half_built(data: Path) -> list[str]:
    return [p.name for p in (data / "index" / "versions").glob(".*")]


# A run


def test_a_first_run_indexes_every_passage_and_embeds_every_text_once(corpus: Path, data: Path) -> None:
    encoder = Hashes()

    done = a_pipeline(corpus, data, encoder).run()

    assert (done.documents, done.passages, done.problems) == ({"added": 2, "changed": 0, "unchanged": 0, "removed": 0}, 3, ())
    assert done.embedded == 3 + 5  # passages and sentences
    assert len(encoder.asked) == len(set(encoder.asked))
    assert ids(data) == {"owner#what-it-is-for", "owner#where-it-stops", "sharing#when-it-works"}
    assert IndexFolder(data / "index", EMBEDDING).current() == done.index_version


def test_progress_is_reported_by_stage(corpus: Path, data: Path) -> None:
    said: list[tuple[str, int, int]] = []

    a_pipeline(corpus, data).run(report=lambda *at: said.append(at))

    assert list(dict.fromkeys(stage for stage, _, _ in said)) == ["embedding", "writing", "checking"]
    assert all(0 < done <= total for _, done, total in said)


def test_a_second_run_changes_nothing(corpus: Path, data: Path) -> None:
    first = a_pipeline(corpus, data).run()
    encoder = Hashes()

    second = a_pipeline(corpus, data, encoder).run()

    assert (second.index_version, second.embedded, second.passages) == (first.index_version, 0, 3)
    assert second.documents == {"added": 0, "changed": 0, "unchanged": 2, "removed": 0}
    assert encoder.asked == []


def test_an_unchanged_corpus_is_recognised_without_chroma_and_torch(corpus: Path, data: Path) -> None:
    version = a_pipeline(corpus, data).run().index_version

    said = subprocess.run(
        [sys.executable, "-c", UNCHANGED, str(corpus), str(data), EMBEDDING], capture_output=True, text=True, check=False
    )

    assert said.stderr == ""
    assert said.stdout.split() == [version, "0", "2"]


def test_the_same_holds_for_a_corpus_whose_passages_have_questions(corpus: Path, data: Path) -> None:
    (corpus / "questions.yaml").write_text("owner#what-it-is-for: ['Who orders the backlog?']\n", encoding="utf-8")
    a_pipeline(corpus, data).run()
    encoder = Hashes()

    assert a_pipeline(corpus, data, encoder).run().embedded == 0
    assert encoder.asked == []


def test_a_changed_guide_embeds_only_its_changed_texts(corpus: Path, data: Path) -> None:
    (corpus / "questions.yaml").write_text("owner#what-it-is-for: ['Who orders the backlog?']\n", encoding="utf-8")
    first = a_pipeline(corpus, data).run()
    write_guide(corpus, "owner", OWNER.replace("to others.", "to the team."))
    encoder = Hashes()

    done = a_pipeline(corpus, data, encoder).run()

    assert done.documents == {"added": 0, "changed": 1, "unchanged": 1, "removed": 0}
    assert done.embedded == 2
    assert encoder.asked == [
        "Owner. Where it stops. A product owner leaves the schedule to the team.",
        "A product owner leaves the schedule to the team.",
    ]
    assert done.index_version != first.index_version


def test_a_new_guide_is_found_and_a_removed_one_is_gone(corpus: Path, data: Path) -> None:
    a_pipeline(corpus, data).run()
    write_guide(corpus, "master", "## What it does\n\nA scrum master coaches the team.\n")
    (corpus / "questions.yaml").unlink(missing_ok=True)

    added = a_pipeline(corpus, data).run()
    assert added.documents == {"added": 1, "changed": 0, "unchanged": 2, "removed": 0}
    assert "master#what-it-does" in ids(data)

    (corpus / "guides" / "master.md").unlink()
    removed = a_pipeline(corpus, data).run()
    assert (removed.documents["removed"], removed.embedded) == (1, 0)
    assert ids(data) == {"owner#what-it-is-for", "owner#where-it-stops", "sharing#when-it-works"}


def test_the_text_of_a_removed_guide_is_in_no_file_once_no_version_holds_it(corpus: Path, data: Path) -> None:
    write_guide(corpus, "secret", "## Hidden\n\nThe falcon lands at midnight.\n")
    a_pipeline(corpus, data).run()
    (corpus / "guides" / "secret.md").unlink()
    for n in range(2):  # the version before is kept for a rollback, then it goes
        write_guide(corpus, "sharing", SHARING + f"\n## More\n\nNumber {n} of plans.\n")
        a_pipeline(corpus, data).run()

    assert [p for p in data.rglob("*") if p.is_file() and b"falcon lands" in p.read_bytes()] == []


def test_forcing_builds_anew_and_embeds_everything(corpus: Path, data: Path) -> None:
    first = a_pipeline(corpus, data).run()

    forced = a_pipeline(corpus, data).run(force=True)

    assert forced.index_version != first.index_version
    assert forced.embedded == first.embedded
    assert forced.documents["unchanged"] == 2


def test_another_embedding_model_builds_anew_and_never_reuses_vectors(corpus: Path, data: Path) -> None:
    first = a_pipeline(corpus, data).run()

    other = a_pipeline(corpus, data, embedding="others@2").run()

    assert other.embedded == first.embedded
    IndexFolder(data / "index", "others@2").open_current().close()


@pytest.mark.parametrize("name", ["vectors.npy", "texts.json", "manifest.json"])
@pytest.mark.parametrize("kept", [0, 40])
def test_a_damaged_version_is_replaced_by_the_next_run(name: str, kept: int, corpus: Path, data: Path) -> None:
    version = a_pipeline(corpus, data).run().index_version
    path = data / "index" / "versions" / version / name
    path.write_bytes(path.read_bytes()[:kept])
    write_guide(corpus, "owner", OWNER.replace("to others.", "to the team."))

    a_pipeline(corpus, data).run()

    assert len(ids(data)) == 3


@pytest.mark.parametrize("kept", [0, 100])
def test_a_damaged_router_is_learned_anew(kept: int, corpus: Path, data: Path) -> None:
    a_pipeline(corpus, data).run()
    router = data / "index" / "router.npz"
    whole = router.stat().st_size
    router.write_bytes(router.read_bytes()[:kept])

    a_pipeline(corpus, data).run(force=True)

    assert router.stat().st_size == whole


# What goes wrong


def test_a_malformed_guide_stops_the_run_with_every_problem_and_the_old_version_serves(corpus: Path, data: Path) -> None:
    version = a_pipeline(corpus, data).run().index_version
    write_guide(corpus, "owner", OWNER, stance="", kind="kind: poem")

    with pytest.raises(CorpusError) as caught:
        a_pipeline(corpus, data).run()

    assert "owner.md" in str(caught.value)
    assert "field stance" in str(caught.value)
    assert "field kind" in str(caught.value)
    assert IndexFolder(data / "index", EMBEDDING).current() == version
    assert len(ids(data)) == 3


def test_a_check_names_problems_and_writes_nothing(corpus: Path, data: Path) -> None:
    assert a_pipeline(corpus, data).check() == []
    write_guide(corpus, "owner", OWNER, stance="")

    assert [p.document for p in a_pipeline(corpus, data).check()] == ["owner.md"]
    assert not data.exists()


def test_while_another_writes_a_run_is_refused(corpus: Path, data: Path) -> None:
    with IndexFolder(data / "index", EMBEDDING).writing(), pytest.raises(IndexBusy):
        a_pipeline(corpus, data).run()


def test_an_encoder_that_fails_leaves_the_old_version(corpus: Path, data: Path) -> None:
    class Failing(Hashes):
        def encode(self, texts):  # type: ignore[no-untyped-def]
            raise RuntimeError("no memory")

    version = a_pipeline(corpus, data).run().index_version
    write_guide(corpus, "owner", OWNER.replace("to others.", "to the team."))

    with pytest.raises(RuntimeError):
        a_pipeline(corpus, data, Failing()).run()

    assert IndexFolder(data / "index", EMBEDDING).current() == version
    assert half_built(data) == []


@pytest.mark.parametrize("stage", ["embedding", "writing", "checking"])
def test_a_run_that_is_killed_keeps_the_old_version_and_the_next_one_clears_up(stage: str, corpus: Path, data: Path) -> None:
    version = a_pipeline(corpus, data).run().index_version
    write_guide(corpus, "owner", OWNER.replace("to others.", "to the team."))

    killed = subprocess.run([sys.executable, "-c", KILLED, str(corpus), str(data), stage], capture_output=True, check=False)

    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert IndexFolder(data / "index", EMBEDDING).current() == version
    assert len(ids(data)) == 3
    again = a_pipeline(corpus, data).run()
    assert (again.documents["changed"], half_built(data)) == (1, [])
    assert IndexFolder(data / "index", EMBEDDING).current() == again.index_version


# Going back


def test_the_version_before_can_serve_again_and_the_one_after_too(corpus: Path, data: Path) -> None:
    first = a_pipeline(corpus, data).run().index_version
    (corpus / "guides" / "master.md").write_text("", encoding="utf-8")
    write_guide(corpus, "master", "## What it does\n\nA scrum master coaches the team.\n")
    second = a_pipeline(corpus, data).run().index_version

    assert a_pipeline(corpus, data).rollback() == first
    assert "master#what-it-does" not in ids(data)
    assert a_pipeline(corpus, data).rollback() == second
    assert "master#what-it-does" in ids(data)


def test_without_a_version_before_there_is_no_way_back(corpus: Path, data: Path) -> None:
    a_pipeline(corpus, data).run()

    with pytest.raises(IndexMissing) as caught:
        a_pipeline(corpus, data).rollback()

    assert caught.value.hint


# Own collections


def own_run(corpus: Path, data: Path) -> Ingested:
    return a_pipeline(corpus, data).run()


def test_an_own_text_is_indexed_beside_the_guides_and_survives_a_rebuild(corpus: Path, data: Path) -> None:
    own = OwnCollections(data / "collections")
    own.put("acme", OwnText("Team guide.md", "# Ferries\n\nA delivery lead books the ferry.\n", "2026-07-01"))

    own_run(corpus, data)
    a_pipeline(corpus, data).run(force=True)

    opened = IndexFolder(data / "index", EMBEDDING).open_current()
    passage: Passage = opened.passages(["acme.team-guide#ferries"])["acme.team-guide#ferries"][0]
    opened.close()
    assert (passage.collection, passage.title, passage.sentences) == (
        "acme",
        "Team guide.md",
        ("A delivery lead books the ferry.",),
    )


def test_the_same_text_twice_is_kept_once_and_a_new_one_of_the_name_replaces_it(data: Path) -> None:
    own = OwnCollections(data / "collections")

    for text in ("One.", "One.", "Two."):
        own.put("acme", OwnText("a.md", text, "2026-07-01"))

    assert [t.text for t in own.texts("acme")] == ["Two."]
    assert own.names() == ["acme"]


def test_a_text_that_did_not_change_is_not_written_again(data: Path) -> None:
    own = OwnCollections(data / "collections")
    own.put("acme", OwnText("a.md", "One.", "2026-07-01"))

    own.put("acme", OwnText("a.md", "One.", "2026-08-15"))

    assert own.texts("acme")[0].added == "2026-07-01"


def test_two_texts_whose_names_look_alike_are_both_indexed(corpus: Path, data: Path) -> None:
    own = OwnCollections(data / "collections")
    own.put("acme", OwnText("Plan (1).md", "# A\n\nThe ferry leaves early.\n", "2026-07-01"))
    own.put("acme", OwnText("Plan 1.txt", "# A\n\nThe bus leaves late.\n", "2026-07-01"))

    own_run(corpus, data)

    opened = IndexFolder(data / "index", EMBEDDING).open_current()
    held = opened.passages([i for i, _ in opened.dense(Hashes().encode(["any"])[0], 50)])
    opened.close()
    said = {s for passage, _ in held.values() for s in passage.sentences}
    assert {"The ferry leaves early.", "The bus leaves late."} <= said


def test_own_texts_are_their_owners_alone(data: Path) -> None:
    OwnCollections(data / "collections").put("acme", OwnText("a.md", "One.", "2026-07-01"))

    files = [p for p in (data / "collections").rglob("*") if p.is_file()]
    assert [oct(p.stat().st_mode & 0o777) for p in files] == ["0o600"]
    assert (data / "collections" / "acme").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", ["", "shipped", "../up", "a b", "a/b", "über", ".", "--", "a.b", "a\0b"])
def test_an_impossible_collection_is_refused(name: str, data: Path) -> None:
    with pytest.raises(BadInput) as caught:
        OwnCollections(data / "collections").put(name, OwnText("a.md", "One.", "2026-07-01"))

    assert caught.value.hint
    assert not data.exists()


@pytest.mark.parametrize("name", ["../../x.md", "/etc/passwd", "a\0b", "CON", "x" * 300])
def test_a_texts_name_is_no_path(name: str, data: Path) -> None:
    own = OwnCollections(data / "collections")

    own.put("acme", OwnText(name, "One.", "2026-07-01"))

    assert [t.name for t in own.texts("acme")] == [name]
    assert [p.parent for p in data.rglob("*.json")] == [data / "collections" / "acme"]


def test_a_collection_whose_text_was_taken_out_is_gone_from_the_index(corpus: Path, data: Path) -> None:
    own = OwnCollections(data / "collections")
    own.put("acme", OwnText("a.md", "# A\n\nThe ferry leaves early.\n", "2026-07-01"))
    own_run(corpus, data)
    for path in (data / "collections" / "acme").iterdir():
        path.unlink()

    assert own_run(corpus, data).documents["removed"] == 1
    assert not any(i.startswith("acme") for i in ids(data))


def test_every_text_that_is_looked_up_was_embedded(corpus: Path, data: Path) -> None:
    encoder = Hashes()
    pipeline: Pipeline = a_pipeline(corpus, data, encoder)
    pipeline.run()

    opened = IndexFolder(data / "index", EMBEDDING).open_current()
    held = [p for p, _ in opened.passages(sorted(ids(data))).values()]
    opened.close()
    assert set(all_texts(held)) <= set(encoder.asked)
