"""Finding passages: fusion, spread over documents, and taking a new version without a restart."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from app.errors import IndexDamaged, IndexMissing
from app.knowledge.corpus import OwnText
from app.knowledge.index import IndexFolder, OpenVersion
from app.knowledge.ingestion import OwnCollections
from app.knowledge.retrieval import HybridRetriever, Tuning, fused, spread_over_documents
from app.wiring import Service
from tests.knowledge.tiny import BACKLOG, EMBEDDING, OWNER, Hashes, a_corpus, a_pipeline, write_guide


class Counting(IndexFolder):
    """An index that counts which versions were opened and which of them were closed."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, EMBEDDING)
        self.opened: list[OpenVersion] = []
        self.closed: list[str] = []

    def open(self, version: str) -> OpenVersion:
        made = super().open(version)
        self.opened.append(made)
        close = made.close

        def note() -> None:
            self.closed.append(version)
            close()

        made.close = note  # type: ignore[method-assign]
        return made


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    corpus = a_corpus(tmp_path / "corpus")
    (corpus / "questions.yaml").write_text("sharing#when-it-works: ['Can we do without one?']\n", encoding="utf-8")
    return corpus


@pytest.fixture
def data(corpus: Path, tmp_path: Path) -> Path:
    a_pipeline(corpus, tmp_path / "data").run()
    return tmp_path / "data"


def a_retriever(data: Path, index: IndexFolder | None = None, tuning: Tuning | None = None) -> HybridRetriever:
    return HybridRetriever(index or IndexFolder(data / "index", EMBEDDING), Hashes(), lambda text: text, tuning)


# Fusion


def test_fusion_is_the_weighted_sum_of_reciprocal_ranks_over_the_best_possible() -> None:
    scores = fused([(1.0, ["a", "b"]), (2.0, ["b", "c"])], k=10)

    best = 3 / 11
    assert scores == {
        "a": pytest.approx((1 / 11) / best),
        "b": pytest.approx((1 / 12 + 2 / 11) / best),
        "c": pytest.approx((2 / 12) / best),
    }
    assert [i for i, _ in sorted(scores.items(), key=lambda pair: -pair[1])] == ["b", "c", "a"]


def test_first_place_everywhere_is_one_and_an_empty_list_takes_nothing_away_from_the_order() -> None:
    assert fused([(1.0, ["a"]), (2.5, ["a"])], k=60) == {"a": pytest.approx(1.0)}
    assert fused([(1.0, []), (1.0, [])], k=60) == {}


def test_a_documents_surplus_moves_behind_the_first_places_and_order_is_kept_otherwise() -> None:
    document = {"a1": "a", "a2": "a", "a3": "a", "b1": "b", "c1": "c"}
    ranked = ["a1", "a2", "a3", "b1", "c1"]

    assert spread_over_documents(ranked, document, per_document=2, among=4) == ["a1", "a2", "b1", "c1", "a3"]
    assert spread_over_documents(ranked, document, per_document=1, among=3) == ["a1", "b1", "c1", "a2", "a3"]
    assert spread_over_documents(ranked, document, per_document=5, among=5) == ranked
    assert spread_over_documents(["a1", "a2", "a3"], document, per_document=1, among=3) == ["a1", "a2", "a3"]
    assert spread_over_documents([], document, 1, 3) == []


# Searching


def test_words_and_meaning_find_a_passage_with_its_ranks(data: Path) -> None:
    retriever = a_retriever(data)

    found = {h.passage.id: h for h in retriever.search("who puts the backlog in order?", 3)}
    retriever.close()

    assert found["owner#what-it-is-for"].lexical_rank == 1
    assert found["sharing#when-it-works"].lexical_rank is None
    assert {h.dense_rank for h in found.values()} == {1, 2, 3}
    assert all(0 < h.score <= 1 for h in found.values())


def test_a_question_that_a_passage_answers_finds_it_though_no_word_is_shared(data: Path) -> None:
    retriever = a_retriever(data)

    hit = retriever.search("Can we do without one?", 3)[0]
    retriever.close()

    assert hit.passage.id == "sharing#when-it-works"
    assert hit.asked == pytest.approx(1.0, abs=1e-5)


def test_no_more_than_the_limit_is_found_and_the_best_comes_first(data: Path) -> None:
    retriever = a_retriever(data)

    found = retriever.search("the backlog of a team", 10)

    assert len(found) == 3
    assert len({h.passage.id for h in found}) == 3
    assert retriever.search("the backlog of a team", 1) == found[:1]
    assert retriever.search("the backlog of a team", 0) == []
    retriever.close()


def test_the_same_query_finds_the_same(data: Path) -> None:
    retriever = a_retriever(data)

    assert retriever.search("team planning", 3) == retriever.search("team planning", 3)
    retriever.close()


def test_a_query_is_expanded_before_it_is_looked_up(data: Path) -> None:
    index = IndexFolder(data / "index", EMBEDDING)
    retriever = HybridRetriever(index, Hashes(), lambda text: text.replace("PO", "product owner"))

    assert [h.lexical_rank for h in retriever.search("PO", 3) if h.passage.document == "owner"] != [None, None]
    retriever.close()


def test_sentences_of_hits_come_with_their_own_similarity_best_first(data: Path) -> None:
    retriever = a_retriever(data)
    hits = retriever.search("backlog", 3)

    found = retriever.sentences(BACKLOG, hits)
    retriever.close()

    assert (found[0].sentence, found[0].passage.id) == (BACKLOG, "owner#what-it-is-for")
    assert found[0].score == pytest.approx(1.0, abs=1e-5)
    assert len(found) == sum(len(h.passage.sentences) for h in hits)
    assert [e.score for e in found] == sorted((e.score for e in found), reverse=True)
    assert a_retriever(data).sentences(BACKLOG, []) == []


