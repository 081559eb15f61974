"""Words that all formats share: facts, conditions, names that are shortened, dates and the notice."""

from datetime import date

import pytest

from app.coaching.model import Origin, Sentence, SentenceKind
from app.exports.words import Words, day, initials, marks, months_after
from tests.exports.samples import LARGE, RULES, SMALL, TODAY, an_advice, role_name, some_words


def with_names(*names: str) -> Words:
    return Words(role_name, RULES.facts, TODAY, initials(names))


def test_a_name_is_shortened_to_its_initials():
    words = with_names("Anna Kowalska", "Tom")

    assert words.said("Anna Kowalska's plan, says Tom; Tomorrow Anna\nKowalska rests.") == "A. K.'s plan, says T.; Tomorrow A. K. rests."


def test_the_longest_of_two_names_wins():
    assert with_names("Anna", "Anna Maria Kowalska").said("Anna Maria Kowalska and Anna") == "A. M. K. and A."


def test_a_name_that_hides_behind_invisible_signs_or_another_form_of_its_letters_is_shortened():
    assert with_names("Zoë Müller").said("Ask Zoe\u0308 Mu\u0308\u200bller.") == "Ask Z. M.."


def test_a_name_is_shortened_before_the_text_is_cut():
    assert with_names("Anna Kowalska").said("We asked Anna Kowalska about it", 16) == "We asked A. K.…"


def test_a_verb_in_small_letters_is_not_taken_for_a_name():
    assert with_names("Will").said("Will will do it.") == "W. will do it."


def test_an_odd_stand_in_is_set_as_it_is():
    words = Words(role_name, RULES.facts, TODAY, {"Anna": r"\1 \g<0>", "": "x", " ": "y"})

    assert words.said("Anna rests.") == r"\1 \g<0> rests."


def test_text_is_one_line_without_what_cannot_be_seen():
    assert some_words().said("a\x1b[31m b\u202ec\x00\n\td\ufffe") == "a bc d"


def test_long_text_ends_in_an_ellipsis():
    assert some_words().said("word " * 400).endswith("word…")
    assert len(some_words().said("W" * 5000)) == 600


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "Not known"), (True, "Yes"), (False, "No"), (7, "7"), ("contract", "Contract"), ("nobody", "Nobody"),
        ("team", "The team"), ((), "None"), (("tech_lead", "product_owner"), "Tech lead, product owner"),
    ],
)  # fmt: skip
def test_a_value_is_said_in_words(value, said):
    assert some_words().fact_value(value) == said


def test_a_condition_names_the_other_arrangement():
    advice, words = an_advice(), some_words()
    product = [f for f in advice.would_change if f.decision == "product"]
    flip = next(f for f in product if words.condition(f, RULES.decisions[1], advice.facts))

    said = words.condition(flip, advice.product.decision, advice.facts)

    assert said.startswith("If ")
    assert said.endswith(f"it would be {advice.product.decision.options[flip.arrangement].name}.")


@pytest.mark.parametrize("known", [SMALL, LARGE])
def test_the_first_condition_is_the_one_of_the_summary(known):
    advice, words = an_advice(known), some_words()

    conditions = [said for r in advice.recommendations for said in words.conditions(advice, r, 1)]

    assert conditions == [s.text for s in advice.sentences if s.kind is SentenceKind.CONDITION]


def test_the_verdict_does_not_speak_of_a_conversation():
    assert "told" not in some_words().verdict(an_advice().delivery)


def test_with_too_little_known_the_verdict_says_so():
    assert some_words().verdict(an_advice({}).delivery) == "Too little is known for a recommendation."


@pytest.mark.parametrize(
    ("model", "origin", "said"),
    [
        ("none", Origin.RULE, "without a language model"),
        ("qwen", Origin.MODEL, "in part in the words of the language model qwen"),
        ("qwen", Origin.RULE, "in the words of rules and guides; the language model qwen only read"),
    ],
)
def test_the_notice_says_who_wrote_it(model, origin, said):
    notice = some_words().notice(model, [Sentence("It is so.", SentenceKind.ANSWER, origin)], "About.")

    assert said in notice
    assert "24 November 2026" in notice


def test_months_later_is_the_same_day_or_the_last_of_the_month():
    assert months_after(date(2026, 11, 24), 3) == date(2027, 2, 24)
    assert months_after(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert months_after(date(2026, 9, 30), 3) == date(2026, 12, 30)
    assert day(date(2027, 2, 1)) == "1 February 2027"


def test_markers_stay_with_the_last_word():
    assert marks((1, 2)) == "\u00a0[1][2]"
    assert marks(()) == ""
