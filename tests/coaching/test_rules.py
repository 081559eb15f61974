"""What the rule files say, as typed values."""

from __future__ import annotations

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
