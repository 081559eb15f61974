"""What the rule files say, as typed values."""

from __future__ import annotations

import re

import pytest

from app.coaching.model import Kind, Status
from app.coaching.routing import GUIDED
from app.coaching.rules import FALLBACK_REPLY
from app.knowledge.rules import read_examples, read_rules
from app.settings import SHIPPED_CORPUS
from tests.coaching.builders import RULES

SHIPPED = read_rules(SHIPPED_CORPUS / "rules")


def test_a_reply_is_found_by_its_id() -> None:
    assert RULES.reply("not_covered").status is Status.NOT_COVERED


def test_a_reply_that_does_not_exist_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        RULES.reply("nonsense")


def test_every_label_that_guides_do_not_answer_has_words() -> None:
    labels = read_examples(SHIPPED_CORPUS / "rules").keys() - GUIDED

    assert labels <= FALLBACK_REPLY.keys()
    assert {FALLBACK_REPLY[label] for label in labels} <= SHIPPED.replies.keys()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (Status.SIGNPOST, Kind.SIGNPOST),
        (Status.DECLINED, Kind.DECLINED),
        (Status.OUT_OF_SCOPE, Kind.OUT_OF_SCOPE),
        (Status.ANSWERED, Kind.COURTESY),
    ],
)
def test_patterns_of_a_kind_lead_to_replies_of_its_status(status: Status, kind: Kind) -> None:
    statuses = {SHIPPED.reply(p.reply).status for p in SHIPPED.patterns if p.kind == kind}

    assert statuses <= {status}


def test_each_way_of_not_answering_offers_a_next_step() -> None:
    without = [r.id for r in SHIPPED.replies.values() if not (r.offer or r.ask)]

    assert without == []


def test_signposts_name_no_law_no_figure_and_no_telephone_number() -> None:
    said = " ".join(f"{r.say} {r.offer}" for r in SHIPPED.replies.values() if r.status is Status.SIGNPOST)

    assert not any(character.isdigit() for character in said)
    assert " Act " not in said


def test_the_fact_ids_that_other_programs_know_are_there() -> None:
    ids = {f.id for f in SHIPPED.facts}

    assert {
        "team_size", "teams_involved", "external_parties", "deadline", "delivery_rhythm", "missed_dates", "regulated",
        "budget_reporting", "blockers_unowned", "roles_present", "priorities_owner", "organisation",
    } <= ids  # fmt: skip


def test_a_word_fact_is_recognised_as_one_of_its_values() -> None:
    for rule in SHIPPED.facts:
        if rule.type == "word" and rule.values:
            assert {p.value for p in rule.patterns if p.value} <= set(rule.values), rule.id


def test_every_choice_of_a_fact_stands_for_a_value_that_it_can_have() -> None:
    kinds = {"count": int, "flag": bool, "word": str, "roles": tuple}
    for rule in SHIPPED.facts:
        assert rule.answers.keys() == set(rule.choices), rule.id
        assert {type(v) for v in rule.answers.values()} == {kinds[rule.type]}, rule.id
        if rule.values:
            assert set(rule.answers.values()) <= set(rule.values), rule.id


def test_every_decision_has_bands_in_order_and_words_for_each_option() -> None:
    assert [d.id for d in SHIPPED.decisions] == ["delivery", "product"]
    for decision in SHIPPED.decisions:
        assert 0 < decision.bands.leaning < decision.bands.clear < 1
        assert decision.least > 0
        assert [o.id for o in decision.options.values() if not (o.name and o.verdicts["unclear"])] == []


def test_the_options_are_those_that_other_programs_know() -> None:
    delivery, product = SHIPPED.decisions

    assert list(delivery.options) == ["shared", "lead", "dedicated", "programme"]
    assert list(product.options) == ["covered", "named_owner", "dedicated", "group"]


def test_an_option_that_a_role_holds_has_words_for_keeping_it() -> None:
    without = [o.id for d in SHIPPED.decisions for o in d.options.values() if o.held_by and not o.verdicts.get("keep")]

    assert without == []


def test_every_condition_asks_for_values_that_its_fact_can_have() -> None:
    rules = {r.id: r for r in SHIPPED.facts}
    for consideration in (c for d in SHIPPED.decisions for c in d.considerations):
        for fact, wanted in consideration.when.items():
            rule, several = rules[fact], wanted if isinstance(wanted, list) else [wanted]
            if rule.type == "flag":
                assert all(type(w) is bool for w in several), consideration.id
            elif rule.type == "count":
                assert all(type(w) is int or re.fullmatch(r"[<>]=\d+", str(w)) for w in several), consideration.id
            elif rule.type == "roles":
                assert re.fullmatch(r"(has|lacks) [a-z_]+(\|[a-z_]+)*", str(wanted)), consideration.id
            elif rule.values:
                assert set(several) <= set(rule.values), consideration.id


def test_considerations_have_names_of_their_own() -> None:
    for decision in SHIPPED.decisions:
        ids = [c.id for c in decision.considerations]

        assert len(ids) == len(set(ids))


def test_a_reason_names_no_fact_that_its_condition_does_not_ask_for() -> None:
    for consideration in (c for d in SHIPPED.decisions for c in d.considerations):
        assert set(re.findall(r"\{(\w+)\}", consideration.text)) <= consideration.when.keys(), consideration.id


def test_the_responsibilities_are_those_that_other_programs_know() -> None:
    named = {
        family: {d.id for d in SHIPPED.duties if d.name and d.family == family} for family in ("product", "delivery", "shared")
    }

    assert named == {
        "product": {"vision", "customer_needs", "strategy", "roadmap", "priorities", "success_measures", "acceptance", "market"},
        "delivery": {
            "schedule", "budget", "risks", "dependencies", "blockers", "suppliers", "progress_reports", "ceremonies", "releases",
            "compliance",
        },
        "shared": {"requirements", "estimates", "stakeholders", "scope_tradeoffs", "feasibility", "team_health"},
    }  # fmt: skip


def test_each_responsibility_can_be_shared_and_hired_for_and_has_a_tie() -> None:
    named = [d for d in SHIPPED.duties if d.name]

    assert [d.id for d in named if not (d.share.endswith(".") and d.hire.endswith(".") and d.tie)] == []
