"""From passages to the few sentences that answer."""

from __future__ import annotations

from app.coaching.evidence import Candidate, candidates, in_reading_order, quote_of, without_repetition
from app.coaching.model import Evidence, Hit, Kind, Passage
from tests.coaching.builders import VOCABULARY, a_passage


def ranked(question: str, *passages: Passage, kind: Kind = Kind.EXPLAIN, roles: tuple[str, ...] = ()) -> list[Candidate]:
    """Candidates of passages that retrieval found equally good, with sentences equally near."""
    hits = [Hit(p, 0.5, 1, 1) for p in passages]
    evidence = [Evidence(p, s, 0.5) for p in passages for s in p.sentences]
    return candidates(question, kind, roles, hits, evidence, VOCABULARY)


def a_candidate(sentence: str, passage: Passage | None = None, value: float = 1.0) -> Candidate:
    held = passage or a_passage("a#b", sentence)
    return Candidate(held, sentence, value, value, (), held.sentences.index(sentence))


def test_every_sentence_of_the_hits_is_a_candidate_with_its_place() -> None:
    passage = a_passage("a#b", "One thing.", "Another thing.")

    found = ranked("why?", passage)

    assert {(c.sentence, c.order) for c in found} == {("One thing.", 0), ("Another thing.", 1)}


def test_a_sentence_about_the_role_asked_for_stands_before_one_about_another() -> None:
    other = a_passage("a#b", "A scrum master works with the team every day.")
    asked = a_passage("c#d", "A product owner works with the team every day.")

    found = ranked("Who works with the team?", other, asked, roles=("product_owner",))

    assert [c.roles for c in found] == [("product_owner",), ("scrum_master",)]


def test_words_of_the_question_count() -> None:
    found = ranked(
        "who chases suppliers?", a_passage("a#b", "Somebody looks after plans."), a_passage("c#d", "Somebody chases suppliers.")
    )

    assert found[0].sentence == "Somebody chases suppliers."


def test_the_definition_comes_first_where_a_definition_is_asked_for() -> None:
    guide = a_passage(
        "po#what", "A product owner orders the backlog.", "A product owner often meets users.", roles=("product_owner",)
    )

    found = ranked("What is a product owner?", guide, roles=("product_owner",))

    assert found[0].sentence == "A product owner orders the backlog."


def test_a_better_passage_lifts_its_sentences() -> None:
    good, poor = a_passage("a#b", "Plain words."), a_passage("c#d", "Simple words.")
    hits = [Hit(poor, 0.1, 9, 9), Hit(good, 1.0, 1, 1)]
    evidence = [Evidence(poor, "Simple words.", 0.5), Evidence(good, "Plain words.", 0.5)]

    assert candidates("why?", Kind.EXPLAIN, (), hits, evidence, VOCABULARY)[0].passage is good


def test_a_career_question_prefers_career_guides() -> None:
    role, career = a_passage("a#b", "Some words here."), a_passage("c#d", "Other words there.", kind="career")

    assert ranked("am I suited?", role, career, kind=Kind.FIT)[0].passage is career


def test_conditions_and_reasons_are_recognised() -> None:
    assert a_candidate("Share it if the team is small.").is_condition
    assert not a_candidate("Share it.").is_condition
    assert a_candidate("Share it because the team is small.").is_reason
    assert not a_candidate("Share it.").is_reason


def test_what_was_said_is_not_said_again() -> None:
    first = a_candidate("A delivery manager removes blockers for the team.")
    again = a_candidate("For the team, a delivery manager removes the blockers.")
    other = a_candidate("A product owner orders the backlog.")

    assert without_repetition([first, again, other], 3) == [first, other]
    assert without_repetition([again, other], 3, taken=[first.sentence]) == [other]


def test_no_more_than_the_limit_is_chosen() -> None:
    many = [a_candidate(sentence) for sentence in ("Plan.", "Budget.", "Blockers.", "Users.", "Dates.", "Risks.")]

    assert len(without_repetition(many, 4)) == 4
    assert without_repetition(many, 0) == []


def test_sentences_of_one_passage_stand_together_and_in_its_order() -> None:
    passage = a_passage("a#b", "First.", "Second.", "Third.")
    other = a_candidate("Elsewhere.", a_passage("c#d", "Elsewhere."))
    third, first = a_candidate("Third.", passage), a_candidate("First.", passage)

    assert [c.sentence for c in in_reading_order([third, other, first])] == ["First.", "Third.", "Elsewhere."]


def test_a_quote_has_the_cited_sentences_in_their_own_order_with_an_ellipsis_between() -> None:
    passage = a_passage("a#b", "First.", "Second.", "Third.")

    assert quote_of(passage, ["Third.", "First.", "Third."]) == "First. … Third."
    assert quote_of(passage, ["Not in it."]) == ""


def test_a_role_name_with_signs_of_regular_expressions_is_harmless() -> None:
    assert ranked("What is C++ (and *)?", a_passage("a#b", "C++ is a language."))
    assert ranked("What is a [backlog?", a_passage("a#b", "A backlog is a list."))
