"""`corpus/rules/*.yaml` → typed rules: every bad field and every broken tie is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.coaching.model import Passage, Status
from app.errors import CorpusError
from app.knowledge.corpus import Problem, read_guides
from app.knowledge.rules import MAX_FILE, read_examples, read_rules, read_vocabulary, rule_problems
from app.settings import SHIPPED_CORPUS
from tests.knowledge.tiny import ALONE, a_corpus


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return a_corpus(tmp_path / "corpus") / "rules"


def passages(corpus: Path) -> dict[str, Passage]:
    return {p.id: p for d in read_guides(corpus / "guides")[0] for p in d.passages}


def problems(rules: Path) -> list[Problem]:
    return rule_problems(rules, passages(rules.parent))


def change(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


# Good rules


def test_the_shipped_rules_are_in_order() -> None:
    assert rule_problems(SHIPPED_CORPUS / "rules", passages(SHIPPED_CORPUS)) == []


def test_rules_of_a_small_corpus_are_in_order(rules: Path) -> None:
    assert problems(rules) == []


def test_rules_are_read_as_typed_values(rules: Path) -> None:
    read = read_rules(rules)

    decision = read.decisions[0]
    assert (decision.id, decision.considerations[0].when, decision.considerations[0].weight) == (
        "delivery",
        {"team_size": "<=9"},
        1.5,
    )
    assert decision.considerations[0].tie.sentence == ALONE
    assert read.reply("not_covered").status is Status.NOT_COVERED
    assert {d.family for d in read.duties} == {"product", "delivery", "shared"}
    assert read_vocabulary(rules).name("product_owner") == "product owner"
    assert set(map(len, read_examples(rules).values())) == {3}


# What is wrong is named


def test_a_tie_to_a_passage_that_does_not_exist_is_named(rules: Path) -> None:
    change(rules / "considerations.yaml", "sharing#when-it-works", "sharing#elsewhere")

    found = problems(rules)

    assert [(p.document, p.message) for p in found] == [("considerations.yaml", f"sharing#elsewhere is no passage: {ALONE}")]


def test_a_sentence_that_is_no_longer_in_its_passage_is_named(rules: Path) -> None:
    change(rules.parent / "guides" / "sharing.md", "A team of five may", "A team of six may")

    found = problems(rules)

    assert {p.document for p in found} == {"considerations.yaml"}
    assert all("sharing#when-it-works does not hold the sentence" in p.message for p in found)


def test_half_a_sentence_is_no_tie(rules: Path) -> None:
    change(rules / "considerations.yaml", ALONE, "A team of five may share")

    assert "does not hold the sentence" in problems(rules)[0].message


def test_a_condition_over_a_fact_that_does_not_exist_is_named(rules: Path) -> None:
    change(rules / "considerations.yaml", 'team_size: "<=9"', 'team_mood: "good"')

    assert [p.message for p in problems(rules)] == ["small names no fact: team_mood"]


@pytest.mark.parametrize(
    ("file", "before", "after", "named"),
    [
        ("routing.yaml", "match: '", "match: '(", "routing.yaml: declined_instructions"),
        ("facts.yaml", "match: '", "match: '[", "facts.yaml: team_size"),
        ("responsibilities.yaml", r"words: '\bvision\b'", "words: '(vision'", "responsibilities.yaml: vision"),
    ],
)
def test_an_expression_that_does_not_compile_is_named(file: str, before: str, after: str, named: str, rules: Path) -> None:
    change(rules / file, before, after)

    found = problems(rules)

    assert [p.document for p in found] == [named]
    assert "is no regular expression" in found[0].message


def test_a_pattern_whose_reply_does_not_exist_is_named(rules: Path) -> None:
    change(rules / "routing.yaml", "reply: declined_instructions", "reply: nonsense")

    assert "nonsense" in problems(rules)[0].message


def test_a_label_of_examples_that_the_router_does_not_know_is_named(rules: Path) -> None:
    with (rules / "routing_examples.yaml").open("a", encoding="utf-8") as file:
        file.write("gossip:\n- Who said what about whom?\n")

    assert any("gossip" in p.message for p in problems(rules))


@pytest.mark.parametrize(
    ("file", "before", "after", "field"),
    [
        ("considerations.yaml", "points_to: shared", "points_to: everywhere", "points_to"),
        ("considerations.yaml", "weight: 1.5", "weight: -1", "weight"),
        ("considerations.yaml", "held_by:", "hold_by:", "held_by"),
        ("replies.yaml", "status: not_covered", "status: unsure", "status"),
        ("facts.yaml", "type: count", "type: guess", "type"),
        ("vocabulary.yaml", "names: [product manager", "called: [product manager", "names"),
        ("routing.yaml", "\nlanguages:", "\ntongues:", "languages"),
    ],
)
def test_a_bad_field_is_named_with_its_file(file: str, before: str, after: str, field: str, rules: Path) -> None:
    change(rules / file, before, after)

    found = problems(rules)

    assert len(found) == 1
    assert field in found[0].message
    assert file.removesuffix(".yaml")[:6] in f"{found[0].document} {found[0].message}".lower()


@pytest.mark.parametrize(
    "file", ["routing.yaml", "replies.yaml", "facts.yaml", "considerations.yaml", "vocabulary.yaml", "routing_examples.yaml"]
)
def test_a_missing_file_is_named(file: str, rules: Path) -> None:
    (rules / file).unlink()

    assert [p.message for p in problems(rules)] == [f"{file} is missing from the rules."]


@pytest.mark.parametrize("text", ["[", "- a\n- b\n", "just words", "x: !!python/object/apply:os.system ['exit 3']", ""])
def test_a_file_that_holds_no_rules_is_named(text: str, rules: Path) -> None:
    (rules / "facts.yaml").write_text(text, encoding="utf-8")

    found = problems(rules)

    assert len(found) == 1
    assert "facts.yaml" in found[0].message


def test_an_enormous_file_is_not_read(rules: Path) -> None:
    (rules / "facts.yaml").write_text("#" * (MAX_FILE + 1), encoding="utf-8")

    assert "larger than" in problems(rules)[0].message


def test_reading_bad_rules_raises_a_corpus_error_with_the_field(rules: Path) -> None:
    change(rules / "considerations.yaml", "weight: 1.5", "weight: heavy")

    with pytest.raises(CorpusError, match="weight"):
        read_rules(rules)


def test_reading_a_bad_vocabulary_raises_a_corpus_error(rules: Path) -> None:
    change(rules / "vocabulary.yaml", "roles:", "rules:")

    with pytest.raises(CorpusError):
        read_vocabulary(rules)


def test_examples_that_are_no_lists_raise_a_corpus_error(rules: Path) -> None:
    (rules / "routing_examples.yaml").write_text("explain: What?\n", encoding="utf-8")

    with pytest.raises(CorpusError, match=r"routing_examples\.yaml"):
        read_examples(rules)
