from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import pytest

from app.coaching.model import Certainty, Fact
from app.coaching.team.advisor import Advisor
from app.coaching.team.report import TeamAdvice
from app.settings import Settings
from app.wiring import Service
from evals.cases import Held, LabelledFlip, Move, PairCase, TeamCase, Verdict
from evals.running import Plan, run
from evals.subject import Bench, Subject
from evals.suite import Judged
from evals.suites.team import judge, metrics, produce, tables

TEXT = "We are seven. Priya decides what is next."
TOLD = (
    Fact("team_size", 5, Certainty.TOLD),
    Fact("external_parties", 0, Certainty.TOLD),
    Fact("delivery_rhythm", "continuous", Certainty.TOLD),
    Fact("priorities_clear", True, Certainty.TOLD),
)


def a_case(**changes: Any) -> TeamCase:
    case = TeamCase(
        id="t1",
        register="e-mail",
        text=TEXT,
        facts={"team_size": 7},
        stated=frozenset({"team_size"}),
        not_settled=("deadline", "regulated"),
        people=("Priya",),
        verdicts={
            "delivery": Verdict("lead", ("shared",), False, "start"),
            "product": Verdict("covered", (), False, "keep"),
        },
        responsibilities={"priorities": Held("owned", ("product_owner",)), "blockers": Held("unowned", ())},
        flips=(LabelledFlip("delivery", "team_size", 12, "dedicated"),),
    )
    return replace(case, **changes)


def a_choice(arrangement: str | None, band: str = "clear", change: str = "start") -> dict[str, Any]:
    return {"arrangement": arrangement, "band": band, "change": change}


def an_output(delivery: str | None = "lead", product: str | None = "covered", **changes: Any) -> dict[str, Any]:
    advice = {
        "recommendation": {"delivery": a_choice(delivery), "product": a_choice(product, change="keep")},
        "facts": [
            {"id": "team_size", "value": 7, "certainty": "stated", "quotes": [{"text": "We are seven", "start": 0, "end": 12}]}
        ],
        "responsibilities": [
            {"id": "priorities", "state": "owned", "owners": ["product_owner"], "quotes": []},
            {"id": "blockers", "state": "unowned", "owners": [], "quotes": []},
        ],
        "would_change": [{"decision": "delivery", "fact": "team_size", "to": 11, "arrangement": "dedicated"}],
        "timings": {"evidence_ms": 20, "total_ms": 60},
    }
    advice |= {key: changes.pop(key) for key in list(changes) if key in advice}
    output = {
        "advice": advice,
        "tried": [{"decision": "delivery", "fact": "team_size", "to": 11, "arrangement": "dedicated", "came": "dedicated"}],
        "tried_labelled": ["dedicated"],
        "disagreements": [],
        "from_labels": {"delivery": "lead", "product": "covered"},
        "people": None,
    }
    return {**output, **changes}


def a_pair(must: Move | None = None, edit: str = "names swapped") -> PairCase:
    return PairCase("p1", "t1", edit, "We are nine.", must, a_case())


def figures(rows: Sequence[Judged]) -> dict[tuple[str, str], Any]:
    return {(m.name, m.slice): m for m in metrics(rows)}


def value(bench: Bench, name: str, slice: str = "", *, case: TeamCase | PairCase | None = None, **output: Any) -> float | None:
    found: float | None = figures([judge(case or a_case(), an_output(**output), bench)])[name, slice].value
    return found


def pair(bench: Bench, case: PairCase, before: dict[str, Any], after: dict[str, Any]) -> Judged:
    return judge(case, {"advice": before["advice"], "edited": after["advice"]}, bench)


def test_advice_that_is_right_in_everything_meets_every_target_that_it_touches(bench: Bench) -> None:
    found = metrics([judge(a_case(), an_output(), bench)])

    missed = [(m.name, m.slice) for m in found if m.n and m.met is False]
    assert missed == []
    assert all(m.value == 1.0 for m in found if m.unit == "share" and m.n and m.target and not m.at_most)


