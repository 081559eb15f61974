"""Two runs over the same cases: what differs, and whether it could be chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.errors import BadInput
from app.quality import bootstrap, mcnemar, read_run
from evals.provenance import differences
from evals.results import Results
from evals.suite import Json

SAME = ("model", "settings")  # what must agree unless it is the very thing that is compared


@dataclass(frozen=True)
class Difference:
    """A score in both runs over the `n` cases that both have: `low` and `high` bound `second - first`.

    For a score of yes or no, `only_first` and `only_second` count the cases in which one run alone had a yes, and `p`
    is McNemar's exact two-sided value.
    """

    suite: str
    score: str
    n: int
    first: float
    second: float
    low: float
    high: float
    only_first: int | None = None
    only_second: int | None = None
    p: float | None = None

    @property
    def beyond_chance(self) -> bool:
        """Whether the difference is larger than chance would often make it (5 %), tested once."""
        return self.p < 0.05 if self.p is not None else not self.low <= 0 <= self.high


@dataclass(frozen=True)
class Comparison:
    """Differences by suite and score; `configuration` says what else differs between the two."""

    first: str
    second: str
    differences: tuple[Difference, ...]
    configuration: tuple[str, ...]


def compare(first: Results, second: Results, *, across: bool = False) -> Comparison:
    """Compare case by case.

    Raises BadInput if a run is partial, if the two share no suite, if their cases differ, or if model or settings differ
    and `across` does not say that this is what is compared.
    """
    for results in (first, second):
        if read_run(results.folder).partial:
            raise BadInput(f"{results.run} is partial.", f"Finish it: rolewise-evals run --resume {results.run}")
    before, after = first.config(), second.config()
    common = [suite for suite in before["datasets"] if suite in after["datasets"]]
    if not common:
        raise BadInput("The two runs share no suite.", "Compare runs of the same suites.")
    other = [suite for suite in common if _cases(before, suite) != _cases(after, suite)]
    if other:
        raise BadInput(f"The two runs had other cases in {', '.join(other)}.", "Compare runs over the same cases.")
    config = [d for key in ("code", "index", "model", "settings", "machine") for d in differences(before[key], after[key], key)]
    apart = [d for d in config if d.partition(".")[0] in SAME]
    if apart and not across:
        raise BadInput(f"The two runs differ in {apart[0]}.", "Add --across if that is what you compare.")
    found = [d for suite in common for d in _differences(suite, first, second)]
    return Comparison(first.run, second.run, tuple(found), tuple(config))


def comparison_json(comparison: Comparison) -> Json:
    """The comparison as `rolewise-evals compare --json` prints it."""
    return {
        "first": comparison.first,
        "second": comparison.second,
        "configuration": list(comparison.configuration),
        "differences": [{**_rounded(d), "beyond_chance": d.beyond_chance} for d in comparison.differences],
    }


def comparison_text(comparison: Comparison) -> str:
    """The comparison for people."""
    lines = [f"first:  {comparison.first}", f"second: {comparison.second}", ""]
    lines += [f"differs in {line}" for line in comparison.configuration]
    lines += ["", "| suite | score | n | first | second | difference, 95 % | only first / only second | p |"]
    lines += ["| --- | --- | ---: | ---: | ---: | :---: | :---: | ---: |"]
    for d in comparison.differences:
        alone = f"{d.only_first} / {d.only_second}" if d.p is not None else ""
        mark = " *" if d.beyond_chance else ""
        lines.append(
            f"| {d.suite} | {d.score} | {d.n} | {d.first:.3f} | {d.second:.3f} | {d.second - d.first:+.3f} "
            f"({d.low:+.3f} to {d.high:+.3f}){mark} | {alone} | {'' if d.p is None else f'{d.p:.3f}'} |"
        )
    tests = len(comparison.differences)
    lines += ["", f"* beyond chance when tested alone; of {tests} scores about {tests / 20:.0f} would be by chance."]
    return "\n".join(lines)


def _cases(config: Json, suite: str) -> tuple[str, Sequence[str]]:
    # The tutorial's answers are extra trials over the same cases.
    kept = config["datasets"][suite]
    return kept["sha256"], [i for i in kept["cases"] if "/" not in i]


def _differences(suite: str, first: Results, second: Results) -> list[Difference]:
    before = {row.id: row for row in first.cases(suite)}
    pairs = [(before[row.id], row) for row in second.cases(suite) if row.id in before]
    names = list(dict.fromkeys(name for _, row in pairs for name in row.scores))
    found = []
    for name in names:
        both = [(a.scores[name].value, b.scores[name].value) for a, b in pairs if name in a.scores and name in b.scores]
        scored = [(x, y) for x, y in both if x is not None and y is not None]
        if scored:
            found.append(_difference(suite, name, scored))
    return found


def _difference(suite: str, name: str, scored: Sequence[tuple[float, float]]) -> Difference:
    n = len(scored)
    low, high = bootstrap(scored, lambda drawn: (drawn[:, :, 1] - drawn[:, :, 0]).mean(axis=1))
    means = sum(x for x, _ in scored) / n, sum(y for _, y in scored) / n
    if any(value not in (0.0, 1.0) for pair in scored for value in pair):
        return Difference(suite, name, n, *means, low, high)
    alone = sum(x > y for x, y in scored), sum(y > x for x, y in scored)
    return Difference(suite, name, n, *means, low, high, *alone, mcnemar(*alone))


def _rounded(difference: Difference) -> dict[str, Any]:
    return {k: round(v, 4) if isinstance(v, float) else v for k, v in difference.__dict__.items()}
