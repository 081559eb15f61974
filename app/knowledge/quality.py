"""Is the right passage found? Retrieval metrics over queries whose passages were labelled."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

CUTS = (1, 3, 5, 10)


@dataclass(frozen=True)
class LabelledQuery:
    """A query with the passages that answer it wholly or in part; `essential` are the one or two that answer it best."""

    id: str
    query: str
    relevant: frozenset[str]
    essential: frozenset[str]


def measured(ranked: Sequence[str], labelled: LabelledQuery) -> dict[str, float]:
    """Every metric of one ranked list of passage ids, by name.

    `recall@k` is 1 if an essential passage is among the first k, `hit rate@k` if a relevant one is, and
    `essential recall@k` is the share of the essential ones there. nDCG counts an essential passage as 2, a relevant
    one as 1; MRR looks for the first relevant passage.
    """
    gains = {p: 2.0 if p in labelled.essential else 1.0 for p in labelled.relevant | labelled.essential}
    found: dict[str, float] = {}
    for k in CUTS:
        found[f"recall@{k}"] = float(hit(ranked, labelled.essential, k))
        found[f"hit rate@{k}"] = float(hit(ranked, gains, k))
        found[f"essential recall@{k}"] = recall(ranked, labelled.essential, k)
    found["relevant recall@10"] = recall(ranked, gains, 10)
    found["nDCG@10"] = ndcg(ranked, gains, 10)
    found["MRR"] = reciprocal_rank(ranked, gains)
    return found


def hit(ranked: Sequence[str], wanted: Collection[str], k: int) -> bool:
    """Whether any wanted id is among the first `k`."""
    return any(item in wanted for item in ranked[:k])


def recall(ranked: Sequence[str], wanted: Collection[str], k: int) -> float:
    """The share of the wanted ids that is among the first `k`. Raises ValueError if nothing is wanted."""
    if not wanted:
        raise ValueError("recall needs at least one wanted id")
    return len(set(ranked[:k]) & set(wanted)) / len(set(wanted))


def ndcg(ranked: Sequence[str], gains: Mapping[str, float], k: int) -> float:
    """Discounted gain of the first `k` as a share of the best order's (Järvelin and Kekäläinen, 2002).

    Raises ValueError if no id has a gain.
    """
    best = _discounted(sorted(gains.values(), reverse=True)[:k])
    if best <= 0:
        raise ValueError("nDCG needs at least one id with a gain")
    return _discounted([gains.get(item, 0.0) for item in dict.fromkeys(ranked[:k])]) / best


def reciprocal_rank(ranked: Sequence[str], wanted: Collection[str]) -> float:
    """1 / rank of the first wanted id, 0 if it is not there."""
    return next((1 / rank for rank, item in enumerate(ranked, 1) if item in wanted), 0.0)


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(place + 1) for place, gain in enumerate(gains, 1))
