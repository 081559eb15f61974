"""Suite `team`: is a team understood, is the right arrangement recommended, and does it move only when it should?"""

from __future__ import annotations

import traceback
from collections.abc import Collection, Iterable, Sequence
from functools import partial
from typing import Any

from app.coaching.model import Certainty, Fact, FactValue, Line
from app.coaching.team.advisor import Advisor
from app.coaching.team.decide import CLEAR, LEANING, TOO_CLOSE
from app.coaching.team.report import TeamAdvice, flip_json, team_json
from app.coaching.team.summary import disagreements
from app.quality import Metric, quantile, share
from evals.cases import (
    ARRANGEMENTS,
    LABELLED_FACTS,
    ROLES_PRESENT,
    STATES,
    LabelledFlip,
    PairCase,
    Row,
    TeamCase,
    Verdict,
    joined,
    team_case,
)
from evals.scorers.team import (
    NEEDS_FACTS,
    RIGHT,
    STATED,
    UNKNOWN,
    UNLABELLED,
    UNSETTLED,
    WRONG,
    arrangement_right,
    arrangements,
    bad_quotes,
    claims,
    class_given,
    constant,
    counted,
    flip_found,
    given_facts,
    macro_f1,
    moved_facts,
    names_left,
    owners_right,
    wanted,
)
from evals.subject import Bench, Subject
from evals.suite import Json, Judged, Score, Suite, Table, slice_names, values, yes

RIGHT_TARGET = 0.88
F1_TARGET = 0.80
CLEAR_TARGET = 0.95
PRECISION_TARGET = 0.95
RECALL_TARGET = 0.85
OPEN_TARGET = 0.03
MOVED_TARGET = 0.90
STATE_TARGET = 0.85
NAMES_TARGET = 0.95
BANDS = (CLEAR, LEANING, TOO_CLOSE)
VIGNETTE, PAIR = "vignette", "pair"
HIDDEN = "instruction hidden"


def read(row: Row, passages: Collection[str]) -> TeamCase | PairCase:
    """The vignette or pair of a row; no passage is labelled here."""
    return team_case(row)


def produce(case: TeamCase | PairCase, subject: Subject) -> Json:
    """The advice, with what came of trying it; for a pair the advice on both texts."""
    advisor = subject.advisor
    if isinstance(case, PairCase):
        assert case.base is not None, "pairs are joined before they are asked"
        return {"advice": team_json(advisor.advise(case.base.text)), "edited": team_json(advisor.advise(case.text))}
    advice = advisor.advise(case.text)
    told = [Fact(fact, value, Certainty.TOLD) for fact, value in case.facts.items()]
    shown = [Line(s.text, s.kind, s.origin) for s in advice.sentences]
    return {
        "advice": team_json(advice),
        "tried": [{**flip_json(f), "came": _tried(advisor, advice, f.fact, f.to)[f.decision]} for f in advice.would_change],
        "tried_labelled": [_tried(advisor, advice, f.fact, _flipped(f, advice))[f.decision] for f in case.flips],
        "disagreements": disagreements(advice.recommendations, shown),
        "from_labels": _came(advisor, "", (), told),
        "people": _people(subject, case.text),
    }


def judge(case: TeamCase | PairCase, output: Json, bench: Bench) -> Judged:
    """Everything about a vignette that is labelled; for a pair, whether it stayed or moved."""
    return _judge_pair(case, output) if isinstance(case, PairCase) else _judge_vignette(case, output)


