"""Suite `answers`: to the point, complete, backed, and who wrote what; the tutorial pipeline beside ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace

from app.coaching.model import Answer, Origin, SentenceKind
from app.coaching.wire import answer_from_json, answer_json
from app.errors import BadInput
from app.knowledge.markdown import split_sentences
from app.quality import Metric, mean, pooled, share
from evals.cases import AnswerCase, answer_case
from evals.scorers.citations import citations, needs_citation, unsupported
from evals.scorers.matching import Match, Matcher
from evals.subject import Bench, Subject
from evals.suite import ANSWERS, Json, Judged, Score, Suite, parts, slice_names, values, yes

OURS, TUTORIAL = "rolewise", "tutorial"
# A first sentence addresses its question if it stands in a passage that was labelled relevant, makes a point that the
# answer must make, or is this near to the question. Unrelated sentences about the same role reach 0.5.
NEAR = 0.6
ORIGINS = (Origin.GUIDE, Origin.RULE, Origin.MODEL)


def trials(cases: Sequence[AnswerCase], tutorial: int) -> list[AnswerCase]:
    """Every case for ours, then the first `tutorial` ones for the tutorial pipeline."""
    return [*cases, *(replace(c, id=f"{c.id}/{TUTORIAL}", by=TUTORIAL) for c in cases[:tutorial])]


def produce(case: AnswerCase, subject: Subject) -> Json:
    """The answer of whoever is asked."""
    if case.by == TUTORIAL:
        told = subject.tutorial.answer(case.question)
        return {"tutorial": {**asdict(told), "documents": list(told.documents), "unknown": told.says_unknown}}
    return {"answer": answer_json(subject.asked([case.question]))}


def judge(case: AnswerCase, output: Json, bench: Bench) -> Judged:
    """Status, relevance, points, claims, citations and origins of one answer."""
    matcher = Matcher(bench.encoder, bench.vocabulary)
    slices = {"by": case.by, "kind": case.kind}
    if case.by == TUTORIAL:
        return _tutorial(case, output, matcher, slices)
    try:
        answer = answer_from_json(output["answer"])
    except BadInput as error:
        return Judged(case.id, slices, {"right status": Score(None, str(error))})
    stated = [(n, s) for n, s in enumerate(answer.sentences) if s.kind not in (SentenceKind.QUESTION, SentenceKind.COURTESY)]
    texts = [s.text for _, s in stated]
    points = matcher.points(case.must, texts)
    given = answer.status.value
    status = yes(given in case.status, f"{given}, labelled {' or '.join(case.status)}")
    relevant = _relevance(case, answer, [n for n, _ in stated], points, matcher)
    scores = {
        "right status": status,
        "first sentence to the point": relevant,
        # An answer beside the point counts as refused, however well it is backed.
        "answered to the point": yes(given in ANSWERS and bool(relevant.value), f"{status.reason}; {relevant.reason}"),
        **_said(case, points, matcher.claims(case.must_not, texts)),
    }
    problems = citations(answer, bench.guides.texts)
    lacking = unsupported(answer, bench.guides.texts)
    if problems:
        wrong = [c.problem for c in problems if c.problem]
        scores["citations valid"] = yes(not wrong, wrong[0] if wrong else f"all {len(problems)} of them")
    verdict = f"{answer.sentences[lacking[0][0]].text}: {lacking[0][1]}" if lacking else "every sentence is backed"
    scores["nothing unsupported"] = yes(not lacking, verdict)
    wrote = Counter(s.origin for s in answer.sentences)
    detail: Json = {
        "written": {o.value: wrote[o] for o in ORIGINS},
        "model share": [wrote[Origin.MODEL], len(answer.sentences)],
        "dropped": len(answer.dropped),
        "notices": len(answer.notices),
        "words": len(" ".join(texts).split()),
        "status": given,
        "documents": sorted({s.document for s in answer.sources}),
    }
    carried = [stated[p.first][1].origin for p in points if p.made]
    for origin in ORIGINS:
        mine = [c for c in problems if c.origin is origin]
        detail[f"valid citations, {origin}"] = [sum(not c.problem for c in mine), len(mine)]
        detail[f"relevant citations, {origin}"] = [sum(c.passage in case.relevant for c in mine), len(mine)]
        need = [n for n, s in enumerate(answer.sentences) if s.origin is origin and needs_citation(s)]
        detail[f"unsupported, {origin}"] = [sum(n in need for n, _ in lacking), len(need)]
        detail[f"points made, {origin}"] = [carried.count(origin), len(points)]
    slices["model"] = "wrote" if wrote[Origin.MODEL] else "did not write"
    return Judged(case.id, slices, scores, detail)


def metrics(judged: Sequence[Judged]) -> list[Metric]:
    """Ours as a whole, by origin, by kind; then the tutorial pipeline beside ours on the same cases."""
    ours = [row for row in judged if row.slices["by"] == OURS]
    found = _quality(ours, "")
    found += [
        share("citation validity", _each(ours, "valid citations"), target=1.0),
        pooled("citation precision", _summed(ours, "relevant citations")),
        _count("unsupported sentences", ours, "unsupported"),
        pooled("sentences that the model wrote", parts(ours, "model share")),
        _total("sentences of the model that were dropped", ours, "dropped"),
        _total("notices, such as that the model failed", ours, "notices"),
        mean("words of an answer", [float(row.detail["words"]) for row in ours if "words" in row.detail], unit="words"),
    ]
    for origin in ORIGINS:
        where = f"origin={origin}"
        found.append(share("citation validity", _each(ours, "valid citations", origin), slice=where))
        found.append(pooled("citation precision", parts(ours, f"relevant citations, {origin}"), slice=where))
        found.append(_count("unsupported sentences", ours, "unsupported", origin))
        found.append(pooled("points made", parts(ours, f"points made, {origin}"), slice=where))
    for key in ("kind", "model"):
        for name in slice_names(ours, key):
            found += _quality([row for row in ours if row.slices.get(key) == name], f"{key}={name}")
    return found + _beside(judged, ours)


def _quality(rows: Sequence[Judged], where: str) -> list[Metric]:
    return [
        _share(rows, "answered to the point", where),
        _share(rows, "right status", where),
        _share(rows, "first sentence to the point", where),
        mean("must coverage", values(rows, "must coverage"), slice=where),
        _share(rows, "claim that must not be made", where),
    ]


def _beside(judged: Sequence[Judged], ours: Sequence[Judged]) -> list[Metric]:
    theirs = {row.id.removesuffix(f"/{TUTORIAL}"): row for row in judged if row.slices["by"] == TUTORIAL}
    if not theirs:
        return []
    same = [row for row in ours if row.id in theirs]
    found = []
    for where, rows in (("same cases, rolewise", same), ("same cases, tutorial", list(theirs.values()))):
        found.append(mean("must coverage", values(rows, "must coverage"), slice=where))
        found.append(_share(rows, "claim that must not be made", where))
    found.append(_share(list(theirs.values()), "says that it does not know", "same cases, tutorial"))
    return found


def _tutorial(case: AnswerCase, output: Json, matcher: Matcher, slices: dict[str, str]) -> Judged:
    told = output["tutorial"]
    texts = split_sentences(str(told["text"]))
    scores = {
        "says that it does not know": yes(bool(told["unknown"]), "it says so" if told["unknown"] else "it answers"),
        **_said(case, matcher.points(case.must, texts), matcher.claims(case.must_not, texts)),
    }
    return Judged(case.id, slices, scores, {"words": len(str(told["text"]).split())})


def _said(case: AnswerCase, points: Sequence[Match], claims: Sequence[Match]) -> dict[str, Score]:
    reasons = "; ".join(f"“{point}” {match.reason}" for point, match in zip(case.must, points, strict=True))
    scores = {"must coverage": Score(sum(p.made for p in points) / len(points), reasons)}
    if claims:
        said = "; ".join(f"“{claim}” {match.reason}" for claim, match in zip(case.must_not, claims, strict=True))
        scores["claim that must not be made"] = yes(any(c.made for c in claims), said)
    return scores


def _relevance(case: AnswerCase, answer: Answer, stated: Sequence[int], points: Sequence[Match], matcher: Matcher) -> Score:
    if not stated:
        return yes(False, "it states nothing")
    first = answer.sentences[stated[0]]
    passages = {s.n: s.passage for s in answer.sources}
    if any(passages.get(n) in case.relevant for n in first.cites):
        return yes(True, "its first sentence stands in a relevant passage")
    if any(p.made and p.first == 0 for p in points):
        return yes(True, "its first sentence makes a point")
    nearness = matcher.similarity(case.question, first.text)
    return yes(nearness >= NEAR, f"its first sentence has a cosine of {nearness:.2f} to the question")


def _share(rows: Sequence[Judged], score: str, where: str) -> Metric:
    return share(score, [v > 0 for v in values(rows, score)], slice=where)


def _summed(rows: Sequence[Judged], key: str) -> list[tuple[float, float]]:
    """Parts and wholes of all origins together, one pair an answer."""
    found = []
    for row in rows:
        pairs = [row.detail[f"{key}, {o}"] for o in ORIGINS if f"{key}, {o}" in row.detail]
        found.append((float(sum(p for p, _ in pairs)), float(sum(w for _, w in pairs))))
    return found


def _each(rows: Sequence[Judged], key: str, origin: Origin | None = None) -> list[bool]:
    """One value a citation: Wilson's interval stays honest at 100 %, where resampling would show none."""
    pairs = parts(rows, f"{key}, {origin}") if origin else _summed(rows, key)
    good, whole = int(sum(p for p, _ in pairs)), int(sum(w for _, w in pairs))
    return [True] * good + [False] * (whole - good)


def _count(name: str, rows: Sequence[Judged], key: str, origin: Origin | None = None) -> Metric:
    pairs = parts(rows, f"{key}, {origin}") if origin else _summed(rows, key)
    n = int(sum(w for _, w in pairs))
    where = f"origin={origin}" if origin else ""
    return Metric(name, sum(p for p, _ in pairs) if n else None, None, None, n, slice=where, unit="count")


def _total(name: str, rows: Sequence[Judged], key: str) -> Metric:
    found = [float(row.detail[key]) for row in rows if key in row.detail]
    return Metric(name, sum(found) if found else None, None, None, len(found), unit="count")


SUITE = Suite[AnswerCase](
    name="answers",
    data="answers",
    about="Questions with points that a good answer makes and claims that it must not make.",
    read=answer_case,
    produce=produce,
    judge=judge,
    metrics=metrics,
    trials=trials,
)
