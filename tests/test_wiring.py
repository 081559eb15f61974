"""Settings → a service that can answer; opening one costs nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.coaching.memory import Memory
from app.coaching.model import Certainty, Fact, Quote, SentenceKind, Status
from app.errors import BadInput, IndexMissing
from app.llm.scripted import ScriptedModel
from app.quality import Card, JobRecord, card_json, wilson
from app.settings import SHIPPED_CORPUS, Settings
from app.wiring import QUIET, Service, embedding_identity, model_weights, open_service
from tests.coaching.team.made import an_advisor

HEAVY = (
    "torch",
    "transformers",
    "sentence_transformers",
    "chromadb",
    "sqlalchemy",
    "sklearn",
    "xllamacpp",
    "langchain",
    "streamlit",
)


def a_service(folder: Path, *, model: ScriptedModel | None = None, **changes: str) -> Service:
    settings = Settings(data=folder / "data", models=folder / "models", corpus=SHIPPED_CORPUS, llm=changes.get("llm", "none"))
    return open_service(settings, model=model)


def write_card(service: Service, model: str, passed: int, weights: str = "") -> None:
    card = Card(model, weights, "2026-07-01", {"summarise": JobRecord(passed, 200, *wilson(passed, 200))})
    folder = service.settings.data / "cards"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{model}.json").write_text(json.dumps(card_json(card)), encoding="utf-8")


def test_opening_a_service_loads_nothing_and_writes_nothing(tmp_path: Path) -> None:
    script = (
        "import sys; from app.settings import read_settings; from app.wiring import open_service\n"
        "import os; service = open_service(read_settings(os.environ)); service.rules; service.vocabulary\n"
        f"print(*sorted(set({HEAVY!r}) & sys.modules.keys())); service.close()"
    )
    environment = os.environ | {"ROLEWISE_DATA": str(tmp_path / "data"), "ROLEWISE_LLM": "none"}

    said = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)

    assert said.stdout.strip() == ""
    assert not (tmp_path / "data").exists()


def test_nothing_is_sent_by_libraries_of_their_own_accord(tmp_path: Path) -> None:
    a_service(tmp_path)

    assert {name: os.environ.get(name) for name in QUIET} == QUIET


def test_before_an_ingestion_it_says_that_it_cannot_answer_and_why(tmp_path: Path) -> None:
    service = a_service(tmp_path)

    assert not service.state().can_answer
    assert service.state().index_version == ""
    with pytest.raises(IndexMissing) as caught:
        service.router()
    assert "rolewise-ingest" in caught.value.hint


def test_a_question_before_an_ingestion_gets_the_command_that_mends_it(tmp_path: Path) -> None:
    answer = a_service(tmp_path).coach.ask("What does a product owner do?", "c1", Memory()).answer()

    assert answer.status is Status.FAILED
    assert "rolewise-ingest" in answer.text


def test_a_model_has_only_the_jobs_of_its_own_card(tmp_path: Path) -> None:
    service = a_service(tmp_path, model=ScriptedModel(name="scripted"))
    write_card(service, "scripted", 198)

    assert service.jobs() == {"summarise"}


@pytest.mark.parametrize(
    ("model", "passed", "weights"), [("scripted", 190, ""), ("another", 200, ""), ("scripted", 200, "f" * 64)]
)
def test_a_card_that_shows_too_little_or_is_of_another_model_earns_nothing(
    model: str, passed: int, weights: str, tmp_path: Path
) -> None:
    service = a_service(tmp_path, model=ScriptedModel(name="scripted"))
    write_card(service, model, passed, weights)

    assert service.jobs() == frozenset()


def test_without_a_model_there_is_no_job_and_nothing_leaves(tmp_path: Path) -> None:
    service = a_service(tmp_path)

    assert (service.model, service.card, service.jobs()) == (None, None, frozenset())
    assert (service.state().model, service.state().model_ready, service.state().leaves_machine) == ("none", False, "")


def test_what_is_sent_to_a_hosted_model_is_said_once_it_has_a_job(tmp_path: Path) -> None:
    service = a_service(tmp_path, model=ScriptedModel(name="hosted"), llm="openai:hosted")
    assert service.state().leaves_machine == ""

    other = a_service(tmp_path, model=ScriptedModel(name="hosted"), llm="openai:hosted")
    write_card(other, "hosted", 200)

    assert "openai" in other.state().leaves_machine


def test_only_the_pinned_model_has_known_weights(tmp_path: Path) -> None:
    settings = a_service(tmp_path, llm="embedded").settings

    assert len(model_weights(settings)) == 64
    assert model_weights(a_service(tmp_path, llm="embedded:/srv/other.gguf").settings) == ""
    assert embedding_identity().startswith("all-MiniLM-L6-v2@")


def test_facts_that_patterns_find_need_neither_index_nor_weights_of_a_language_model(models_folder: Path, tmp_path: Path) -> None:
    service = open_service(Settings(data=tmp_path / "data", models=models_folder, corpus=SHIPPED_CORPUS, llm="none"))

    facts = service.understand("We have no suppliers. There is no fixed date.")

    assert {f.id: f.value for f in facts}.items() >= {"external_parties": 0, "deadline": "none"}.items()
    assert service.understand("") == []


def test_advice_on_what_is_told_comes_with_the_shipped_guides_behind_it(service: Service) -> None:
    told = [
        Fact("external_parties", 4, Certainty.TOLD),
        Fact("deadline", "contract", Certainty.TOLD),
        Fact("governance", "formal", Certainty.TOLD),
    ]

    advice = service.advisor.advise("", told=told)

    assert (advice.status, advice.delivery.arrangement) == (Status.ANSWERED, "dedicated")
    assert advice.sources
    assert all(s.cites for s in advice.sentences if s.kind is not SentenceKind.QUESTION)
    assert all(s.quote in s.text or "…" in s.quote for s in advice.sources)


def test_the_reader_of_statements_is_one_for_facts_and_responsibilities(tmp_path: Path) -> None:
    service = a_service(tmp_path)

    assert service.reader is service.reader
    assert service.advisor is service.advisor
    assert not (tmp_path / "data").exists()


def test_without_the_model_for_names_people_are_found_by_rules(tmp_path: Path) -> None:
    people = a_service(tmp_path).people

    assert "Marta Lindqvist" not in people.masked("Our product owner is Marta Lindqvist.").text


@pytest.mark.parametrize("form", ["md", "json"])
def test_advice_is_taken_away_with_and_without_names(form: str, tmp_path: Path) -> None:
    service = a_service(tmp_path)
    text = "Our product owner is Marta Lindqvist."
    found = [Fact("roles_present", ("product_owner",), Certainty.STATED, (Quote(text, 0, len(text)),))]
    advice = an_advisor().advise(text, found=found)

    whole = service.export(advice, form, shorten_names=False).decode()
    short = service.export(advice, form, shorten_names=True).decode()

    assert "Lindqvist" not in short
    assert "Lindqvist" in whole


def test_a_form_that_does_not_exist_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="'odt'"):
        a_service(tmp_path).export(an_advisor().advise(""), "odt", shorten_names=False)


def test_the_router_is_read_anew_after_an_ingestion(index_data: Path, models_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(index_data, tmp_path / "data")
    service = open_service(Settings(data=tmp_path / "data", models=models_folder, corpus=SHIPPED_CORPUS, llm="none"))
    before = service.router()
    assert service.router() is before

    path = tmp_path / "data" / "index" / "router.npz"
    os.utime(path, (path.stat().st_atime, path.stat().st_mtime + 5))

    assert service.router() is not before


def test_a_service_can_be_closed_twice_and_unused(tmp_path: Path) -> None:
    service = a_service(tmp_path)

    service.close()
    service.close()
