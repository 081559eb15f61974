"""Numbered sources: a number for each passage that is cited, in the order of citing."""

from __future__ import annotations

from dataclasses import replace

from app.coaching.citing import Citations, source_of
from app.coaching.model import Reference
from tests.coaching.builders import a_passage

FIRST = a_passage("first#a", "One.", "Two.", "Three.")
SECOND = a_passage("second#b", "Four.")


def test_passages_are_numbered_in_the_order_in_which_they_are_cited() -> None:
    citations = Citations()

    numbers = [citations.cite(p, ()) for p in (SECOND, FIRST, SECOND)]

    assert numbers == [(1,), (2,), (1,)]
    assert [(s.n, s.passage) for s in citations.sources()] == [(1, "second#b"), (2, "first#a")]


def test_without_a_passage_there_is_no_number_and_no_source() -> None:
    citations = Citations()

    assert citations.cite(None, ("One.",)) == ()
    assert citations.sources() == ()


def test_everything_that_is_quoted_of_a_passage_stands_in_its_source_in_its_order() -> None:
    citations = Citations()
    citations.cite(FIRST, ("Three.",))
    citations.cite(FIRST, ("One.", "Three."))

    assert citations.sources()[0].quote == "One. … Three."


def test_what_was_given_out_does_not_change_when_more_is_cited() -> None:
    citations = Citations()
    citations.cite(FIRST, ("One.",))
    before = citations.sources()

    citations.cite(FIRST, ("Two.",))
    citations.cite(SECOND, ())

    assert (len(before), before[0].quote) == (1, "One.")


def test_scores_are_those_of_retrieval_and_rounded() -> None:
    citations = Citations()
    citations.cite(FIRST, ())
    citations.cite(SECOND, ())

    assert [s.score for s in citations.sources({"first#a": 0.71239})] == [0.712, 0.0]


def test_a_shipped_guide_is_ours_after_its_works_and_its_address_is_theirs() -> None:
    works = tuple(Reference(f"Work {n}", f"House {n % 4}", f"https://example.org/{n}", "CC0") for n in range(6))

    source = source_of(1, replace(FIRST, references=works), (), 0.0)

    assert source.publisher == "Rolewise, after House 0; House 1; House 2"
    assert (source.url, source.licence[:10], source.references) == ("https://example.org/0", "Apache-2.0", works)


def test_a_document_of_the_persons_own_keeps_its_publisher_and_licence() -> None:
    own = a_passage("own#a", "One.", collection="article")

    source = source_of(1, own, (), 0.0)

    assert (source.publisher, source.licence, source.collection) == ("A house", "CC0", "article")


def test_a_passage_that_names_no_work_has_no_address() -> None:
    source = source_of(1, replace(FIRST, references=(), collection="article"), (), 0.0)

    assert source.url == ""
