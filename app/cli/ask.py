"""`rolewise ask`: one question, or many."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.cli.team import description, warn
from app.cli.terminal import bad_row, rows, show, show_json
from app.coaching.coach import Reply, TeamText, usable
from app.coaching.memory import Memory
from app.coaching.model import Answer, Progress, SentenceReady, Status, marked
from app.coaching.wire import answer_json, error_json
from app.errors import BadInput, RolewiseError
from app.settings import read_settings
from app.wiring import Service, open_service

COMMAND_LINE = "command-line"  # the owner of conversations that are held in a terminal
PATIENCE = 120.0  # seconds that a batch waits for the language model, so that all rows are answered alike


def run(options: argparse.Namespace) -> int:
    """Answer; 0 for every honest answer, 1 if the service could not do its work."""
    if options.question is None and options.batch is None:
        raise BadInput("There is no question.", 'Write it after the command: rolewise ask "…"')
    service = open_service(read_settings(os.environ))
    try:
        if options.batch:
            return _batch(service, options.batch, _team_texts(service, options.team))
        usable(options.question)  # before anything is loaded
        team = _team_texts(service, options.team)
        service.warm_now()
        wait_for_model(service)
        conversation = options.conversation or secrets.token_hex(8)
        conversations = service.store.for_owner(COMMAND_LINE)
        reply = service.coach.ask(options.question, conversation, conversations, documents=team)
        answer = reply.answer() if options.json else _spoken(reply)
        if options.json:
            show_json(answer_json(answer))
        return 1 if answer.status is Status.FAILED else 0
    finally:
        service.close()


def wait_for_model(service: Service, patience: float = PATIENCE) -> None:
    """Wait until a model that has a job is ready or has failed."""
    until = time.monotonic() + patience
    while service.model and service.jobs() and service.model.warming and time.monotonic() < until:
        time.sleep(0.1)


def _spoken(reply: Reply) -> Answer:
    for event in reply:
        if isinstance(event, SentenceReady):
            show(marked(event.sentence))
        elif isinstance(event, Progress) and sys.stderr.isatty():
            print(event.text, file=sys.stderr)
    answer = reply.answer()
    for source in answer.sources:
        show(f"\n[{source.n}] {source.title}: {source.section} ({source.publisher}; reviewed {source.reviewed})")
        show(f"    “{source.quote}”")
    if answer.choices:
        show("\n" + " · ".join(answer.choices))
    for notice in answer.notices:
        print(notice, file=sys.stderr)
    return answer


def _batch(service: Service, path: Path, team: Sequence[TeamText]) -> int:
    """One JSON line a row as it finishes; a bad row gets its own error object. Every row is about the same team."""
    read = list(rows(path))
    service.warm_now()
    wait_for_model(service)
    for number, row in read:
        if isinstance(row, str):
            show_json(bad_row(number, row, row))
            continue
        try:
            show_json(_row(service, row, team))
        except RolewiseError as error:
            show_json({"id": row.get("id", number), **error_json(error)})
    return 0


def _row(service: Service, row: dict[str, Any], team: Sequence[TeamText]) -> dict[str, Any]:
    turns = row.get("turns")
    asked = turns if isinstance(turns, list) else [row.get("question")]
    given = [q for q in asked if isinstance(q, str)]
    if not given or len(given) < len(asked):
        raise BadInput('The row has neither "question" nor "turns".', "Give one of them as text.")
    memory = Memory()
    answers = [answer_json(service.coach.ask(q, "batch", memory, documents=team).answer()) for q in given]
    if isinstance(turns, list):
        return {"id": row.get("id"), "answers": answers}
    return {"id": row.get("id"), **answers[0]}


def _team_texts(service: Service, paths: Sequence[Path]) -> list[TeamText]:
    documents = [description(service, path) for path in paths]
    for document in documents:
        warn(document)
    return [TeamText(document.name, document.text) for document in documents]
