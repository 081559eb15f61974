"""`rolewise models`: fetch, list, verify or remove weights."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence

from app.cli.terminal import progress, show, show_json
from app.errors import BadInput
from app.llm import catalogue, weights
from app.settings import Settings, read_settings


def run(options: argparse.Namespace) -> int:
    """Do what was asked; `verify` ends with 2 if something is missing or damaged."""
    settings = read_settings(os.environ)
    known = [w.name for w in catalogue.CATALOGUE]
    if options.name and options.name not in known:
        raise BadInput(f"There is no model {options.name}.", f"Known: {', '.join(known)}.")
    names = [options.name] if options.name else known
    if options.action == "pull":
        for name in names if options.name else wanted(settings):
            with progress(f"Fetching {name}") as report:
                place = weights.pull(name, settings.models, report, weights.default_sources(options.source))
            if not options.json:
                show(f"{name}: {place}")
    elif options.action == "remove":
        for name in names:
            freed = weights.remove(name, settings.models)
            if not options.json:
                show(f"{name}: {freed / 1e6:.0f} MB freed")
    standings = weights.verify(settings.models) if options.action == "verify" else weights.listing(settings.models)
    if options.json:
        show_json({"models": [_row(s) for s in standings if s.name in names], "folder": str(settings.models)})
    elif options.action in ("list", "verify"):
        _table([s for s in standings if s.name in names])
    wrong = [s for s in standings if s.name in names and s.condition is not weights.Condition.READY]
    return 2 if options.action == "verify" and wrong else 0


def wanted(settings: Settings) -> list[str]:
    """The weights that these settings use, small ones first."""
    language_model = [catalogue.LANGUAGE_MODEL] if settings.llm == "embedded" else []
    return [catalogue.EMBEDDING_MODEL, catalogue.NAME_MODEL, *language_model]


def _row(standing: weights.Standing) -> dict[str, object]:
    return {
        "name": standing.name,
        "title": standing.title,
        "licence": standing.licence,
        "bytes": standing.size,
        "on_disk": standing.on_disk,
        "condition": str(standing.condition),
        "damaged": list(standing.damaged),
    }


def _table(standings: Sequence[weights.Standing]) -> None:
    for s in standings:
        wrong = f" ({', '.join(s.damaged)})" if s.damaged else ""
        show(f"{s.name:<40} {s.size / 1e6:>8.0f} MB  {s.condition}{wrong}  {s.licence}")
