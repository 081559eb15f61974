"""`rolewise models`: fetch, list, verify and remove weights. Where they come from is tested in `tests/llm`."""

from pathlib import Path

import pytest

from app.cli.models import wanted
from app.llm import catalogue
from app.settings import SHIPPED_CORPUS, Settings
from tests.cli.commands import Command, fits

LISTED = {
    "models": [
        {"name": str, "title": str, "licence": str, "bytes": int, "on_disk": int, "condition": str, "damaged": [str]},
    ],
    "folder": str,
}
EMBEDDING = "all-MiniLM-L6-v2"


@pytest.fixture
def empty_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """ROLEWISE_MODELS is a folder that does not exist yet."""
    monkeypatch.setenv("ROLEWISE_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


def condition(said: dict[str, list[dict[str, str]]]) -> str:
    return next(m["condition"] for m in said["models"] if m["name"] == EMBEDDING)


def test_the_list_has_every_model_and_its_condition(rolewise: Command, empty_models: Path):
    said = rolewise("models", "list", "--json")

    assert said.code == 0
    assert fits(said.json, LISTED) == ""
    assert {m["condition"] for m in said.json["models"]} == {"missing"}
    assert not empty_models.exists()


@pytest.mark.parametrize(
    ("llm", "language_model"),
    [("embedded", [catalogue.LANGUAGE_MODEL]), ("none", []), ("embedded:/srv/other.gguf", []), ("openai:gpt", [])],
)
def test_a_pull_without_a_name_takes_what_the_settings_use(llm: str, language_model: list[str], tmp_path: Path):
    settings = Settings(data=tmp_path, models=tmp_path, corpus=SHIPPED_CORPUS, llm=llm)

    assert wanted(settings) == [EMBEDDING, catalogue.NAME_MODEL, *language_model]


def test_a_pull_from_a_local_copy_needs_no_network(rolewise: Command, models_folder: Path, empty_models: Path):
    pulled = rolewise("models", "pull", EMBEDDING, "--from", models_folder, "--json")

    assert pulled.code == 0
    assert condition(pulled.json) == "ready"
    assert "100 %" in pulled.err

    freed = rolewise("models", "remove", EMBEDDING)

    assert freed.code == 0
    assert condition(rolewise("models", "list", "--json").json) == "missing"


def test_verify_names_an_altered_file_and_ends_with_2(rolewise: Command, own_models: Path):
    assert rolewise("models", "verify", EMBEDDING).code == 0
    config = own_models / EMBEDDING / "config.json"
    config.write_bytes(config.read_bytes().replace(b"12", b"21", 1))

    said = rolewise("models", "verify", EMBEDDING, "--json")

    assert said.code == 2
    assert condition(said.json) == "damaged"
    assert any("config.json" in name for m in said.json["models"] for name in m["damaged"])


def test_an_unknown_model_is_one_sentence(rolewise: Command):
    error = rolewise("models", "pull", "gpt-7", "--json").error

    assert "gpt-7" in error["message"]
    assert EMBEDDING in error["hint"]
