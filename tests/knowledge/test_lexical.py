"""BM25 over passages."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.knowledge.lexical import LexicalIndex, read, write

TEXTS = {
    "backlog": "A product owner orders the backlog and talks to users.",
    "plan": "A project manager keeps the plan, the plan, and the schedule.",
    "money": "Budgets are reported every month.",
}


@pytest.fixture
def index(tmp_path: Path) -> LexicalIndex:
    write(tmp_path / "bm25", list(TEXTS), list(TEXTS.values()))
    return read(tmp_path / "bm25")


def test_passages_that_share_words_come_best_first(index: LexicalIndex) -> None:
    found = index.search("who keeps the plans of a product?", 5)

    assert [i for i, _ in found] == ["plan", "backlog"]
    assert found[0][1] > found[1][1] > 0


@pytest.mark.parametrize("query", ["budget reporting", "BUDGETS", "reports on the budget"])
def test_forms_of_a_word_meet(query: str, index: LexicalIndex) -> None:
    assert index.search(query, 5)[0][0] == "money"


@pytest.mark.parametrize("query", ["", "the of and", "zebra crossing", "日本語", "?!"])
def test_a_query_without_known_words_finds_nothing(query: str, index: LexicalIndex) -> None:
    assert index.search(query, 5) == []


def test_no_more_than_the_limit_is_found(index: LexicalIndex) -> None:
    assert len(index.search("a product owner and a project manager", 1)) == 1
    assert len(index.search("a product owner and a project manager", 50)) == 2


def test_the_same_query_finds_the_same(index: LexicalIndex) -> None:
    assert index.search("plan the backlog", 5) == index.search("plan the backlog", 5)
