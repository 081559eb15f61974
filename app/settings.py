"""Settings: read once from the environment, frozen, passed down; a misspelt ROLEWISE_ variable is refused."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from app.errors import ConfigError

PREFIX = "ROLEWISE_"
NAMES = (
    "ROLEWISE_ADDRESS",
    "ROLEWISE_CHROMA_URL",
    "ROLEWISE_CORPUS",
    "ROLEWISE_DATA",
    "ROLEWISE_LLM",
    "ROLEWISE_LLM_URL",
    "ROLEWISE_MODELS",
    "ROLEWISE_PORT",
    "ROLEWISE_STORE_URL",
)
# The checkout's own folder: guides are text beside the code, not code.
SHIPPED_CORPUS = Path(__file__).resolve().parent.parent / "corpus"


class Secret(str):
    """A string that prints as stars: `str(secret)` and `repr` hide it, `reveal()` gives it."""

    def __new__(cls, value: str) -> Secret:
        return super().__new__(cls, value)

    def __repr__(self) -> str:
        return "'*****'"

    def __str__(self) -> str:
        return "*****"

    def __format__(self, spec: str) -> str:
        return format("*****", spec)

    def reveal(self) -> str:
        """The secret itself."""
        return "".join(self)


NO_SECRET = Secret("")


@dataclass(frozen=True)
class Settings:
    """Where things lie and which model speaks.

    `data` holds index, conversations and cards; `models` the weights; `llm` is `none`, `embedded`,
    `embedded:/path.gguf` or LangChain's `provider:model`; `chroma_url` and `store_url` name servers and are Secret,
    since they may carry a password.
    """

    data: Path
    models: Path
    corpus: Path
    llm: str = "embedded"
    llm_url: str = ""
    chroma_url: Secret = NO_SECRET
    store_url: Secret = NO_SECRET
    address: str = "127.0.0.1"
    port: int = 8501

    @property
    def index_folder(self) -> Path:
        """Where index versions and the pointer to the current one lie."""
        return self.data / "index"

    @property
    def run_folder(self) -> Path:
        """Where running processes leave their locks."""
        return self.data / "run"

    @property
    def model_leaves_machine(self) -> bool:
        """Whether questions are sent to a model that is not run by Rolewise itself."""
        return self.llm != "none" and not self.llm.startswith("embedded")


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings that `environment` gives.

    Raises ConfigError for an unknown ROLEWISE_ variable, an impossible port or an unknown form of ROLEWISE_LLM.
    """
    given = {name: value.strip() for name, value in environment.items() if name.startswith(PREFIX)}
    for name in sorted(given.keys() - set(NAMES)):
        near = difflib.get_close_matches(name, NAMES, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"Known settings: {', '.join(NAMES)}."
        raise ConfigError(f"There is no setting {name}.", hint)
    return Settings(
        data=_folder(given, "ROLEWISE_DATA", platformdirs.user_data_path("rolewise")),
        models=_folder(given, "ROLEWISE_MODELS", platformdirs.user_cache_path("rolewise") / "models"),
        corpus=_folder(given, "ROLEWISE_CORPUS", SHIPPED_CORPUS),
        llm=_llm(given.get("ROLEWISE_LLM") or "embedded"),
        llm_url=_url(given, "ROLEWISE_LLM_URL", ("http", "https")),
        chroma_url=Secret(_url(given, "ROLEWISE_CHROMA_URL", ("http", "https"))),
        store_url=Secret(given.get("ROLEWISE_STORE_URL", "")),
        address=given.get("ROLEWISE_ADDRESS") or "127.0.0.1",
        port=_port(given.get("ROLEWISE_PORT") or "8501"),
    )


def _folder(given: Mapping[str, str], name: str, default: Path) -> Path:
    value = given.get(name)
    return Path(value).expanduser().absolute() if value else default


def _llm(value: str) -> str:
    known = value in ("none", "embedded") or value.startswith("embedded:/")
    provider, _, model = value.partition(":")
    if known or (provider and provider != "embedded" and model):
        return value
    raise ConfigError(
        f"ROLEWISE_LLM is {value!r}, which names no model.",
        "Use none, embedded, embedded:/path/to/file.gguf, or provider:model such as openai:gpt-5-mini.",
    )


def _url(given: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str:
    value = given.get(name, "")
    if value and value.partition("://")[0] not in schemes:
        raise ConfigError(f"{name} is not an address.", f"It starts with {' or '.join(s + '://' for s in schemes)}.")
    return value


def _port(value: str) -> int:
    if value.isascii() and value.isdigit() and 1 <= int(value) <= 65535:
        return int(value)
    raise ConfigError(f"ROLEWISE_PORT is {value!r}, which is no port.", "Use a whole number from 1 to 65535.")
