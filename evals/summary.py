"""A run's figures as a page of Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from app.quality import Metric, RunResult
from evals.results import Results
from evals.suite import Json, Table
from evals.suites import SUITES


def summary_text(result: RunResult, results: Results) -> str:
    """The summary: what made it, then a table a suite; targets are marked as met, met but not surely, or missed."""
    lines = [f"# Evals {result.run}", "", *_made_with(results.config()), ""]
    if result.partial:
        lines += [f"**Partial**: finish it with `rolewise-evals run --resume {result.run}`.", ""]
    for suite in result.suites:
        lines += [f"## {suite.suite}, split {suite.split}", ""]
        lines += [
            f"{suite.cases} cases, {suite.unscored} that could not be scored, {suite.failed} failed, {suite.missing} missing.",
            "",
            "| metric | of | value | 95 % interval | n | target |",
            "| --- | --- | ---: | :---: | ---: | --- |",
            *[_row(m) for m in suite.metrics if m.n],
            "",
        ]
        if suite.suite in SUITES:
            for table in SUITES[suite.suite].tables(results.cases(suite.suite)):
                lines += _table(table)
    return "\n".join(lines)


def number(value: float | None, unit: str) -> str:
    """A figure for people."""
    if value is None:
        return ""
    if unit in ("ms", "MB", "tokens", "count", "words"):
        return f"{value:,.0f}"
    return f"{value:.3f}"


def verdict(metric: Metric) -> str:
    """What there is to say about the target; empty without one."""
    if metric.target is None:
        return ""
    bound = f"{'at most' if metric.at_most else 'at least'} {number(metric.target, metric.unit)}"
    if not metric.met:
        return f"{bound}: missed"
    return f"{bound}: met" if metric.surely_met or metric.low is None else f"{bound}: met, but not surely"


def interval(metric: Metric) -> str:
    """The interval for people; empty without one."""
    if metric.low is None or metric.high is None:
        return ""
    return f"{number(metric.low, metric.unit)} to {number(metric.high, metric.unit)}"


def made_with(config: Json) -> list[tuple[str, str]]:
    """What made a result, as names and values."""
    code, index, model, machine = (config[key] for key in ("code", "index", "model", "machine"))
    dirty = {True: ", with changes", False: "", None: ""}[code["dirty"]]
    weights = f", weights {model['weights'][:12]}" if model["weights"] else ""
    return [
        ("code", (code["commit"][:12] or "no repository") + dirty),
        ("index", f"{index['version']}, {index['passages']} passages"),
        ("model", f"{model['name']}{weights}; jobs: {', '.join(model['jobs']) or 'none'}"),
        ("embeddings", model["embedding"]),
        ("machine", f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gb']} GB, {machine['system']}"),
        ("Python", machine["python"]),
    ]


def _made_with(config: Json) -> Sequence[str]:
    return [f"- {name}: {value}" for name, value in made_with(config)]


def _row(metric: Metric) -> str:
    cells = (
        metric.name,
        metric.slice or "all",
        number(metric.value, metric.unit) + (f" {metric.unit}" if metric.unit in ("ms", "MB") else ""),
        interval(metric),
        str(metric.n),
        verdict(metric),
    )
    return f"| {' | '.join(cells)} |"


def _table(table: Table) -> list[str]:
    lines = [f"### {table.title}", "", f"| {' | '.join(table.head)} |", "| --- |" + " ---: |" * (len(table.head) - 1)]
    return [*lines, *(f"| {' | '.join(row)} |" for row in table.rows), ""]