def test_a_passage_is_found_by_its_id(data: Path) -> None:
    retriever = a_retriever(data)

    found = retriever.passage("sharing#when-it-works")

    assert found is not None
    assert found.section == "When it works"
    assert retriever.passage("sharing#nothing") is None
    retriever.close()


@pytest.mark.parametrize("query", ["", "?", "日本語", "the of", "{x.__class__}", "'; DROP TABLE", "a" * 20_000])
def test_no_query_is_a_failure(query: str, data: Path) -> None:
    retriever = a_retriever(data)

    assert len(retriever.search(query, 3)) <= 3
    retriever.close()


def test_without_an_index_it_says_what_to_do(tmp_path: Path) -> None:
    retriever = a_retriever(tmp_path)

    assert retriever.version == ""
    for call in (lambda: retriever.search("x", 1), lambda: retriever.passage("x"), retriever.warm):
        with pytest.raises(IndexMissing) as caught:
            call()
        assert "rolewise-ingest" in caught.value.hint


# Versions


def test_a_running_retriever_takes_a_new_version_at_the_next_question(corpus: Path, data: Path) -> None:
    index = Counting(data / "index")
    retriever = a_retriever(data, index)
    retriever.search("anything", 1)
    old = retriever.version
    write_guide(corpus, "owner", OWNER.replace("to others.", "to the team."))
    new = a_pipeline(corpus, data).run().index_version

    found = retriever.search("who leaves the schedule?", 3)

    assert retriever.version == new != old
    assert "to the team." in " ".join(h.passage.text for h in found)
    assert index.closed == [old]
    retriever.close()
    assert index.closed == [old, new]


def test_one_version_is_opened_once(data: Path) -> None:
    index = Counting(data / "index")
    retriever = a_retriever(data, index)

    for _ in range(3):
        retriever.sentences("plan", retriever.search("plan", 2))
    retriever.close()

    assert len(index.opened) == len(index.closed) == 1


def test_a_version_stays_open_until_its_last_question_has_ended(corpus: Path, data: Path) -> None:
    index = Counting(data / "index")
    asking, go_on = threading.Event(), threading.Event()

    retriever = a_retriever(data, index)
    retriever.warm()
    old = index.opened[0]
    dense = old.dense

    def waiting(vector, limit):  # type: ignore[no-untyped-def]
        asking.set()
        assert go_on.wait(20)
        return dense(vector, limit)

    old.dense = waiting  # type: ignore[method-assign]
    answers: list[int] = []
    thread = threading.Thread(target=lambda: answers.append(len(retriever.search("plan", 3))))
    thread.start()
    assert asking.wait(20)
    write_guide(corpus, "owner", OWNER.replace("to others.", "to the team."))
    a_pipeline(corpus, data).run()
    retriever.search("plan", 3)
    still_open = list(index.closed)
    go_on.set()
    thread.join(20)

    assert still_open == []
    assert answers == [3]
    assert index.closed == [old.name]
    retriever.close()


def test_a_new_version_that_is_damaged_is_said_and_the_retriever_recovers(corpus: Path, data: Path) -> None:
    retriever = a_retriever(data)
    retriever.search("anything", 1)
    write_guide(corpus, "owner", OWNER.replace("to others.", "to the team."))
    version = a_pipeline(corpus, data).run().index_version
    path = data / "index" / "versions" / version / "sentences.npy"
    whole = path.read_bytes()
    path.write_bytes(whole[:50])

    with pytest.raises(IndexDamaged, match=r"sentences\.npy"):
        retriever.search("anything", 1)

    path.write_bytes(whole)
    assert retriever.search("anything", 1)
    retriever.close()


def test_many_may_ask_at_once(data: Path) -> None:
    retriever = a_retriever(data)
    expected = retriever.search("plan the backlog", 3)
    answers: list[object] = []
    threads = [threading.Thread(target=lambda: answers.append(retriever.search("plan the backlog", 3))) for _ in range(8)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert answers == [expected] * 8
    retriever.close()


def test_closing_twice_is_fine_and_the_next_question_opens_again(data: Path) -> None:
    retriever = a_retriever(data)
    retriever.warm()

    retriever.close()
    retriever.close()

    assert retriever.search("plan", 1)
    retriever.close()


def test_an_own_text_is_found_beside_the_guides(corpus: Path, data: Path) -> None:
    OwnCollections(data / "collections").put("acme", OwnText("a.md", "# Ferries\n\nWe book the ferry in March.\n", "2026-07-01"))
    a_pipeline(corpus, data).run()
    retriever = a_retriever(data)

    hit = next(h for h in retriever.search("when is the ferry booked?", 4) if h.lexical_rank == 1)
    retriever.close()

    assert (hit.passage.collection, hit.passage.document) == ("acme", "acme.a")


# The real index


@pytest.mark.parametrize(
    ("query", "document"),
    [
        ("what does a scrum master do", "scrum-master"),
        ("product owner versus product manager", "product-owner-vs-product-manager"),
        ("becoming a product manager from engineering", "becoming-a-product-manager"),
        ("TPM", "technical-programme-manager"),
    ],
)
def test_the_real_index_finds_the_guide_that_was_written_for_it(query: str, document: str, service: Service) -> None:
    found = service.search(query, 5)

    assert document in {h.passage.document for h in found[:3]}
