"""`corpus/rules/*.yaml` → typed rules: every bad field and every broken tie is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.coaching.model import Passage, Status
from app.coaching.rules import Bands, Option
from app.errors import CorpusError
from app.knowledge.corpus import Problem, read_guides
from app.knowledge.rules import MAX_FILE, read_examples, read_rules, read_vocabulary, rule_problems
from app.settings import SHIPPED_CORPUS
from tests.knowledge.tiny import ALONE, BACKLOG, a_corpus


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
    assert (decision.roles, decision.least, decision.bands) == (("project_manager",), 1.0, Bands(0.75, 0.5))
    assert list(decision.options.values()) == [
        Option("shared", "sharing it", 0.2, {"keep": "Go on sharing.", "unclear": "Share it."}),
        Option("dedicated", "a project manager", 0.0, {"unclear": "Have one."}, ("project_manager",)),
    ]
    assert read.reply("not_covered").status is Status.NOT_COVERED
    assert {d.family for d in read.duties} == {"product", "delivery", "shared"}
    assert read_vocabulary(rules).name("product_owner") == "product owner"
    assert set(map(len, read_examples(rules).values())) == {3}


def test_a_fact_has_the_value_of_each_choice_and_words_for_what_would_change(rules: Path) -> None:
    by_id = {f.id: f for f in read_rules(rules).facts}

    assert {c: type(v) for c, v in by_id["team_size"].answers.items()} == dict.fromkeys(by_id["team_size"].choices, int)
    assert set(by_id["regulated"].answers.values()) <= {True, False}
    assert all(type(v) is tuple for v in by_id["roles_present"].answers.values())
    assert "{value}" in by_id["team_size"].clauses["any"]


def test_a_responsibility_has_the_tie_of_its_family_and_two_ways_to_hold_it(rules: Path) -> None:
    named = [d for d in read_rules(rules).duties if d.name]

    assert len(named) == 24
    assert [d.id for d in named if not (d.share and d.hire and d.tie)] == []
    assert {d.tie.passage for d in named if d.tie} == {"owner#what-it-is-for"}


def test_a_consideration_may_speak_against(rules: Path) -> None:
    change(rules / "considerations.yaml", "weight: 1.5", "weight: -1.5")

    assert problems(rules) == []
    assert read_rules(rules).decisions[0].considerations[0].weight == -1.5


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


def test_a_tie_of_responsibilities_that_is_broken_is_named(rules: Path) -> None:
    change(rules / "responsibilities.yaml", "owner#what-it-is-for", "owner#what-it-was-for")

    found = problems(rules)

    assert [(p.document, p.message) for p in found] == [
        ("responsibilities.yaml", f"owner#what-it-was-for is no passage: {BACKLOG}")
    ]


def test_a_consideration_for_what_is_no_option_of_its_decision_is_named(rules: Path) -> None:
    change(rules / "considerations.yaml", "points_to: shared", "points_to: group")

    assert [p.message for p in problems(rules)] == ["small points to no option of delivery"]


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
        ("considerations.yaml", "weight: 1.5", "weight: -11", "weight"),
        ("considerations.yaml", "held_by:", "hold_by:", "options.dedicated.hold_by"),
        ("considerations.yaml", "shared:\n", "somehow:\n", "options.somehow"),
        ("considerations.yaml", "unclear: Have one.", "start: Have one.", "`unclear`"),
        ("considerations.yaml", "unclear: Have one.", "unclear: Have one., sack: Go.", "sack"),
        ("considerations.yaml", "clear: 0.75", "clear: 75", "bands.clear"),
        ("considerations.yaml", "leaning: 0.5", "leaning: 0", "bands.leaning"),
        ("considerations.yaml", "least: 1.0", "least: -1", "least"),
        ("considerations.yaml", 'when: {team_size: "<=9"}', "when: {}", "when"),
        ("responsibilities.yaml", "share:", "shared:", "shared"),
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
    "file",
    [f"{name}.yaml" for name in ("routing", "replies", "facts", "considerations", "responsibilities", "vocabulary")]
    + ["routing_examples.yaml"],
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
