"""The sentences of a recommendation: what they say is what was decided, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.coaching.model import Fact, FactValue, Line, Origin, Passage, SentenceKind
from app.coaching.rules import FactRule
from app.coaching.team.decide import Flip, ask_next, recommend, verdict, would_change
from app.coaching.team.summary import (
    REASONS_FOR,
    condition_words,
    disagreements,
    flip_line,
    question_of,
    summary_lines,
    verdict_line,
)
from tests.coaching.builders import a_passage
from tests.coaching.team.made import (
    SHIPPED,
    VOCABULARY,
    a_consideration,
    a_decision,
    a_rule,
    facts_of,
    random_teams,
)


def passage_of(passage: str) -> Passage | None:
    return a_passage(passage, "A sentence.")


def summary(facts: list[Fact]) -> list[Line]:
    made = [recommend(d, facts) for d in SHIPPED.decisions]
    flips = would_change(SHIPPED.decisions, facts, SHIPPED.facts)
    return summary_lines(made, flips, facts, SHIPPED.facts, passage_of, VOCABULARY.name)


# The whole


def test_the_summary_and_the_decision_agree() -> None:
    for facts in random_teams(150):
        made = [recommend(d, facts) for d in SHIPPED.decisions]

        assert disagreements(made, summary(facts)) == []


def test_each_decision_has_one_verdict_and_few_reasons_that_were_used() -> None:
    for facts in random_teams(100):
        made = [r for r in (recommend(d, facts) for d in SHIPPED.decisions) if r.arrangement]
        lines = summary(facts)

        assert [line.text for line in lines if line.kind is SentenceKind.ANSWER] == [verdict(r) for r in made]
        assert sum(line.kind is SentenceKind.REASON for line in lines) <= len(made) * (REASONS_FOR + 1)
        assert sum(line.kind is SentenceKind.CONDITION for line in lines) <= len(made)


def test_every_line_rests_on_a_passage_and_on_facts_and_leaves_no_blank() -> None:
    for facts in random_teams(100):
        known = {f.id for f in facts}
        for line in summary(facts):
            assert line.passage is not None
            assert line.quotes
            assert line.facts or line.kind is SentenceKind.ANSWER
            assert "{" not in line.text
            assert "  " not in line.text
            if line.kind is not SentenceKind.CONDITION:
                assert set(line.facts) <= known


def test_with_nothing_decided_there_is_nothing_to_say() -> None:
    assert summary([]) == []


def test_another_verdict_or_another_reason_is_noticed() -> None:
    decision = a_decision(a_consideration("dedicated", 3.0, {"a": True}, "A good reason."))
    made = recommend(decision, facts_of(a=True))
    good = summary_lines([made], (), facts_of(a=True), [], passage_of, str)

    assert disagreements([made], good) == []
    assert disagreements([made], [replace(good[0], text="Hire ten people."), *good[1:]]) == ["Have one.", "Hire ten people."]
    assert disagreements([made], [good[0], replace(good[1], text="The moon is full.")]) == ["The moon is full."]
    assert disagreements([made], []) == ["Have one."]


# Parts


def test_a_verdict_without_a_reason_of_its_own_rests_on_the_general_sentence() -> None:
    decision = a_decision(a_consideration("lead", -3.0, {"a": True}))

    line = verdict_line(recommend(decision, facts_of(a=True)), passage_of)

    assert (line.passage.id if line.passage else "", line.quotes) == ("guide#opening", ("A general sentence.",))


def test_what_speaks_against_comes_after_what_speaks_for() -> None:
    decision = a_decision(
        a_consideration("lead", 1.0, {"a": True}, "For a lead."), a_consideration("dedicated", 3.0, {"a": True}, "For a manager.")
    )
    made = recommend(decision, facts_of(a=True))

    lines = summary_lines([made], (), facts_of(a=True), [], passage_of, str)

    assert [line.text for line in lines] == ["Have one.", "For a manager.", "For a lead."]
    assert {line.origin for line in lines} == {Origin.RULE}


def test_a_change_is_said_in_the_words_of_the_fact_and_rests_on_what_would_then_speak() -> None:
    decision = a_decision(a_consideration("shared", 2.0, {"b": True}), a_consideration("dedicated", 3.0, {"a": ">=4"}))
    rules = [a_rule("a", clauses={"any": "there were {value} suppliers"})]
    facts = facts_of(a=1, b=True)
    flip = would_change([decision], facts, rules)[0]

    line = flip_line(flip, decision, facts, rules, passage_of, str)

    assert line is not None
    assert line.text == "If there were 4 suppliers, it would be a project manager."
    assert (line.kind, line.facts, line.passage.id if line.passage else "") == (SentenceKind.CONDITION, ("a",), "guide#dedicated")


def test_a_change_without_words_is_not_said() -> None:
    decision = a_decision(a_consideration("dedicated", 3.0, {"a": True}))

    assert flip_line(Flip("delivery", "a", True, "dedicated"), decision, [], [a_rule("a", "flag")], passage_of, str) is None
    assert flip_line(Flip("delivery", "a", True, "dedicated"), decision, [], [], passage_of, str) is None


WORDS = {"true": "it were so", "false": "it were not so", "none": "there were none", "any": "there were {value} people"}
ROLES = {"has": "you had a {value}", "lacks": "you had no {value}"}


@pytest.mark.parametrize(
    ("rule", "now", "value", "words"),
    [
        (a_rule("a", "flag", clauses=WORDS), None, True, "it were so"),
        (a_rule("a", "flag", clauses=WORDS), True, False, "it were not so"),
        (a_rule("a", "word", clauses=WORDS), None, "none", "there were none"),
        (a_rule("a", "count", clauses=WORDS), 5, 0, "there were 0 people"),
        (a_rule("a", "count", clauses=WORDS), 5, 1, "there was 1 person"),
        (a_rule("a", "word", clauses={"any": "{value} held it"}), None, "product_owner", "product owner held it"),
        (a_rule("a", "word", clauses={"other": "x"}), None, "none", ""),
        (a_rule("a", "roles", clauses=ROLES), None, ("product_owner",), "you had a product owner"),
        (a_rule("a", "roles", clauses=ROLES), ("tester", "product_owner"), ("tester",), "you had no product owner"),
        (a_rule("a", "roles", clauses=ROLES), ("tester",), ("tester",), ""),
    ],
)
def test_a_value_is_said_in_the_words_of_its_fact(rule: FactRule, now: FactValue, value: FactValue, words: str) -> None:
    assert condition_words(rule, value, facts_of(a=now), VOCABULARY.name) == words


def test_every_shipped_change_can_be_said() -> None:
    rules = {r.id: r for r in SHIPPED.facts}
    for facts in random_teams(60):
        for flip in would_change(SHIPPED.decisions, facts, SHIPPED.facts):
            words = condition_words(rules[flip.fact], flip.to, facts, VOCABULARY.name)

            assert words, flip
            assert "{" not in words


def test_the_question_comes_with_its_reason() -> None:
    asks = ask_next([a_decision(a_consideration("lead", 1.0, {"a": True}))], [], [a_rule("a", "flag")])

    assert question_of(asks[0]) == "a? It matters."
    assert question_of(None) == ""
