"""The advice as other programs read it."""

from __future__ import annotations

import json

from app.coaching.model import Certainty, Fact, Quote, Sentence, SentenceKind, Status
from app.coaching.model import Origin as From
from app.coaching.team.decide import Ask, Flip, recommend, would_change
from app.coaching.team.report import Responsibility, TeamAdvice, advice_json, recommendation_json, team_json
from tests.coaching.team.made import a_consideration, a_decision, a_rule, facts_of

FACTS = [
    Fact("external_parties", 3, Certainty.STATED, (Quote("three suppliers", 8, 23),)),
    Fact("regulated", False, Certainty.TOLD),
    Fact("roles_present", ("designer",), Certainty.INFERRED),
    Fact("deadline", None, Certainty.UNKNOWN),
]
DELIVERY = a_decision(
    a_consideration("dedicated", 2.0, {"external_parties": ">=3"}, "You rely on {external_parties} parties."),
    a_consideration("shared", 1.0, {"regulated": False}, "No rules bind you."),
)
PRODUCT = a_decision(a_consideration("lead", 3.0, {"x": True}), least=1.0, decision_id="product")
MADE = recommend(DELIVERY, FACTS)
QUESTION = Ask("deadline", "Is there a date?", "It matters.", ("Yes", "No"), 0.123)


def some_advice() -> TeamAdvice:
    return TeamAdvice(
        status=Status.ANSWERED,
        text="We rely three suppliers.",
        text_sha256="0" * 64,
        facts=tuple(FACTS),
        delivery=MADE,
        product=recommend(PRODUCT, FACTS),
        would_change=(Flip("delivery", "external_parties", 2, "shared"), Flip("delivery", "roles_present", (), "lead")),
        ask_next=(QUESTION,),
        responsibilities=(
            Responsibility(
                "risks", "delivery", "Risks", "unowned", (), (Quote("Nobody.", 0, 7),), "Share it: x Or hire for it: y", (1,)
            ),
        ),
        sentences=(
            Sentence("Have one.", SentenceKind.ANSWER, From.RULE, (1,), ("external_parties",)),
            Sentence("Is there a date? It matters.", SentenceKind.QUESTION, From.RULE),
        ),
        sources=(),
        cites={"guide#dedicated": 1},
        warnings=("A picture was left out.",),
        index_version="v1",
    )


def test_the_advice_has_the_shape_that_other_programs_read() -> None:
    data = team_json(some_advice())

    assert json.loads(json.dumps(data)) == data
    assert set(data) == {
        "status", "text_sha256", "facts", "recommendation", "would_change", "ask_next", "responsibilities", "summary", "sources",
        "warnings", "timings", "model", "index_version",
    }  # fmt: skip
    assert (data["status"], data["model"], data["index_version"]) == ("answered", "none", "v1")
    assert data["facts"] == [
        {
            "id": "external_parties",
            "value": 3,
            "certainty": "stated",
            "quotes": [{"text": "three suppliers", "start": 8, "end": 23}],
        },
        {"id": "regulated", "value": False, "certainty": "told", "quotes": []},
        {"id": "roles_present", "value": ["designer"], "certainty": "inferred", "quotes": []},
        {"id": "deadline", "value": None, "certainty": "unknown", "quotes": []},
    ]
    assert data["would_change"] == [
        {"decision": "delivery", "fact": "external_parties", "to": 2, "arrangement": "shared"},
        {"decision": "delivery", "fact": "roles_present", "to": [], "arrangement": "lead"},
    ]
    assert data["ask_next"] == [
        {"fact": "deadline", "question": "Is there a date?", "why": "It matters.", "choices": ["Yes", "No"], "value": 0.123}
    ]
    assert data["responsibilities"][0] == {
        "id": "risks", "family": "delivery", "name": "Risks", "state": "unowned", "owners": [],
        "quotes": [{"text": "Nobody.", "start": 0, "end": 7}], "advice": "Share it: x Or hire for it: y", "cites": [1],
    }  # fmt: skip
    assert data["summary"]["answer"] == "Have one. [1] Is there a date? It matters."
    assert [s["text"] for s in data["summary"]["sentences"]] == ["Have one.", "Is there a date? It matters."]
    assert data["timings"] == {"evidence_ms": 0, "first_sentence_ms": 0, "total_ms": 0}


def test_a_recommendation_has_its_reasons_with_the_numbers_of_their_sources() -> None:
    data = team_json(some_advice())["recommendation"]

    assert data.keys() == {"delivery", "product"}
    assert data["delivery"] == {
        "arrangement": "dedicated", "change": "start", "confidence": round(MADE.confidence, 2), "band": MADE.band,
        "for": [{
            "consideration": MADE.reasons_for[0].consideration.id, "text": "You rely on 3 parties.", "weight": 2.0,
            "facts": ["external_parties"], "cites": [1],
        }],
        "against": [{
            "consideration": MADE.reasons_against[0].consideration.id, "text": "No rules bind you.", "weight": 1.0,
            "facts": ["regulated"], "cites": [],
        }],
    }  # fmt: skip


def test_what_cannot_be_said_has_no_arrangement() -> None:
    data = recommendation_json(recommend(PRODUCT, []), {})

    assert (data["arrangement"], data["change"], data["band"], data["for"]) == (None, "unclear", "too_close", [])


def test_the_chat_carries_the_same_parts() -> None:
    flips = would_change([DELIVERY], FACTS, [a_rule("external_parties")])
    whole = team_json(some_advice())

    data = advice_json([MADE], FACTS[:3], flips, [QUESTION], {"guide#dedicated": 1})

    assert json.loads(json.dumps(data)) == data
    assert data.keys() == {"recommendation", "facts", "would_change", "ask_next"}
    assert data["recommendation"]["delivery"] == whole["recommendation"]["delivery"]
    assert data["facts"] == whole["facts"][:3]
    assert data["ask_next"][0].items() >= {"fact": "deadline", "question": "Is there a date?", "value": 0.123}.items()


def test_what_is_known_leaves_out_what_is_not() -> None:
    advice = some_advice()

    assert [f.id for f in advice.known] == ["external_parties", "regulated", "roles_present"]
    assert advice.recommendations == (advice.delivery, advice.product)


def test_a_confidence_is_a_share_of_one() -> None:
    made = recommend(DELIVERY, facts_of(external_parties=3))

    assert recommendation_json(made, {})["confidence"] == round(made.shares["dedicated"], 2)