@pytest.mark.parametrize(
    ("name", "slice", "wrong"),
    [
        ("delivery arrangement right", "", {"delivery": "dedicated"}),
        ("delivery arrangement right", "", {"delivery": None}),
        ("product arrangement right", "", {"product": "group"}),
        ("delivery arrangement best", "", {"delivery": "shared"}),
        ("delivery macro-F1", "", {"delivery": "programme"}),
        ("hit rate", "band=clear, delivery", {"delivery": "dedicated"}),
        ("delivery arrangement right", "from the labelled facts", {"from_labels": {"delivery": "dedicated", "product": None}}),
        ("facts right", "stated", {"facts": [{"id": "team_size", "value": 8, "certainty": "stated", "quotes": []}]}),
        ("facts right", "stated", {"facts": [{"id": "deadline", "value": "none", "certainty": "stated", "quotes": []}]}),
        ("labelled facts found", "", {"facts": []}),
        ("labelled facts found", "stated", {"facts": []}),
        ("quotes verbatim", "", {"facts": [{"id": "team_size", "value": 7, "certainty": "stated", "quotes": [
            {"text": "We are eight", "start": 0, "end": 12}]}]}),
        ("facts with a quote", "", {"facts": [{"id": "team_size", "value": 7, "certainty": "inferred", "quotes": []}]}),
        ("claimed flips true when tried", "", {"tried": [{"fact": "team_size", "to": 11, "arrangement": "lead", "came": "shared"}]}),
        ("claimed flips true when tried", "", {"tried": [{"fact": "team_size", "to": 11, "arrangement": "lead", "came": None}]}),
        ("labelled flips found", "", {"would_change": []}),
        ("labelled flips happen when tried", "", {"tried_labelled": ["programme"]}),
        ("responsibility's state right", "", {"responsibilities": []}),
        ("responsibility's state right", "labelled owned", {"responsibilities": [
            {"id": "priorities", "state": "shared", "owners": ["team"], "quotes": []}]}),
        ("responsibility's owners right", "owned, state right", {"responsibilities": [
            {"id": "priorities", "state": "owned", "owners": ["tech_lead"], "quotes": []}]}),
        ("summary agrees with the decision", "", {"disagreements": ["It names a reason that was not used."]}),
        ("names found", "", {"people": []}),
        ("names found", "", {"people": [[14, 18]]}),
    ],
)  # fmt: skip
def test_a_wrong_thing_scores_nothing(bench: Bench, name: str, slice: str, wrong: dict[str, Any]) -> None:
    assert value(bench, name, slice, **wrong) == 0.0


def test_acceptable_is_right_but_not_best(bench: Bench) -> None:
    assert value(bench, "delivery arrangement right", delivery="shared") == 1.0
    assert value(bench, "delivery arrangement best", delivery="shared") == 0.0
    assert value(bench, "delivery macro-F1", delivery="shared") == 1.0


def test_claiming_what_is_left_open_counts_against_both_precision_and_restraint(bench: Bench) -> None:
    facts = [*an_output()["advice"]["facts"], {"id": "deadline", "value": "none", "certainty": "inferred", "quotes": []}]

    found = figures([judge(a_case(), an_output(facts=facts), bench)])

    assert found["claimed though left open", ""].value == 0.5
    assert found["claimed though left open", ""].met is False
    assert found["facts right", "inferred"].value == 0.0
    assert found["facts right", "stated"].value == 1.0


def test_what_has_no_label_is_counted_apart(bench: Bench) -> None:
    facts = [*an_output()["advice"]["facts"], {"id": "users", "value": "none", "certainty": "stated", "quotes": []}]

    found = figures([judge(a_case(), an_output(facts=facts), bench)])

    assert found["facts right", "stated"].n == 1
    assert found["claims without a label", ""].value == 0.5


def test_the_best_constant_answer_stands_beside(bench: Bench) -> None:
    shared = a_case(id="t2", verdicts={**a_case().verdicts, "delivery": Verdict("shared", (), True, "keep")})
    rows = [judge(a_case(), an_output(), bench), judge(shared, an_output(delivery="shared"), bench)]

    assert figures(rows)["delivery arrangement right", "always shared"].value == 1.0


