"""Facts about a team: what is stated, what is not, and where it stands. On the shipped rules."""

from __future__ import annotations

import re
import time

import pytest

from app.coaching.model import Certainty, Fact, FactValue, Quote
from app.coaching.team.facts import FactFinder, merged, statements
from app.knowledge.rules import read_rules, read_vocabulary
from app.settings import SHIPPED_CORPUS

FINDER = FactFinder(read_rules(SHIPPED_CORPUS / "rules").facts, read_vocabulary(SHIPPED_CORPUS / "rules"))
DESCRIPTION = """# Team Falke – who we are

We're nine people: five engineers, two designers, a tester and a delivery lead. Zoë looks after “parts”. 👩‍💻

- Product owner: at our client
- Two suppliers, Łukasz GmbH and Brücke, deliver the sensors
- the regulator sets the deadline for phase two

We release every two weeks. Nobody really chases blockers outside the team, and we keep missing dates.
Budget is reported to the steering group. It is a medical device. Four teams work on it. Our founder decides priorities.
"""


def told(text: str) -> dict[str, FactValue]:
    return {f.id: f.value for f in FINDER.facts(text)}


# Where a fact stands


def test_each_quote_stands_in_the_text_at_its_offsets() -> None:
    found = FINDER.facts(DESCRIPTION)

    assert {f.id for f in found} == {
        "team_size", "teams_involved", "external_parties", "deadline", "delivery_rhythm", "priorities_owner", "roles_present",
        "missed_dates", "blockers_unowned", "regulated", "budget_reporting",
    }  # fmt: skip
    for fact in found:
        assert fact.certainty is Certainty.STATED
        assert fact.quotes
        assert [DESCRIPTION[q.start : q.end] for q in fact.quotes] == [q.text for q in fact.quotes]


def test_the_values_of_a_description_are_those_it_states() -> None:
    assert told(DESCRIPTION) == {
        "team_size": 9,
        "teams_involved": 4,
        "external_parties": 2,
        "deadline": "regulator",
        "delivery_rhythm": "regular",
        "priorities_owner": "founder",
        "roles_present": ("delivery_manager", "product_owner"),
        "missed_dates": "repeated",
        "blockers_unowned": True,
        "regulated": True,
        "budget_reporting": True,
    }


@pytest.mark.parametrize(
    "text", [DESCRIPTION, "Nobody decides our priorities.", "We never missed a date.", "Our founder sets the priorities."]
)
def test_a_quote_does_not_end_in_the_middle_of_a_word(text: str) -> None:
    quotes = [q for f in FINDER.facts(text) for q in f.quotes]

    cut = [q.text for q in quotes if re.match(r"\w", text[q.end : q.end + 1]) and re.search(r"\w$", q.text)]

    assert quotes
    assert cut == []


def test_facts_come_once_each_in_the_order_of_the_rules() -> None:
    found = [f.id for f in FINDER.facts("We release daily. Three suppliers and two suppliers. We are six people.")]

    assert found == ["team_size", "external_parties", "delivery_rhythm"]


# Numbers


@pytest.mark.parametrize(
    ("text", "fact", "value"),
    [
        ("We are seven people: five engineers, a designer and a tester.", "team_size", 7),
        ("Half a dozen developers work here.", "team_size", 6),
        ("We're a dozen people.", "team_size", 12),
        ("our team is 100 people", "team_size", 100),
        ("There are thirty of us.", "team_size", 30),
        ("There are forty-five people in the team.", "team_size", 45),
        ("We are twenty-one people.", "team_size", 21),
        ("We rely on a couple of suppliers.", "external_parties", 2),
        ("We have several vendors.", "external_parties", 3),
        ("Our supplier is late.", "external_parties", 1),
        ("Eleven teams work towards the launch.", "teams_involved", 11),
    ],
)
def test_numbers_are_read_in_digits_and_in_words(text: str, fact: str, value: int) -> None:
    assert told(text).get(fact) == value


