"""Settings: read once, frozen; a misspelt variable is refused."""

from __future__ import annotations

import copy
import json
import pickle
from dataclasses import FrozenInstanceError, asdict
from pathlib import Path

import pytest

from app.errors import ConfigError
from app.settings import NAMES, SHIPPED_CORPUS, Secret, Settings, read_settings

CANARY = "hunter2-canary"


def settings(**given: str) -> Settings:
    return read_settings({f"ROLEWISE_{name}": value for name, value in given.items()})


# What holds without any setting


def test_the_default_needs_no_key_no_network_and_listens_to_this_machine_alone() -> None:
    default = settings()

    assert (default.llm, default.address, default.port, default.corpus) == ("embedded", "127.0.0.1", 8501, SHIPPED_CORPUS)
    assert not default.model_leaves_machine
    assert not default.chroma_url
    assert not default.store_url
    assert default.data.is_absolute()
    assert default.models.is_absolute()


def test_the_environment_of_the_machine_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLEWISE_PORT", "9999")

    assert settings().port == 8501


# What is given


def test_what_is_given_is_used() -> None:
    given = settings(
        DATA="/srv/rolewise", MODELS="/srv/models", LLM="none", PORT="80", ADDRESS="0.0.0.0", CHROMA_URL="http://chroma:8000"
    )

    assert (given.data, given.models, given.llm, given.port, given.address) == (
        Path("/srv/rolewise"),
        Path("/srv/models"),
        "none",
        80,
        "0.0.0.0",
    )
    assert given.chroma_url.reveal() == "http://chroma:8000"
    assert given.index_folder == Path("/srv/rolewise/index")


def test_blanks_around_a_value_do_not_count_and_an_empty_value_is_none() -> None:
    given = settings(PORT=" 8080 ", LLM="  none\n", DATA="", ADDRESS=" ")

    assert (given.port, given.llm, given.address) == (8080, "none", "127.0.0.1")
    assert given.data == settings().data


def test_a_folder_may_begin_with_a_tilde_or_be_relative() -> None:
    given = settings(DATA="~/rolewise", MODELS="weights")

    assert given.data == Path.home() / "rolewise"
    assert given.models == Path.cwd() / "weights"


@pytest.mark.parametrize(
    "llm",
    [
        "none",
        "embedded",
        "embedded:/srv/model.gguf",
        "openai:gpt-5-mini",
        "anthropic:claude",
        "ollama:qwen2.5:7b",
        "my_provider:x",
    ],
)
def test_a_model_may_be_named_in_these_ways(llm: str) -> None:
    assert settings(LLM=llm).llm == llm


@pytest.mark.parametrize(
    ("llm", "leaves"), [("none", False), ("embedded", False), ("embedded:/m.gguf", False), ("openai:x", True)]
)
def test_it_is_known_whether_questions_leave_the_machine(llm: str, leaves: bool) -> None:
    assert settings(LLM=llm).model_leaves_machine is leaves


# What is refused


@pytest.mark.parametrize("name", ["PROT", "LLMS", "STORE", "DATA_FOLDER", "llm", "OPENAI_API_KEY"])
def test_a_setting_that_does_not_exist_is_refused_by_name(name: str) -> None:
    with pytest.raises(ConfigError, match=f"ROLEWISE_{name}") as caught:
        settings(**{name: CANARY})

    assert CANARY not in str(caught.value) + caught.value.hint
    assert any(known in caught.value.hint for known in NAMES)


def test_a_misspelt_setting_is_told_the_nearest_one() -> None:
    with pytest.raises(ConfigError) as caught:
        settings(PROT="80")

    assert caught.value.hint == "Did you mean ROLEWISE_PORT?"


@pytest.mark.parametrize("port", ["0", "65536", "-1", "80.0", "http", "²", "1e3", "8501;rm"])
def test_an_impossible_port_is_refused(port: str) -> None:
    with pytest.raises(ConfigError, match="ROLEWISE_PORT"):
        settings(PORT=port)


@pytest.mark.parametrize("llm", ["gpt-5", "Embedded", "embedded:", "embedded:model.gguf", ":x", "openai:", "NONE"])
def test_a_model_that_is_none_is_refused_with_the_forms_that_exist(llm: str) -> None:
    with pytest.raises(ConfigError, match="ROLEWISE_LLM") as caught:
        settings(LLM=llm)

    assert "provider:model" in caught.value.hint


@pytest.mark.parametrize("name", ["LLM_URL", "CHROMA_URL"])
@pytest.mark.parametrize("url", ["localhost:8000", "file:///etc/passwd", "ftp://x", "javascript:alert(1)", "http:/x", "://x"])
def test_an_address_of_another_kind_is_refused(name: str, url: str) -> None:
    with pytest.raises(ConfigError, match=f"ROLEWISE_{name}"):
        settings(**{name: url})


def test_variables_of_others_are_not_our_business() -> None:
    assert read_settings({"OPENAI_API_KEY": CANARY, "ROLEWISER": "x", "PATH": "/bin"}) == settings()


# What must not be seen or changed


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        settings().port = 1  # type: ignore[misc]


def test_a_secret_prints_as_stars_however_it_is_printed() -> None:
    given = settings(STORE_URL=f"postgresql://user:{CANARY}@db/x", CHROMA_URL=f"http://user:{CANARY}@chroma")

    printed = [
        repr(given),
        str(given),
        f"{given.store_url}",
        f"{given.store_url:>90}",
        repr(given.chroma_url),
        str(given.store_url),
    ]

    assert not any(CANARY in text for text in printed)
    assert given.store_url.reveal() == f"postgresql://user:{CANARY}@db/x"


def test_a_refused_address_with_a_password_is_not_printed() -> None:
    with pytest.raises(ConfigError) as caught:
        settings(CHROMA_URL=f"postgres://user:{CANARY}@chroma")

    assert CANARY not in str(caught.value) + caught.value.hint


def test_a_secret_is_compared_and_copied_as_itself() -> None:
    secret = Secret("x")

    assert secret == Secret("x") != Secret("y")
    assert not Secret("")
    assert copy.deepcopy(secret).reveal() == "x"


def test_a_secret_in_a_dump_of_all_settings_is_stars() -> None:
    given = settings(STORE_URL=f"postgresql://user:{CANARY}@db/x")

    assert CANARY not in repr(asdict(given))
    assert type(pickle.loads(pickle.dumps(given.store_url))) is Secret
    assert json.dumps(str(given.store_url)) == '"*****"'