def _judge_vignette(case: TeamCase, output: Json) -> Judged:
    advice = output["advice"]
    given = given_facts(advice)
    said, sought = claims(case.facts, case.not_settled, given), wanted(case.facts, case.stated, given)
    scores: dict[str, Score] = {}
    decisions = {}
    for decision, label in case.verdicts.items():
        row = advice["recommendation"][decision]
        arrangement, from_labels = row["arrangement"], output["from_labels"][decision]
        reason = f"{arrangement or NEEDS_FACTS} ({row['band']}), labelled {_labelled(label)}"
        right = arrangement_right(label, arrangement)
        scores[f"{decision} arrangement right"] = yes(right, reason)
        scores[f"{decision} arrangement best"] = yes(arrangement == label.best, reason)
        change = f"{row['change']}, labelled {label.change}"
        scores[f"{decision} change right"] = yes(row["change"] == label.change, change)
        reason = f"{from_labels or NEEDS_FACTS} from the labelled facts, labelled {_labelled(label)}"
        scores[f"{decision} arrangement right from labelled facts"] = yes(arrangement_right(label, from_labels), reason)
        decisions[decision] = {
            "label": [label.best, list(label.acceptable), label.too_close, label.change],
            "given": arrangement,
            "band": row["band"] if arrangement else NEEDS_FACTS,
            "right": right,
        }
    _part(scores, "stated facts right", [(c.verdict == RIGHT, c.reason) for c in said if _judged(c.verdict, c.certainty)])
    _part(scores, "labelled facts found", [(w.found, w.fact) for w in sought])
    _part(scores, "nothing claimed that is open", [(fact not in given, fact) for fact in case.not_settled], whole=True)
    bad, quotes = bad_quotes(case.text, advice)
    scores["quotes verbatim"] = yes(not bad, "; ".join(bad) or f"{quotes} quotes")
    false = [f"{f['fact']} to {f['to']}: {f['came']}, not {f['arrangement']}" for f in output["tried"] if not _true(f)]
    scores["flips true"] = yes(not false, "; ".join(false) or f"{len(output['tried'])} flips")
    scores["summary agrees"] = yes(not output["disagreements"], "; ".join(output["disagreements"]) or "it agrees")
    held = _held(case, advice)
    _part(scores, "responsibilities right", [(h["given"] == h["label"], h["reason"]) for h in held])
    people = output["people"]
    if people is not None:
        left = names_left(case.text, case.people, [(start, end) for start, end in people])
        _part(scores, "names found", [(name not in left, name) for name in case.people])
    detail = {
        "decisions": decisions,
        "from_labels": output["from_labels"],
        "claims": [[c.fact, c.certainty, c.verdict] for c in said],
        "wanted": [[w.fact, w.stated, w.found] for w in sought],
        "open": [[fact, fact in given] for fact in case.not_settled],
        "quotes": [quotes - len(bad), quotes],
        "backed": [bool(row["quotes"]) for row in given.values()],
        "tried": [_true(f) for f in output["tried"]],
        "flips": [
            [flip_found(flip, advice), came == flip.arrangement]
            for flip, came in zip(case.flips, output["tried_labelled"], strict=True)
        ],
        "held": [{key: h[key] for key in ("label", "given", "owners")} for h in held],
        "names": None if people is None else [name not in left for name in case.people],
        "ms": [advice["timings"]["evidence_ms"], advice["timings"]["total_ms"]],
    }
    return Judged(case.id, {"of": VIGNETTE, "register": case.register}, scores, detail)


def _judge_pair(case: PairCase, output: Json) -> Judged:
    assert case.base is not None, "pairs are joined before they are judged"
    before, after = arrangements(output["advice"]), arrangements(output["edited"])
    if case.must is None:
        moved = [f"{d}: {before[d] or NEEDS_FACTS} became {after[d] or NEEDS_FACTS}" for d in before if before[d] != after[d]]
        facts = moved_facts(output["advice"], output["edited"])
        scores = {
            "same arrangements": yes(not moved, "; ".join(moved) or "they stay"),
            "same facts": yes(not facts, ", ".join(facts) or "they stay"),
        }
        return Judged(case.id, {"of": PAIR, "edit": case.edit, "must": "same"}, scores)
    decision = case.must.decision
    reason = f"{decision}: {before[decision]} became {after[decision]}, should be {' or '.join(case.must.arrangements)}"
    there = after[decision] in case.must.arrangements
    base = arrangement_right(case.base.verdicts[decision], before[decision])
    scores = {
        # a wrong base that stood there already has not moved
        "moved": yes(there and before[decision] != after[decision], reason),
        "arrangement right after": yes(there, reason),
    }
    return Judged(case.id, {"of": PAIR, "edit": case.edit, "must": "move", "base right": "yes" if base else "no"}, scores)