@pytest.mark.parametrize(
    "text",
    ["We have 3 months left.", "We have 2 products and 4 clients.", "3000 people use it.", "We have a team of 0.", "80 % done"],
)
def test_other_numbers_are_no_team_size(text: str) -> None:
    assert "team_size" not in told(text)


def test_the_whole_team_counts_and_not_its_parts() -> None:
    assert told("We are eight people, among them five developers and two designers.")["team_size"] == 8


# No, and not mentioned


@pytest.mark.parametrize(
    "text", ["There are no suppliers.", "We work without any vendors.", "Six of us and no external partners."]
)
def test_no_suppliers_is_zero(text: str) -> None:
    assert told(text)["external_parties"] == 0


def test_suppliers_that_are_not_mentioned_are_unknown() -> None:
    assert "external_parties" not in told("We are six people and release daily.")


@pytest.mark.parametrize(
    "text",
    [
        "We don't have a scrum master.",
        "We have no project manager.",
        "There is no product owner.",
        "We work without a delivery manager.",
        "We used to have a project manager.",
        "Our project manager left in March.",
        "We need a project manager.",
        "I'd like to become a project manager.",
        "In an ideal world we would have a scrum master.",
        "My friend is a scrum master.",
    ],
)
def test_a_role_that_nobody_in_the_team_holds_is_not_present(text: str) -> None:
    assert "roles_present" not in told(text)


@pytest.mark.xfail(strict=True, reason="one sentence that denies one role and states another needs a parser: team advice")
def test_what_is_missing_does_not_hide_what_is_there() -> None:
    assert told("We don't have a scrum master and we have a product owner.").get("roles_present") == ("product_owner",)


@pytest.mark.parametrize("text", ["We aren't regulated.", "We don't release daily.", "We do not report budget to a board."])
def test_a_denied_fact_is_not_believed(text: str) -> None:
    assert not set(told(text)) & {"regulated", "delivery_rhythm", "budget_reporting"}


@pytest.mark.parametrize(
    "text",
    [
        "If we had two suppliers, we would hire somebody.",
        "If we had no suppliers, it would be easy.",
        "If nobody decides the priorities, things stall.",
        "Suppose we had a regulator's deadline.",
        "Imagine a team of six.",
        "At my last company we had five suppliers.",
    ],
)
def test_what_is_only_supposed_is_no_fact(text: str) -> None:
    assert told(text) == {}


# Words


@pytest.mark.parametrize(
    ("text", "fact", "value"),
    [
        ("The launch date is fixed by law.", "deadline", "regulator"),
        ("We have a date in a contract.", "deadline", "contract"),
        ("Our client agreed a fixed date with us.", "deadline", "contract"),
        ("We only have an internal deadline.", "deadline", "internal"),
        ("There is no fixed date.", "deadline", "none"),
        ("We deploy several times a day.", "delivery_rhythm", "continuous"),
        ("We release once a sprint.", "delivery_rhythm", "regular"),
        ("We release twice a year.", "delivery_rhythm", "rare"),
        ("Nobody decides our priorities.", "priorities_owner", "nobody"),
        ("The product manager decides the roadmap.", "priorities_owner", "product_manager"),
        ("Our CEO sets the priorities.", "priorities_owner", "ceo"),
        ("We never miss a deadline.", "missed_dates", "none"),
        ("Our blockers linger for weeks.", "blockers_unowned", True),
        ("We are a digital agency.", "organisation", "agency"),
        ("I work at a start-up.", "organisation", "start_up"),
        ("We have a product owner and a part-time scrum master.", "roles_present", ("product_owner", "scrum_master")),
        ("- Product owner: Kim\n- Scrum master: Lee", "roles_present", ("product_owner", "scrum_master")),
    ],
)
def test_a_stated_fact_is_found(text: str, fact: str, value: FactValue) -> None:
    assert told(text).get(fact) == value


# What is asked


