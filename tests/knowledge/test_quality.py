from __future__ import annotations

import math

import pytest

from app.knowledge.quality import LabelledQuery, hit, measured, ndcg, recall, reciprocal_rank

QUERY = LabelledQuery("q", "who decides?", frozenset({"a", "b", "c"}), frozenset({"a"}))


def test_a_perfect_order_scores_one_everywhere() -> None:
    found = measured(["a", "b", "c", "x"], QUERY)

    assert {found["recall@1"], found["recall@5"], found["hit rate@5"], found["nDCG@10"], found["MRR"]} == {1.0}


def test_a_relevant_passage_alone_is_a_hit_but_no_recall() -> None:
    found = measured(["b", "x", "y", "z", "v", "a"], QUERY)

    assert found["hit rate@5"] == 1.0
    assert found["recall@5"] == 0.0
    assert found["recall@10"] == 1.0


def test_nothing_found_scores_zero() -> None:
    assert set(measured([], QUERY).values()) == {0.0}


def test_an_essential_passage_in_second_place_costs_discounted_gain() -> None:
    best = 2 + 1 / math.log2(3) + 1 / 2

    assert ndcg(["b", "a", "c"], {"a": 2.0, "b": 1.0, "c": 1.0}, 10) == pytest.approx((1 + 2 / math.log2(3) + 1 / 2) / best)


def test_a_passage_that_stands_twice_gains_once() -> None:
    assert ndcg(["a", "a"], {"a": 1.0, "b": 1.0}, 10) < 1
    assert recall(["a", "a"], {"a", "b"}, 5) == 0.5


def test_only_the_first_k_count() -> None:
    assert hit(["x", "a"], {"a"}, 2)
    assert not hit(["x", "a"], {"a"}, 1)


def test_the_first_wanted_passage_decides_the_reciprocal_rank() -> None:
    assert reciprocal_rank(["x", "b", "a"], {"a", "b"}) == 0.5
    assert reciprocal_rank(["x"], {"a"}) == 0.0


def test_a_query_without_labels_cannot_be_measured() -> None:
    with pytest.raises(ValueError, match="at least one"):
        recall(["a"], set(), 5)
    with pytest.raises(ValueError, match="at least one"):
        ndcg(["a"], {}, 5)
