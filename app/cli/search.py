"""`rolewise search`: passages of the guidance, as the coach would look them up."""

from __future__ import annotations

import argparse
import os
import time
from typing import Any

from app.cli.terminal import bad_row, rows, show, show_json
from app.coaching.model import Hit
from app.errors import BadInput
from app.settings import read_settings
from app.wiring import Service, open_service


def run(options: argparse.Namespace) -> int:
    """Search once, or once a row of a batch."""
    if options.query is None and options.batch is None:
        raise BadInput("There is nothing to search for.", 'Write it after the command: rolewise search "…"')
    if not 1 <= options.k <= 100:
        raise BadInput(f"-k is {options.k}.", "Use a number from 1 to 100.")
    service = open_service(read_settings(os.environ))
    try:
        if options.batch:
            for number, row in rows(options.batch):
                query = row.get("query", row.get("question")) if isinstance(row, dict) else None
                if not isinstance(row, dict) or not isinstance(query, str) or not query.strip():
                    show_json(bad_row(number, row, row if isinstance(row, str) else 'the row has no "query"'))
                    continue
                show_json({"id": row.get("id"), **found(service, query, options.k)})
            return 0
        if not options.query.strip():
            raise BadInput("There is nothing to search for.", 'Write it after the command: rolewise search "…"')
        result = found(service, options.query, options.k)
        if options.json:
            show_json(result)
        else:
            for row in result["passages"]:
                show(f"{row['score']:.2f}  {row['passage']}\n      {row['title']}: {row['section']}\n      {row['text'][:200]}\n")
        return 0
    finally:
        service.close()


def found(service: Service, query: str, limit: int) -> dict[str, Any]:
    """The JSON object of one search."""
    started = time.monotonic()
    hits = service.search(query, limit)
    return {"passages": [_row(h) for h in hits], "took_ms": round(1000 * (time.monotonic() - started))}


def _row(hit: Hit) -> dict[str, Any]:
    passage = hit.passage
    return {
        "passage": passage.id,
        "document": passage.document,
        "title": passage.title,
        "section": passage.section,
        "text": passage.text,
        "score": round(hit.score, 4),
        "dense_rank": hit.dense_rank,
        "lexical_rank": hit.lexical_rank,
    }
