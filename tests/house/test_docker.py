"""There is not always a Docker engine to build the image with; that it takes the steps that `make run` takes can be read."""

import json
import re
import shlex
from pathlib import Path

import pytest
import yaml

from app.cli.main import parser
from tests.house.making import REPOSITORY, bare_copy, plan


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions with their arguments, continued lines joined."""
    text = re.sub(r"^#.*\n", "", (REPOSITORY / "Dockerfile").read_text(encoding="utf-8"), flags=re.M)
    lines = [line for line in re.sub(r"\\\n\s*", "", text).splitlines() if line.strip()]
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]


def arguments(instruction: str) -> list[str]:
    return [rest for word, rest in instructions() if word == instruction]


def settings() -> dict[str, str]:
    return dict(pair.split("=", 1) for rest in arguments("ENV") for pair in shlex.split(rest))


def made() -> list[str]:
    """The targets that the image is built with, in order."""
    return [word for rest in arguments("RUN") if rest.startswith("make ") for word in shlex.split(rest)[1:] if "=" not in word]


def test_everything_but_the_system_is_set_up_by_make():
    system, *others = arguments("RUN")

    assert system.startswith("apt-get update")
    assert "pip" not in system
    assert all(rest.startswith("make ") for rest in others)


def test_the_image_takes_the_steps_of_make_run_in_their_order(tmp_path: Path):
    folder = bare_copy(tmp_path)

    for_people = [line for line in plan(folder, "run") if "serve" not in line and "Opening" not in line]

    assert plan(folder, *made()) == for_people


def test_torch_is_installed_before_the_source_is_copied():
    words = [(word, rest) for word, rest in instructions() if word in ("COPY", "RUN")]
    torch = next(n for n, (_, rest) in enumerate(words) if "make torch" in rest)
    source = next(n for n, (_, rest) in enumerate(words) if rest.endswith(". ."))

    assert torch < source
    assert "TORCH_INDEX" in words[torch][1]


def test_the_base_image_is_python_3_11():
    assert arguments("FROM") == ["python:3.11-slim"]


def test_it_runs_as_a_user_without_rights():
    assert arguments("USER") == ["rolewise"]
    assert [word for word, _ in instructions()].index("USER") < [word for word, _ in instructions()].index("WORKDIR")


def test_what_it_runs_is_a_command_that_exists():
    (command,) = arguments("CMD")
    program, *rest = json.loads(command)

    assert program == ".venv/bin/rolewise"
    assert parser().parse_args(rest).no_browser


def test_its_settings_are_known_and_its_data_lies_in_volumes():
    from app.settings import read_settings

    read = read_settings({name: value for name, value in settings().items() if name.startswith("ROLEWISE_")})

    assert read.address == "0.0.0.0"
    assert json.loads(arguments("VOLUME")[0]) == [str(read.data), str(read.models)]
    assert arguments("EXPOSE") == [str(read.port)]


def test_its_health_is_asked_where_the_page_tells_it():
    (check,) = arguments("HEALTHCHECK")
    program = json.loads(check.partition("CMD")[2])

    assert "/_stcore/health" in program[-1]
    compile(program[-1], "health check", "exec")


@pytest.mark.parametrize("kept_out", [".git", ".venv", "evals/results"])
def test_the_image_does_not_hold_what_is_this_machines_own(kept_out: str):
    assert kept_out in (REPOSITORY / ".dockerignore").read_text().splitlines()


def test_compose_publishes_the_page_on_loopback_alone():
    service = yaml.safe_load((REPOSITORY / "compose.yaml").read_text(encoding="utf-8"))["services"]["rolewise"]

    assert service["ports"] == ["127.0.0.1:8501:8501"]
    assert {v.partition(":")[2] for v in service["volumes"]} == set(json.loads(arguments("VOLUME")[0]))
