"""The advice as HTML: everything escaped, every bar with its words, every quote where it stands."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.coaching.model import Certainty, Fact, Quote, Status
from app.coaching.rules import FactRule
from app.coaching.team.report import Responsibility, TeamAdvice
from app.web import render_team
from app.web.teams import Part
from tests.web.scripted_service import HOSTILE, ScriptedService, a_source, some_settings
from tests.web.test_render import Reading

LEADING = (
    Fact("external_parties", 4, quotes=(Quote("four suppliers", 3, 17),)),
    Fact("deadline", "contract"),
    Fact("missed_dates", "repeated", Certainty.INFERRED),
    Fact("team_size", 12, Certainty.TOLD),
    Fact("blockers_unowned", True),
    Fact("priorities_owner", "nobody"),
)


@pytest.fixture
def service(tmp_path: Path) -> ScriptedService:
    return ScriptedService(some_settings(tmp_path))


def advice_on(service: ScriptedService, *facts: Fact, text: str = "We four suppliers") -> TeamAdvice:
    return service.advisor.advise(text, found=facts)


def cards(service: ScriptedService, advice: TeamAdvice) -> str:
    return render_team.cards_html(advice, "team", service.fact_rules(), service.role_name)


def test_a_card_has_verdict_band_shares_reasons_and_what_would_change_it(service: ScriptedService) -> None:
    advice = advice_on(service, *LEADING)

    page = Reading(cards(service, advice))

    assert advice.delivery.arrangement == "dedicated"
    for words in (
        "points towards a dedicated project or delivery manager.",
        render_team.BANDS[advice.delivery.band],
        "You rely on 4 outside parties",
        "four suppliers",
        "set by you",
        "What speaks against it",
        "What would change it",
    ):
        assert words in page.text, words
    reason = advice.delivery.reasons_for[0]
    n = advice.cites[reason.consideration.tie.passage]
    assert ("popovertarget", f"team-{n}") in page.attributes


def test_every_bar_has_its_number_in_words(service: ScriptedService) -> None:
    advice = advice_on(service, *LEADING)

    page = Reading(cards(service, advice))

    widths = [str(value) for name, value in page.attributes if name == "style"]
    assert len(widths) == sum(len(made.shares) for made in advice.recommendations)
    for width in widths:
        assert f"{width.removeprefix('width:').removesuffix('%')} %" in page.text


def test_with_almost_nothing_known_a_card_says_so_and_claims_nothing(service: ScriptedService) -> None:
    advice = advice_on(service)

    page = Reading(cards(service, advice))

    assert advice.status is Status.NEEDS_FACTS
    assert page.text.count("Not enough yet") == 2
    assert "%" not in page.text
    assert "points towards" not in page.text


def test_one_change_is_told_for_each_fact_and_only_of_the_rules_own(service: ScriptedService) -> None:
    facts_known = (Fact("external_parties", 2), Fact("missed_dates", "repeated"), Fact("blockers_unowned", True))
    advice = advice_on(service, *facts_known, Fact("budget_reporting", True))

    told = render_team.flips_of(advice, "delivery", service.fact_rules(), service.role_name)

    facts = [sentence.facts[0] for sentence in told]
    assert facts
    assert len(facts) == len(set(facts))
    assert set(facts) <= {flip.fact for flip in advice.would_change if flip.decision == "delivery"}
    assert all(sentence.text.startswith("If ") for sentence in told)


def test_before_and_after_say_what_changed_and_what_stayed(service: ScriptedService) -> None:
    before = advice_on(service, *LEADING)
    after = advice_on(service, Fact("team_size", 4), Fact("external_parties", 0), Fact("sharing_works", True))

    page = Reading(render_team.compared_html(before, after, "If it were so: none"))

    assert "Changed" in page.text
    assert "Before" in page.text
    assert render_team.compared_words(before, after).startswith("Delivery and project management would be ")
    assert "stays" in render_team.compared_words(before, before)


def test_quotes_are_marked_where_they_stand_and_overlapping_ones_once() -> None:
    text = "We are six people and two suppliers."
    quotes = [Quote("six people", 7, 17), Quote("people and two", 11, 25), Quote("nowhere", 0, 7), Quote("x", -1, 2)]

    spans = render_team.quote_spans(text, quotes)
    page = Reading(render_team.text_html(text, (), spans, "team"))

    assert spans == [(7, 25)]
    assert page.tags.count("mark") == 1
    assert ("id", "team-q0") in page.attributes
    assert page.text == text


def test_documents_stand_below_their_names_and_a_quote_across_them_marks_neither() -> None:
    text = "One six.\n\nTwo seven."
    parts = (Part("a.md", 0, 8), Part("b.md", 10, 20))

    page = Reading(render_team.text_html(text, parts, [(4, 7), (6, 13), (14, 19)], "team"))

    assert page.text == "a.mdOne six.b.mdTwo seven."
    assert page.tags.count("mark") == 2


def test_a_fact_leads_to_its_words_and_says_how_it_is_known() -> None:
    text = "We are six people."
    fact = Fact("team_size", 6, Certainty.INFERRED, (Quote("six people", 7, 17),))
    spans = render_team.quote_spans(text, fact.quotes)

    page = Reading(render_team.fact_html(fact, False, spans, "team", text))

    assert ("data-rw-goto", "team-q0") in page.attributes
    assert page.text.startswith("Inferred")
    assert "Set by you" in render_team.fact_html(fact, True, spans, "team", text)
    assert "Not known" in render_team.fact_html(None, False, spans, "team", text)
    assert "goto" not in render_team.fact_html(replace(fact, quotes=(Quote("gone", 1, 5),)), False, spans, "team", text)


def test_responsibilities_stand_in_their_families_and_unowned_ones_have_advice() -> None:
    duties = (
        Responsibility("vision", "product", "Vision", "owned", ("founder",), (Quote("Ann sets it", 0, 11),)),
        Responsibility("roadmap", "product", "Roadmap", "unknown"),
        Responsibility("schedule", "delivery", "Schedule", "unowned", (), (), "Share it like this.", (1,)),
        Responsibility("estimates", "shared", "Estimates", "shared", ("team",)),
    )

    page = Reading(render_team.duties_html(duties, [a_source(1)], "team", lambda role: role))

    for words in ("What and why", "Founder", "Ann sets it", "Not said: Roadmap.", "Nobody holds it", "Share it like this.", "whole team"):
        assert words in page.text, words
    assert ("popovertarget", "team-1") in page.attributes


def test_hostile_words_stay_words_everywhere(service: ScriptedService) -> None:
    quote = Quote(HOSTILE, 0, len(HOSTILE))
    facts = (*LEADING[1:], Fact("external_parties", 4, quotes=(quote,)))
    advice = advice_on(service, *facts, text=HOSTILE)
    sources = [a_source(1, title=HOSTILE)]
    duties = [Responsibility("x", "product", HOSTILE, HOSTILE, (HOSTILE,), (quote,), HOSTILE, (1,))]
    rules: list[FactRule] = service.fact_rules()
    spans = render_team.quote_spans(HOSTILE, [quote])
    pages = [
        render_team.cards_html(advice, "team", rules, lambda _: HOSTILE),
        render_team.compared_html(advice, advice, HOSTILE),
        render_team.duties_html(duties, sources, "team", lambda _: HOSTILE),
        render_team.text_html(HOSTILE, (Part(HOSTILE, 0, 5), Part(HOSTILE, 5, len(HOSTILE))), spans, "team"),
        render_team.text_html(HOSTILE, (), spans, "team"),
        render_team.fact_html(facts[-1], False, spans, "team", HOSTILE),
    ]

    for page in map(Reading, pages):
        assert not {"script", "img", "iframe", "svg", "a", "textarea", "style"} & set(page.tags)
        assert not any(name in ("src", "href", "srcset") or name.startswith("on") for name, _ in page.attributes)
        assert {value for name, value in page.attributes if name == "style"} <= {f"width:{n}%" for n in range(101)}
        assert not {"\x1b", "\u202e", "\u200b"} & set(page.text)
    assert "<script>window.pwned=1</script>" in Reading(pages[4]).text
