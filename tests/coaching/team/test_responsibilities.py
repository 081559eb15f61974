"""Who answers for what: states, owners and advice, from a reader made by hand and from facts."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from app.coaching.citing import Citations
from app.coaching.model import Certainty, Fact, FactValue, Passage, Quote
from app.coaching.rules import Duty, Tie
from app.coaching.team.report import Responsibility
from app.coaching.team.responsibilities import DutyFinder
from app.coaching.team.roster import Roster
from tests.coaching.builders import a_passage
from tests.coaching.team.made import ODD_TEXTS, SHIPPED, VOCABULARY, Reader

GUIDE = a_passage("guide#one-name", "Each decision needs one name.")
TIE = Tie("guide#one-name", "Each decision needs one name.")
DUTIES = [
    Duty(name, "delivery", "", (), (), name.capitalize(), "Take turns.", "A manager would do it.", TIE)
    for name in ("risks", "schedule", "blockers", "priorities")
] + [Duty("checked_only", "delivery", "words", (), ())]


def passage_of(passage: str) -> Passage | None:
    return GUIDE if passage == GUIDE.id else None


def read(
    text: str, knows: Mapping[str, Mapping[str, float]] | None = None, citations: Citations | None = None, **facts: FactValue
) -> dict[str, Responsibility]:
    finder = DutyFinder(DUTIES, Roster(VOCABULARY), Reader(knows or {}))
    known = [Fact(name, value, quotes=(Quote("so it says", 0, 10),)) for name, value in facts.items()]
    return {r.id: r for r in finder.responsibilities(text, known, citations or Citations(), passage_of)}


def test_every_responsibility_that_has_a_name_is_listed_and_unknown_at_first() -> None:
    found = read("We like it here.")

    assert list(found) == ["risks", "schedule", "blockers", "priorities"]
    assert {(r.state, r.owners, r.quotes, r.advice, r.cites) for r in found.values()} == {("unknown", (), (), "", ())}


@pytest.mark.parametrize(
    ("text", "state", "owners"),
    [
        ("The scrum master keeps the risk list.", "owned", ("scrum_master",)),
        ("Somebody keeps the risk list.", "owned", ()),
        ("We keep the risk list in turns.", "shared", ("team",)),
        ("A product owner and a scrum master both keep a risk list.", "doubled", ("product_owner", "scrum_master")),
        ("Nobody keeps a risk list.", "unowned", ()),
    ],
)
def test_a_statement_says_who_holds_it(text: str, state: str, owners: tuple[str, ...]) -> None:
    found = read(f"Hello. {text}", {"risk list": {"duty:risks": 0.9, f"state:{state}": 0.9}})["risks"]

    assert (found.state, found.owners) == (state, owners)
    assert found.quotes == (Quote(text, 7, 7 + len(text)),)


def test_the_surest_statement_counts() -> None:
    knows = {"perhaps": {"duty:risks": 0.5, "state:owned": 0.6}, "surely": {"duty:risks": 0.9, "state:unowned": 0.9}}

    assert read("The scrum master perhaps. Nobody surely.", knows)["risks"].state == "unowned"
    assert read("Nobody surely. The scrum master perhaps.", knows)["risks"].state == "unowned"


@pytest.mark.parametrize(
    "labels",
    [
        {"duty:risks": 0.1, "state:owned": 0.9},
        {"duty:risks": 0.9},
        {"duty:unheard_of": 0.9, "state:owned": 0.9},
        {"state:owned": 0.9},
    ],
)
def test_too_little_leaves_it_unknown(labels: Mapping[str, float]) -> None:
    assert {r.state for r in read("The scrum master does.", {"does": labels}).values()} == {"unknown"}


def test_a_question_says_nothing() -> None:
    assert read("Who keeps risks?", {"risks": {"duty:risks": 0.9, "state:unowned": 0.9}})["risks"].state == "unknown"


def test_what_nobody_holds_can_be_shared_or_hired_for_with_its_source() -> None:
    citations = Citations()

    found = read("Nobody keeps risks.", {"risks": {"duty:risks": 0.9, "state:unowned": 0.9}}, citations)["risks"]

    assert found.advice.index("Take turns.") < found.advice.index("A manager would do it.")
    assert (found.cites, [s.quote for s in citations.sources()]) == ((1,), ["Each decision needs one name."])


@pytest.mark.parametrize(
    ("facts", "duty", "state", "owners"),
    [
        ({"priorities_owner": "nobody"}, "priorities", "unowned", ()),
        ({"priorities_owner": "team"}, "priorities", "shared", ("team",)),
        ({"priorities_owner": "founder"}, "priorities", "owned", ("founder",)),
        ({"coordination_owner": "tech_lead"}, "schedule", "owned", ("tech_lead",)),
        ({"blockers_unowned": True}, "blockers", "unowned", ()),
        ({"blockers_unowned": False}, "blockers", "shared", ("team",)),
    ],
)
def test_where_no_statement_says_it_a_fact_may(
    facts: dict[str, FactValue], duty: str, state: str, owners: tuple[str, ...]
) -> None:
    found = read("", None, None, **facts)[duty]

    assert (found.state, found.owners) == (state, owners)
    assert found.quotes == (Quote("so it says", 0, 10),)


def test_a_statement_wins_over_a_fact() -> None:
    knows = {"settles": {"duty:priorities": 0.9, "state:owned": 0.9}}

    assert read("The product owner settles it.", knows, priorities_owner="nobody")["priorities"].owners == ("product_owner",)


def test_what_the_person_told_wins_over_a_statement() -> None:
    knows = {"settles": {"duty:priorities": 0.9, "state:owned": 0.9}}
    finder = DutyFinder(DUTIES, Roster(VOCABULARY), Reader(knows))
    told = [Fact("priorities_owner", "nobody", Certainty.TOLD)]

    found = finder.responsibilities("The product owner settles it.", told, Citations(), passage_of)

    assert [(r.state, r.owners, r.quotes) for r in found if r.id == "priorities"] == [("unowned", (), ())]


@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS.keys())
def test_every_quote_is_verbatim_whatever_the_text(text: str) -> None:
    everything = {"": {f"duty:{d.id}": 0.9 for d in SHIPPED.duties} | {"state:doubled": 0.5}}
    finder = DutyFinder(SHIPPED.duties, Roster(VOCABULARY), Reader(everything))

    found = finder.responsibilities(text, [], Citations(), passage_of)

    assert len(found) == 24
    assert all(text[q.start : q.end] == q.text for r in found for q in r.quotes)
