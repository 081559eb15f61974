"""Asking make what it would do, in a copy of the Makefile or in this checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make in the folder, untouched by a make that runs these tests."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    command = ["make", "--no-print-directory", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)


def bare_copy(folder: Path) -> Path:
    """What the set-up reads, in a folder without a .venv."""
    folder.mkdir(exist_ok=True)
    for name in ("Makefile", "constraints.txt", "pyproject.toml"):
        shutil.copy(REPOSITORY / name, folder)
    return folder


def plan(folder: Path, *arguments: str) -> list[str]:
    """The commands that make would run there, one a line, in order."""
    said = make(folder, "--dry-run", *arguments)
    assert said.returncode == 0, said.stderr
    return said.stdout.splitlines()
