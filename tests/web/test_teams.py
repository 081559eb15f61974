"""A team as the page knows it: what is joined, what can be supposed, and that what is kept comes back as it was."""

import json
from pathlib import Path

import pytest

from app.coaching.model import Certainty, Fact, Quote
from app.documents.document import Document
from app.errors import BadInput, StoreError
from app.web import teams
from app.web.teams import Part, Team, as_body, from_body, joined, name_of, said_then, supposables
from tests.web.scripted_service import ScriptedService, some_settings

TEXT = "We are a team of six. There are two suppliers."


@pytest.fixture
def service(tmp_path: Path) -> ScriptedService:
    return ScriptedService(some_settings(tmp_path))


def a_team(text: str = TEXT, **told: object) -> Team:
    facts = (Fact("team_size", 6, quotes=(Quote("team of six", 9, 20),)),)
    team = Team("Notes", text, facts, ("A picture was left out.",), parts=(Part("Notes", 0, len(text)),))
    for name, value in told.items():
        team.tell(name, value)  # type: ignore[arg-type]
    return team


def test_documents_are_read_one_after_the_other_and_each_keeps_its_place() -> None:
    text, parts = joined([Document("a.md", "One.", "1"), Document("b.md", "Two, three.", "2")])

    assert [text[part.start : part.end] for part in parts] == ["One.", "Two, three."]
    assert "a.md" not in text
    assert name_of(parts) == "a.md and 1 more"
    assert name_of(parts[:1]) == "a.md"


def test_documents_that_are_too_long_together_are_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teams, "MOST_CHARACTERS", 10)

    with pytest.raises(BadInput, match="longer than 10 characters together"):
        joined([Document("a", "12345", "1"), Document("b", "67890", "2")])


def test_the_persons_word_wins_and_may_be_that_something_is_not_known() -> None:
    team = a_team(team_size=None, regulated=True)

    assert team.fact("team_size") == Fact("team_size", None, Certainty.UNKNOWN)
    assert team.fact("regulated") == Fact("regulated", True, Certainty.TOLD)
    assert team.fact("deadline") is None


def test_a_supposition_changes_the_supposed_advice_and_nothing_else(service: ScriptedService) -> None:
    team = a_team(external_parties=0, sharing_works=True)
    before = team.advice(service)
    team.supposed["external_parties"] = 4

    then = team.supposed_advice(service)

    assert team.advice(service).delivery == before.delivery
    assert then.delivery.shares["dedicated"] > before.delivery.shares["dedicated"]
    assert {fact.id: fact.value for fact in then.facts}["external_parties"] == 4


def test_what_can_be_supposed_holds_every_change_that_flips_and_never_what_is_so(service: ScriptedService) -> None:
    team = a_team(external_parties=2, missed_dates="repeated", budget_reporting=True, blockers_unowned=True)
    advice = team.advice(service)

    offered = supposables(advice, service.fact_rules())

    now = {fact.id: fact.value for fact in advice.facts}
    first = next(iter(dict.fromkeys(flip.fact for flip in advice.would_change)))
    assert offered[0].rule.id == first
    assert 1 < len(offered) <= teams.MOST_SUPPOSED
    for one in offered:
        assert one.values
        assert now[one.rule.id] not in [value for _, value in one.values]


def test_a_supposition_about_roles_adds_or_takes_one_role_and_never_replaces_all(service: ScriptedService) -> None:
    team = a_team(roles_present=("developer", "project_manager"), pm_idle=True)

    offered = supposables(team.advice(service), service.fact_rules())

    for one in offered:
        if one.rule.type == "roles":
            assert all(abs(len(set(value) ^ {"developer", "project_manager"})) == 1 for _, value in one.values)  # type: ignore[arg-type]


def test_what_is_kept_comes_back_as_it_was(service: ScriptedService) -> None:
    team = a_team(roles_present=("product_owner",), regulated=False, deadline=None)
    advice = team.advice(service)

    body = json.loads(json.dumps(as_body(team, advice)))
    again = from_body(body, "some-id")

    assert (again.text, again.facts, again.told, again.parts) == (team.text, team.facts, team.told, team.parts)
    assert (again.warnings, again.kept) == (team.warnings, "some-id")
    assert again.advice(service).delivery == advice.delivery
    assert said_then(body) == {"delivery": advice.delivery.arrangement, "product": advice.product.arrangement}


@pytest.mark.parametrize(
    "damage",
    [
        {"facts": [{"id": "team_size"}]},
        {"facts": [{"id": "team_size", "value": {}, "certainty": "stated", "quotes": []}]},
        {"facts": None},
        {"told": [{"id": "x", "value": 1, "certainty": "sure", "quotes": []}]},
        {"form": 99},
        {"parts": [{"name": "a", "start": "x", "end": 1}]},
    ],
)
def test_what_is_damaged_is_one_sentence(service: ScriptedService, damage: dict[str, object]) -> None:
    team = a_team()
    body = as_body(team, team.advice(service))

    with pytest.raises(StoreError):
        from_body({**body, **damage}, "some-id")
