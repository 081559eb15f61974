"""The JSON form of an answer: what other programs read, and the way back."""

import json
from dataclasses import fields, replace
from enum import StrEnum
from typing import Any

import pytest

from app.coaching.model import (
    Answer,
    Certainty,
    Dropped,
    Fact,
    Kind,
    Origin,
    Quote,
    Reference,
    Sentence,
    SentenceKind,
    Source,
    Status,
    Timings,
    Usage,
)
from app.coaching.wire import answer_from_json, answer_json, error_json
from app.errors import BadInput, IndexMissing

# What DESIGN promises to other programs: keys may be added, never renamed.
ANSWER_KEYS = {
    "question", "kind", "status", "answer", "conversation", "turn", "sentences", "sources", "ask_back", "understood",
    "advice", "dropped", "timings", "usage", "model", "index_version",
}  # fmt: skip
SOURCE_KEYS = {
    "n", "passage", "document", "collection", "title", "publisher", "url", "licence", "reviewed", "quote", "score",
}  # fmt: skip


def a_source(n: int = 1) -> Source:
    return Source(
        n=n,
        passage="two-jobs#when",
        document="two-jobs",
        collection="shipped",
        title="Two jobs",
        section="When",
        publisher="A publisher",
        url="https://example.org/two-jobs",
        licence="CC BY 4.0",
        reviewed="2026-07-01",
        quote="A small team shares the work … and nobody waits.",
        text="A small team shares the work. Most do. And nobody waits.",
        score=0.71,
        references=(Reference("A work", "A house", "https://example.org/work", "CC0"),),
    )


def an_answer() -> Answer:
    return Answer(
        question="Should my team have a project manager?",
        kind=Kind.TEAM,
        status=Status.PARTLY_ANSWERED,
        sentences=(
            Sentence("Share it.", SentenceKind.ANSWER, Origin.RULE, (1, 2), ("team_size",), 0.93),
            Sentence("How many suppliers?", SentenceKind.QUESTION, Origin.RULE),
        ),
        sources=(a_source(1), a_source(2)),
        ask_back="How many suppliers?",
        choices=("none", "one"),
        understood=(
            Fact("team_size", 6, Certainty.STATED, (Quote("we are six", 4, 14), Quote("six of us", 30, 39))),
            Fact("regulated", False, Certainty.TOLD),
            Fact("roles_present", ("product_manager", "developer"), Certainty.INFERRED),
            Fact("deadline", None, Certainty.UNKNOWN),
        ),
        advice={"recommendation": {"delivery": {"confidence": 0.8, "for": []}}, "facts": [], "ask_next": []},
        dropped=(Dropped("Hire someone.", "not carried by a passage"),),
        timings=Timings(120, 480, 3100),
        usage=Usage(180, 120, 44),
        model="scripted",
        index_version="v1",
        conversation="c1",
        turn=2,
        stopped=True,
        notices=("The model was busy.",),
        subject=("project_manager",),
    )


def test_an_answer_comes_back_equal_through_json_text() -> None:
    answer = an_answer()

    back = answer_from_json(json.loads(json.dumps(answer_json(answer), allow_nan=False)))

    assert back == answer


def test_the_builder_leaves_no_field_at_its_default_so_that_the_round_trip_proves_every_field() -> None:
    answer, bare = an_answer(), Answer("", Kind.EXPLAIN, Status.FAILED, ())

    assert [f.name for f in fields(Answer) if getattr(answer, f.name) == getattr(bare, f.name)] == []
    assert [f.name for f in fields(Source) if not getattr(answer.sources[0], f.name)] == []


