"""The report of `rolewise team`: everything section by section, safe to print, and nothing that is not in the advice."""

import re
from dataclasses import replace

import pytest

from app.cli.team_report import NOTICE, in_words, report
from app.coaching.model import Certainty, Fact, FactValue, Quote
from app.coaching.team.report import Responsibility, TeamAdvice
from app.wiring import Service

TOLD: dict[str, FactValue] = {
    "team_size": 6, "external_parties": 0, "deadline": "contract", "delivery_rhythm": "continuous", "experienced": True,
    "blockers_unowned": True, "priorities_owner": "product_manager", "roles_present": ("product_manager",),
}  # fmt: skip
HELD = (
    Responsibility("roadmap", "product", "The roadmap", "owned", ("product_manager",), (Quote("Ada's roadmap", 0, 13),)),
    Responsibility("estimates", "shared", "Estimates", "shared", ("team",)),
    Responsibility("releases", "delivery", "Releases", "unknown"),
    Responsibility("budget", "delivery", "Budget", "unowned", (), (), "Share it like this: one keeps the sheet.", (1,)),
    Responsibility("risks", "delivery", "Risks", "doubled", ("product_manager", "tech_lead")),
)


def advice_on(service: Service, told: dict[str, FactValue]) -> TeamAdvice:
    return service.advisor.advise("", told=[Fact(id_, value, Certainty.TOLD) for id_, value in told.items()])


def printed(advice: TeamAdvice, service: Service, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    report(advice, service)
    return capsys.readouterr().out


def flat(text: str) -> str:
    return " ".join(text.split())


def test_everything_that_was_advised_is_in_it(service: Service, capsys: pytest.CaptureFixture[str]):
    advice = advice_on(service, TOLD)

    out = flat(printed(advice, service, capsys))

    for recommendation in advice.recommendations:
        assert recommendation.option
        assert recommendation.option.name in out
        for reason in (*recommendation.reasons_for, *recommendation.reasons_against):
            n = advice.cites[reason.consideration.tie.passage]
            assert f"{flat(reason.text)} [{n}]" in out
    assert "If " in out
    assert flat(advice.ask_next[0].question) in out
    assert f"--set {advice.ask_next[0].fact}=" in out
    assert [s.n for s in advice.sources if flat(f"[{s.n}] {s.title}: {s.section}") not in out] == []
    assert out.endswith(NOTICE)


def test_each_marker_leads_to_a_source(service: Service, capsys: pytest.CaptureFixture[str]):
    advice = advice_on(service, TOLD)

    before, _, after = printed(advice, service, capsys).partition("\nSources\n")

    assert set(re.findall(r"\[(\d+)\]", before)) <= set(re.findall(r"^\[(\d+)\] ", after, re.M))


@pytest.mark.parametrize(
    ("certainty", "says"),
    [(Certainty.STATED, "Team size: 6 “"), (Certainty.INFERRED, "6 (inferred) “"), (Certainty.TOLD, "6 (set by you) “")],
)
def test_a_fact_says_how_it_is_known_and_quotes_its_words(
    certainty: Certainty, says: str, service: Service, capsys: pytest.CaptureFixture[str]
):
    fact = Fact("team_size", 6, certainty, (Quote("six of\n   us", 0, 12),))

    out = flat(printed(replace(advice_on(service, {}), facts=(fact,)), service, capsys))

    assert f"{says.removeprefix('Team size: ')}six of us”" in out


def test_what_nobody_holds_comes_first_with_its_advice(service: Service, capsys: pytest.CaptureFixture[str]):
    out = printed(replace(advice_on(service, TOLD), responsibilities=HELD), service, capsys)

    listed = flat(out[out.index("Responsibilities") : out.index("Next question")])
    assert listed == (
        "Responsibilities Nobody holds Budget Share it like this: one keeps the sheet. [1] "
        "More than one holds, each alone Risks: product manager, tech lead Shared Estimates: the team "
        "One holds The roadmap: product manager “Ada's roadmap” Not told: Releases."
    )


def test_with_too_little_known_it_says_so_and_asks(service: Service, capsys: pytest.CaptureFixture[str]):
    out = printed(advice_on(service, {}), service, capsys)

    assert "Nothing yet that the advice could rest on." in out
    assert "Delivery: too little is known to say" in out
    assert "Product: too little is known to say" in out
    assert "Next question" in out
    assert "What would change it" not in out


def test_words_of_a_document_can_neither_steer_the_terminal_nor_style_the_text(service: Service, capsys: pytest.CaptureFixture[str]):
    owner = Fact("priorities_owner", "boss\x1b[2J\u202e", Certainty.STATED)
    fact = Fact("team_size", 6, Certainty.STATED, (Quote("[bold red]six[/] \x1b[2J\x1b]0;x\x07\u202e:smile: [link=x]us", 0, 40),))

    out = printed(replace(advice_on(service, {}), facts=(fact, owner)), service, capsys)

    assert "“[bold red]six[/] :smile: [link=x]us”" in out
    assert not {"\x1b", "\x07", "\u202e"} & set(out)


def test_lines_fit_the_terminal(service: Service, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "60")

    out = printed(advice_on(service, TOLD), service, capsys)

    assert max(len(line) for line in out.splitlines()) <= 60


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (True, "yes"), (False, "no"), (0, "0"), (1, "1"), ((), "none"), (("product_manager", "team"), "product manager, the team"),
        ("one_off_project", "one off project"), ("nobody", "nobody"),
    ],
)  # fmt: skip
def test_values_are_words(value: FactValue, words: str, service: Service):
    assert in_words(value, service) == words
