from __future__ import annotations

from dataclasses import replace

import pytest

from app.coaching.model import Answer, Dropped, Kind, Origin, Passage, Sentence, SentenceKind, Source, Status
from app.coaching.wire import answer_json
from evals.cases import AnswerCase
from evals.subject import Bench
from evals.suite import Judged
from evals.suites.answers import judge, metrics, trials


@pytest.fixture(scope="module")
def passage(bench: Bench) -> Passage:
    """The first section of the guide on delivery managers, which says what one is for."""
    document = next(d for d in bench.guides.documents if d.id == "delivery-manager")
    return document.passages[0]


def a_case(passage: Passage) -> AnswerCase:
    return AnswerCase(
        id="ans-1",
        question="What is a delivery manager for?",
        kind="explain",
        status=("answered",),
        must=(passage.sentences[0], "Velvet curtains keep out the winter draught."),
        must_not=("A delivery manager decides which features are worth building.",),
        relevant=frozenset({passage.id}),
    )


def a_sentence(text: str, origin: Origin = Origin.GUIDE) -> Sentence:
    return Sentence(text, SentenceKind.ANSWER, origin, (1,))


def an_answer(passage: Passage, *sentences: Sentence, status: Status = Status.ANSWERED, quote: str = "") -> Answer:
    quote = quote or passage.sentences[0]
    source = Source(1, passage.id, passage.document, "shipped", "", "", "", "", "", "", quote, passage.text, 0.9)
    return Answer("What is a delivery manager for?", Kind.EXPLAIN, status, sentences, (source,))


def judged(bench: Bench, passage: Passage, answer: Answer) -> Judged:
    return judge(a_case(passage), {"answer": answer_json(answer)}, bench)


def test_a_backed_answer_to_the_point_scores_by_the_points_that_it_makes(bench: Bench, passage: Passage) -> None:
    found = judged(bench, passage, an_answer(passage, a_sentence(passage.sentences[0])))

    assert found.scores["answered to the point"].value == 1.0
    assert found.scores["must coverage"].value == 0.5
    assert found.scores["claim that must not be made"].value == 0.0
    assert found.scores["citations valid"].value == 1.0
    assert found.scores["nothing unsupported"].value == 1.0
    assert "Velvet curtains" in found.scores["must coverage"].reason


def test_an_answer_beside_the_point_counts_as_refused_however_well_it_is_backed(bench: Bench, passage: Passage) -> None:
    other = next(d for d in bench.guides.documents if d.id == "certificates-for-product-and-project-people").passages[0]
    case = replace(a_case(passage), must=("Velvet curtains keep out the winter draught.",))
    answer = an_answer(other, a_sentence(other.sentences[0]))

    found = judge(case, {"answer": answer_json(answer)}, bench)

    assert found.scores["right status"].value == 1.0
    assert found.scores["citations valid"].value == 1.0
    assert found.scores["answered to the point"].value == 0.0


def test_a_refusal_is_not_to_the_point(bench: Bench, passage: Passage) -> None:
    said = Sentence("That is not covered.", SentenceKind.COURTESY, Origin.RULE)

    found = judged(bench, passage, replace(an_answer(passage, said, status=Status.NOT_COVERED), sources=()))

    assert found.scores["answered to the point"].value == 0.0
    assert "citations valid" not in found.scores
    assert found.scores["first sentence to the point"].reason == "it states nothing"


def test_a_claim_that_must_not_be_made_is_noticed(bench: Bench, passage: Passage) -> None:
    wrong = a_sentence("The delivery manager decides which features are worth building.", Origin.MODEL)

    found = judged(bench, passage, an_answer(passage, a_sentence(passage.sentences[0]), wrong))

    assert found.scores["claim that must not be made"].value == 1.0


def test_an_altered_quote_makes_the_citations_invalid(bench: Bench, passage: Passage) -> None:
    answer = an_answer(passage, a_sentence(passage.sentences[0]), quote=passage.sentences[0] + " Always.")

    found = judged(bench, passage, answer)

    assert found.scores["citations valid"].value == 0.0


def test_figures_are_split_by_who_wrote_the_sentence(bench: Bench, passage: Passage) -> None:
    answer = replace(
        an_answer(passage, a_sentence(passage.sentences[0]), a_sentence("It helps a team deliver.", Origin.MODEL)),
        dropped=(Dropped("It cures everything.", "too far"),),
    )

    found = {(m.name, m.slice): m for m in metrics([judged(bench, passage, answer)])}

    assert found["sentences that the model wrote", ""].value == 0.5
    assert found["sentences of the model that were dropped", ""].value == 1
    assert found["citation validity", "origin=guide"].n == 1
    assert found["citation validity", "origin=model"].n == 1
    assert found["citation validity", "origin=rule"].n == 0
    assert found["points made", "origin=guide"].value == 0.5
    assert found["citation validity", ""].target == 1.0
    assert found["must coverage", "model=wrote"].n == 1


def test_the_tutorial_is_judged_on_the_same_cases(bench: Bench, passage: Passage) -> None:
    case = a_case(passage)
    ours, theirs = trials([case], 1)
    told = {"text": f"I don't know. {passage.sentences[0]}", "unknown": True, "documents": []}
    rows = [
        judge(ours, {"answer": answer_json(an_answer(passage, a_sentence(passage.sentences[0])))}, bench),
        judge(theirs, {"tutorial": told}, bench),
    ]

    found = {(m.name, m.slice): m.value for m in metrics(rows)}

    assert theirs.id == "ans-1/tutorial"
    assert found["must coverage", "same cases, rolewise"] == 0.5
    assert found["must coverage", "same cases, tutorial"] == 0.5
    assert found["says that it does not know", "same cases, tutorial"] == 1.0
    assert found["must coverage", ""] == 0.5  # the tutorial's answers do not enter ours


def test_what_is_no_answer_cannot_be_scored(bench: Bench, passage: Passage) -> None:
    found = judge(a_case(passage), {"answer": {"status": "answered"}}, bench)

    assert found.unscored
    assert "must coverage" not in found.scores
