"""A results folder: what made it, what was produced, how it was judged, and the summary.

evals/results/<run>/
  config.json             what was run, on what, with what
  <suite>.outputs.jsonl   what was produced, one line a case; a run that is resumed adds to it
  <suite>.cases.jsonl     how each case was judged, with reasons
  summary.json            figures, as `rolewise-evals run --json` prints them
  summary.md              the same for people
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from app.errors import BadInput
from app.quality import SUMMARY, RunResult, run_json
from evals.suite import Json, Judged, Score

RESULTS = Path(__file__).parent / "results"
CONFIG = "config.json"


class Results:
    """One run's folder, read and written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def run(self) -> str:
        """The run's name."""
        return self.folder.name

    @classmethod
    def begin(cls, root: Path, run: str, config: Json) -> Results:
        """A new folder with its configuration. Raises BadInput if it is there already."""
        folder = root / run
        try:
            folder.mkdir(parents=True)
        except FileExistsError as error:
            raise BadInput(f"{folder} is there already.", "Wait a second and run it again.") from error
        results = cls(folder)
        results._write(CONFIG, json.dumps(config, indent=1, ensure_ascii=False))
        return results

    @classmethod
    def find(cls, root: Path, run: str | None) -> Results:
        """The folder of that name or path, the latest run of suites for None. Raises BadInput if there is none."""
        if run is None:
            for path in sorted(root.glob(f"*/{CONFIG}"), reverse=True):
                results = cls(path.parent)
                if results.config().get("datasets"):  # what was collected for a card has none
                    return results
            raise BadInput(f"There are no results in {root}.", "Run `rolewise-evals run` first.")
        for folder in (root / run, Path(run)):
            if (folder / CONFIG).is_file():
                return cls(folder)
        raise BadInput(f"There is no run {run} in {root}.", f"Runs are folders with a {CONFIG}.")

    def config(self) -> Json:
        """What was run. Raises BadInput if it cannot be read."""
        try:
            read: Json = json.loads((self.folder / CONFIG).read_text(encoding="utf-8"))
            return read
        except (OSError, ValueError) as error:
            raise BadInput(f"{self.folder / CONFIG} cannot be read.", "Run the suites anew.") from error

    def outputs(self, suite: str) -> dict[str, Json]:
        """What was produced, by case; of several attempts at a case the last one counts, and half a line never does."""
        found: dict[str, Json] = {}
        for row in _lines(self.folder / f"{suite}.outputs.jsonl"):
            found[str(row["id"])] = row
        return found

    def add_output(self, suite: str, row: Json) -> None:
        """Keep one produced row at once, so that an interruption loses nothing that was finished."""
        path = self.folder / f"{suite}.outputs.jsonl"
        with path.open("ab+") as file:
            if file.tell() and _last_byte(path) != b"\n":  # an interrupted run left half a line
                file.write(b"\n")
            file.write(json.dumps(row, ensure_ascii=False).encode("utf-8") + b"\n")

    def keep_cases(self, suite: str, judged: Iterable[Judged]) -> None:
        """Write how each case was judged."""
        lines = [json.dumps(_judged_json(row), ensure_ascii=False) for row in judged]
        self._write(f"{suite}.cases.jsonl", "".join(line + "\n" for line in lines))

    def cases(self, suite: str) -> list[Judged]:
        """How each case was judged, in the order in which they were asked."""
        return [_judged(row) for row in _lines(self.folder / f"{suite}.cases.jsonl")]

    def keep_summary(self, result: RunResult, text: str) -> None:
        """Write the summary, for programs and for people."""
        self._write(SUMMARY, json.dumps(run_json(result), indent=1, ensure_ascii=False))
        self._write("summary.md", text)

    def _write(self, name: str, text: str) -> None:
        partial = self.folder / f".{name}.new"
        partial.write_text(text, encoding="utf-8")
        os.replace(partial, self.folder / name)


def _lines(path: Path) -> Sequence[Json]:
    if not path.is_file():
        return []
    rows: list[Json] = []
    for line in path.read_bytes().split(b"\n"):
        try:
            row: Any = json.loads(line)
        except ValueError:  # empty, or cut off by an interruption
            continue
        if isinstance(row, dict) and "id" in row:
            rows.append(row)
    return rows


def _last_byte(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1)


def _judged_json(row: Judged) -> Json:
    return {
        "id": row.id,
        "slices": dict(row.slices),
        "scores": {name: {"value": s.value, "reason": s.reason} for name, s in row.scores.items()},
        "detail": dict(row.detail),
    }


def _judged(row: Json) -> Judged:
    scores = {name: Score(s["value"], s["reason"]) for name, s in row["scores"].items()}
    return Judged(row["id"], row["slices"], scores, row["detail"])
