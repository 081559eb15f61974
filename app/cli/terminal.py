"""Printing for a terminal: text that cannot steer it, progress on stderr, rows of JSON-lines files."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.coaching.cleaning import clean_text
from app.errors import BadInput

MOST_BYTES = 50_000_000  # of a batch file


def show(text: str = "") -> None:
    """Print a line to stdout without control sequences."""
    print(clean_text(text).text)


def show_json(value: Any) -> None:  # Any: JSON
    """Print one JSON object on one line, at once."""
    print(json.dumps(value, ensure_ascii=False), flush=True)


@contextmanager
def progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on stderr; the function takes what is done and the total. Plain lines where stderr is no terminal."""
    if not sys.stderr.isatty():
        last = [-1]

        def line(done: int, total: int) -> None:
            tenth = 10 * done // max(total, 1)
            if tenth != last[0]:
                last[0] = tenth
                print(f"{title}: {10 * tenth} %", file=sys.stderr, flush=True)

        yield line
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def rows(path: Path) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Line number and object of each line of a JSON-lines file; a string says what is wrong with the line.

    Raises BadInput if the file cannot be read at all.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadInput(f"{path.name} is larger than {MOST_BYTES // 1_000_000} MB.", "Split it.")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror or 'unknown reason'}.", "Check the path.") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path.name} is not UTF-8 text.", "Save it as UTF-8.") from error
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            yield number, f"line {number} is not JSON"
            continue
        yield number, row if isinstance(row, dict) else f"line {number} is no JSON object"


def bad_row(number: int, row: dict[str, Any] | str, message: str) -> dict[str, Any]:
    """The output object of a row that could not be used; the batch goes on."""
    shown = {"id": row["id"]} if isinstance(row, dict) and "id" in row else {"line": number}
    return {**shown, "error": {"code": "bad_row", "message": message, "hint": f"Mend line {number} of the file."}}
