"""`rolewise-ingest`, and what its failures leave: the index that served goes on serving."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.knowledge.index import IndexFolder
from app.settings import SHIPPED_CORPUS
from app.wiring import embedding_identity
from tests.cli.commands import Command, fits, one_sentence_and_a_step

INGESTED = {
    "index_version": str,
    "documents": {"added": int, "changed": int, "unchanged": int, "removed": int},
    "passages": int,
    "embedded": int,
    "seconds": float,
    "problems": [{"document": str, "line": int, "message": str}],
}
ARTICLE = """How Falkenberg divides the work

At Falkenberg, a product manager decides which harbours the ferry calls at, while a project manager keeps the timetable of
every crossing. A product manager at Falkenberg answers to the harbour council.
"""
HOLD_THE_LOCK = """
import sys
from pathlib import Path
from app.knowledge.index import IndexFolder
with IndexFolder(Path(sys.argv[1]), "any").writing():
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def article(tmp_path: Path) -> Path:
    """A document of an organisation's own."""
    (tmp_path / "article.txt").write_text(ARTICLE, encoding="utf-8")
    return tmp_path / "article.txt"


def current(data: Path) -> str:
    return (data / "index" / "current").read_text(encoding="utf-8").strip()


def left_half_built(data: Path) -> list[str]:
    return [p.name for p in (data / "index" / "versions").glob(".*")]


def assert_serves(data: Path, version: str, rolewise: Command) -> None:
    assert current(data) == version
    found = rolewise("search", "what is a product owner?", "--json")
    assert found.code == 0
    assert found.json["passages"][0]["document"].startswith("product-owner")


# What it does


def test_an_unchanged_corpus_changes_nothing(rolewise_ingest: Command, own_data: Path):
    version = current(own_data)

    said = rolewise_ingest("--json")

    assert said.code == 0
    assert fits(said.json, INGESTED) == ""
    assert said.json["index_version"] == version == current(own_data)
    assert (said.json["embedded"], said.json["documents"]["added"]) == (0, 0)


def test_an_own_document_is_added_found_cited_and_taken_out_again(
    rolewise_ingest: Command, rolewise: Command, own_data: Path, article: Path
):
    added = rolewise_ingest(article, "--collection", "article", "--json").json

    assert fits(added, INGESTED) == ""
    assert added["documents"] == {"added": 1, "changed": 0, "unchanged": 34, "removed": 0}
    assert 0 < added["embedded"] < 20
    answer = rolewise("ask", "what does a product manager decide about the harbours of the ferry?", "--json").json
    assert "article" in {s["collection"] for s in answer["sources"]}

    again = rolewise_ingest(article, "--collection", "article", "--json").json
    assert (again["embedded"], again["index_version"]) == (0, added["index_version"])

    shutil.rmtree(own_data / "collections" / "article")
    assert rolewise_ingest("--json").json["documents"]["removed"] == 1


def test_the_version_before_can_serve_again(rolewise_ingest: Command, rolewise: Command, own_data: Path, article: Path):
    before = current(own_data)
    rolewise_ingest(article, "--collection", "article")

    said = rolewise_ingest("--rollback", "--json")

    assert said.json["index_version"] == before
    assert_serves(own_data, before, rolewise)


def test_the_index_is_readable_by_its_owner_alone(own_data: Path):
    files_open_to_others = [p for p in (own_data / "index").rglob("*") if p.is_file() and p.stat().st_mode & 0o077]

    assert (own_data / "index").stat().st_mode & 0o077 == 0
    assert files_open_to_others == []


def test_a_document_that_cannot_be_read_does_not_keep_the_others_out(
    rolewise_ingest: Command, own_data: Path, article: Path, tmp_path: Path
):
    (tmp_path / "blank.txt").write_text(" \n", encoding="utf-8")

    said = rolewise_ingest(article, tmp_path / "blank.txt", "--collection", "article", "--json")

    assert said.code == 2
    assert said.json["documents"]["added"] == 1
    assert [p["document"] for p in said.json["problems"]] == ["blank.txt"]


def test_a_path_that_is_not_there_is_one_sentence(rolewise_ingest: Command, own_data: Path, tmp_path: Path):
    error = rolewise_ingest(tmp_path / "absent.txt", "--json").error

    assert error["code"] == "bad_input"
    assert "absent.txt" in error["message"]


