"""Running suites: produce what is missing, judge it, sum it up. Each step reads what the one before wrote to a file."""

from __future__ import annotations

import datetime as dt
import hashlib
import sys
import time
import traceback
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from app.coaching.model import Status
from app.errors import BadInput, ConfigError, RolewiseError
from app.quality import RunResult, SuiteResult
from app.settings import Settings
from app.wiring import Service, open_service
from evals.cases import DATA, SPLITS, Dataset, Row, canaries, read_cases, refuse_leaks, sample
from evals.provenance import CHECKOUT, differences, provenance
from evals.results import Results
from evals.subject import Bench, Guides, Subject, read_all_guides, refuse_stale_index, wait_for_model
from evals.suite import Json, Judged, Suite
from evals.suites import SUITES
from evals.summary import summary_text
from evals.tutorial import Tutorial

TUTORIAL = 10  # questions that the tutorial pipeline answers too: it takes some 20 s for each
# What may differ when an interrupted run goes on: the machine's load does not matter, everything else would mix two results.
MUST_STAY = ("index", "model", "settings")


@dataclass(frozen=True)
class Plan:
    """What is to be run. `limit` None means each suite's own number of cases."""

    suites: tuple[str, ...]
    split: str
    limit: int | None
    tutorial: int


@dataclass(frozen=True)
class Chosen:
    """One suite with the cases to be asked and the fingerprint of the files that they come from."""

    suite: Suite[Any]  # Any: suites differ in their kind of case
    split: str
    sha256: str
    trials: tuple[Any, ...]


Opening = Callable[[Settings], Service]  # what opens the service; tests open one with a small encoder


def run(
    plan: Plan,
    settings: Settings,
    root: Path,
    *,
    resume: str | None = None,
    data: Path = DATA,
    opening: Opening = open_service,
) -> RunResult:
    """Run the suites and return what was measured; with `resume`, go on with that run.

    Raises a RolewiseError before anything is asked if cases, index or model cannot be used, or if what is resumed was
    begun with something else.
    """
    began = time.monotonic()
    found = Results.find(root, resume) if resume else None
    if found:
        kept = found.config()["plan"]
        plan = Plan(tuple(kept["suites"]), kept["split"], kept["limit"], kept["tutorial"])
    with opened(settings, opening) as (service, guides):
        if service.model is None:
            plan = Plan(plan.suites, plan.split, plan.limit, 0)
        chosen = choose(plan, guides, data)
        refuse_leaks(hidden(data), taught(settings))
        config = {"plan": plan.__dict__, "datasets": _datasets(chosen), **provenance(service)}
        if found:
            refuse_other(found.config(), config)
            results = found
        else:
            results = Results.begin(root, run_name(plan.split), config)
        print(f"Results in {results.folder}", file=sys.stderr)
        if service.model and service.jobs():  # the tutorial waits for itself, so that memory is first measured without it
            wait_for_model(service.model)
        subject = Subject(service, partial(Tutorial, settings.corpus / "guides", service.embedder))
        try:
            for part in chosen:
                produce(part, subject, results)
        finally:
            subject.close()
        return judge(chosen, results, Bench(service.embedder, service.vocabulary, guides), time.monotonic() - began)


def judge_anew(settings: Settings, results: Results, *, data: Path = DATA, opening: Opening = open_service) -> RunResult:
    """Judge what a run has produced so far; its outputs stay as they are. Raises BadInput if its cases have changed."""
    began = time.monotonic()
    config = results.config()
    kept = config["plan"]
    plan = Plan(tuple(kept["suites"]), kept["split"], kept["limit"], kept["tutorial"])
    with opened(settings, opening) as (service, guides):
        chosen = choose(plan, guides, data)
        if _datasets(chosen) != config["datasets"]:
            raise BadInput("The cases have changed since this run.", "Run the suites anew.")
        if service.index.manifest(service.index.current() or "").fingerprint != config["index"]["fingerprint"]:
            raise BadInput("The guides have changed since this run, so its quotes cannot be checked.", "Run the suites anew.")
        return judge(chosen, results, Bench(service.embedder, service.vocabulary, guides), time.monotonic() - began)


@contextmanager
def opened(settings: Settings, opening: Opening = open_service) -> Iterator[tuple[Service, Guides]]:
    """The service with everything loaded but the language model, and the guides that its index was made from."""
    service = opening(settings)
    try:
        guides = read_all_guides(service)
        refuse_stale_index(service, guides)
        service.warm_now(model=False)
        yield service, guides
    finally:
        service.close()


