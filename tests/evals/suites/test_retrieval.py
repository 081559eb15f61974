from __future__ import annotations

from evals.cases import RetrievalCase
from evals.subject import Bench
from evals.suite import Judged
from evals.suites.retrieval import judge, metrics


def a_case(number: int = 1, style: str = "plain") -> RetrievalCase:
    return RetrievalCase(f"ret-{number}", "Who decides?", (), frozenset({"g#a", "g#b"}), frozenset({"g#a"}), style)


def judged(bench: Bench, ranked: list[str], number: int = 1, style: str = "plain") -> Judged:
    output = {"ranked": {"ours": ranked, "dense alone": ["g#x"], "BM25 alone": ["g#a"]}}
    return judge(a_case(number, style), output, bench)


def test_the_gate_asks_for_an_essential_passage_among_five(bench: Bench) -> None:
    found = judged(bench, ["g#b", "g#x"])

    assert found.scores["recall@5"].value == 0.0
    assert found.scores["hit rate@5"].value == 1.0
    assert found.scores["recall@5, BM25 alone"].value == 1.0
    assert found.scores["recall@5, dense alone"].value == 0.0
    assert "no essential passage" in found.scores["recall@5"].reason


def test_ours_has_the_target_and_styles_are_split(bench: Bench) -> None:
    rows = [judged(bench, ["g#a"], 1), judged(bench, ["g#x"], 2, "untidy")]

    found = {(m.name, m.slice): m for m in metrics(rows)}

    assert found["recall@5", ""].value == 0.5
    assert found["recall@5", ""].target == 0.9
    assert found["recall@5", "style=plain"].value == 1.0
    assert found["recall@5", "style=untidy"].value == 0.0
    assert found["recall@5, BM25 alone", ""].value == 1.0
    assert [m for m in found.values() if m.target is not None] == [found["recall@5", ""]]