@pytest.mark.parametrize("name", ["../up", "shipped", "a b", ""])
def test_an_impossible_collection_is_refused(name: str, rolewise_ingest: Command, own_data: Path, article: Path):
    said = rolewise_ingest(article, "--collection", name, "--json")

    assert said.code == 2
    assert "cannot name a collection" in said.out
    assert not any((own_data / "collections").rglob("*"))


def test_the_shipped_guides_and_rules_are_in_order(rolewise_ingest: Command):
    said = rolewise_ingest("--check", "--json")

    assert (said.code, said.json) == (0, {"problems": []})


def test_a_malformed_guide_is_named_with_its_field_and_changes_nothing(
    rolewise_ingest: Command, own_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    corpus = tmp_path / "corpus"
    shutil.copytree(SHIPPED_CORPUS, corpus)
    monkeypatch.setenv("ROLEWISE_CORPUS", str(corpus))
    guide = corpus / "guides" / "product-owner.md"
    guide.write_text(guide.read_text().replace("stance:", "stanze:", 1))
    version = current(own_data)

    checked = rolewise_ingest("--check", "--json")
    ingested = rolewise_ingest("--json")

    assert checked.code == 2
    assert any("product-owner" in p["document"] and "stan" in p["message"] for p in checked.json["problems"])
    assert ingested.error["code"] == "corpus"
    assert "product-owner" in ingested.error["message"]
    assert current(own_data) == version


# What goes wrong


def test_a_second_writer_is_refused_at_once_with_the_pid_of_the_first(rolewise_ingest: Command, own_data: Path, article: Path):
    with held_by_another_process(own_data) as pid:
        error = rolewise_ingest(article, "--json").error

    assert error["code"] == "index_busy"
    assert str(pid) in error["message"]


def test_a_full_disk_leaves_the_index_as_it_was(
    rolewise_ingest: Command, rolewise: Command, own_data: Path, article: Path, monkeypatch: pytest.MonkeyPatch
):
    version = current(own_data)
    with monkeypatch.context() as patched:
        patched.setattr(np, "save", full_disk)
        said = rolewise_ingest(article, "--collection", "article")

    assert said.code == 2
    assert one_sentence_and_a_step(said.err.splitlines()[-1])
    assert "No space left on device" in said.err
    assert left_half_built(own_data) == []
    assert_serves(own_data, version, rolewise)
    assert rolewise_ingest("--json").json["documents"]["added"] == 1


def test_a_run_that_is_killed_leaves_the_old_index_serving_and_the_next_one_clears_up(
    rolewise_ingest: Command, rolewise: Command, own_data: Path, article: Path
):
    version = current(own_data)
    run = start_ingestion(article)
    wait_until(lambda: bool(left_half_built(own_data)), run)

    run.send_signal(signal.SIGKILL)
    run.wait(10)

    assert_serves(own_data, version, rolewise)
    assert left_half_built(own_data)
    again = rolewise_ingest("--json")
    assert again.code == 0
    assert again.json["documents"]["added"] == 1
    assert left_half_built(own_data) == []
    assert current(own_data) == again.json["index_version"] != version


@pytest.mark.soak
def test_a_run_may_be_killed_at_any_moment(rolewise_ingest: Command, rolewise: Command, own_data: Path, tmp_path: Path):
    moments = [0.5 * n for n in range(20)]  # seconds after the start; a whole run takes about ten
    for n, moment in enumerate(moments):
        (tmp_path / f"article-{n}.txt").write_text(f"{ARTICLE} This is article {n}.", encoding="utf-8")
        run = start_ingestion(tmp_path / f"article-{n}.txt")
        time.sleep(moment)
        run.send_signal(signal.SIGKILL)
        run.wait(10)

        assert_serves(own_data, current(own_data), rolewise)
        opened = IndexFolder(own_data / "index", embedding_identity()).open_current()
        opened.close()

    assert rolewise_ingest("--json").code == 0


def full_disk(*_: Any, **__: Any) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def start_ingestion(document: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "ingest.main", str(document), "--collection", "article"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def wait_until(happened: Any, run: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while not happened():
        assert run.poll() is None, "it ended too early"
        assert time.monotonic() < until
        time.sleep(0.005)


@contextmanager
def held_by_another_process(data: Path) -> Iterator[int]:
    command = [sys.executable, "-c", HOLD_THE_LOCK, str(data / "index")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdin
        assert holder.stdout.readline() == b"held\n"
        yield holder.pid
        holder.stdin.close()
