from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from app.coaching.model import Answer, Kind, Prompt, Status, Usage
from app.coaching.ports import ChatModel
from app.coaching.wire import answer_json
from app.errors import BadInput
from app.llm.catalogue import LANGUAGE_MODEL
from app.llm.scripted import Line, ScriptedReply
from app.quality import read_card
from app.settings import Settings
from app.wiring import Service, model_weights
from evals.earning import chosen_questions, labelled_rows, produce, tally, to_label, write_card
from evals.subject import read_all_guides

OpeningWith = Callable[[ChatModel | None], Callable[[Settings], Service]]


def a_file(folder: Path, labels: Sequence[Any], **changes: Any) -> Path:
    path = folder / "labelled.jsonl"
    rows = [
        {"id": f"q{n}/1", "question": "?", "sentence": "It is so.", "evidence": [], "label": label, **changes}
        for n, label in enumerate(labels)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def card_of(settings: Settings, folder: Path, labels: Sequence[Any], **changes: Any) -> Any:
    path = write_card(settings, a_file(folder, labels, **changes), "summarise", cards=folder / "cards", kept=folder / "labels")
    return json.loads(path.read_text(encoding="utf-8"))


class Echo:
    """A model that says the first note but for its last word, and what no note says; it breaks down after `strength`."""

    name, ready, why_not_ready, warming = "echo", True, "", False

    def __init__(self, strength: int = 1_000) -> None:
        self.prompts: list[Prompt] = []
        self._strength = strength

    def warm(self, *systems: str) -> None:
        pass

    def close(self) -> None:
        pass

    def generate(self, prompt: Prompt, stop: Event) -> ScriptedReply:
        if len(self.prompts) == self._strength:
            raise ZeroDivisionError
        self.prompts.append(prompt)
        note = prompt.user.split("\n")[1].removeprefix("- ").rpartition(" ")[0]
        return ScriptedReply(Line((f"The rain in Spain stays in the plain. {note}.",)), stop)


@pytest.fixture
def embedded(settings: Settings) -> Settings:
    return replace(settings, llm="embedded")


def test_a_model_without_a_card_does_the_job_so_that_it_can_be_judged(
    settings: Settings, opening_with: OpeningWith, tmp_path: Path
) -> None:
    path, count = produce(settings, tmp_path, "summarise", 6, opening=opening_with(Echo()))

    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(rows) == count > 0
    assert all(row["label"] is None and row["model"] == "echo" for row in rows)
    for row in rows:
        beginning = " ".join(row["sentence"].split()[:4])
        assert any(beginning in quote for quote in row["evidence"])
        # A job is earned by what a model writes, not by what a guard lets through: what was refused is labelled as well.
        assert "The rain in Spain" in row["sentence"]
        assert (row["shown"], row["refused"]) == (1, 1)


def test_an_interrupted_collection_goes_on_where_it_stood(settings: Settings, opening_with: OpeningWith, tmp_path: Path) -> None:
    whole = Echo()
    produce(settings, tmp_path / "whole", "summarise", 4, opening=opening_with(whole))
    with pytest.raises(ZeroDivisionError):
        produce(settings, tmp_path / "cut", "summarise", 4, opening=opening_with(Echo(strength=1)))
    (folder,) = (tmp_path / "cut").iterdir()
    rest = Echo()

    path, _ = produce(settings, tmp_path / "cut", "summarise", 4, resume=folder.name, opening=opening_with(rest))

    assert path.parent == folder
    assert rest.prompts == whole.prompts[1:]


def test_there_are_enough_questions_and_none_stands_twice(service: Service) -> None:
    questions = chosen_questions(read_all_guides(service), 120)

    assert len({q.id for q in questions}) == 120


@pytest.mark.parametrize("wanted", [0, 100_000])
def test_more_questions_than_there_are_cannot_be_asked(service: Service, wanted: int) -> None:
    with pytest.raises(BadInput, match="There are"):
        chosen_questions(read_all_guides(service), wanted)


def test_without_a_model_nothing_can_be_collected(settings: Settings, opening_with: OpeningWith, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="No model is named"):
        produce(settings, tmp_path, "summarise", 3, opening=opening_with(None))


def test_a_clean_sheet_of_a_hundred_earns_the_job(embedded: Settings, tmp_path: Path) -> None:
    written = card_of(embedded, tmp_path, [True] * 100)

    card = read_card(written["model"], model_weights(embedded), [tmp_path / "cards"])
    assert written["weights"].startswith("cc324af0")
    assert LANGUAGE_MODEL in written["model"] or written["model"].startswith("qwen2.5")
    assert card is not None
    assert card.earned == {"summarise"}
    assert len(list((tmp_path / "labels").iterdir())) == 1


def test_five_false_replies_in_a_hundred_do_not(embedded: Settings, tmp_path: Path) -> None:
    written = card_of(embedded, tmp_path, [True] * 95 + [False] * 5)

    assert written["jobs"]["summarise"]["passed"] == 95
    assert written["jobs"]["summarise"]["earned"] is False


def test_fewer_than_a_hundred_labels_write_no_card(embedded: Settings, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="99 labelled replies are too few"):
        card_of(embedded, tmp_path, [True] * 99)

    assert not (tmp_path / "cards").exists()


def test_a_row_without_a_label_stops_the_card(embedded: Settings, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="line 101 has no label"):
        card_of(embedded, tmp_path, [True] * 100 + [None])


def test_labels_of_another_models_replies_are_refused(embedded: Settings, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="was written by another"):
        card_of(embedded, tmp_path, [True] * 100, model="another")


def test_other_jobs_of_the_card_stay(embedded: Settings, tmp_path: Path) -> None:
    card_of(embedded, tmp_path, [True] * 100)
    (path,) = (tmp_path / "cards").iterdir()
    card = json.loads(path.read_text(encoding="utf-8"))
    card["jobs"]["rewrite"] = card["jobs"]["summarise"]
    path.write_text(json.dumps(card), encoding="utf-8")

    again = card_of(embedded, tmp_path, [True] * 90 + [False] * 10)

    assert again["jobs"]["rewrite"]["earned"] is True
    assert again["jobs"]["summarise"]["earned"] is False


@pytest.mark.parametrize(
    ("line", "says"),
    [("{", "is not JSON"), ("[]", "no row"), ('{"id": "a", "sentence": "s", "label": 1}', "no label"), ('{"id": "a"}', "no row")],
)
def test_a_bad_row_is_named_by_its_number(tmp_path: Path, line: str, says: str) -> None:
    path = tmp_path / "labelled.jsonl"
    path.write_text(f'{{"id": "z", "sentence": "s", "label": true}}\n{line}\n', encoding="utf-8")

    with pytest.raises(BadInput, match=f"line 2 .*{says}"):
        labelled_rows(path, "m")


def test_a_reply_that_was_labelled_twice_is_refused(tmp_path: Path) -> None:
    row = '{"id": "z", "sentence": "s", "label": true}\n'
    path = tmp_path / "labelled.jsonl"
    path.write_text(row + row, encoding="utf-8")

    with pytest.raises(BadInput, match="stands twice"):
        labelled_rows(path, "m")


def test_a_reply_that_holds_no_sentence_has_not_done_the_job() -> None:
    answer = answer_json(Answer("Who decides?", Kind.EXPLAIN, Status.ANSWERED, (), usage=Usage(completion_tokens=1)))

    (row,) = to_label({"id": "q1", "answer": answer}, "m")

    assert row["label"] is False


def test_a_question_that_the_model_was_not_asked_is_not_labelled() -> None:
    answer = answer_json(Answer("Who decides?", Kind.EXPLAIN, Status.ANSWERED, ()))

    assert to_label({"id": "q1", "answer": answer}, "m") == []


def test_labels_are_tallied_by_what_the_checker_did() -> None:
    rows = [
        {"label": True, "shown": 2, "refused": 0},
        {"label": False, "shown": 1, "refused": 1},
        {"label": False, "shown": 0, "refused": 1},
        {"label": True, "shown": 0, "refused": 0},
    ]

    assert tally(rows) == "1 of 1 let through whole, 0 of 1 cut, 0 of 1 cut to nothing, 1 of 1 of no new sentence"


def test_an_unknown_job_is_refused(embedded: Settings, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="There is no job poetry"):
        write_card(embedded, tmp_path / "x", "poetry")
