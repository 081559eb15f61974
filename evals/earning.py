"""Which jobs has a model earned? Its sentences are collected, judged by people, and counted into its card."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.coaching.coach import SUMMARY, Coach
from app.coaching.memory import Memory
from app.coaching.model import Kind, Origin
from app.coaching.wire import answer_from_json, answer_json
from app.errors import BadInput
from app.quality import Card, JobRecord, card_from_json, card_json, card_name, wilson
from app.settings import Settings
from app.wiring import SHIPPED_CARDS, Service, open_service
from evals.cases import DATA, abstention_case, answer_case, read_cases, retrieval_case
from evals.provenance import provenance, weights
from evals.results import Results
from evals.running import Opening, opened, refuse_other, run_name
from evals.subject import HERE, Guides, wait_for_model
from evals.suite import Json

JOBS = (SUMMARY,)
QUESTIONS = 120
ABSTAINED = 6  # tokens: the longest reply that only says NOTHING
ENOUGH = 100  # labelled outputs: below, not even a clean sheet says enough
LABELS = DATA / "labels"


@dataclass(frozen=True)
class Question:
    """A question of the dev split that the job is done for."""

    id: str
    text: str


def produce(
    settings: Settings,
    root: Path,
    job: str,
    questions: int,
    *,
    resume: str | None = None,
    opening: Opening = open_service,
) -> tuple[Path, int]:
    """Let the model do the job as the service would, earned or not; returns the file to be labelled and its rows.

    Each row is one reply of the model. Raises BadInput without a model, for an unknown
    job, or if there are not so many questions.
    """
    _known(job)
    with opened(settings, opening) as (service, guides):
        model = service.model
        if model is None:
            raise BadInput("No model is named.", "Name one: rolewise-evals card embedded --produce 120")
        asked = chosen_questions(guides, questions)
        plan = {"job": job, "questions": [q.id for q in asked]}
        config = {"plan": plan, "datasets": {}, **provenance(service)}
        if resume:
            results = Results.find(root, resume)
            refuse_other(results.config(), config)
            if results.config()["plan"] != plan:
                raise BadInput("This collection was begun with other questions.", "Resume it with the same number.")
        else:
            results = Results.begin(root, run_name("card"), config)
        print(f"Results in {results.folder}", file=sys.stderr)
        wait_for_model(model)
        coach = with_job(service, job)
        done = results.outputs(job)
        for number, question in enumerate(asked, 1):
            if question.id not in done:
                answer = coach.ask(question.text, HERE, Memory()).answer()
                results.add_output(job, {"id": question.id, "answer": answer_json(answer)})
            print(f"{job}: {number} of {len(asked)}", file=sys.stderr, flush=True)
        outputs = results.outputs(job)
        rows = [row for q in asked for row in to_label(outputs[q.id], model.name)]
        path = results.folder / f"{job}.labels.jsonl"
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        return path, len(rows)


def with_job(service: Service, job: str) -> Coach:
    """The service's coach, its model given the job whatever its card says."""
    return Coach(
        rules=service.rules,
        vocabulary=service.vocabulary,
        router=service.router,
        retriever=service.retriever,
        checker=service.checker,
        finder=service.finder,
        model=service.model,
        jobs=lambda: frozenset({job}),
    )


def chosen_questions(guides: Guides, wanted: int, data: Path = DATA) -> list[Question]:
    """Questions to explain or compare: dev answers, then dev queries, plain ones first, then ordinary questions of abstention."""
    passages = guides.passages
    answers = read_cases(data / "answers.dev.jsonl", "answers", "dev", lambda row: answer_case(row, passages)).cases
    queries = read_cases(data / "retrieval.dev.jsonl", "retrieval", "dev", lambda row: retrieval_case(row, passages)).cases
    found = [Question(c.id, c.question) for c in answers if c.kind in (Kind.EXPLAIN, Kind.COMPARE)]
    for style in ("plain", "untidy"):
        found += [Question(c.id, c.query) for c in queries if c.style == style]
    ordinary = read_cases(data / "abstention.dev.jsonl", "abstention", "dev", abstention_case).cases
    found += [Question(c.id, c.turns[0]) for c in ordinary if c.status == "answered" and len(c.turns) == 1]
    if not 1 <= wanted <= len(found):
        raise BadInput(f"There are {len(found)} questions for this, not {wanted}.", f"Use --produce with 1 to {len(found)}.")
    return found[:wanted]


