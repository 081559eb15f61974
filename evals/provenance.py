"""What made a result: code, corpus, model, settings and machine, without secrets."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil

from app.settings import Settings
from app.wiring import Service, embedding_identity, model_weights

CHECKOUT = Path(__file__).resolve().parent.parent
LIBRARIES = (
    "bm25s", "chromadb", "langchain-core", "langchain-openai", "numpy", "scikit-learn", "sentence-transformers", "torch",
    "transformers", "xllamacpp",
)  # fmt: skip


def provenance(service: Service) -> dict[str, Any]:
    """Everything that a result depends on, as JSON."""
    settings = service.settings
    version = service.index.current() or ""
    manifest = service.index.manifest(version) if version else None
    return {
        "code": code(CHECKOUT),
        "index": {
            "version": version,
            "fingerprint": manifest.fingerprint if manifest else "",
            "passages": manifest.passages if manifest else 0,
            "rules": folder_hash(settings.corpus / "rules"),
        },
        "model": {
            "name": service.model.name if service.model else "none",
            "weights": weights(settings),
            "jobs": sorted(service.jobs()),
            "embedding": embedding_identity(),
        },
        "settings": told(settings),
        "machine": machine(),
    }


def code(folder: Path) -> dict[str, Any]:
    """The commit, and whether anything differs from it; both empty outside a repository."""
    commit = _git(folder, "rev-parse", "HEAD")
    changed = _git(folder, "status", "--porcelain")
    return {"commit": commit or "", "dirty": None if changed is None else bool(changed)}


def told(settings: Settings) -> dict[str, Any]:
    """The settings that matter to a result; addresses without anything that could be a password."""
    return {
        "llm": settings.llm,
        "llm_url": _host(settings.llm_url),
        "chroma": "server" if settings.chroma_url.reveal() else "embedded",
        "corpus": "shipped" if settings.corpus == CHECKOUT / "corpus" else str(settings.corpus),
    }


def machine() -> dict[str, Any]:
    """Processor, memory, system, and versions of Python and the libraries that do the work."""
    versions = {}
    for name in LIBRARIES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = "not installed"
    return {
        "system": platform.platform(),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "python": sys.version.split()[0],
        "libraries": versions,
    }


def weights(settings: Settings) -> str:
    """SHA-256 of the language model's file: the pinned one's, or that of a file that the settings name."""
    given = settings.llm.removeprefix("embedded:") if settings.llm.startswith("embedded:") else ""
    return _file_hash(Path(given)) if given and Path(given).is_file() else model_weights(settings)


def folder_hash(folder: Path) -> str:
    """One SHA-256 over names and contents of a folder's files."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def differences(one: Any, other: Any, at: str = "") -> Sequence[str]:  # Any: JSON
    """Where two provenances differ, as `model.name: none, embedded`."""
    if isinstance(one, dict) and isinstance(other, dict):
        found: list[str] = []
        for key in dict.fromkeys([*one, *other]):
            found += differences(one.get(key), other.get(key), f"{at}.{key}" if at else key)
        return found
    return [] if one == other else [f"{at}: {one}, {other}"]


def _git(folder: Path, *words: str) -> str | None:
    # GIT_OPTIONAL_LOCKS=0: looking must not touch the index of somebody who commits at the same time
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *words],  # noqa: S607 - git is where the person's PATH says
            capture_output=True,
            text=True,
            timeout=30,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _host(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "") if parts.hostname else ""


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor()


@cache
def _file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