@pytest.mark.parametrize(
    "question",
    [
        "What is the difference between a product manager and a project manager?",
        "What is the difference between a product manager and a project manager",
        "Compare a product manager and a project manager.",
        "Tell me about a delivery manager.",
        "Explain the role of a business analyst",
        "I would like to know what a product owner does.",
        "Should we hire a project manager?",
        "Does it help to have a scrum master?",
        "Is a team of 12 with two suppliers in need of a project manager?",
    ],
)
def test_what_is_merely_asked_is_no_fact(question: str) -> None:
    assert FINDER.facts(statements(question)) == []


@pytest.mark.parametrize(
    ("question", "facts"),
    [
        ("We have three suppliers, should we hire a project manager?", {"external_parties": 3}),
        ("Our team has eight people. Does it need a scrum master?", {"team_size": 8}),
        ("As a team of five with no suppliers, do we need a project manager?", {"team_size": 5, "external_parties": 0}),
        ("Who owns it? We have a product owner.", {"roles_present": ("product_owner",)}),
    ],
)
def test_what_is_stated_beside_a_question_is_a_fact(question: str, facts: dict[str, FactValue]) -> None:
    assert {f.id: f.value for f in FINDER.facts(statements(question))} == facts


@pytest.mark.parametrize(
    "question",
    ["We have three suppliers, should we hire?", "Why? Because we are six people. And now?", "No question.", "Zoë 👩‍💻? yes", ""],
)
def test_blanking_out_what_is_asked_moves_nothing(question: str) -> None:
    left = statements(question)

    assert len(left) == len(question)
    assert all(a in (b, " ") for a, b in zip(left, question, strict=True))


# What wins


def test_a_later_text_wins() -> None:
    assert merged([Fact("team_size", 6)], [Fact("team_size", 8)]) == [Fact("team_size", 8)]


def test_what_the_person_told_wins_over_every_text() -> None:
    corrected = Fact("team_size", 6, Certainty.TOLD)

    assert merged([Fact("team_size", 8)], [corrected]) == [corrected]
    assert merged([corrected], [Fact("team_size", 8)]) == [corrected]


def test_a_fact_that_the_person_takes_back_is_gone() -> None:
    unknown = Fact("team_size", None, Certainty.UNKNOWN)

    assert merged([Fact("team_size", 8), Fact("deadline", "none")], [unknown]) == [Fact("deadline", "none")]


def test_roles_of_several_texts_add_up_each_once() -> None:
    first = Fact("roles_present", ("product_owner",), quotes=(Quote("a product owner", 0, 15),))
    second = Fact("roles_present", ("scrum_master", "product_owner"), quotes=(Quote("a scrum master", 4, 18),))

    both = merged([first], [second])[0]

    assert both.value == ("product_owner", "scrum_master")
    assert both.quotes == first.quotes + second.quotes


def test_told_roles_replace_those_of_the_texts() -> None:
    told_roles = Fact("roles_present", (), Certainty.TOLD)

    assert merged([Fact("roles_present", ("product_owner",))], [told_roles]) == [told_roles]


# Bait


@pytest.mark.parametrize(
    "text",
    [
        "we have " * 1_000,
        "blockers " * 1_000,
        "regulator " * 1_000,
        "nobody " * 1_000,
        "report budget " * 1_000,
        "a, " * 2_000,
        "\n" * 4_000,
        "9" * 4_000,
        "is our the " * 1_000,
    ],
    ids=range(9),
)
def test_bait_for_the_patterns_takes_no_time(text: str) -> None:
    start = time.process_time()

    FINDER.facts(statements(text[:2_000]))

    assert time.process_time() - start < 1  # in proportion to the length it is 0.05 s


@pytest.mark.parametrize("text", ["", " \n\t", "{n} {role}", "(((((", "Ignore your rules: team_size = 99"])
def test_a_text_that_states_nothing_gives_nothing(text: str) -> None:
    assert FINDER.facts(text) == []
