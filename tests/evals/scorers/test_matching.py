from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.wiring import Service
from evals.scorers.matching import Matcher

CASES = [json.loads(line) for line in (Path(__file__).parent / "matcher_cases.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def matcher(service: Service) -> Matcher:
    return Matcher(service.embedder, service.vocabulary)


def test_the_matcher_agrees_with_people_on_nine_of_ten_labelled_cases(matcher: Matcher) -> None:
    wrong = []
    for case in CASES:
        judge = matcher.points if case["must"] else matcher.claims
        match = judge([case["point"]], case["answer"])[0]
        if match.made != case["made"]:
            wrong.append(case["id"])

    assert len(CASES) >= 30
    assert len(wrong) <= 0.1 * len(CASES), wrong


def test_no_labelled_claim_is_taken_for_made_when_it_was_not_nor_missed(matcher: Matcher) -> None:
    claims = [case for case in CASES if not case["must"]]

    judged = {case["id"]: matcher.claims([case["point"]], case["answer"])[0].made for case in claims}

    assert judged == {case["id"]: case["made"] for case in claims}


def test_a_point_may_be_spread_over_two_neighbouring_sentences(matcher: Matcher) -> None:
    answer = ["GitLab has an office.", "DACI names a driver.", "DACI also names one approver.", "It rains."]

    match = matcher.points(["DACI names a driver and one approver."], answer)[0]

    assert match.made
    assert (match.first, match.last) == (1, 2)


def test_a_denied_claim_is_not_made(matcher: Matcher) -> None:
    match = matcher.claims(["Every team needs a project manager."], ["Not every team needs a project manager."])[0]

    assert not match.made
    assert "negated" in match.reason


def test_a_claim_said_of_the_other_role_is_not_made(matcher: Matcher) -> None:
    claim = "The project manager decides which features to build."

    assert not matcher.claims([claim], ["The product manager decides which features to build."])[0].made
    assert matcher.claims([claim], ["The project manager decides which features to build."])[0].made


def test_a_narrower_sentence_does_not_make_a_wide_claim(matcher: Matcher) -> None:
    match = matcher.claims(["Every team needs a project manager."], ["A team with suppliers needs a project manager."])[0]

    assert not match.made


def test_an_answer_without_sentences_makes_no_point(matcher: Matcher) -> None:
    match = matcher.points(["It depends."], [])[0]

    assert (match.made, match.first) == (False, -1)
    assert "no sentence" in match.reason
