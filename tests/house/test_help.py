"""Help answers at once: nothing heavy is imported for it."""

import subprocess
import sys

import pytest

HEAVY = ("torch", "transformers", "sentence_transformers", "chromadb", "streamlit", "langchain_core", "sklearn", "sqlalchemy")
LOOK = """
import importlib, json, sys
module, function, *arguments = json.loads(sys.argv[1])
try:
    getattr(importlib.import_module(module), function)(arguments)
except SystemExit as end:
    print(json.dumps([end.code, sorted(sys.modules)]), file=sys.stderr)
"""


@pytest.mark.parametrize(
    "arguments", [["app.cli", "main", "--help"], ["ingest.main", "main", "--help"], ["evals.main", "main", "--help"]]
)
def test_help_imports_nothing_heavy(arguments: list[str]):
    import json

    done = subprocess.run(
        [sys.executable, "-c", LOOK, json.dumps(arguments)], capture_output=True, text=True, check=True, timeout=60
    )

    code, modules = json.loads(done.stderr)
    assert code == 0
    assert "usage: rolewise" in done.stdout
    assert sorted(set(HEAVY) & set(modules)) == []
