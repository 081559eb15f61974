"""What is pinned is what is installed, and nothing that is installed goes unpinned."""

import re
import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).resolve().parents[2]


def pinned() -> dict[str, str]:
    lines = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in pairs}


def needed() -> dict[str, str]:
    """Every distribution that Rolewise and its tests bring along on this machine, with its version here."""
    found: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    to_see = [("rolewise", "dev")]
    while to_see:
        name, extra = to_see.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        distribution = metadata.distribution(name)
        found[name] = distribution.version.partition("+")[0]  # torch's says which build it is
        for line in distribution.requires or []:
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
                to_see += [(canonicalize_name(requirement.name), e) for e in (requirement.extras or {""}) | {""}]
    del found["rolewise"]
    return found


def test_everything_that_is_installed_for_rolewise_is_pinned_at_its_version():
    pins = pinned()

    assert {name: version for name, version in needed().items() if pins.get(name) != version} == {}


def test_pip_and_setuptools_are_pinned_too():
    with (REPOSITORY / "pyproject.toml").open("rb") as file:
        build = tomllib.load(file)["build-system"]["requires"]

    assert "pip" in pinned()
    assert build == [f"setuptools=={pinned()['setuptools']}"]


def test_direct_dependencies_have_the_same_pins():
    with (REPOSITORY / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    direct = [Requirement(line) for line in project["dependencies"] + project["optional-dependencies"]["dev"]]

    assert {r.name: str(r.specifier) for r in direct} == {r.name: f"=={pinned()[canonicalize_name(r.name)]}" for r in direct}


def test_torch_is_pinned_without_the_name_of_a_build():
    assert re.fullmatch(r"\d+\.\d+\.\d+", pinned()["torch"])
