"""`rolewise-evals`: is it any good? Parses, calls one function, prints, returns an exit code."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from app.errors import RolewiseError
from app.settings import Settings, read_settings

# Exit codes: 0 done, 1 a target was missed and --gate asked for that, 2 a mistake in what was given, 130 for Ctrl-C.
OK, MISSED, MISTAKE, INTERRUPTED = 0, 1, 2, 130
SUITE_NAMES = (  # named here too, since help imports nothing heavy
    "speed", "retrieval", "answers", "grounding", "abstention", "clarification", "conversation", "team", "fairness", "injection",
)  # fmt: skip


def main(argv: Sequence[str] | None = None) -> int:
    """Run `rolewise-evals` with these arguments; returns the exit code."""
    options = parser().parse_args(argv)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except RolewiseError as error:
        if getattr(options, "json", False):
            from app.coaching.wire import error_json

            print(json.dumps(error_json(error), ensure_ascii=False))
        else:
            print(f"{error} {error.hint}".strip(), file=sys.stderr)
        return MISTAKE
    except KeyboardInterrupt:
        print("Stopped. What was produced is kept: go on with rolewise-evals run --resume RUN.", file=sys.stderr)
        return INTERRUPTED


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(prog="rolewise-evals", description="Measure the service on labelled cases.")
    commands = top.add_subparsers(dest="name", required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="ask, judge, sum up")
    run.add_argument("suites", nargs="*", metavar="SUITE", help=f"{', '.join(SUITE_NAMES)}; all without any")
    run.add_argument("--split", default="dev", metavar="dev|test", help="which cases (default: dev)")
    run.add_argument("--limit", type=int, metavar="N", help="at most N cases a suite, spread over its kinds")
    run.add_argument("--tutorial", type=int, metavar="N", help="questions that the tutorial pipeline answers too (default: 10)")
    run.add_argument("--resume", metavar="RUN", help="go on with an interrupted run; what is finished is not repeated")
    run.add_argument("--gate", action="store_true", help="exit with 1 if a target is missed or a case failed")
    _common(run)
    _model(run)
    run.set_defaults(command=_run)

    judge = commands.add_parser("judge", help="judge the outputs of a run anew")
    judge.add_argument("run", nargs="?", metavar="RUN", help="the latest without")
    _common(judge)
    judge.set_defaults(command=_judge)

    compare = commands.add_parser("compare", help="two runs, case by case")
    compare.add_argument("first", metavar="A", help="a run")
    compare.add_argument("second", metavar="B", help="another run over the same cases")
    compare.add_argument("--across", action="store_true", help="compare although model or settings differ")
    _common(compare)
    compare.set_defaults(command=_compare)

    report = commands.add_parser("report", help="write a run as one page of HTML")
    report.add_argument("run", nargs="?", metavar="RUN", help="the latest without")
    _common(report)
    report.set_defaults(command=_report)

    view = commands.add_parser("view", help="print where the report is, and open it")
    view.add_argument("run", nargs="?", metavar="RUN", help="the latest without")
    view.add_argument("--no-browser", action="store_true", help="only print the path")
    _common(view)
    view.set_defaults(command=_view)

    card = commands.add_parser("card", help="collect a model's sentences, or count labelled ones into its card")
    card.add_argument("model", metavar="MODEL", help="the model, as ROLEWISE_LLM names it")
    card.add_argument("--job", default="summarise", help="which job (default: summarise)")
    step = card.add_mutually_exclusive_group()
    step.add_argument("--produce", type=int, metavar="N", help="do the job for N questions and write what is to be labelled")
    step.add_argument("--labels", type=Path, metavar="FILE", help="the labelled file: write the card")
    card.add_argument("--resume", metavar="RUN", help="go on with an interrupted --produce")
    _common(card)
    card.set_defaults(command=_card)
    return top


def _common(command: argparse.ArgumentParser) -> None:
    command.add_argument("--out", type=Path, metavar="DIR", help="where results lie (default: evals/results)")
    command.add_argument("--json", action="store_true", help="print JSON on stdout and nothing else")


def _model(command: argparse.ArgumentParser) -> None:
    command.add_argument("--model", metavar="SPEC", help="another model, as ROLEWISE_LLM names it")


def _run(options: argparse.Namespace) -> int:
    from evals.running import TUTORIAL, Plan, run
    from evals.suites import SUITES

    tutorial = TUTORIAL if options.tutorial is None else max(0, options.tutorial)
    plan = Plan(tuple(options.suites) or tuple(SUITES), options.split, options.limit, tutorial)
    result = run(plan, _settings(options), _root(options), resume=options.resume)
    _show(options, result)
    bad = any(s.failed or any(m.met is False for m in s.metrics) for s in result.suites)
    return MISSED if options.gate and bad else OK


def _judge(options: argparse.Namespace) -> int:
    from evals.results import Results
    from evals.running import judge_anew

    results = Results.find(_root(options), options.run)
    _show(options, judge_anew(_settings(options), results))
    return OK


def _compare(options: argparse.Namespace) -> int:
    from evals.comparing import compare, comparison_json, comparison_text
    from evals.results import Results

    first, second = (Results.find(_root(options), run) for run in (options.first, options.second))
    found = compare(first, second, across=options.across)
    print(json.dumps(comparison_json(found), ensure_ascii=False) if options.json else comparison_text(found))
    return OK


def _report(options: argparse.Namespace) -> int:
    from evals.report import write_report
    from evals.results import Results

    _say_path(options, write_report(Results.find(_root(options), options.run)))
    return OK


def _view(options: argparse.Namespace) -> int:
    import webbrowser

    from evals.report import write_report
    from evals.results import Results

    path = write_report(Results.find(_root(options), options.run))
    _say_path(options, path)
    if sys.stdout.isatty() and not options.no_browser and not options.json:
        webbrowser.open(path.resolve().as_uri())
    return OK


def _card(options: argparse.Namespace) -> int:
    from evals import earning

    if options.labels:
        path = earning.write_card(_settings(options), options.labels, options.job)
        card = json.loads(path.read_text(encoding="utf-8"))
        print(json.dumps(card, indent=None if options.json else 1, ensure_ascii=False))
        rows = earning.labelled_rows(options.labels, card["model"])
        print(f"Written to {path}. Right: {earning.tally(rows)}.", file=sys.stderr)
        return OK
    wanted = earning.QUESTIONS if options.produce is None else options.produce
    path, count = earning.produce(_settings(options), _root(options), options.job, wanted, resume=options.resume)
    _say_path(options, path)
    enough = "" if count >= earning.ENOUGH else f" At least {earning.ENOUGH} are needed for a card."
    print(f"{count} replies; label true or false where there is no label.{enough}", file=sys.stderr)
    return OK


def _say_path(options: argparse.Namespace, path: Path) -> None:
    print(json.dumps({"path": str(path)}) if options.json else path)


def _show(options: argparse.Namespace, result: Any) -> None:
    from app.quality import run_json

    if options.json:
        print(json.dumps(run_json(result), ensure_ascii=False))
    else:
        print((_root(options) / result.run / "summary.md").read_text(encoding="utf-8"))


def _root(options: argparse.Namespace) -> Path:
    from evals.results import RESULTS

    return options.out or RESULTS


def _settings(options: argparse.Namespace) -> Settings:
    model = getattr(options, "model", None)
    return read_settings({**os.environ, "ROLEWISE_LLM": model} if model else os.environ)


if __name__ == "__main__":
    sys.exit(main())
