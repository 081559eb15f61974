"""One version, said in three places."""

import re
import tomllib
from importlib import metadata
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def declared() -> str:
    with (REPOSITORY / "pyproject.toml").open("rb") as file:
        version: str = tomllib.load(file)["project"]["version"]
        return version


def test_the_changelog_begins_with_this_version():
    first = re.search(r"^## (\S+)", (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)

    assert first
    assert first[1] == declared()


def test_what_is_installed_is_this_version():
    assert metadata.version("rolewise") == declared()