def test_too_close_is_measured_where_it_is_labelled(bench: Bench) -> None:
    close = a_case(verdicts={d: replace(v, too_close=True) for d, v in a_case().verdicts.items()})
    called = {"delivery": a_choice("lead", "too_close"), "product": a_choice("covered", "leaning")}

    found = figures([judge(close, an_output(recommendation=called), bench)])

    assert found["called too close", "labelled too close"].value == 0.5
    assert found["called too close", "not labelled too close"].n == 0
    assert found["hit rate", "band=too_close"].n == 1


def test_a_decision_that_needs_facts_has_no_band(bench: Bench) -> None:
    nothing = {"delivery": a_choice(None, "too_close"), "product": a_choice(None, "too_close")}

    found = figures([judge(a_case(), an_output(recommendation=nothing), bench)])

    assert found["hit rate", "band=too_close"].n == 0


def test_people_without_a_finder_for_them_are_not_scored(bench: Bench) -> None:
    found = figures([judge(a_case(), an_output(), bench)])

    assert found["names found", ""].n == 0
    assert value(bench, "names found", people=[[14, 19]]) == 1.0


def test_a_pair_that_must_not_move_keeps_both_arrangements(bench: Bench) -> None:
    stays = pair(bench, a_pair(), an_output(), an_output())
    moves = pair(bench, a_pair(), an_output(), an_output(product="group"))

    found = figures([stays, moves])

    assert found["same arrangements", "must not move"].value == 0.5
    assert found["same arrangements", "edit=names swapped"].value == 0.5
    assert moves.scores["same arrangements"].reason == "product: covered became group"


def test_facts_that_move_are_told_apart_from_arrangements(bench: Bench) -> None:
    found = figures([pair(bench, a_pair(), an_output(), an_output(facts=[]))])

    assert found["same arrangements", "must not move"].value == 1.0
    assert found["same facts", "must not move"].value == 0.0


def test_hidden_instructions_are_counted_on_their_own(bench: Bench) -> None:
    found = figures([pair(bench, a_pair(edit="instruction hidden"), an_output(), an_output(delivery="dedicated"))])

    assert found["same arrangements", "instruction hidden"].value == 0.0
    assert found["same arrangements", "must not move"].n == 0


@pytest.mark.parametrize(
    ("before", "after", "moved", "there", "base"),
    [
        ("lead", "dedicated", 1.0, 1.0, 1),
        ("lead", "programme", 1.0, 1.0, 1),
        ("lead", "lead", 0.0, 0.0, 1),
        ("lead", "shared", 0.0, 0.0, 1),
        ("dedicated", "dedicated", 0.0, 1.0, 0),  # it stood there, wrongly, before the fact was changed
        ("programme", "dedicated", 1.0, 1.0, 0),
    ],
)
def test_what_must_move_moves_to_where_it_should(
    bench: Bench, before: str, after: str, moved: float, there: float, base: int
) -> None:
    must = Move("delivery", ("dedicated", "programme"))

    found = figures([pair(bench, a_pair(must, "fact changed: deadline"), an_output(before), an_output(after))])

    assert found["moved the right way", "must move"].value == moved
    assert found["arrangement right after", "must move"].value == there
    assert found["moved the right way", "must move, base right"].n == base


def test_the_tables_show_what_was_mistaken_for_what_and_every_fact(bench: Bench) -> None:
    rows = [judge(a_case(), an_output(delivery="dedicated"), bench), pair(bench, a_pair(), an_output(), an_output())]

    delivery, product, states, facts = tables(rows)

    lead = dict(zip(delivery.head, next(row for row in delivery.rows if row[0] == "lead"), strict=True))
    assert {name for name, count in lead.items() if count == "1"} == {"dedicated"}
    assert next(row for row in product.rows if row[0] == "covered")[1] == "1"
    assert next(row for row in states.rows if row[0] == "unowned")[4] == "1"
    assert next(row for row in facts.rows if row[0] == "team_size") == ("team_size", "1 of 1", "", "1 of 1", "1 of 1", "", "")


