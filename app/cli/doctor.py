"""`rolewise doctor`: what is missing, and the command that mends it."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass

from app.cli.terminal import show, show_json
from app.errors import RolewiseError
from app.llm import catalogue, weights
from app.settings import Settings, read_settings
from app.wiring import Service, open_service


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `mend` is the command that helps, empty if all is well."""

    what: str
    well: bool
    says: str
    mend: str = ""


def run(options: argparse.Namespace) -> int:
    """Look at everything that answering needs; 2 if something must be mended."""
    findings = examined(read_settings(os.environ))
    if options.json:
        show_json({"findings": [{"what": f.what, "well": f.well, "says": f.says, "mend": f.mend} for f in findings]})
    else:
        for f in findings:
            show(f"{'ok  ' if f.well else 'MEND'}  {f.what}: {f.says} {f.mend}".rstrip())
    return 0 if all(f.well for f in findings) else 2


def examined(settings: Settings) -> list[Finding]:
    """Every finding, in the order in which things are needed."""
    found = [Finding("Python", sys.version_info >= (3, 11), sys.version.split()[0], "")]
    for standing in weights.listing(settings.models):
        needed = standing.name == catalogue.EMBEDDING_MODEL or (
            standing.name == catalogue.LANGUAGE_MODEL and settings.llm == "embedded"
        )
        well = standing.condition in (weights.Condition.READY, weights.Condition.UNCHECKED) or not needed
        says = str(standing.condition) + ("" if needed else f" ({_without(standing.name)})")
        found.append(Finding(standing.name, well, says, "" if well else "Run `rolewise models pull`."))
    service = open_service(settings)
    found.append(_tried("guides and rules", lambda: _corpus(service)))
    found.append(_tried("index", lambda: _index(service)))
    found.append(_tried("conversations", lambda: f"{service.store.statistics()}"))
    free = shutil.disk_usage(settings.data if settings.data.exists() else settings.data.anchor).free
    found.append(Finding("free disk", free > 1e9, f"{free / 1e9:.0f} GB", "" if free > 1e9 else "Make room."))
    found.append(_model(service, settings))
    service.close()
    return found


def _without(name: str) -> str:
    """Why a model that is not needed can be missing."""
    if name == catalogue.NAME_MODEL:
        return "optional: names of people are found by rules without it"
    return "not needed with this setting"


def _corpus(service: Service) -> str:
    problems = service.pipeline().check()
    if problems:
        raise RolewiseError(f"{problems[0].document}: {problems[0].message}", "Mend it, or restore the corpus folder.")
    return "in order"


def _index(service: Service) -> str:
    version = service.index.open_current()
    version.close()
    service.router()
    return f"version {version.name}, {version.manifest.passages} passages"


def _model(service: Service, settings: Settings) -> Finding:
    if settings.llm == "none":
        return Finding("language model", True, "none: answers are composed from the guidance")
    jobs = sorted(service.jobs())
    says = f"{settings.llm}; jobs earned: {', '.join(jobs) or 'none, so answers are composed from the guidance'}"
    return Finding("language model", True, says)


def _tried(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what, True, str(look()))
    except RolewiseError as error:
        return Finding(what, False, str(error), error.hint)