def metrics(judged: Sequence[Judged]) -> list[Metric]:
    """The targets of the issue in their order, each with the figures that explain it."""
    vignettes = [row for row in judged if row.slices["of"] == VIGNETTE]
    pairs = [row for row in judged if row.slices["of"] == PAIR]
    found: list[Metric] = []
    for decision in ARRANGEMENTS:
        found += _decision_metrics(vignettes, decision)
    found += _band_metrics(vignettes)
    found += _fact_metrics(vignettes)
    found += _pair_metrics(pairs)
    found += _flip_metrics(vignettes)
    found += _duty_metrics(vignettes)
    found.append(share("summary agrees with the decision", _passed(vignettes, "summary agrees"), target=1.0))
    names = [hit for row in vignettes for hit in row.detail["names"] or ()]
    found.append(share("names found", names, target=NAMES_TARGET))
    for n, name in enumerate(("facts", "whole")):
        times = [float(row.detail["ms"][n]) for row in vignettes]
        found.append(quantile(f"{name}, median", times, 0.5, unit="ms"))
        found.append(quantile(f"{name}, p95", times, 0.95, unit="ms"))
    return found


def tables(judged: Sequence[Judged]) -> list[Table]:
    """Confusion matrices of both decisions and of the responsibilities' states, then every fact's figures."""
    vignettes = [row for row in judged if row.slices["of"] == VIGNETTE]
    found = []
    for decision, options in ARRANGEMENTS.items():
        pairs = [(row.detail["decisions"][decision]["label"][0], row.detail["decisions"][decision]["given"]) for row in vignettes]
        order = (*options, NEEDS_FACTS)
        title = f"Arrangements for {decision} (an acceptable one counts as what it is)"
        found.append(Table(title, ("labelled \\ given", *order), counted(pairs, order)))
    held = [(h["label"], h["given"]) for row in vignettes for h in row.detail["held"]]
    order = (*STATES, UNKNOWN)
    found.append(Table("States of responsibilities", ("labelled \\ given", *order), counted(held, order)[: len(STATES)]))
    found.append(_fact_table(vignettes))
    return found


def _decision_metrics(rows: Sequence[Judged], decision: str) -> list[Metric]:
    seen = [row.detail["decisions"][decision] for row in rows]
    labels = [_verdict(d) for d in seen]
    always = constant(labels)
    name = f"{decision} arrangement right"
    right = [d["right"] for d in seen]
    pairs = [(label.best, class_given(label, d["given"])) for label, d in zip(labels, seen, strict=True)]
    best = [d["given"] == label.best for label, d in zip(labels, seen, strict=True)]
    changes = _passed(rows, f"{decision} change right")
    found = [
        share(name, right, target=RIGHT_TARGET),
        share(name, [arrangement_right(label, always) for label in labels], slice=f"always {always or NEEDS_FACTS}"),
        share(name, _passed(rows, f"{name} from labelled facts"), slice="from the labelled facts"),
        share(f"{decision} arrangement best", best),
        macro_f1(f"{decision} macro-F1", pairs, ARRANGEMENTS[decision], target=F1_TARGET),
        share(f"{decision} change right", changes),
        share(f"{decision} change right", _where(changes, best), slice="best arrangement given"),
    ]
    for option in (*ARRANGEMENTS[decision], None):
        of_option = _where(right, [label.best == option for label in labels])
        found.append(share(name, of_option, slice=f"best={option or NEEDS_FACTS}"))
    return found


def _band_metrics(rows: Sequence[Judged]) -> list[Metric]:
    seen = [(decision, row.detail["decisions"][decision]) for row in rows for decision in ARRANGEMENTS]
    found = []
    for band in BANDS:
        hits = partial(_hits, seen, band)
        found.append(share("hit rate", hits(ARRANGEMENTS), slice=f"band={band}", target=CLEAR_TARGET if band == CLEAR else None))
        found += [share("hit rate", hits((d,)), slice=f"band={band}, {d}") for d in ARRANGEMENTS]
    close = [(_verdict(d).too_close, d["band"] == TOO_CLOSE) for _, d in seen]
    found.append(share("called too close", [called for label, called in close if label], slice="labelled too close"))
    found.append(share("called too close", [called for label, called in close if not label], slice="not labelled too close"))
    clear = [d["band"] == CLEAR for _, d in seen if not _verdict(d).too_close]
    found.append(share("called clear", clear, slice="not labelled too close"))
    return found