@dataclass
class Told:
    """The advisor with facts that it is told instead of reading them; `breaks` is the fact that brings it down."""

    advisor: Advisor
    breaks: str = ""

    def advise(self, text: str, *, told: Sequence[Fact] = (), found: Sequence[Fact] | None = None) -> TeamAdvice:
        if any(fact.id == self.breaks for fact in told):
            raise IndexError("tuple index out of range")
        return self.advisor.advise(text, told=told, found=TOLD if found is None else found)


@dataclass
class Found:
    start: int
    end: int


class People:
    def find(self, text: str) -> list[Found]:
        return [Found(14, 19)]


@dataclass
class Holder:
    advisor: Told
    service: object


@pytest.fixture
def a_subject(service: Service) -> Callable[..., Subject]:
    def a_subject(breaks: str = "", **parts: object) -> Subject:
        holder = Holder(Told(service.advisor, breaks), type("Parts", (), parts))
        return cast(Subject, holder)  # it has what this suite asks of a subject

    return a_subject


def test_what_is_produced_can_be_judged(a_subject: Callable[..., Subject], bench: Bench) -> None:
    output = produce(a_case(), a_subject())

    row = judge(a_case(), output, bench)
    assert output["advice"]["recommendation"]["delivery"]["arrangement"] == "shared"
    assert output["tried"], "with four facts there is something that would change the recommendation"
    assert row.scores["flips true"].value == 1.0
    assert row.scores["summary agrees"].value == 1.0
    assert output["people"] is None


def test_the_labelled_facts_are_decided_on_without_the_text(a_subject: Callable[..., Subject]) -> None:
    case = a_case(facts={"teams_involved": 5, "team_size": 40, "external_parties": 5})

    output = produce(case, a_subject())

    assert output["advice"]["recommendation"]["delivery"]["arrangement"] == "shared"
    assert output["from_labels"]["delivery"] in ("dedicated", "programme")


def test_a_flip_that_brings_the_advisor_down_is_not_true(a_subject: Callable[..., Subject], bench: Bench) -> None:
    case = a_case(facts={}, stated=frozenset(), flips=())
    fact = produce(case, a_subject())["tried"][0]["fact"]

    output = produce(case, a_subject(breaks=fact))

    assert {f["came"] for f in output["tried"] if f["fact"] == fact} == {"failed: IndexError"}
    assert judge(case, output, bench).scores["flips true"].value == 0.0


def test_names_are_looked_for_where_the_service_can(a_subject: Callable[..., Subject]) -> None:
    assert produce(a_case(), a_subject(people=People()))["people"] == [[14, 19]]


def test_a_labelled_role_comes_to_those_that_are_there(a_subject: Callable[..., Subject]) -> None:
    case = a_case(flips=(LabelledFlip("delivery", "roles_present", ("project_manager",), "dedicated"),))

    output = produce(case, a_subject())

    assert output["tried_labelled"] == ["shared"]  # and judged false; it has to be tried all the same


def test_a_pair_is_advised_on_twice(a_subject: Callable[..., Subject]) -> None:
    output = produce(a_pair(), a_subject())

    assert output["advice"]["text_sha256"] != output["edited"]["text_sha256"]


def test_the_suite_runs_over_both_files(settings: Settings, opening: Callable[[Settings], Service], tmp_path: Any) -> None:
    result = run(Plan(("team",), "dev", 16, 0), settings, tmp_path, opening=opening)

    (suite,) = result.suites
    assert (suite.cases, suite.failed, suite.missing, suite.unscored) == (16, 0, 0, 0)
    assert "### Facts, one by one" in (tmp_path / result.run / "summary.md").read_text(encoding="utf-8")
    assert {"delivery arrangement right", "same arrangements", "moved the right way"} <= {m.name for m in suite.metrics if m.n}
