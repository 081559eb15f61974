"""Suite `speed`: from the question to evidence, first sentence and end, in this process, warm; the tutorial beside it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict

from app.coaching.memory import Memory
from app.coaching.model import Origin, SentenceReady
from app.quality import Metric, pooled, quantile
from evals.cases import AnswerCase, answer_case
from evals.memory import PeakMemory
from evals.subject import HERE, Bench, Subject
from evals.suite import Json, Judged, Score, Suite
from evals.suites.answers import OURS, TUTORIAL, trials

CASES = 36  # a median over fewer than 30 questions says little
EVIDENCE, COMPOSED, WRITTEN, WHOLE = 300, 1_000, 8_000, 20_000  # milliseconds on two cores
MEMORY_WITH_MODEL, MEMORY_WITHOUT = 3_500, 1_500  # megabytes


def produce(case: AnswerCase, subject: Subject) -> Json:
    """Times, tokens and memory of one answer. Questions are all different, so no vector is remembered from before."""
    if case.by == TUTORIAL:
        told = subject.tutorial.answer(case.question)
        return {"tutorial": {k: v for k, v in asdict(told).items() if k not in ("text", "documents")}}
    started = time.monotonic()
    written = 0
    with PeakMemory() as memory:
        reply = subject.service.coach.ask(case.question, HERE, Memory())
        for event in reply:
            if not written and isinstance(event, SentenceReady) and event.sentence.origin is Origin.MODEL:
                written = round(1000 * (time.monotonic() - started))
        answer = reply.answer()
    return {
        **asdict(answer.timings),
        **asdict(answer.usage),
        "first_model_sentence_ms": written,
        "model": answer.model,
        "peak_mb": round(memory.megabytes, 1),
        "status": answer.status.value,
    }


def judge(case: AnswerCase, output: Json, bench: Bench) -> Judged:
    """Nothing is judged: the times themselves are the scores. A time of 0 means that the thing did not come."""
    row = output.get("tutorial", output)
    names = ("evidence_ms", "first_sentence_ms", "first_model_sentence_ms", "first_word_ms", "total_ms", "peak_mb")
    scores = {name: Score(float(row[name]), "measured") for name in names if row.get(name)}
    tokens = row["prompt_tokens"] + row["completion_tokens"]
    if tokens:
        scores["tokens"] = Score(float(tokens), "read and written")
        scores["tokens not cached"] = Score(float(tokens - row["cached_tokens"]), "read and written, less those from the cache")
    return Judged(case.id, {"by": case.by, "model": "asked" if tokens else "not asked"}, scores, {"id": case.id})


def metrics(judged: Sequence[Judged]) -> list[Metric]:
    """Medians and 95th percentiles, the peak of memory, and the ratios to the tutorial on the same questions."""
    ours = [row for row in judged if row.slices["by"] == OURS]
    asked = any(row.slices["model"] == "asked" for row in ours)
    targets = (
        ("evidence_ms", EVIDENCE),
        ("first_sentence_ms", COMPOSED),
        ("first_model_sentence_ms", WRITTEN),
        ("total_ms", WHOLE),
    )
    found = []
    for name, target in targets:
        times = _scores(ours, name)
        found.append(quantile(f"{name}, median", times, 0.5, unit="ms", target=target if times else None, at_most=True))
        found.append(quantile(f"{name}, p95", times, 0.95, unit="ms"))
    for name in ("tokens", "tokens not cached"):
        found.append(quantile(f"{name}, median", _scores(ours, name), 0.5, unit="tokens"))
    for part in ("asked", "not asked"):
        times = _scores([row for row in ours if row.slices["model"] == part], "total_ms")
        found.append(quantile("total_ms, median", times, 0.5, unit="ms", slice=f"model={part}"))
    peaks = _scores(ours, "peak_mb")
    most = MEMORY_WITH_MODEL if asked else MEMORY_WITHOUT
    peak = max(peaks) if peaks else None
    found.append(Metric("peak memory", peak, None, None, len(peaks), target=most, at_most=True, unit="MB"))
    return found + _beside(judged, ours)


def _beside(judged: Sequence[Judged], ours: Sequence[Judged]) -> list[Metric]:
    """Ratios of ours to the tutorial's, question by question; 0.5 means half of its time or tokens."""
    theirs = {row.id.removesuffix(f"/{TUTORIAL}"): row for row in judged if row.slices["by"] == TUTORIAL}
    pairs = [(row, theirs[row.id]) for row in ours if row.id in theirs]
    found = []
    for name, unit in (("first_word_ms", "ms"), ("total_ms", "ms"), ("tokens", "tokens")):
        found.append(quantile(f"tutorial {name}, median", _scores([b for _, b in pairs], name), 0.5, unit=unit))
    if pairs:
        found += [
            _ratio("time to first sentence to the tutorial's first word", pairs, "first_sentence_ms", "first_word_ms"),
            _ratio("time to the tutorial's", pairs, "total_ms", "total_ms"),
            _ratio("tokens to the tutorial's", pairs, "tokens", "tokens"),
        ]
    return [m for m in found if m.n]


def _ratio(name: str, pairs: Sequence[tuple[Judged, Judged]], mine: str, other: str) -> Metric:
    # The ratio of sums: a question that we answer without a model counts with its 0 tokens.
    sums = [(_score(a, mine), _score(b, other)) for a, b in pairs]
    return pooled(f"ratio of {name}", sums, unit="ratio")


def _scores(rows: Sequence[Judged], name: str) -> list[float]:
    return [value for row in rows if (value := _score(row, name))]


def _score(row: Judged, name: str) -> float:
    return (row.scores[name].value or 0.0) if name in row.scores else 0.0


SUITE = Suite[AnswerCase](
    name="speed",
    data="answers",
    about="Times, tokens and memory of one question after another in one warm process.",
    read=answer_case,
    produce=produce,
    judge=judge,
    metrics=metrics,
    trials=trials,
    cases=CASES,
)
