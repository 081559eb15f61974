"""`rolewise data`: where your data lies, all of it as a file, and deleting it."""

from __future__ import annotations

import argparse
import os
import shutil
import sys

from app.cli.terminal import show, show_json
from app.errors import BadInput
from app.settings import read_settings
from app.wiring import open_service

QUESTION = "Delete all conversations, feedback, kept teams and own collections of this machine? [y/N] "


def run(options: argparse.Namespace) -> int:
    """Show, export or delete what is kept on this machine."""
    settings = read_settings(os.environ)
    places = {
        "conversations": settings.data / "conversations",
        "collections": settings.data / "collections",
        "index": settings.index_folder,
        "cards": settings.data / "cards",
        "models": settings.models,
    }
    if options.action == "where":
        if options.json:
            show_json({name: str(path) for name, path in places.items()})
        else:
            for name, path in places.items():
                show(f"{name:<14} {path}{'' if path.exists() else '  (nothing there yet)'}")
        return 0
    service = open_service(settings)
    if options.action == "export":
        text = service.store.export_everything()
        if options.out:
            options.out.write_text(text, encoding="utf-8")
            print(f"Written to {options.out}.", file=sys.stderr)
        else:
            print(text)
        return 0
    if not options.yes:
        if not sys.stdin.isatty():
            raise BadInput("Deleting asks first, and nobody can answer here.", "Add --yes to delete without asking.")
        if input(QUESTION).strip().lower() != "y":
            show("Nothing was deleted.")
            return 0
    receipt = service.store.forget_all_owners()
    shutil.rmtree(places["collections"], ignore_errors=True)
    if options.json:
        names = ("conversations", "turns", "feedback", "teams")
        show_json({"deleted": {name: getattr(receipt, name) for name in names}})
    else:
        talks = f"{receipt.conversations} conversations with {receipt.turns} turns"
        show(f"Deleted {talks}, {receipt.feedback} pieces of feedback and {receipt.teams} kept teams.")
        if settings.index_folder.exists():
            show("Run `rolewise-ingest` to take your own collections out of the index as well.")
    return 0
