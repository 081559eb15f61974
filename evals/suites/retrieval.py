"""Suite `retrieval`: are the labelled passages found, by ours, by embeddings alone and by words alone?"""

from __future__ import annotations

from collections.abc import Sequence

from app.knowledge.quality import LabelledQuery, measured
from app.quality import Metric, mean, share
from evals.cases import RetrievalCase, retrieval_case
from evals.subject import Bench, Subject
from evals.suite import Json, Judged, Score, Suite, slice_names, values

DEPTH = 10
OURS = "ours"
TARGET = 0.90  # of queries with an essential passage among the first five
SHARES = ("recall@1", "recall@3", "recall@5", "recall@10", "hit rate@5")
MEANS = ("essential recall@5", "relevant recall@10", "nDCG@10", "MRR")


def produce(case: RetrievalCase, subject: Subject) -> Json:
    """What is looked up, and what each way of looking ranks first."""
    text, lists = subject.found(case.query, case.turns, DEPTH)
    return {"looked_up": text, "ranked": lists}


def judge(case: RetrievalCase, output: Json, bench: Bench) -> Judged:
    """Every metric for every way of looking; the names of the two alone carry theirs."""
    labelled = LabelledQuery(case.id, case.query, case.relevant, case.essential)
    scores: dict[str, Score] = {}
    for way, ranked in output["ranked"].items():
        first = next((n for n, p in enumerate(ranked, 1) if p in case.essential), None)
        reason = f"first essential passage at rank {first}" if first else f"no essential passage among {len(ranked)}"
        for name, value in measured(ranked, labelled).items():
            scores[_named(name, way)] = Score(value, reason)
    return Judged(case.id, {"style": case.style}, scores)


def metrics(judged: Sequence[Judged]) -> list[Metric]:
    """Ours with the target on recall@5, then by style, then the two ways alone."""
    found = _of(judged, OURS, target=TARGET)
    for style in slice_names(judged, "style"):
        found += _of([row for row in judged if row.slices["style"] == style], OURS, slice=f"style={style}")
    for way in ("dense alone", "BM25 alone"):
        found += _of(judged, way)
    return found


def _of(judged: Sequence[Judged], way: str, *, target: float | None = None, slice: str = "") -> list[Metric]:
    found = []
    for name in SHARES:
        passed = [v > 0 for v in values(judged, _named(name, way))]
        found.append(share(_named(name, way), passed, slice=slice, target=target if name == "recall@5" else None))
    for name in MEANS:
        found.append(mean(_named(name, way), values(judged, _named(name, way)), slice=slice))
    return found


def _named(metric: str, way: str) -> str:
    return metric if way == OURS else f"{metric}, {way}"


SUITE = Suite[RetrievalCase](
    name="retrieval",
    data="retrieval",
    about="Labelled queries, searched as the coach searches them; follow-ups after their earlier turns.",
    read=retrieval_case,
    produce=produce,
    judge=judge,
    metrics=metrics,
)