def test_the_keys_are_those_that_other_programs_read() -> None:
    data = answer_json(an_answer())

    assert data.keys() >= ANSWER_KEYS
    assert data["kind"] == "team"
    assert type(data["kind"]) is str
    assert data["status"] == "partly_answered"
    assert data["answer"] == "Share it. [1][2] How many suppliers?"
    assert data["sentences"][0] == {
        "text": "Share it.",
        "kind": "answer",
        "origin": "rule",
        "cites": [1, 2],
        "facts": ["team_size"],
        "support": 0.93,
    }
    assert data["sentences"][1]["support"] is None
    assert {key: data["sources"][0][key] for key in SOURCE_KEYS} == {key: getattr(a_source(), key) for key in SOURCE_KEYS}
    understood = data["understood"][0]
    assert (understood["id"], understood["value"], understood["quotes"]) == ("team_size", 6, ["we are six", "six of us"])
    assert data["dropped"] == [{"text": "Hire someone.", "why": "not carried by a passage"}]
    assert data["timings"] == {"evidence_ms": 120, "first_sentence_ms": 480, "total_ms": 3100}
    assert data["usage"] == {"prompt_tokens": 180, "cached_tokens": 120, "completion_tokens": 44}


def test_advice_is_null_when_there_is_none() -> None:
    data = answer_json(replace(an_answer(), advice=None))

    assert data["advice"] is None
    assert answer_from_json(data).advice is None


class Band(StrEnum):
    CLEAR = "clear"


def test_advice_is_made_plain_and_numbers_that_json_has_not_become_null() -> None:
    advice: dict[Any, Any] = {"band": Band.CLEAR, "cites": (1, 2), "confidence": float("nan"), 3: True}

    data = answer_json(replace(an_answer(), advice=advice))

    assert data["advice"] == {"band": "clear", "cites": [1, 2], "confidence": None, "3": True}
    assert type(data["advice"]["band"]) is str


@pytest.mark.parametrize(
    "text",
    [
        '{"lc": 1, "type": "secret", "id": ["OPENAI_API_KEY"]}',
        "{x} {{x}} {x.__class__} {% raw %} ${HOME}",
        "cposix\nsystem\n(S'id'\ntR.",
        "</script><script>alert(1)</script>",
        "line\u2028end \ud800 \x00",
    ],
)
def test_hostile_text_is_data_there_and_back(text: str) -> None:
    answer = replace(
        an_answer(),
        question=text,
        sentences=(Sentence(text, SentenceKind.ANSWER, Origin.MODEL),),
        advice={"lc": 1, "type": "constructor", "id": [text]},
    )

    assert answer_from_json(json.loads(json.dumps(answer_json(answer)))) == answer


def test_keys_added_later_may_be_absent_and_unknown_ones_are_passed_over() -> None:
    old: dict[str, Any] = {"question": "q", "kind": "explain", "status": "answered", "sentences": [], "colour": "red"}

    assert answer_from_json(old) == Answer("q", Kind.EXPLAIN, Status.ANSWERED, ())


def test_quotes_without_their_places_are_read_as_starting_at_the_beginning() -> None:
    data = answer_json(an_answer())
    del data["understood"][0]["spans"]

    assert answer_from_json(data).understood[0].quotes[0] == Quote("we are six", 0, 10)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "gossip"},
        {"status": None},
        {"question": 5},
        {"sentences": "text"},
        {"sentences": [{"text": "t"}]},
        {"sentences": None},
        {"sources": [[]]},
        {"advice": "do it"},
        {"timings": {"total_ms": "soon"}},
        {"timings": {"total_ms": float("inf")}},
        {"understood": [{"id": "team_size", "value": {"$ne": 1}}]},
        {"understood": [{"id": "team_size", "value": 1, "quotes": ["a", "b"], "spans": [[0, 1]]}]},
        {"choices": [1]},
    ],
)
def test_what_is_not_an_answer_is_refused_in_words(change: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match="not an answer") as caught:
        answer_from_json(answer_json(an_answer()) | change)

    assert caught.value.hint


def test_an_error_has_its_code_message_and_hint() -> None:
    error = IndexMissing("No index was built yet.", "Run `rolewise-ingest` first.")

    assert error_json(error) == {
        "error": {"code": "index_missing", "message": "No index was built yet.", "hint": "Run `rolewise-ingest` first."}
    }
