from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.coaching.model import Usage
from app.llm.scripted import Line, ScriptedModel
from app.wiring import Service
from evals.tutorial import CHUNK, CHUNKS, Tutorial, chunks

GUIDE = """---
id: dates
sources: [{title: Secret source}]
---
## Dates

""" + "\n\n".join(f"Paragraph {n} says that a date is a promise. " + "More words follow here. " * 12 for n in range(12))


@pytest.fixture
def model() -> ScriptedModel:
    usage = Usage(prompt_tokens=900, cached_tokens=100, completion_tokens=4)
    return ScriptedModel([Line(("A date ", "is a promise."), usage=usage), "I don't know."])


@pytest.fixture
def tutorial(service: Service, model: ScriptedModel, tmp_path: Path) -> Iterator[Tutorial]:
    (tmp_path / "dates.md").write_text(GUIDE, encoding="utf-8")
    made = Tutorial(tmp_path, service.embedder, model)
    yield made
    made.close()


def test_four_plain_chunks_are_stuffed_into_one_prompt(tutorial: Tutorial, model: ScriptedModel) -> None:
    told = tutorial.answer("What is a date?")

    (prompt,) = model.prompts
    assert told.text == "A date is a promise."
    assert told.documents == ("dates",)
    assert (told.prompt_tokens, told.cached_tokens, told.completion_tokens) == (900, 100, 4)
    assert told.total_ms >= told.first_word_ms
    assert 3 * CHUNK < len(prompt.user) < CHUNKS * (CHUNK + 10) + 200
    assert "Question: What is a date?" in prompt.user
    assert "Secret source" not in prompt.user
    assert prompt.max_tokens == 256


def test_an_answer_that_says_it_does_not_know_is_noticed(tutorial: Tutorial) -> None:
    first, second = tutorial.answer("What is a date?"), tutorial.answer("What is the pay?")

    assert (first.says_unknown, second.says_unknown) == (False, True)


def test_chunks_stay_within_their_size_and_lose_no_word() -> None:
    text = "\n\n".join(f"word{n} " * 37 for n in range(20))

    cut = chunks(text)

    assert all(len(c) <= CHUNK for c in cut)
    assert set(" ".join(cut).split()) == set(text.split())


def test_neighbouring_chunks_share_some_text() -> None:
    text = "\n\n".join(f"Paragraph {n} has some words." for n in range(100))

    one, two, *_ = chunks(text)

    assert one.splitlines()[-1] in two


def test_a_word_that_is_longer_than_a_chunk_is_cut() -> None:
    cut = chunks("x" * 2_500)

    assert all(len(c) <= CHUNK for c in cut)
    assert sum(map(len, cut)) >= 2_500


def test_short_and_empty_texts_need_no_cutting() -> None:
    assert chunks("  short  ") == ["short"]
    assert chunks("  ") == []
