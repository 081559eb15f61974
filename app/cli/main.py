"""The parser of `rolewise` and the one place where errors become exit codes."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from app.errors import RolewiseError

# Exit codes: 0 for every honest answer, "I can't" included; 2 for a mistake in what was given; 130 for Ctrl-C.
OK, MISTAKE, INTERRUPTED = 0, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run `rolewise` with these arguments; returns the exit code."""
    options = parser().parse_args(argv)
    try:
        command = importlib.import_module(f"app.cli.{options.module}")
        code = int(command.run(options))
        sys.stdout.flush()  # a reader that has gone is noticed here, and not while Python ends
        return code
    except RolewiseError as error:
        return report_error(error, as_json=getattr(options, "json", False))
    except BrokenPipeError:  # the reader of our output has gone, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except Exception as error:  # what nobody foresaw: whole to the log, a sentence with its number to the person
        return report_error(unforeseen(error), as_json=getattr(options, "json", False))
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return INTERRUPTED


def unforeseen(error: Exception) -> RolewiseError:
    """The error as a sentence with a number, under which the log holds all of it."""
    import secrets
    import traceback

    from app.settings import read_settings

    number = secrets.token_hex(4)
    try:
        folder = read_settings(os.environ).data / "logs"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (folder / "errors.log").open("a", encoding="utf-8") as log:
            os.chmod(log.name, 0o600)
            log.write(f"{number}\n{''.join(traceback.format_exception(error))}\n")
        hint = f"The log in {folder} holds the details."
    except (OSError, RolewiseError):
        hint = "The log could not be written either; `rolewise doctor` may say why."
    return RolewiseError(f"Something went wrong that was not foreseen (number {number}).", hint)


def report_error(error: RolewiseError, *, as_json: bool) -> int:
    """Print the error as one sentence and its next step, or as JSON; returns the exit code."""
    if as_json:
        from app.coaching.wire import error_json

        print(json.dumps(error_json(error), ensure_ascii=False))
    else:
        print(f"{error} {error.hint}".strip(), file=sys.stderr)
    return MISTAKE


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(
        prog="rolewise", description="A role coach for product and project people: cited answers, on your own machine."
    )
    top.add_argument("--version", action="version", version=f"rolewise {version()}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="open the page")
    serve.add_argument("--no-browser", action="store_true", help="do not open a browser window")
    serve.set_defaults(module="serve")

    ask = commands.add_parser("ask", help="ask a question")
    ask.add_argument("question", nargs="?", help="the question")
    ask.add_argument("--batch", type=Path, metavar="FILE.jsonl", help='many at once: rows {"id", "question"} or {"id", "turns"}')
    ask.add_argument("--team", type=Path, metavar="FILE", action="append", default=[], help="a description of your team")
    ask.add_argument("--conversation", metavar="ID", help="go on with a conversation")
    _json(ask)
    ask.set_defaults(module="ask")

    team = commands.add_parser("team", help="advice on a team from a description of it")
    # none at all is refused in words by the command itself, so that --json has its error object
    team.add_argument("files", nargs="*", type=Path, metavar="FILE", help="a description of a team; - reads standard input")
    team.add_argument(
        "--set", dest="told", action="append", default=[], metavar="FACT=VALUE", help="set a fact; unknown takes it away"
    )
    team.add_argument("--out", type=Path, metavar="FILE", help="write a report as well: .pptx, .docx, .md or .json")
    team.add_argument("--shorten-names", action="store_true", help="shorten the names of people in that report")
    _json(team)
    team.set_defaults(module="team")

    search = commands.add_parser("search", help="find passages of the guidance")
    search.add_argument("query", nargs="?", help="what to look for")
    search.add_argument("--batch", type=Path, metavar="FILE.jsonl", help='many at once: rows {"id", "query"}')
    search.add_argument("-k", type=int, default=5, metavar="N", help="how many passages (default 5)")
    _json(search)
    search.set_defaults(module="search")

    check = commands.add_parser("check", help="check sentences against passages")
    check.add_argument("file", type=Path, metavar="FILE.jsonl", help='rows {"id", "sentence", "passages": [..]}')
    _json(check)
    check.set_defaults(module="check")

    models = commands.add_parser("models", help="fetch, list, verify or remove model weights")
    models.add_argument("action", choices=["pull", "list", "verify", "remove"])
    models.add_argument("name", nargs="?", help="one model; all of them if left out")
    models.add_argument("--from", dest="source", type=Path, metavar="PATH", help="take the weights from this file or folder")
    _json(models)
    models.set_defaults(module="models")

    data = commands.add_parser("data", help="where your data lies; export or delete it")
    data.add_argument("action", choices=["where", "export", "delete"])
    data.add_argument("--yes", action="store_true", help="delete without asking")
    data.add_argument("--out", type=Path, metavar="FILE", help="write the export to a file")
    _json(data)
    data.set_defaults(module="data")

    doctor = commands.add_parser("doctor", help="say what is missing, and the command that mends it")
    _json(doctor)
    doctor.set_defaults(module="doctor")
    return top


def version() -> str:
    """The version in pyproject.toml of this checkout, or of the installed distribution."""
    from importlib import metadata

    try:
        return metadata.version("rolewise")
    except metadata.PackageNotFoundError:
        return "0 (not installed)"


def _json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print JSON on stdout and nothing else")
