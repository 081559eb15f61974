from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from app.errors import BadInput
from app.quality import RunResult, SuiteResult, share
from evals.report import write_report
from evals.results import Results
from evals.suite import Judged, Score

HOSTILE = '<script>alert(1)</script><img src="https://evil.example/x.png" onerror="alert(2)">\x1b[31m‮ & "quoted"'
CONFIG: dict[str, Any] = {
    "code": {"commit": "0" * 40, "dirty": True},
    "index": {"version": HOSTILE, "passages": 260},
    "model": {"name": "none", "weights": "", "jobs": [], "embedding": "MiniLM"},
    "machine": {"processor": "cpu", "cores": 2, "memory_gb": 8, "system": "Linux", "python": "3.11"},
}


class Page(HTMLParser):
    """What a browser would find: tags, attributes and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: dict[str, str | None] = {}
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.update(attributes)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def a_run(root: Path, *, split: str = "dev", missing: int = 0) -> Results:
    results = Results.begin(root, f"20261120T100000-{split}", CONFIG)
    results.add_output("abstention", {"id": "c1", "answer": {"question": HOSTILE, "answer": HOSTILE}})
    judged = Judged("c1", {"status": HOSTILE, "ordinary": "no"}, {"right status": Score(0.0, HOSTILE)}, {"given": HOSTILE})
    results.keep_cases("abstention", [judged])
    metrics = (share("right status", [True, False], target=0.9, slice=HOSTILE),)
    results.keep_summary(RunResult(results.run, (SuiteResult("abstention", split, metrics, 1, missing=missing),), 1.0), "")
    return results


def read(results: Results) -> str:
    return write_report(results).read_text(encoding="utf-8")


def test_a_hostile_answer_is_shown_and_inert(tmp_path: Path) -> None:
    text = read(a_run(tmp_path))
    page = Page(text)

    assert "script" not in page.tags
    assert "img" not in page.tags
    assert not [name for name in page.attributes if name.startswith("on")]
    assert any("<script>alert(1)</script>" in t for t in page.texts)
    assert "\x1b" not in text
    assert "‮" not in text


def test_the_page_asks_for_nothing_from_outside(tmp_path: Path) -> None:
    page = Page(read(a_run(tmp_path)))

    assert not {"src", "href", "action"} & page.attributes.keys()
    assert not {"link", "iframe", "script"} & set(page.tags)
    assert page.attributes["content"] is not None
    assert "default-src 'none'" in read(a_run(tmp_path / "again"))


def test_figures_stand_in_words_beside_their_bars(tmp_path: Path) -> None:
    text = read(a_run(tmp_path))

    assert "0.500" in text
    assert "at least 0.900: missed" in text
    assert 'aria-hidden="true"' in text


def test_single_cases_of_the_hidden_split_are_not_shown(tmp_path: Path) -> None:
    text = read(a_run(tmp_path, split="test"))

    assert "Cases that missed" not in text
    assert "alert(2)" in text  # the slice's name; but neither question nor reason
    assert "c1" not in text


def test_a_partial_run_says_so_and_how_to_finish_it(tmp_path: Path) -> None:
    results = a_run(tmp_path, missing=4)

    assert f"rolewise-evals run --resume {results.run}" in read(results)


def test_the_same_run_gives_the_same_page(tmp_path: Path) -> None:
    results = a_run(tmp_path)

    assert read(results) == read(results)


def test_a_run_that_was_never_summed_up_has_no_report(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no finished result"):
        write_report(Results.begin(tmp_path, "r1", CONFIG))
