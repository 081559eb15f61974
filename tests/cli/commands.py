"""What a command said, and whether JSON has the shape that other programs read."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


@dataclass(frozen=True)
class Said:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON object on stdout; there must be nothing else."""
        assert self.out.count("\n") == 1, self.out
        return json.loads(self.out)

    @property
    def rows(self) -> list[Any]:
        """The JSON objects on stdout, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def error(self) -> dict[str, str]:
        """The error object of a command that failed as it should: exit code 2."""
        assert self.code == 2, self
        error: dict[str, str] = self.json["error"]
        assert set(error) >= {"code", "message", "hint"}
        return error


Command = Callable[..., Said]


def command(main: Callable[[list[str]], int], capsys: pytest.CaptureFixture[str]) -> Command:
    """The command, run in this process."""

    def run(*arguments: str | Path) -> Said:
        capsys.readouterr()
        try:
            code = main([str(a) for a in arguments])
        except SystemExit as end:  # argparse
            code = int(end.code or 0)
        out, err = capsys.readouterr()
        return Said(code, out, err)

    return run


def one_sentence_and_a_step(text: str) -> bool:
    """Whether an error is short, ends like a sentence, and is no traceback."""
    return 10 < len(text) < 400 and text.count("\n") <= 1 and "Traceback" not in text


def fits(value: Any, shape: Any) -> str:
    """Empty if the JSON value has the shape, else where it has not. Keys may be added, never renamed.

    A shape is a type, a tuple of types, a list of one shape, or a dictionary of shapes.
    """
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return f"{value!r} is no object"
        if missing := shape.keys() - value.keys():
            return f"lacks {sorted(missing)}"
        found = (f"{key}: {wrong}" for key, inner in shape.items() if (wrong := fits(value[key], inner)))
        return next(found, "")
    if isinstance(shape, list):
        if not isinstance(value, list):
            return f"{value!r} is no list"
        return next((wrong for item in value if (wrong := fits(item, shape[0]))), "")
    return "" if isinstance(value, shape) else f"{value!r} is no {shape}"