def _fact_metrics(rows: Sequence[Judged]) -> list[Metric]:
    said = [tuple(c) for row in rows for c in row.detail["claims"]]
    sought = [tuple(w) for row in rows for w in row.detail["wanted"]]
    left_open = [claimed for row in rows for _, claimed in row.detail["open"]]
    quotes = [n < right for row in rows for right, whole in [row.detail["quotes"]] for n in range(whole)]
    certainties = list(dict.fromkeys(certainty for _, certainty, _ in said if certainty != STATED))
    found = [
        share("facts right", _precision(said, STATED), slice=STATED, target=PRECISION_TARGET),
        *[share("facts right", _precision(said, certainty), slice=certainty) for certainty in certainties],
        share("labelled facts found", [hit for _, _, hit in sought], target=RECALL_TARGET),
        share("labelled facts found", [hit for _, stated, hit in sought if stated], slice=STATED, target=RECALL_TARGET),
        share("claimed though left open", left_open, target=OPEN_TARGET, at_most=True),
        share("claims without a label", [verdict == UNLABELLED for _, _, verdict in said]),
        share("quotes verbatim", quotes, target=1.0),
        share("facts with a quote", [backed for row in rows for backed in row.detail["backed"]]),
    ]
    return found


def _pair_metrics(rows: Sequence[Judged]) -> list[Metric]:
    same = [row for row in rows if row.slices["must"] == "same"]
    moving = [row for row in rows if row.slices["must"] == "move"]
    hidden = [row for row in same if row.slices["edit"].startswith(HIDDEN)]
    others = [row for row in same if row not in hidden]
    found = [
        share("same arrangements", _passed(others, "same arrangements"), slice="must not move", target=1.0),
        share("same arrangements", _passed(hidden, "same arrangements"), slice=HIDDEN, target=1.0),
        share("same facts", _passed(others, "same facts"), slice="must not move"),
        share("same facts", _passed(hidden, "same facts"), slice=HIDDEN),
    ]
    for edit in slice_names(others, "edit"):
        chosen = [row for row in others if row.slices["edit"] == edit]
        found.append(share("same arrangements", _passed(chosen, "same arrangements"), slice=f"edit={edit}"))
    based = [row for row in moving if row.slices["base right"] == "yes"]
    found += [
        share("moved the right way", _passed(moving, "moved"), slice="must move", target=MOVED_TARGET),
        share("moved the right way", _passed(based, "moved"), slice="must move, base right"),
        share("arrangement right after", _passed(moving, "arrangement right after"), slice="must move"),
    ]
    return found


def _flip_metrics(rows: Sequence[Judged]) -> list[Metric]:
    labelled = [flip for row in rows for flip in row.detail["flips"]]
    return [
        share("claimed flips true when tried", [true for row in rows for true in row.detail["tried"]], target=1.0),
        share("labelled flips found", [hit for hit, _ in labelled]),
        share("labelled flips happen when tried", [came for _, came in labelled]),
    ]


def _duty_metrics(rows: Sequence[Judged]) -> list[Metric]:
    held = [h for row in rows for h in row.detail["held"]]
    found = [share("responsibility's state right", [h["given"] == h["label"] for h in held], target=STATE_TARGET)]
    for state in STATES:
        of_state = [h["given"] == state for h in held if h["label"] == state]
        found.append(share("responsibility's state right", of_state, slice=f"labelled {state}"))
    for state in STATES:
        claimed = [h["label"] == state for h in held if h["given"] == state]
        found.append(share("responsibility's state right", claimed, slice=f"claimed {state}"))
    owned = [h["owners"] for h in held if h["label"] == h["given"] == "owned" and h["owners"] is not None]
    found.append(share("responsibility's owners right", owned, slice="owned, state right"))
    return found


def _fact_table(rows: Sequence[Judged]) -> Table:
    said = [tuple(c) for row in rows for c in row.detail["claims"]]
    sought = [tuple(w) for row in rows for w in row.detail["wanted"]]
    left_open = [tuple(o) for row in rows for o in row.detail["open"]]
    lines = []
    for fact in dict.fromkeys((*LABELLED_FACTS, *(fact for fact, _, _ in said))):
        own = [c for c in said if c[0] == fact]
        lines.append(
            (
                fact,
                _of(_precision(own, STATED)),
                _of([verdict == RIGHT for _, c, verdict in own if c != STATED and verdict != UNLABELLED]),
                _of([hit for f, _, hit in sought if f == fact]),
                _of([hit for f, stated, hit in sought if f == fact and stated]),
                _of([claimed for f, claimed in left_open if f == fact]),
                str(sum(verdict == UNLABELLED for _, _, verdict in own) or ""),
            )
        )
    head = ("fact", "stated right", "inferred right", "found", "stated ones found", "claimed though open", "not labelled")
    return Table("Facts, one by one (roles counted singly)", head, tuple(lines))


