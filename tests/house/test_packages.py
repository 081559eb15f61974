"""Our packages have plain names, so they are guarded: what is tested is this checkout."""

import importlib
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", ["app", "ingest", "evals"])
def test_the_package_comes_from_this_checkout(name: str):
    module = importlib.import_module(name)

    assert module.__file__ is not None
    assert Path(module.__file__).is_relative_to(REPOSITORY)


def test_every_package_is_listed_for_installation():
    with (REPOSITORY / "pyproject.toml").open("rb") as file:
        listed = tomllib.load(file)["tool"]["setuptools"]["packages"]

    roots = ("app", "ingest", "evals")
    there = [p.parent for root in roots for p in (REPOSITORY / root).rglob("__init__.py")]
    assert sorted(listed) == sorted(".".join(p.relative_to(REPOSITORY).parts) for p in there)


def test_no_test_folder_is_a_package():
    assert list((REPOSITORY / "tests").rglob("__init__.py")) == []


def test_the_page_hides_no_module_of_the_standard_library():
    import sys

    names = {p.stem for p in (REPOSITORY / "app" / "web").glob("*.py")} - {"__init__", "__main__"}
    assert not (REPOSITORY / "app" / "app.py").exists()
    assert names & sys.stdlib_module_names == set()  # Streamlit puts the page's folder first on the import path
