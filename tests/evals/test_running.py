from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.errors import BadInput, ConfigError, IndexMismatch, IndexMissing
from app.quality import run_json
from app.settings import Settings
from app.wiring import Service
from evals.cases import DATA
from evals.results import Results
from evals.running import Plan, judge_anew, run
from evals.suites import SUITES

Opening = Callable[[Settings], Service]


def a_plan(*suites: str, limit: int | None = 3) -> Plan:
    return Plan(suites or ("retrieval", "answers", "abstention"), "dev", limit, 0)


def figures(folder: Path) -> Any:
    """The summary without what differs from run to run."""
    read = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return {k: v for k, v in read.items() if k not in ("run", "seconds")}


def the_run(root: Path) -> Path:
    (folder,) = (p.parent for p in root.glob("*/config.json"))
    return folder


class Interrupted(BaseException):
    """Stands for Ctrl-C, which pytest keeps for itself."""


def interrupt_after(monkeypatch: pytest.MonkeyPatch, suite: str, cases: int) -> list[str]:
    """The suite is interrupted when it has produced so many cases; returns the ids it was asked for, as they come."""
    real, asked = SUITES[suite], list[str]()

    def produce(case: Any, subject: Any) -> Any:
        if len(asked) == cases:
            raise Interrupted
        asked.append(case.id)
        return real.produce(case, subject)

    monkeypatch.setitem(SUITES, suite, replace(real, produce=produce))
    return asked


def test_a_run_leaves_configuration_outputs_judgements_and_summary(settings: Settings, opening: Opening, tmp_path: Path) -> None:
    result = run(a_plan(), settings, tmp_path, opening=opening)

    folder = the_run(tmp_path)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    assert [s.suite for s in result.suites] == ["retrieval", "answers", "abstention"]
    assert {"code", "index", "model", "settings", "machine", "datasets", "plan"} <= config.keys()
    assert len(config["datasets"]["answers"]["sha256"]) == 64
    assert all((s.cases, s.failed, s.missing) == (3, 0, 0) for s in result.suites)
    for suite in ("retrieval", "answers", "abstention"):
        assert len((folder / f"{suite}.outputs.jsonl").read_text(encoding="utf-8").splitlines()) == 3
        rows = [json.loads(line) for line in (folder / f"{suite}.cases.jsonl").read_text(encoding="utf-8").splitlines()]
        assert all(score["reason"] for row in rows for score in row["scores"].values())
    assert "| recall@5 | all |" in (folder / "summary.md").read_text(encoding="utf-8")


def test_two_runs_give_the_same_figures(settings: Settings, opening: Opening, tmp_path: Path) -> None:
    for name in ("one", "two"):
        run(a_plan(), settings, tmp_path / name, opening=opening)

    assert figures(the_run(tmp_path / "one")) == figures(the_run(tmp_path / "two"))


