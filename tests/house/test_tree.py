"""What must not stand anywhere in the tree."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
CODE = sorted(p for root in ("app", "ingest", "evals", "docs") for p in (REPOSITORY / root).rglob("*.py"))
TEXT = ("*.py", "*.md", "*.toml", "*.txt", "*.yaml", "*.yml", "*.css", "*.js", "Makefile", "Dockerfile", "run", ".dockerignore")

# Each could run what a file or a message holds, or make an object of a class that it names.
CALLS = {"eval", "exec", "compile", "__import__"}
MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
ATTRIBUTES = {
    ("yaml", "load"),
    ("yaml", "unsafe_load"),
    ("yaml", "full_load"),
    ("os", "system"),
    ("os", "popen"),
    ("torch", "load"),
}
KEYWORDS = {"trust_remote_code", "allow_dangerous_deserialization", "allow_dangerous_code", "allow_pickle"}


def readable(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


def dangers(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in CALLS:
                yield f"{node.lineno}: {name}()"
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="yaml"), attr="load"), keywords=[ast.keyword(arg="Loader", value=loader)]
            ):
                if "safe" not in ast.unparse(loader).lower():
                    yield f"{node.lineno}: yaml.load()"
            case ast.Call(func=ast.Attribute(value=ast.Name(id=module), attr=name)) if (module, name) in ATTRIBUTES:
                yield f"{node.lineno}: {module}.{name}()"
            case ast.Import(names=names) if {n.name.partition(".")[0] for n in names} & MODULES:
                yield f"{node.lineno}: import"
            case ast.ImportFrom(module=str(module)) if module.partition(".")[0] in MODULES or module == "langchain_core.load":
                yield f"{node.lineno}: from {module} import"
        if isinstance(node, ast.Call):
            for keyword in node.keywords:
                on = not (isinstance(keyword.value, ast.Constant) and keyword.value.value is False)
                if keyword.arg in KEYWORDS and on:
                    yield f"{node.lineno}: {keyword.arg}"
                if keyword.arg == "shell" and on:
                    yield f"{node.lineno}: shell"


@pytest.mark.parametrize("path", CODE, ids=readable)
def test_no_code_runs_or_unpickles_what_it_is_given(path: Path):
    assert list(dangers(ast.parse(path.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize(
    "code",
    [
        "eval('1')", "import pickle", "from joblib import load", "yaml.load(text)", "yaml.load(text, Loader=yaml.Loader)",
        "os.system('x')", "run('x', shell=True)",
        "Model(trust_remote_code=True)", "np.load(path, allow_pickle=True)", "from langchain_core.load import loads",
    ],
)  # fmt: skip
def test_the_search_for_dangers_finds_them(code: str):
    assert len(list(dangers(ast.parse(code)))) == 1


def texts() -> list[Path]:
    skipped = {".git", ".venv", "__pycache__", "results", "build", "dist"}
    found = {p for pattern in TEXT for p in REPOSITORY.rglob(pattern) if p.is_file()}
    inside = {p: set(p.relative_to(REPOSITORY).parts) for p in found}
    return sorted(p for p in found if not inside[p] & skipped and not any(s.endswith("_cache") for s in inside[p]))


def test_no_text_names_a_package_registry():
    # in two parts, so that this file does not find itself
    hosts = ["py" + "pi.org", "files.python" + "hosted", "download.py" + "torch", "npm" + "js.org", "conda" + ".anaconda"]

    assert [(readable(p), h) for p in texts() for h in hosts if h in p.read_text(encoding="utf-8")] == []


def test_no_text_names_the_machine_it_was_written_on():
    home = re.compile(r"/(?:home|Users)/[a-z]\w+/|" + "/ro" + "ot/|/wo" + r"rk/\w")

    assert [(readable(p), found[0]) for p in texts() if (found := home.search(p.read_text(encoding="utf-8")))] == []


def test_every_dependency_is_pinned_with_a_line_on_why():
    text = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)["project"]

    for requirement in [*project["dependencies"], *project["optional-dependencies"]["dev"]]:
        assert re.search(rf'^    "{re.escape(requirement)}", +# \w', text, re.M), requirement
        assert "==" in requirement
