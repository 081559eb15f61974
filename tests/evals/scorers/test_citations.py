from __future__ import annotations

from dataclasses import replace

from app.coaching.model import Answer, Kind, Origin, Sentence, SentenceKind, Source, Status
from evals.scorers.citations import citations, unsupported
from evals.subject import evened

GUIDES = {"guide": evened("## Who decides\n\nThe product owner orders the\nbacklog. The team plans. A sponsor pays.")}
ORDERS = "The product owner orders the backlog."


def a_source(**changes: object) -> Source:
    made = Source(1, "guide#who-decides", "guide", "shipped", "Guide", "Who decides", "", "", "", "", ORDERS, ORDERS, 0.9)
    return replace(made, **changes)  # type: ignore[arg-type]


def an_answer(*sentences: Sentence, sources: tuple[Source, ...] = (a_source(),)) -> Answer:
    return Answer("Who decides?", Kind.EXPLAIN, Status.ANSWERED, sentences, sources)


def a_sentence(text: str = ORDERS, origin: Origin = Origin.GUIDE, cites: tuple[int, ...] = (1,)) -> Sentence:
    return Sentence(text, SentenceKind.ANSWER, origin, cites)


def problems(answer: Answer) -> list[str]:
    return [c.problem for c in citations(answer, GUIDES) if c.problem]


def test_a_quote_that_crosses_a_line_end_of_its_guide_is_verbatim() -> None:
    answer = an_answer(a_sentence())

    assert problems(answer) == []
    assert unsupported(answer, GUIDES) == []


def test_a_quote_of_sentences_that_are_apart_is_checked_part_by_part() -> None:
    apart = a_source(quote=f"{ORDERS} … A sponsor pays.")

    assert problems(an_answer(a_sentence(), sources=(apart,))) == []


def test_a_quote_that_the_guide_does_not_say_is_invalid() -> None:
    altered = a_source(quote="The product owner orders the backlog alone.")

    assert "does not say" in problems(an_answer(a_sentence(), sources=(altered,)))[0]


def test_a_marker_without_a_source_is_invalid() -> None:
    assert problems(an_answer(a_sentence(cites=(2,)))) == ["[2] leads to no source"]


def test_a_source_without_a_quote_or_of_no_guide_is_invalid() -> None:
    assert "no quote" in problems(an_answer(a_sentence(), sources=(a_source(quote=" "),)))[0]
    assert "no guide" in problems(an_answer(a_sentence(), sources=(a_source(document="elsewhere"),)))[0]


def test_a_marker_in_the_words_of_a_sentence_is_found() -> None:
    written = a_sentence("It is so [1].", Origin.MODEL, ())

    assert "stands in the words" in problems(an_answer(written))[0]


def test_a_sentence_that_cites_nothing_is_unsupported() -> None:
    assert unsupported(an_answer(a_sentence(origin=Origin.MODEL, cites=())), GUIDES) == [(0, "it cites nothing")]


def test_a_guides_sentence_must_stand_in_the_guide_and_in_the_quote() -> None:
    altered = an_answer(a_sentence("The product owner alone orders the backlog."))
    elsewhere = an_answer(a_sentence("A sponsor pays."))

    assert "not verbatim in the guide" in unsupported(altered, GUIDES)[0][1]
    assert "not in the quote" in unsupported(elsewhere, GUIDES)[0][1]


def test_questions_courtesies_and_suggestions_of_rules_need_no_source() -> None:
    sentences = [
        Sentence("How large is the team?", SentenceKind.QUESTION, Origin.RULE),
        Sentence("Good morning.", SentenceKind.COURTESY, Origin.RULE),
        Sentence("Ask your union.", SentenceKind.SUGGESTION, Origin.RULE),
    ]

    assert unsupported(an_answer(*sentences), GUIDES) == []
    assert unsupported(an_answer(Sentence("Try it.", SentenceKind.SUGGESTION, Origin.MODEL)), GUIDES) != []
