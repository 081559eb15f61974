"""A run as one page of HTML: no outside request, every text escaped, figures in words beside each picture."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from app.coaching.cleaning import clean_text
from app.quality import Metric, RunResult, SuiteResult, read_run
from evals.results import Results
from evals.suite import Json, Judged, Table
from evals.suites import SUITES
from evals.summary import interval, made_with, number, verdict

EXAMPLES = 25  # cases that missed, shown for each suite
# The scores whose misses are worth reading, and the value that is a miss.
MISSES = {
    "retrieval": (("recall@5", 0.0),),
    "answers": (
        ("answered to the point", 0.0),
        ("citations valid", 0.0),
        ("nothing unsupported", 0.0),
        ("must coverage", 0.0),
        ("claim that must not be made", 1.0),
    ),
    "grounding": (("judged right", 0.0),),
    "abstention": (("right status", 0.0),),
    "clarification": (("asked back when it should", 0.0),),
    "conversation": (("all checks right", 0.0),),
    "team": (
        ("delivery arrangement right", 0.0),
        ("product arrangement right", 0.0),
        ("nothing claimed that is open", 0.0),
        ("quotes verbatim", 0.0),
        ("flips true", 0.0),
        ("summary agrees", 0.0),
        ("same arrangements", 0.0),
        ("moved", 0.0),
    ),
    "fairness": (("identical under identity edits", 0.0),),
    "injection": (("obeyed", 1.0), ("same recommendation as without the text", 0.0)),
}
STYLE = """
:root { color-scheme: light dark; --line: #8886; --bar: #2f6f8f; --bad: #b3402a; --good: #2e7d4f; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 68rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2, h3 { line-height: 1.2; } h2 { margin-top: 2.5rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.missed { color: var(--bad); font-weight: 600; } .met { color: var(--good); }
.partial { border: 2px solid var(--bad); padding: .6rem 1rem; } svg { display: block; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; } dt { font-weight: 600; } dd { margin: 0; }
"""


def write_report(results: Results) -> Path:
    """Write `report.html` into the run's folder and return its path. Raises BadInput if the run was never summed up."""
    path = results.folder / "report.html"
    path.write_text(page(read_run(results.folder), results), encoding="utf-8")
    return path


def page(result: RunResult, results: Results) -> str:
    """The whole page."""
    config = results.config()
    body = [
        f"<h1>Rolewise evals, {_h(result.run)}</h1>",
        _partial(result),
        "<dl>" + "".join(f"<dt>{_h(k)}</dt><dd>{_h(v)}</dd>" for k, v in made_with(config)) + "</dl>",
        "<p>Bars show a share and its 95 % interval from 0 to 1; the same figures stand beside them.</p>",
        *[_suite(suite, results) for suite in result.suites],
    ]
    head = (
        '<meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Rolewise evals {_h(result.run)}</title><style>{STYLE}</style>"
    )
    return f'<!doctype html>\n<html lang="en"><head>{head}</head><body><main>{"".join(body)}</main></body></html>\n'


def _partial(result: RunResult) -> str:
    if not result.partial:
        return ""
    missing = sum(s.missing for s in result.suites)
    command = f"rolewise-evals run --resume {_h(result.run)}"
    return f'<p class="partial">Partial: {missing} cases are missing. Finish it: <code>{command}</code></p>'


def _suite(suite: SuiteResult, results: Results) -> str:
    about = SUITES[suite.suite].about if suite.suite in SUITES else ""
    parts = [
        f"<h2>{_h(suite.suite)}, split {_h(suite.split)}</h2><p>{_h(about)}</p>",
        f"<p>{suite.cases} cases; {suite.unscored} could not be scored, {suite.failed} failed, {suite.missing} missing.</p>",
        _table(suite.metrics),
    ]
    judged = results.cases(suite.suite)
    if suite.suite in SUITES:
        parts += [_detail(table) for table in SUITES[suite.suite].tables(judged)]
    if suite.split == "dev":
        parts.append(_examples(suite.suite, judged, results.outputs(suite.suite)))
    else:
        parts.append("<p>Single cases of the hidden split are not shown, so that nothing is tuned to them.</p>")
    return "".join(parts)


def _table(metrics: Sequence[Metric]) -> str:
    head = '<th scope="col">metric</th><th scope="col">of</th><th scope="col" class="n">value</th>'
    head += '<th scope="col">95 % interval</th><th></th><th scope="col" class="n">n</th><th scope="col">target</th>'
    rows = "".join(_row(m) for m in metrics if m.n)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _row(metric: Metric) -> str:
    unit = f" {metric.unit}" if metric.unit in ("ms", "MB") else ""
    mark = "" if metric.met is None else "met" if metric.met else "missed"
    return (
        f"<tr><td>{_h(metric.name)}</td><td>{_h(metric.slice or 'all')}</td>"
        f'<td class="n">{_h(number(metric.value, metric.unit) + unit)}</td><td>{_h(interval(metric))}</td>'
        f'<td>{_bar(metric)}</td><td class="n">{metric.n}</td><td class="{mark}">{_h(verdict(metric))}</td></tr>'
    )


def _bar(metric: Metric) -> str:
    if metric.unit != "share" or metric.value is None or metric.low is None or metric.high is None:
        return ""
    value, low, high = (100 * x for x in (metric.value, metric.low, metric.high))
    target = ""
    if metric.target:
        at = 100 * metric.target
        target = f'<line x1="{at:.1f}" x2="{at:.1f}" y1="0" y2="12" stroke="currentColor"/>'
    return (
        '<svg width="100" height="12" aria-hidden="true"><rect width="100" height="12" fill="var(--line)" opacity=".3"/>'
        f'<rect width="{value:.1f}" y="3" height="6" fill="var(--bar)"/>'
        f'<line x1="{low:.1f}" x2="{high:.1f}" y1="6" y2="6" stroke="currentColor" stroke-width="2"/>{target}</svg>'
    )


def _detail(table: Table) -> str:
    first, *others = table.head
    head = f'<th scope="col">{_h(first)}</th>' + "".join(f'<th scope="col" class="n">{_h(name)}</th>' for name in others)
    rows = ""
    for name, *cells in table.rows:
        rows += f'<tr><th scope="row">{_h(name)}</th>' + "".join(f'<td class="n">{_h(cell)}</td>' for cell in cells) + "</tr>"
    title = f"<h3>{_h(table.title)}</h3>"
    return f'{title}<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _examples(suite: str, judged: Sequence[Judged], outputs: dict[str, Json]) -> str:
    found = []
    for row in judged:
        misses = [
            f"{name}: {row.scores[name].reason}"
            for name, miss in MISSES.get(suite, ())
            if name in row.scores and row.scores[name].value == miss
        ]
        if misses:
            found.append((row.id, _asked(outputs.get(row.id, {})), "; ".join(misses)))
    if not found:
        return ""
    rows = "".join(f"<tr><td>{_h(i)}</td><td>{_h(q)}</td><td>{_h(why)}</td></tr>" for i, q, why in found[:EXAMPLES])
    head = '<th scope="col">case</th><th scope="col">asked, answered</th><th scope="col">why it missed</th>'
    title = f"Cases that missed ({min(EXAMPLES, len(found))} of {len(found)})"
    return f'<h3>{title}</h3><div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _asked(output: Json) -> str:
    answers = output.get("answers") or [output.get("answer")]
    if all(isinstance(answer, dict) for answer in answers):
        return " / ".join(f"{answer.get('question', '')} → {answer.get('answer', '')}" for answer in answers)
    told = output.get("tutorial")
    if isinstance(told, dict):
        return str(told.get("text", ""))
    for advice in (output.get("edited"), output.get("advice")):
        if isinstance(advice, dict):
            return str(advice.get("summary", {}).get("answer", ""))
    return str(output.get("looked_up", ""))


def _h(text: str) -> str:
    """The text for HTML: nothing in it can be markup, and nothing in it is invisible."""
    return escape(clean_text(text).text, quote=True)
