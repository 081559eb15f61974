"""`rolewise-ingest`: guides, and an organisation's own documents, into a checked index."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.errors import BadInput, CorpusError, IndexProblem, RolewiseError
from app.settings import read_settings
from app.wiring import Service, open_service

OWN_ENDINGS = (".md", ".markdown", ".txt", ".text", ".pdf", ".docx", ".pptx", ".xlsx", ".csv", ".html", ".htm")


def main(argv: Sequence[str] | None = None) -> int:
    """Run `rolewise-ingest`; returns the exit code: 0 done, 2 for anything to mend."""
    options = _parser().parse_args(argv)
    try:
        return _run(options)
    except RolewiseError as error:
        return _failed(error, as_json=options.json)
    except OSError as error:  # a full disk, a folder that cannot be written: the version before goes on serving
        why = IndexProblem(f"The index cannot be written: {error.strerror}.", "Make room or check the folder, then run it again.")
        return _failed(why, as_json=options.json)
    except KeyboardInterrupt:
        print("Stopped; the index that served goes on serving.", file=sys.stderr)
        return 130


def _failed(error: RolewiseError, *, as_json: bool) -> int:
    if as_json:
        from app.coaching.wire import error_json

        print(json.dumps(error_json(error), ensure_ascii=False))
    else:
        print(f"{error} {error.hint}".strip(), file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rolewise-ingest", description="Bring the index in step with the guidance.")
    own = "your own documents; none: the guides alone"
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help=own)
    parser.add_argument("--collection", metavar="NAME", default="own", help="which of your collections they belong to")
    parser.add_argument("--check", action="store_true", help="only say what is wrong with guides and rules")
    parser.add_argument("--force", action="store_true", help="build anew even if nothing changed")
    parser.add_argument("--rollback", action="store_true", help="let the version before serve again")
    parser.add_argument("--json", action="store_true", help="print JSON on stdout and nothing else")
    return parser


def _run(options: argparse.Namespace) -> int:
    service = open_service(read_settings(os.environ))
    pipeline = service.pipeline()
    if options.check:
        problems = [p.__dict__ for p in pipeline.check()]
        _say(options, {"problems": problems}, [f"{p['document']}:{p['line']}: {p['message']}" for p in problems] or ["in order"])
        return 2 if problems else 0
    if options.rollback:
        version = pipeline.rollback()
        _say(options, {"index_version": version}, [f"Version {version} serves again."])
        return 0
    problems = _add(service, options.collection, options.paths)
    done = pipeline.run(force=options.force, report=_progress)
    row = {
        "index_version": done.index_version,
        "documents": dict(done.documents),
        "passages": done.passages,
        "embedded": done.embedded,
        "seconds": round(done.seconds, 2),
        "problems": problems,
    }
    counts = ", ".join(f"{n} {what}" for what, n in done.documents.items())
    lines = [f"{done.passages} passages in version {done.index_version}: {counts} documents; {done.seconds:.1f} s"]
    _say(options, row, lines + [f"{p['document']}: {p['message']}" for p in problems])
    return 2 if problems else 0


def _add(service: Service, collection: str, paths: Sequence[Path]) -> list[dict[str, Any]]:
    """Put the documents into the collection; what cannot be read is a problem of that document alone."""
    from app.knowledge.corpus import OwnText
    from app.knowledge.ingestion import OwnCollections

    own = OwnCollections(service.settings.data / "collections")
    problems: list[dict[str, Any]] = []
    for path in _files(paths):
        try:
            document = service.read(path.name, path.read_bytes())
            own.put(collection, OwnText(document.name, document.text, dt.date.today().isoformat()))
        except CorpusError:
            raise
        except BadInput as error:
            problems.append({"document": path.name, "line": 1, "message": f"{error} {error.hint}".strip()})
    return problems


def _files(paths: Sequence[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(p for p in path.rglob("*") if p.is_file() and p.suffix.lower() in OWN_ENDINGS)
        elif path.is_file():
            found.append(path)
        else:
            raise BadInput(f"There is no file or folder {path}.", "Check the path.")
    return found


def _progress(stage: str, done: int, total: int) -> None:
    if total and (done == total or sys.stderr.isatty()):
        end = "\n" if done == total or not sys.stderr.isatty() else "\r"
        print(f"{stage}: {done} of {total}", file=sys.stderr, end=end, flush=True)


def _say(options: argparse.Namespace, row: dict[str, Any], lines: Sequence[str]) -> None:
    if options.json:
        print(json.dumps(row, ensure_ascii=False))
    else:
        print("\n".join(lines))


if __name__ == "__main__":
    sys.exit(main())