def to_label(output: Json, model: str) -> list[Json]:
    """One row for the model's reply to a question, with the evidence that it was given; none if the model was not asked.

    What the checker refused is there as well: a job is earned by what a model writes, not by what a guard lets through. A
    reply that holds no sentence has not done the job and is labelled so, one that repeats evidence word for word has; every other
    label is left to a reader.
    """
    answer = answer_from_json(output["answer"])
    if not answer.usage.completion_tokens:
        return []
    shown = [s.text for s in answer.sentences if s.origin is Origin.MODEL]
    refused = [d.text for d in answer.dropped]
    copied = not shown and not refused and answer.usage.completion_tokens > ABSTAINED
    return [
        {
            "id": output["id"],
            "question": answer.question,
            "sentence": " ".join([*shown, *refused]) or ("(evidence, word for word)" if copied else "(no sentence)"),
            "evidence": [s.quote for s in answer.sources],
            "shown": len(shown),
            "refused": len(refused),
            "label": None if shown or refused else copied,
            "model": model,
        }
    ]


def write_card(settings: Settings, labels: Path, job: str, *, cards: Path = SHIPPED_CARDS, kept: Path = LABELS) -> Path:
    """Count the labels into the model's card, keep them beside the data, and return the card's path.

    Other jobs of the card stay if it is of the same weights. Raises BadInput with line numbers for rows without a label,
    for rows of another model, or if there are too few.
    """
    _known(job)
    service = open_service(settings)
    try:
        if service.model is None:
            raise BadInput("No model is named.", "Name the one that wrote the sentences, such as embedded.")
        name = service.model.name
    finally:
        service.close()
    rows = labelled_rows(labels, name)
    if len(rows) < ENOUGH:
        raise BadInput(f"{len(rows)} labelled replies are too few.", f"Label at least {ENOUGH}.")
    passed = sum(row["label"] for row in rows)
    record = JobRecord(passed, len(rows), *wilson(passed, len(rows)))
    path = cards / f"{card_name(name)}.json"
    digest = weights(settings)
    others = _other_jobs(path, name, digest)
    card = Card(name, digest, dt.datetime.now(dt.UTC).date().isoformat(), {**others, job: record})
    cards.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(card_json(card), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    kept.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (kept / f"{card_name(name)}.{job}.jsonl").write_text(text, encoding="utf-8")
    return path


def tally(rows: Sequence[Json]) -> str:
    """How the labels fall on replies that the checker let through whole, on those it cut, and on those without a sentence."""
    kinds = {
        "let through whole": [True, False],
        "cut": [True, True],
        "cut to nothing": [False, True],
        "of no new sentence": [False, False],
    }
    found = []
    for name, kind in kinds.items():
        labels = [row["label"] for row in rows if [row.get("shown", 1) > 0, row.get("refused", 0) > 0] == kind]
        found.append(f"{sum(labels)} of {len(labels)} {name}")
    return ", ".join(found)


def labelled_rows(path: Path, model: str) -> list[Json]:
    """The rows of a labelled file. Raises BadInput, with line numbers, unless each is labelled true or false."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} cannot be read.", "Check the path.") from error
    rows: list[Json] = []
    seen: set[str] = set()
    problems: list[str] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        problem, row = _row_problem(line, model, seen)
        if problem:
            problems.append(f"line {number} {problem}")
        else:
            rows.append(row)
    if problems:
        more = f" (and {len(problems) - 5} more)" if len(problems) > 5 else ""
        raise BadInput(f"{path.name}: {'; '.join(problems[:5])}{more}.", "Label every row; no card was written.")
    return rows


def _row_problem(line: str, model: str, seen: set[str]) -> tuple[str, Json]:
    try:
        row = json.loads(line)
    except ValueError:
        return "is not JSON", {}
    if not isinstance(row, dict) or not isinstance(row.get("id"), str) or not isinstance(row.get("sentence"), str):
        return "is no row to be labelled", {}
    if row["id"] in seen:
        return f"has the id {row['id']}, which stands twice", {}
    seen.add(row["id"])
    if not isinstance(row.get("label"), bool):
        return "has no label (true or false)", {}
    if row.get("model", model) != model:
        return f"was written by {row['model']}, not by {model}", {}
    return "", row


def _other_jobs(path: Path, model: str, digest: str) -> dict[str, JobRecord]:
    if not path.is_file():
        return {}
    try:
        card = card_from_json(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{path.name} cannot be read as a card.", "Remove it and write it anew.") from error
    return dict(card.jobs) if (card.model, card.weights) == (model, digest) else {}


def _known(job: str, jobs: Sequence[str] = JOBS) -> None:
    if job not in jobs:
        raise BadInput(f"There is no job {job}.", f"Jobs: {', '.join(jobs)}.")