def choose(plan: Plan, guides: Guides, data: Path = DATA) -> list[Chosen]:
    """Every suite of the plan with its cases. Raises BadInput for an unknown suite or split, or for a bad case."""
    if plan.split not in SPLITS:
        raise BadInput(f"There is no split {plan.split}.", f"Use {' or '.join(SPLITS)}.")
    unknown = [name for name in plan.suites if name not in SUITES]
    if unknown or not plan.suites:
        raise BadInput(f"There is no suite {' '.join(unknown)}.", f"Suites: {', '.join(SUITES)}.")
    if plan.limit is not None and plan.limit < 1:
        raise BadInput("No case is selected.", "Use --limit with 1 or more.")
    chosen = []
    for name in (name for name in SUITES if name in plan.suites):
        suite = SUITES[name]
        paths = [data / f"{file}.{plan.split}.jsonl" for file in (suite.data, *suite.more)]
        datasets = [read_cases(path, name, plan.split, _reader(suite, guides.passages)) for path in paths]
        cases = sample(suite.joined([case for dataset in datasets for case in dataset.cases]), plan.limit or suite.cases)
        chosen.append(Chosen(suite, plan.split, _fingerprint(datasets), tuple(suite.trials(cases, plan.tutorial))))
    return chosen


def produce(chosen: Chosen, subject: Subject, results: Results) -> None:
    """Ask for every case that has no output yet, and keep each output as soon as it is there."""
    name = chosen.suite.name
    done = {i for i, row in results.outputs(name).items() if "error" not in row}
    missing = [case for case in chosen.trials if case.id not in done]
    if missing and chosen.suite.name == "speed":
        subject.warm_up()
    for number, case in enumerate(missing, 1):
        try:
            row = chosen.suite.produce(case, subject)
        except RolewiseError as error:
            row = {"error": {"code": error.code, "message": str(error)}}
        except Exception as error:  # one case that brings the service down is a finding, and the others still count
            traceback.print_exc()
            row = {"error": {"code": "unexpected", "message": type(error).__name__}}
        results.add_output(name, {"id": case.id, **row})
        _tell(name, len(chosen.trials) - len(missing) + number, len(chosen.trials))


def judge(chosen: Sequence[Chosen], results: Results, bench: Bench, seconds: float) -> RunResult:
    """Judge every output, and write cases and summary."""
    suites = []
    for part in chosen:
        outputs = results.outputs(part.suite.name)
        judged: list[Judged] = []
        failed = missing = 0
        for case in part.trials:
            output = outputs.get(case.id)
            if output is None:
                missing += 1
            elif _failed(output):
                failed += 1
            else:
                judged.append(part.suite.judge(case, output, bench))
        results.keep_cases(part.suite.name, judged)
        suites.append(
            SuiteResult(
                suite=part.suite.name,
                split=part.split,
                metrics=tuple(part.suite.metrics(judged)),
                cases=len(part.trials),
                unscored=sum(row.unscored for row in judged),
                failed=failed,
                missing=missing,
            )
        )
    result = RunResult(results.run, tuple(suites), seconds)
    results.keep_summary(result, summary_text(result, results))
    return result


def run_name(split: str) -> str:
    """A name for a run that begins now; names sort by time."""
    return f"{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S}-{split}"


def hidden(data: Path = DATA) -> frozenset[str]:
    """The canaries of the hidden splits."""
    return canaries(sorted(data.glob("*.test.jsonl")))


def taught(settings: Settings) -> Iterator[Path]:
    """Everything that the service is made or taught with: prompts, rules with their example questions, guides."""
    yield from sorted((CHECKOUT / "app" / "coaching" / "prompts").glob("*"))
    yield from sorted((settings.corpus / "rules").glob("*"))
    yield from sorted((settings.corpus / "guides").glob("*.md"))


def _failed(output: Json) -> bool:
    answers = [output.get("answer", {}), *output.get("answers", ())]
    return "error" in output or any(answer.get("status") == Status.FAILED for answer in answers)


def _reader(suite: Suite[Any], passages: Collection[str]) -> Callable[[Row], Any]:
    return lambda row: suite.read(row, passages)


def _fingerprint(datasets: Sequence[Dataset[Any]]) -> str:
    if len(datasets) == 1:
        return datasets[0].sha256
    return hashlib.sha256("".join(d.sha256 for d in datasets).encode()).hexdigest()


def _datasets(chosen: Sequence[Chosen]) -> Json:
    return {c.suite.name: {"sha256": c.sha256, "split": c.split, "cases": [t.id for t in c.trials]} for c in chosen}


def refuse_other(before: Json, now: Json) -> None:
    """Raise BadInput or ConfigError if what is resumed was begun with other cases, guides, model or settings."""
    if before["datasets"] != now["datasets"]:
        raise BadInput("The cases have changed since this run began.", "Run the suites anew.")
    changed = [d for key in MUST_STAY for d in differences(before[key], now[key], key)]
    if changed:
        raise ConfigError(
            f"This run was begun with something else ({changed[0]}).", "Resume it as it was begun, or run the suites anew."
        )


def _tell(suite: str, done: int, total: int) -> None:
    tenth = max(1, total // 10)
    if sys.stderr.isatty():
        print(f"\r{suite}: {done} of {total}", end="\n" if done == total else "", file=sys.stderr, flush=True)
    elif done % tenth == 0 or done == total:
        print(f"{suite}: {done} of {total}", file=sys.stderr, flush=True)
