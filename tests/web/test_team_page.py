"""The team page's logic, without a browser: Streamlit's own simulation over a scripted service."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app.coaching.model import Certainty
from app.documents.document import Document
from app.errors import DocumentError
from app.web.state import Shared, Visit
from app.web.teams import as_body
from app.web.views.team import example_team
from app.web.views.team_give import team_template
from tests.web.scripted_service import HOSTILE, ScriptedService, some_settings

KEY, OTHER = "k" * 43, "o" * 43
TEXT = "We are a team of seven. We depend on two suppliers. Nobody chases them. We kept missing dates. A budget report is due."
ANSWER = "answer-"


def script(common, key):  # type: ignore[no-untyped-def]  # its text is run as a script, where no name of this file is known
    import streamlit as st

    from app.web.state import Visit
    from app.web.views.whole import draw

    if key and "visit" not in st.session_state:  # as if the browser had shown this key
        st.session_state["visit"] = Visit(common, key, "first-conversation")
    draw(lambda: common)


class Reader(ScriptedService):
    """Reads text as it is, in this process: what parsers do is tested with them."""

    def read(self, name: str, data: bytes) -> Document:
        if b"scanned" in data:
            raise DocumentError("This PDF holds pictures of pages and no text.", "Paste its text.")
        return Document(name, data.decode(), str(hash(data)))


@pytest.fixture
def common(tmp_path: Path) -> Iterator[Shared]:
    made = Shared(Reader(some_settings(tmp_path)))
    yield made
    made.askings.close()
    made.service.store.close()


Open = Callable[..., AppTest]


@pytest.fixture
def page(common: Shared) -> Open:
    def opened(key: str = KEY, **query: str) -> AppTest:
        test = AppTest.from_function(script, args=(common, key), default_timeout=30)
        for name, value in {"view": "team", **query}.items():
            test.query_params[name] = value
        return test.run()

    return opened


def visit_of(test: AppTest) -> Visit:
    visit: Visit = test.session_state["visit"]
    return visit


def shown(test: AppTest) -> str:
    bodies = [element.proto.body for element in test.get("html")]
    return "\n".join(body for body in bodies if not body.startswith("<style>"))


def button(test: AppTest, words: str) -> Any:
    return next(b for b in test.button if words in b.label)


def described(test: AppTest, text: str = TEXT) -> AppTest:
    test.text_area[0].set_value(text)
    return ready(button(test, "Read it").click().run())


def ready(test: AppTest) -> AppTest:
    deadline = time.monotonic() + 20
    while visit_of(test).desk.reading is not None and time.monotonic() < deadline:
        time.sleep(0.1)
        test.run()
    return test


def widget(test: AppTest, fact: str) -> Any:
    widgets = [*test.number_input, *test.selectbox, *test.multiselect]
    return next(w for w in widgets if w.key and w.key.startswith(f"set-{fact}-"))


def test_the_first_screen_says_how_to_describe_a_team_and_what_it_is_not_for(page: Open) -> None:
    test = page()

    body = shown(test)
    assert "Describe your team" in body
    assert "not for judging, ranking, hiring or dismissing people" in body
    assert "stays on this machine" in body
    assert "unless you decide to keep it" in body
    assert not test.exception


def test_with_a_hosted_model_the_page_does_not_say_that_all_stays_here(tmp_path: Path) -> None:
    common = Shared(ScriptedService(some_settings(tmp_path), leaves_machine="Your question is sent to openai."))
    test = AppTest.from_function(script, args=(common, KEY), default_timeout=30)
    test.query_params["view"] = "team"
    test.run()

    assert "stays on this machine" not in shown(test).lower()
    assert "Your question is sent to openai." in shown(test)


def test_the_switch_leads_there_and_back_and_the_address_says_where(page: Open) -> None:
    test = page(view="ask")
    switch = test.button_group(key="view")

    test = switch.set_value(["team"]).run() if isinstance(switch.value, list) else switch.set_value("team").run()
    assert test.query_params["view"] in ("team", ["team"])
    assert "Describe your team" in shown(test)
    assert len(test.chat_input) == 0
    test = test.button_group(key="view").set_value("ask").run()
    assert "view" not in test.query_params
    assert "Who should do what?" in shown(test)


def test_a_step_back_in_the_browser_returns_to_the_conversation_that_was_open(page: Open) -> None:
    test = page(view="ask")
    test = test.chat_input[0].set_value("What is a product manager?").run()
    test = test.button_group(key="view").set_value("team").run()
    assert "c" not in test.query_params

    del test.query_params["view"]
    test.query_params["c"] = "first-conversation"
    test.run()

    assert ">What is a product manager?<" in shown(test)
    assert visit_of(test).view == "ask"


def test_a_pasted_description_becomes_facts_and_two_recommendations(page: Open) -> None:
    test = described(page())

    body = shown(test)
    team = visit_of(test).team
    assert team is not None
    assert {fact.id for fact in team.facts} >= {"team_size", "external_parties", "blockers_unowned"}
    for words in ("What I recommend", "Delivery and project management", "Product decisions", "What I understood", "Your text"):
        assert words in body, words
    assert '<mark id="team-q0"' in body
    assert 'popovertarget="team-1"' in body
    assert 'id="team-1"' in body
    assert not test.exception


def test_nothing_to_read_is_one_sentence(page: Open) -> None:
    test = button(page(), "Read it").click().run()

    assert "There is nothing to read yet." in shown(test)
    assert visit_of(test).team is None


def test_several_files_become_one_team_and_the_bad_one_is_named(page: Open) -> None:
    test = page()
    files = [("wiki.md", b"We are a team of seven.", "text/markdown"), ("old.pdf", b"scanned", "application/pdf")]
    test.file_uploader[0].set_value([*files, ("roster.csv", b"two suppliers", "text/csv")])
    test = ready(button(test, "Read it").click().run())

    team = visit_of(test).team
    assert team is not None
    assert [part.name for part in team.parts] == ["wiki.md", "roster.csv"]
    assert "old.pdf was left out: This PDF holds pictures of pages and no text." in shown(test)
    assert '<p class="rw-part">roster.csv</p>' in shown(test)


def test_a_file_that_cannot_be_read_is_one_sentence_and_the_page_stands(page: Open) -> None:
    test = page()
    test.file_uploader[0].set_value([("old.pdf", b"scanned", "application/pdf")])
    test = ready(button(test, "Read it").click().run())

    assert "This PDF holds pictures of pages and no text." in shown(test)
    assert "Describe your team" in shown(test)


def test_the_page_is_usable_while_it_reads_and_can_stop_it(common: Shared, page: Open) -> None:
    test = page()
    test.text_area[0].set_value("We are a team of six, very slow to read.")
    test = button(test, "Read it").click().run()

    assert "Looking for facts" in shown(test)
    test = test.button_group(key="view").set_value("ask").run()
    assert "Who should do what?" in shown(test)
    test = test.button_group(key="view").set_value("team").run()
    test = button(test, "Stop").click().run()
    assert visit_of(test).team is None
    assert "Describe your team" in shown(test)


def test_a_correction_moves_the_recommendation_at_once_and_goes_with_the_next_question(common: Shared, page: Open) -> None:
    test = described(page())
    desk = visit_of(test).desk
    before = desk.advice().delivery.shares["dedicated"]

    test = widget(test, "external_parties").set_value(5).run()

    assert desk.advice().delivery.shares["dedicated"] > before
    assert "You rely on 5 outside parties" in shown(test)
    assert "Set by you" in shown(test)
    test = button(test, "Ask about this team").click().run()
    test.chat_input[0].set_value("What should we do?").run()
    _, documents, told = common.service.coach.asked[-1]  # type: ignore[attr-defined]
    assert [d.text for d in documents] == [TEXT]
    assert [(fact.id, fact.value, fact.certainty) for fact in told] == [("external_parties", 5, Certainty.TOLD)]


def test_a_correction_can_be_undone(page: Open) -> None:
    test = described(page())
    test = widget(test, "external_parties").set_value(5).run()
    test = button(test, "Undo").click().run()

    assert visit_of(test).team.told == {}  # type: ignore[union-attr]
    assert widget(test, "external_parties").value == 2


def test_a_fact_can_be_taken_away_and_stays_in_sight(page: Open) -> None:
    test = described(page())
    test = widget(test, "external_parties").set_value(None).run()

    facts = {fact.id: fact for fact in visit_of(test).desk.advice().facts}
    assert facts["external_parties"].certainty is Certainty.UNKNOWN
    assert "Undo" in [b.label for b in test.button]


def test_every_fact_can_be_set(common: Shared, page: Open) -> None:
    test = described(page())

    widgets = [*test.number_input, *test.selectbox, *test.multiselect]
    for rule in common.service.fact_rules():
        assert [w for w in widgets if w.key and w.key.startswith(f"set-{rule.id}-")], rule.id


def test_an_answer_to_the_next_question_sets_the_fact_and_the_widget(common: Shared, page: Open) -> None:
    test = described(page())
    asks = visit_of(test).desk.advice().ask_next
    rule = next(rule for rule in common.service.fact_rules() if rule.id == asks[0].fact)
    assert asks[0].question in shown(test).replace("&#x27;", "'")
    choice = rule.choices[-1]

    test = next(b for b in test.button if b.key == f"{ANSWER}{rule.id}-{len(rule.choices) - 1}").click().run()

    assert visit_of(test).team.told[rule.id].value == rule.answers[choice]  # type: ignore[union-attr]
    assert asks[0].question not in shown(test).replace("&#x27;", "'")
    shown_value = widget(test, rule.id).value
    assert (tuple(shown_value) if isinstance(shown_value, list) else shown_value) == rule.answers[choice]  # roles are a list there


def test_a_question_that_cannot_be_answered_makes_way_for_the_next(page: Open) -> None:
    test = described(page())
    asks = visit_of(test).desk.advice().ask_next
    test = button(test, "I do not know").click().run()

    assert asks[1].question in shown(test).replace("&#x27;", "'")
    assert visit_of(test).team.told == {}  # type: ignore[union-attr]


def test_with_almost_nothing_said_the_page_asks_instead_of_advising(page: Open) -> None:
    test = described(page(), "We make things and like each other.")

    body = shown(test)
    assert "Not enough yet" in body
    assert "points towards" not in body
    assert "What would help most to know" in body
    assert "I found no facts that I can use." in body


def test_a_what_if_shows_before_and_after_and_changes_no_fact(page: Open) -> None:
    test = described(page())
    desk = visit_of(test).desk
    before = desk.advice().delivery
    group = next(g for g in test.button_group if g.key and g.key.startswith("if-external_parties"))

    test = group.set_value("4").run()

    assert "If it were so: Suppliers, partners and other parties relied on: 4" in shown(test)
    assert desk.advice().delivery == before
    assert visit_of(test).team.told == {}  # type: ignore[union-attr]
    assert visit_of(test).say[0].startswith("What if: Delivery")
    test = button(test, "Reset").click().run()
    assert "If it were so" not in shown(test)
    assert all(not g.value for g in test.button_group if g.key and g.key.startswith("if-"))


def test_a_what_if_can_become_facts(page: Open) -> None:
    test = described(page())
    group = next(g for g in test.button_group if g.key and g.key.startswith("if-external_parties"))
    test = group.set_value("4").run()
    test = button(test, "Take this over as facts").click().run()

    assert visit_of(test).team.told["external_parties"].value == 4  # type: ignore[union-attr]
    assert widget(test, "external_parties").value == 4
    assert "If it were so" not in shown(test)


def test_responsibilities_have_their_state_and_what_nobody_holds_has_advice(page: Open) -> None:
    body = shown(described(page()))

    assert "Who answers for what" in body
    assert "Nobody holds it" in body
    assert "Share it: one of you asks every morning. Or hire for it." in body
    assert "Not said: The roadmap." in body


def test_files_are_made_when_they_are_asked_for_and_named_after_the_team(common: Shared, page: Open) -> None:
    test = described(page())

    buttons = {b.key: b for b in test.get("download_button")}
    assert {"take-pptx", "take-docx", "take-md", "take-json"} <= set(buttons)
    assert common.service.exported == []  # type: ignore[attr-defined]
    assert [c.label for c in test.checkbox] == ["Shorten people’s names"]


def test_nothing_is_kept_until_the_person_says_so(common: Shared, page: Open) -> None:
    test = described(page())

    assert test.toggle[0].value is False
    assert common.service.store.statistics().teams == 0
    assert "seven" not in common.service.store.for_owner(KEY).export()


def test_what_is_kept_is_listed_addressed_exported_and_opens_as_it_was(common: Shared, page: Open) -> None:
    test = described(page())
    test = widget(test, "external_parties").set_value(5).run()
    test = test.toggle[0].set_value(True).run()
    kept = visit_of(test).team.kept  # type: ignore[union-attr]

    assert test.query_params["a"] in (kept, [kept])
    exported = json.loads(common.service.store.for_owner(KEY).export())
    assert exported["teams"][0]["body"]["text"] == TEXT
    again = page(a=kept)
    assert "You rely on 5 outside parties" in shown(again)
    assert [b.key for b in again.button if b.key and b.key.startswith("team-")] == [f"team-{kept}"]
    assert again.toggle[0].value is True


def test_corrections_of_a_kept_team_are_kept(common: Shared, page: Open) -> None:
    test = described(page())
    test = test.toggle[0].set_value(True).run()
    test = widget(test, "external_parties").set_value(5).run()

    kept = visit_of(test).team.kept  # type: ignore[union-attr]
    assert visit_of(page(a=kept)).team.told["external_parties"].value == 5  # type: ignore[union-attr]


def test_a_kept_team_is_renamed(page: Open) -> None:
    test = described(page())
    test = test.toggle[0].set_value(True).run()
    test = next(t for t in test.text_input if t.label == "Title").set_value("For :red[Monday] <b>").run()

    assert [one.title for one in visit_of(test).desk.listing()] == ["For :red[Monday] <b>"]
    assert "For :red[Monday] &lt;b&gt;</h1>" in shown(test)
    assert r"For \:red\[Monday\] \<b\>" in [b.label for b in test.button]


def test_keeping_no_longer_deletes_what_is_stored_and_leaves_the_page_alone(common: Shared, page: Open) -> None:
    test = described(page())
    test = test.toggle[0].set_value(True).run()
    test = test.toggle[0].set_value(False).run()

    assert common.service.store.statistics().teams == 0
    assert "What I recommend" in shown(test)
    assert "a" not in test.query_params


def test_a_kept_team_is_deleted_only_after_a_second_yes(common: Shared, page: Open) -> None:
    test = described(page())
    test = test.toggle[0].set_value(True).run()
    test = button(test, "Delete this team").click().run()
    assert common.service.store.statistics().teams == 1
    test = button(test, "No, keep it").click().run()
    test = button(test, "Delete this team").click().run()
    test = button(test, "Yes, delete this team").click().run()

    assert common.service.store.statistics().teams == 0
    assert "Describe your team" in shown(test)
    assert "Back to" not in " ".join(b.label for b in test.button)
    assert "a" not in test.query_params


def test_deleting_everything_deletes_kept_teams_and_closes_the_open_one(common: Shared, page: Open) -> None:
    test = described(page())
    test = test.toggle[0].set_value(True).run()
    test = button(test, "Delete everything").click().run()
    test = button(test, "Yes, delete everything").click().run()

    assert common.service.store.statistics().teams == 0
    assert visit_of(test).team is None
    assert visit_of(test).desk.previous is None
    assert "seven" not in shown(test)
    assert visit_of(test).view == "team"


def test_another_browser_sees_nothing_of_a_kept_team(page: Open) -> None:
    mine = described(page())
    mine = mine.toggle[0].set_value(True).run()
    kept = visit_of(mine).team.kept  # type: ignore[union-attr]

    other = page(key=OTHER, a=kept)

    assert "There is no such team assessment." in shown(other)
    assert "seven" not in shown(other)
    assert [b.key for b in other.button if b.key and b.key.startswith("team-")] == []


@pytest.mark.parametrize("address", ["../../etc/passwd", "x" * 500, "<script>", "no-such-team", "c'--"])
def test_an_address_that_names_no_team_breaks_nothing(page: Open, address: str) -> None:
    test = page(a=address)

    assert not test.exception
    assert "Describe your team" in shown(test)


def test_a_damaged_team_is_one_sentence_and_can_be_left(common: Shared, page: Open) -> None:
    kept = common.service.store.for_owner(KEY).teams.keep("Broken", {"form": 1, "text": 3})
    test = page(a=kept)

    assert "This team is damaged and cannot be opened." in shown(test)
    assert "Describe your team" in shown(test)


def test_rules_that_have_changed_since_are_owned_up_to(common: Shared, page: Open) -> None:
    test = described(page())
    team = visit_of(test).team
    assert team is not None
    body = as_body(team, team.advice(common.service))
    body["advice"]["recommendation"]["delivery"]["arrangement"] = "shared"
    kept = common.service.store.for_owner(KEY).teams.keep("Then", body)

    assert "The rules have changed since you kept this: they now say otherwise on delivery" in shown(page(a=kept))


def test_a_team_that_was_put_aside_can_be_returned_to(page: Open) -> None:
    test = described(page())
    test = button(test, "Describe another team").click().run()
    assert "Describe your team" in shown(test)
    test = button(test, "Back to Pasted text").click().run()

    assert "What I recommend" in shown(test)


def test_the_example_is_one_click_and_the_team_of_the_chat_is_the_same(page: Open) -> None:
    test = ready(button(page(), "Try it with an example team").click().run())

    assert visit_of(test).team.text == example_team()  # type: ignore[union-attr]
    assert visit_of(test).team.name == "Example team"  # type: ignore[union-attr]
    test = button(test, "Ask about this team").click().run()
    assert any("Your team: Example team" in e.label for e in test.expander)
    test = button(test, "See the whole advice").click().run()
    assert "What I recommend" in shown(test)


def test_the_template_asks_for_what_the_rules_use_and_judges_nobody(common: Shared) -> None:
    text = team_template()

    assert text.count("\n## ") >= 7
    for word in ("who is in it", "for whom", "dates", "suppliers", "plan", "goes wrong", "do not judge anybody"):
        assert word in text.lower(), word
    assert common.service.understand(text) == []


def test_hostile_words_in_every_place_break_nothing(page: Open) -> None:
    test = page()
    text = f"We are a team of six {HOSTILE}. two suppliers. Nobody chases"
    test.file_uploader[0].set_value([(f"{HOSTILE[:80]}.md", text.encode(), "text/markdown"), ("b.md", b"a team of seven", "text/markdown")])
    test = ready(button(test, "Read it").click().run())
    test = test.toggle[0].set_value(True).run()

    assert not test.exception
    assert "<script" not in shown(test)
    assert "<img" not in shown(test)
    assert visit_of(test).team is not None
    assert all("<script>" not in b.label.replace("\\<", "") for b in test.button)
