"""The JSON form of an answer and of an error, as other programs read them, and the way back.

Plain dictionaries built and read by hand: nothing in a stored or received file can name a class to be made.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any, TypeVar

from app.coaching.model import (
    Answer,
    Certainty,
    Dropped,
    Fact,
    FactValue,
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
from app.errors import BadInput, RolewiseError

Json = dict[str, Any]  # Any: JSON nests without end, and mypy has no finite type for it that callers could use
Made = TypeVar("Made")


def answer_json(answer: Answer) -> Json:
    """The answer as `rolewise ask --json` prints it: only dictionaries, lists, strings, numbers, booleans and null."""
    return {
        "question": answer.question,
        "kind": answer.kind.value,
        "status": answer.status.value,
        "answer": answer.text,
        "conversation": answer.conversation,
        "turn": answer.turn,
        "sentences": [sentence_json(sentence) for sentence in answer.sentences],
        "sources": [source_json(source) for source in answer.sources],
        "ask_back": answer.ask_back,
        "choices": list(answer.choices),
        "understood": [_understood_json(fact) for fact in answer.understood],
        "advice": None if answer.advice is None else plain(answer.advice),
        "dropped": [{"text": dropped.text, "why": dropped.why} for dropped in answer.dropped],
        "timings": {
            "evidence_ms": answer.timings.evidence_ms,
            "first_sentence_ms": answer.timings.first_sentence_ms,
            "total_ms": answer.timings.total_ms,
        },
        "usage": {
            "prompt_tokens": answer.usage.prompt_tokens,
            "cached_tokens": answer.usage.cached_tokens,
            "completion_tokens": answer.usage.completion_tokens,
        },
        "model": answer.model,
        "index_version": answer.index_version,
        "stopped": answer.stopped,
        "notices": list(answer.notices),
        "subject": list(answer.subject),
    }


def answer_from_json(data: Mapping[str, Any]) -> Answer:
    """The answer that `answer_json` described; unknown keys are passed over, those added later may be absent.

    Raises `BadInput` when the data is not an answer.
    """
    try:
        return _answer(data)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise BadInput(
            "This is not an answer in the form that `rolewise ask --json` prints.",
            "Use a line of its output unchanged.",
        ) from error


def error_json(error: RolewiseError) -> Json:
    """The error as every `--json` command prints it."""
    return {"error": {"code": error.code, "message": str(error), "hint": error.hint}}


def sentence_json(sentence: Sentence) -> Json:
    """One shown sentence."""
    return {
        "text": sentence.text,
        "kind": sentence.kind.value,
        "origin": sentence.origin.value,
        "cites": list(sentence.cites),
        "facts": list(sentence.facts),
        "support": _finite(sentence.support),
    }


def source_json(source: Source) -> Json:
    """One cited passage with its snapshot."""
    return {
        "n": source.n,
        "passage": source.passage,
        "document": source.document,
        "collection": source.collection,
        "title": source.title,
        "section": source.section,
        "publisher": source.publisher,
        "url": source.url,
        "licence": source.licence,
        "reviewed": source.reviewed,
        "quote": source.quote,
        "text": source.text,
        "score": _finite(source.score),
        "references": [
            {"title": work.title, "publisher": work.publisher, "url": work.url, "licence": work.licence}
            for work in source.references
        ],
    }


def plain(value: Any) -> Any:  # Any: whatever advice holds
    """The value with mappings as dictionaries, sequences as lists, enum members as their values, NaN as null."""
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return _finite(value)
    if value is None or isinstance(value, str | bool | int):
        return value
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _finite(number: float | None) -> float | None:
    # NaN and infinity are not JSON: a strict reader would refuse the whole line
    return number if number is None or math.isfinite(number) else None


def _understood_json(fact: Fact) -> Json:
    return {
        "id": fact.id,
        "value": list(fact.value) if isinstance(fact.value, tuple) else fact.value,
        "certainty": fact.certainty.value,
        "quotes": [quote.text for quote in fact.quotes],
        "spans": [[quote.start, quote.end] for quote in fact.quotes],
    }


def _answer(data: Mapping[str, Any]) -> Answer:
    timings, usage = data.get("timings") or {}, data.get("usage") or {}
    advice = data.get("advice")
    if advice is not None and not isinstance(advice, Mapping):
        raise TypeError("advice is an object or null")
    return Answer(
        question=_text(data["question"]),
        kind=Kind(data["kind"]),
        status=Status(data["status"]),
        sentences=_each(data["sentences"], _sentence),
        sources=_each(data.get("sources", []), _source),
        ask_back=_text(data.get("ask_back", "")),
        choices=_each(data.get("choices", []), _text),
        understood=_each(data.get("understood", []), _fact),
        advice=advice,
        dropped=_each(data.get("dropped", []), lambda row: Dropped(_text(row["text"]), _text(row["why"]))),
        timings=Timings(
            evidence_ms=int(timings.get("evidence_ms", 0)),
            first_sentence_ms=int(timings.get("first_sentence_ms", 0)),
            total_ms=int(timings.get("total_ms", 0)),
        ),
        usage=Usage(
            prompt_tokens=int(usage.get("prompt_tokens", 0)),
            cached_tokens=int(usage.get("cached_tokens", 0)),
            completion_tokens=int(usage.get("completion_tokens", 0)),
        ),
        model=_text(data.get("model", "none")),
        index_version=_text(data.get("index_version", "")),
        conversation=_text(data.get("conversation", "")),
        turn=int(data.get("turn", 0)),
        stopped=data.get("stopped", False) is True,
        notices=_each(data.get("notices", []), _text),
        subject=_each(data.get("subject", []), _text),
    )


def _sentence(row: Mapping[str, Any]) -> Sentence:
    support = row.get("support")
    return Sentence(
        text=_text(row["text"]),
        kind=SentenceKind(row["kind"]),
        origin=Origin(row["origin"]),
        cites=_each(row.get("cites", []), int),
        facts=_each(row.get("facts", []), _text),
        support=None if support is None else float(support),
    )


def _source(row: Mapping[str, Any]) -> Source:
    return Source(
        n=int(row["n"]),
        passage=_text(row["passage"]),
        document=_text(row["document"]),
        collection=_text(row["collection"]),
        title=_text(row["title"]),
        section=_text(row.get("section", "")),
        publisher=_text(row["publisher"]),
        url=_text(row["url"]),
        licence=_text(row["licence"]),
        reviewed=_text(row["reviewed"]),
        quote=_text(row["quote"]),
        text=_text(row.get("text", "")),
        score=float(row.get("score") or 0.0),
        references=_each(row.get("references", []), _reference),
    )


def _reference(row: Mapping[str, Any]) -> Reference:
    return Reference(_text(row["title"]), _text(row["publisher"]), _text(row["url"]), _text(row["licence"]))


def _fact(row: Mapping[str, Any]) -> Fact:
    texts = _each(row.get("quotes", []), _text)
    spans = row.get("spans", [[0, len(text)] for text in texts])
    return Fact(
        id=_text(row["id"]),
        value=_fact_value(row["value"]),
        certainty=Certainty(row.get("certainty", Certainty.STATED.value)),
        quotes=tuple(Quote(text, int(start), int(end)) for text, (start, end) in zip(texts, spans, strict=True)),
    )


def _fact_value(value: Any) -> FactValue:  # Any: unchecked JSON
    if isinstance(value, list):
        return _each(value, _text)
    if value is None or isinstance(value, bool | int | str):
        return value
    raise TypeError("a fact is a number, a word, a list of words, yes, no or unknown")


def _text(value: Any) -> str:  # Any: unchecked JSON
    if not isinstance(value, str):
        raise TypeError("words expected")
    return value


def _each(rows: Any, make: Callable[[Any], Made]) -> tuple[Made, ...]:  # Any: unchecked JSON
    # a string is a sequence too, and would fall apart into letters
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        raise TypeError("a list expected")
    return tuple(make(row) for row in rows)
