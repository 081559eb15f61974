"""`rolewise check`: the checker that guards every answer, on any text."""

from __future__ import annotations

import argparse
import os
from typing import Any

from app.cli.terminal import bad_row, rows, show, show_json
from app.settings import read_settings
from app.wiring import open_service


def run(options: argparse.Namespace) -> int:
    """Check every row; a bad row gets its own error object among the results."""
    service = open_service(read_settings(os.environ))
    results: list[dict[str, Any]] = []
    try:
        for number, row in rows(options.file):
            sentence = row.get("sentence") if isinstance(row, dict) else None
            passages = row.get("passages") if isinstance(row, dict) else None
            texts = isinstance(passages, list) and all(isinstance(p, str) for p in passages)
            if not isinstance(row, dict) or not isinstance(sentence, str) or not texts or passages is None:
                message = row if isinstance(row, str) else 'the row needs "sentence" and "passages"'
                results.append(bad_row(number, row, message))
                continue
            verdict = service.checker.check(sentence, passages)
            results.append(
                {
                    "id": row.get("id"),
                    "supported": verdict.supported,
                    "support": round(verdict.score, 3),
                    "by": list(verdict.by),
                    "why": verdict.why,
                }
            )
    finally:
        service.close()
    if options.json:
        show_json({"results": results})
    else:
        for result in results:
            if "error" in result:
                show(f"{result.get('id', result.get('line'))}: {result['error']['message']}")
            else:
                show(f"{result['id']}: {'supported' if result['supported'] else 'not supported'} ({result['why']})")
    return 0