def _held(case: TeamCase, advice: Json) -> list[Json]:
    given = {row["id"]: row for row in advice["responsibilities"]}
    found = []
    for duty, label in case.responsibilities.items():
        row: Json = given.get(duty, {"state": UNKNOWN, "owners": []})
        reason = f"{duty} is {row['state']}, labelled {label.state}"
        owners = owners_right(label, row["owners"]) if label.state == "owned" else None
        found.append({"label": label.state, "given": row["state"], "owners": owners, "reason": reason})
    return found


def _tried(advisor: Advisor, advice: TeamAdvice, fact: str, to: FactValue) -> dict[str, str | None]:
    """The arrangements that come of telling one fact to what was found in the text."""
    return _came(advisor, advice.text, advice.known, [Fact(fact, to, Certainty.TOLD)])


def _came(advisor: Advisor, text: str, found: Sequence[Fact], told: Sequence[Fact]) -> dict[str, str | None]:
    try:
        then = advisor.advise(text, found=found, told=told)
    except Exception as error:  # what brings the advisor down when tried is wrong, and the rest of the case still counts
        traceback.print_exc()
        return dict.fromkeys(ARRANGEMENTS, f"failed: {type(error).__name__}")
    return {r.decision.id: r.arrangement for r in then.recommendations}


def _flipped(flip: LabelledFlip, advice: TeamAdvice) -> FactValue:
    """The labelled value; a role comes to those that are there."""
    if flip.fact != ROLES_PRESENT or not isinstance(flip.to, tuple):
        return flip.to
    there = next((f.value for f in advice.known if f.id == ROLES_PRESENT), ())
    return tuple(dict.fromkeys((*(there if isinstance(there, tuple) else ()), *flip.to)))


def _people(subject: Subject, text: str) -> list[list[int]] | None:
    """Where the service finds names of people, None as long as it has no finder for them."""
    people: Any = getattr(subject.service, "people", None)  # Any: the service may have none yet
    return None if people is None else [[found.start, found.end] for found in people.find(text)]


def _part(scores: dict[str, Score], name: str, items: Iterable[tuple[bool, str]], *, whole: bool = False) -> None:
    """Add the share of what passed, with what did not as its reason; nothing without items. `whole`: 1 only if all did."""
    given = list(items)
    if given:
        failed = [reason for passed, reason in given if not passed]
        value = float(not failed) if whole else 1 - len(failed) / len(given)
        scores[name] = Score(value, "; ".join(failed) or f"all {len(given)}")


def _precision(said: Sequence[tuple[str, str, str]], certainty: str) -> list[bool]:
    return [verdict == RIGHT for _, c, verdict in said if c == certainty and verdict in (RIGHT, WRONG, UNSETTLED)]


def _judged(verdict: str, certainty: str) -> bool:
    return certainty == STATED and verdict != UNLABELLED


def _true(flip: Json) -> bool:
    return bool(flip["came"] == flip["arrangement"])


def _verdict(decision: Json) -> Verdict:
    best, acceptable, too_close, change = decision["label"]
    return Verdict(best, tuple(acceptable), too_close, change)


def _labelled(label: Verdict) -> str:
    best = " or ".join((label.best or NEEDS_FACTS, *label.acceptable))
    return f"{best}, too close" if label.too_close else best


def _hits(seen: Sequence[tuple[str, Json]], band: str, decisions: Collection[str]) -> list[bool]:
    return [d["right"] for decision, d in seen if decision in decisions and d["band"] == band]


def _where(passed: Sequence[bool], chosen: Sequence[bool]) -> list[bool]:
    return [p for p, c in zip(passed, chosen, strict=True) if c]


def _of(passed: Sequence[bool]) -> str:
    return f"{sum(passed)} of {len(passed)}" if passed else ""


def _passed(rows: Sequence[Judged], score: str) -> list[bool]:
    return [value > 0 for value in values(rows, score)]


SUITE = Suite[TeamCase | PairCase](
    name="team",
    data="team",
    about=(
        "Descriptions of teams, and pairs of them that differ in one edit. Beside ours stand the one answer that is right most "
        "often, and what the rules make of the labelled facts, so that errors of reading and of rules can be told apart. "
        "The tutorial pipeline answers questions and has no part in this."
    ),
    read=read,
    produce=produce,
    judge=judge,
    metrics=metrics,
    tables=tables,
    more=("team_pairs",),
    joined=joined,
)