def test_an_interrupted_run_goes_on_without_repeating_what_is_finished(
    settings: Settings, opening: Opening, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = interrupt_after(monkeypatch, "abstention", 2)
    with pytest.raises(Interrupted):
        run(a_plan("abstention", limit=5), settings, tmp_path, opening=opening)
    monkeypatch.undo()
    second = interrupt_after(monkeypatch, "abstention", 99)

    result = run(a_plan("retrieval"), settings, tmp_path, resume=the_run(tmp_path).name, opening=opening)

    assert len(first) == 2
    assert len(second) == 3
    assert not set(first) & set(second)
    assert [s.suite for s in result.suites] == ["abstention"]
    assert not result.partial


def test_judging_an_interrupted_run_says_that_it_is_partial(
    settings: Settings, opening: Opening, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupt_after(monkeypatch, "abstention", 2)
    with pytest.raises(Interrupted):
        run(a_plan("abstention", limit=5), settings, tmp_path, opening=opening)
    monkeypatch.undo()

    result = judge_anew(settings, Results(the_run(tmp_path)), opening=opening)

    assert result.partial
    assert result.suites[0].missing == 3
    assert run_json(result)["partial"] is True
    assert "**Partial**" in (the_run(tmp_path) / "summary.md").read_text(encoding="utf-8")


def test_judging_anew_changes_no_figure_while_nothing_changed(settings: Settings, opening: Opening, tmp_path: Path) -> None:
    run(a_plan(), settings, tmp_path, opening=opening)
    before = figures(the_run(tmp_path))

    judge_anew(settings, Results(the_run(tmp_path)), opening=opening)

    assert figures(the_run(tmp_path)) == before


def test_a_case_that_brings_the_service_down_is_counted_apart_and_tried_again_later(
    settings: Settings, opening: Opening, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = SUITES["abstention"]

    def produce(case: Any, subject: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setitem(SUITES, "abstention", replace(real, produce=produce))
    broken = run(a_plan("abstention"), settings, tmp_path, opening=opening)
    monkeypatch.undo()
    mended = run(a_plan("abstention"), settings, tmp_path, resume=the_run(tmp_path).name, opening=opening)

    assert (broken.suites[0].failed, mended.suites[0].failed) == (3, 0)
    assert broken.suites[0].metrics[0].value is None
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_what_cannot_be_judged_is_counted_apart_and_enters_no_mean(settings: Settings, opening: Opening, tmp_path: Path) -> None:
    run(a_plan("answers"), settings, tmp_path, opening=opening)
    path = the_run(tmp_path) / "answers.outputs.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    rows[0]["answer"] = {"question": "?", "status": "prose"}
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")

    result = judge_anew(settings, Results(the_run(tmp_path)), opening=opening)

    assert result.suites[0].unscored == 1
    coverage = next(m for m in result.suites[0].metrics if m.name == "must coverage" and not m.slice)
    assert coverage.n == 2


def test_a_run_that_was_begun_with_another_model_is_not_resumed(settings: Settings, opening: Opening, tmp_path: Path) -> None:
    run(a_plan("retrieval"), settings, tmp_path, opening=opening)
    path = the_run(tmp_path) / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    config["model"]["name"] = "another"
    path.write_text(json.dumps(config), encoding="utf-8")

    with pytest.raises(ConfigError, match=r"model\.name: another, none"):
        run(a_plan(), settings, tmp_path, resume=path.parent.name, opening=opening)


def test_cases_that_changed_since_are_not_mixed_with_old_outputs(settings: Settings, opening: Opening, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(DATA, data)
    run(a_plan("abstention"), settings, tmp_path, data=data, opening=opening)
    cases = data / "abstention.dev.jsonl"
    cases.write_text("\n".join(cases.read_text(encoding="utf-8").splitlines()[:-1]), encoding="utf-8")

    with pytest.raises(BadInput, match="cases have changed"):
        run(a_plan(), settings, tmp_path, data=data, resume=the_run(tmp_path).name, opening=opening)
    with pytest.raises(BadInput, match="cases have changed"):
        judge_anew(settings, Results(the_run(tmp_path)), data=data, opening=opening)


def test_a_bad_case_stops_everything_before_anything_is_run(settings: Settings, opening: Opening, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(DATA, data)
    (data / "abstention.dev.jsonl").write_text("{\n", encoding="utf-8")

    with pytest.raises(BadInput, match="line 1 is not JSON"):
        run(a_plan(), settings, tmp_path / "out", data=data, opening=opening)

    assert not (tmp_path / "out").exists()


def test_a_canary_among_the_example_questions_stops_the_run(settings: Settings, opening: Opening, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    shutil.copytree(settings.corpus, corpus)
    canary = json.loads((DATA / "abstention.test.jsonl").read_text(encoding="utf-8").splitlines()[0])["canary"]
    with (corpus / "rules" / "routing_examples.yaml").open("a", encoding="utf-8") as file:
        file.write(f"\n# {canary}\n")

    with pytest.raises(BadInput, match=r"routing_examples\.yaml holds the canary"):
        run(a_plan("retrieval"), replace(settings, corpus=corpus), tmp_path / "out", opening=opening)


@pytest.mark.parametrize(
    "plan", [Plan(("retrieval",), "prod", 3, 0), Plan(("speedy",), "dev", 3, 0), Plan((), "dev", 3, 0), a_plan(limit=0)]
)
def test_an_unknown_suite_or_split_and_an_empty_selection_are_refused(
    settings: Settings, opening: Opening, tmp_path: Path, plan: Plan
) -> None:
    with pytest.raises(BadInput):
        run(plan, settings, tmp_path, opening=opening)


def test_an_index_of_other_guides_is_refused(settings: Settings, opening: Opening, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    shutil.copytree(settings.corpus, corpus)
    guide = corpus / "guides" / "product-manager.md"
    guide.write_text(guide.read_text(encoding="utf-8") + "\nOne more sentence stands here.\n", encoding="utf-8")

    with pytest.raises(IndexMismatch):
        run(a_plan(), replace(settings, corpus=corpus), tmp_path, opening=opening)


def test_without_an_index_the_command_that_makes_one_is_named(settings: Settings, opening: Opening, tmp_path: Path) -> None:
    with pytest.raises(IndexMissing) as caught:
        run(a_plan(), replace(settings, data=tmp_path / "empty"), tmp_path, opening=opening)

    assert "rolewise-ingest" in caught.value.hint
