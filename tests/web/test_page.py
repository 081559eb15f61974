"""The page's logic, without a browser: Streamlit's own simulation over a scripted service."""

import threading
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pptx import Presentation
from streamlit.testing.v1 import AppTest

from app.coaching.model import Certainty
from app.errors import StoreError
from app.web.asking import Place
from app.web.state import Shared, Visit
from app.web.views.team import EXAMPLE_QUESTION, example_team
from app.web.views.welcome import EXAMPLES
from tests.web.scripted_service import HOSTILE, SEVERAL, ScriptedService, some_settings

KEY = "k" * 43


def script(common, key):  # type: ignore[no-untyped-def]  # its text is run as a script, where no name of this file is known
    import streamlit as st

    from app.web.state import Visit
    from app.web.views.whole import draw

    if key and "visit" not in st.session_state:  # as if the browser had shown this key
        st.session_state["visit"] = Visit(common, key, "first-conversation")
    draw(lambda: common)


@pytest.fixture
def common(tmp_path: Path) -> Iterator[Shared]:
    made = Shared(ScriptedService(some_settings(tmp_path)))
    yield made
    made.askings.close()
    made.service.store.close()


Open = Callable[..., AppTest]


@pytest.fixture
def page(common: Shared) -> Open:
    def opened(key: str = KEY, **query: str) -> AppTest:
        test = AppTest.from_function(script, args=(common, key), default_timeout=20)
        for name, value in query.items():
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


def ask(test: AppTest, question: str) -> AppTest:
    return test.chat_input[0].set_value(question).run()


def coach(common: Shared) -> Any:
    return common.service.coach


def test_the_first_screen_says_what_it_is_what_to_ask_and_what_it_is_not_for(page: Open) -> None:
    test = page()

    assert "automated coach" in shown(test)
    assert "not for legal, medical" in shown(test)
    assert [b.label.replace("\\", "") for b in test.button if b.key and b.key.startswith("example")] == list(EXAMPLES)
    assert "Stays on this machine" in shown(test)


def test_the_first_screen_does_not_wait_for_models(common: Shared, page: Open) -> None:
    service = common.service
    assert isinstance(service, ScriptedService)
    service._ready_at = time.monotonic() + 3600

    test = page()

    assert service.warmed >= 1
    assert "The guidance is being loaded." in shown(test)
    assert "embedder" not in service.__dict__


def test_with_a_hosted_model_the_page_says_what_is_sent_before_the_first_question(tmp_path: Path) -> None:
    leaving = "Your question and the quoted guidance are sent to openai."
    common = Shared(ScriptedService(some_settings(tmp_path), leaves_machine=leaving))

    test = AppTest.from_function(script, args=(common, KEY), default_timeout=20).run()

    assert leaving in shown(test)
    assert "Stays on this machine" not in shown(test)


def test_an_example_is_asked_by_one_click(common: Shared, page: Open) -> None:
    test = page()
    test = button(test, "Should my team").click().run()

    assert [asked[0] for asked in coach(common).asked] == ["Should my team have a project manager?"]
    assert "decides what is worth building" in shown(test)


def test_an_answer_is_shown_with_sources_and_kept(common: Shared, page: Open) -> None:
    test = ask(page(), "What is a product manager?")

    body = shown(test)
    assert 'popovertarget="t1-1"' in body
    assert 'id="t1-2"' in body
    assert "in the model’s words" in body
    assert "Automated, in part by scripted" in body
    assert [t.question for t in visit_of(test).turns()] == ["What is a product manager?"]
    assert test.query_params["c"] == "first-conversation"
    assert not test.exception


def slides(test: AppTest) -> list[Any]:
    return [one for one in test.get("download_button") if one.proto.label == "Slide"]


def test_a_comparison_can_be_taken_along_as_a_slide(common: Shared, page: Open) -> None:
    test = ask(page(), "compare a product manager and a project manager")

    assert len(slides(test)) == 1
    made = common.service.comparison(visit_of(test).turns()[0].answer)
    words = [shape.text_frame.text for shape in Presentation(BytesIO(made)).slides[0].shapes if shape.has_text_frame]
    assert any("A project manager watches the date." in text for text in words)


@pytest.mark.parametrize("question", ["What is a product manager?", "compare them, one-sided"])
def test_without_two_sides_there_is_no_slide(question: str, page: Open) -> None:
    assert slides(ask(page(), question)) == []


def test_a_finished_answer_is_drawn_once(page: Open) -> None:
    test = ask(page(), "What is a product manager?")

    assert shown(test).count('class="rw-q"') == 1


def test_choices_are_buttons_that_ask(common: Shared, page: Open) -> None:
    test = ask(page(), "What is a product manager?")
    button(test, "Several suppliers").click().run()

    assert [asked[0] for asked in coach(common).asked] == ["What is a product manager?", "Several suppliers"]


def test_the_same_question_again_right_away_makes_no_second_turn(page: Open) -> None:
    test = ask(page(), "What is a product manager?")
    test = ask(test, "What is a product manager?")

    assert len(visit_of(test).turns()) == 1


def test_ask_again_makes_a_new_turn(page: Open) -> None:
    test = ask(page(), "What is a product manager?")
    test = button(test, "Ask again").click().run()

    assert len(visit_of(test).turns()) == 2


@pytest.mark.parametrize("text", ["   ", "🙂🙂", "\u200b\u200b", "?!"])
def test_what_is_no_question_gets_one_sentence_and_stores_nothing(page: Open, text: str) -> None:
    test = ask(page(), text)

    assert "rw-problem" in shown(test)
    assert "Try again" not in [b.label for b in test.button]
    assert visit_of(test).turns() == []


def test_a_question_that_is_far_too_long_gets_one_sentence(page: Open) -> None:
    test = ask(page(), "word " * 5000)

    assert "at most 20,000" in shown(test)
    assert visit_of(test).turns() == []


def test_an_expected_failure_is_a_sentence_with_the_next_step(page: Open) -> None:
    test = ask(page(), "Is it unavailable?")

    assert "The language model does not answer." in shown(test)
    assert "Run <code>rolewise doctor</code>." in shown(test)
    assert "Try again" in [b.label for b in test.button]


def test_an_unexpected_failure_shows_an_id_and_no_inside(page: Open, caplog: pytest.LogCaptureFixture) -> None:
    test = ask(page(), "boom")

    body = shown(test)
    assert "Something went wrong (id " in body
    assert "secret" not in body
    assert not test.exception
    name = body.partition("(id ")[2][:6]
    assert name in caplog.text
    assert "/etc/secret/place" in caplog.text


def test_a_store_that_fails_is_a_sentence_and_the_page_stands(common: Shared, page: Open) -> None:
    class Broken:
        def for_owner(self, key: str) -> Any:
            raise StoreError("The disk is full.", "Free some space.")

        def close(self) -> None:
            pass

    common.service.__dict__["store"] = Broken()
    test = page()

    assert "The disk is full." in shown(test)
    assert "Who should do what?" in shown(test)
    test = ask(test, "What is a product manager?")
    assert "The disk is full." in shown(test)


def test_a_question_that_is_still_being_answered_is_taken_up_by_a_new_page(common: Shared, page: Open) -> None:
    first = page()
    visit = visit_of(first)
    visit.shared.askings.ask(visit.place, "a slow one", visit._beginning("a slow one"))

    again = AppTest.from_function(script, args=(common, ""), default_timeout=20)
    again.session_state["visit"] = Visit(common, KEY, "first-conversation")
    again.run()

    assert f"Slow sentence {SEVERAL} of {SEVERAL}." in shown(again)
    assert len(visit.turns()) == 1


def test_another_browser_sees_nothing_of_it(page: Open) -> None:
    mine = ask(page(), "What is a product manager?")
    conversation = visit_of(mine).conversation

    other = page(key="o" * 43, c=conversation)

    assert "product manager?" not in shown(other).replace("Who should", "")
    assert [b.key for b in other.button if b.key and b.key.startswith("open-")] == []


@pytest.mark.parametrize("address", ["../../etc/passwd", "x" * 500, "<script>", "a b", "c'--"])
def test_an_address_that_names_no_conversation_is_passed_over(page: Open, address: str) -> None:
    test = page(c=address)

    assert not test.exception
    assert "rw-problem" not in shown(test)


def test_a_conversation_of_the_address_is_opened(common: Shared, page: Open) -> None:
    ask(page(), "What is a product manager?")

    assert 'class="rw-q"' in shown(page(c="first-conversation"))


def test_conversations_are_listed_opened_and_found(page: Open) -> None:
    test = ask(page(), "What is a product manager?")
    test = button(test, "New conversation").click().run()
    assert "Who should do what?" in shown(test)
    test = ask(test, "What does a scrum master do?")

    assert [b.label for b in test.button if b.key and b.key.startswith("open-")] == [
        "What does a scrum master do?",
        "What is a product manager?",
    ]
    test = button(test, "What is a product").click().run()
    assert ">What is a product manager?<" in shown(test)
    test = test.text_input(key="search").set_value("scrum").run()
    assert [b.label for b in test.button if b.key and b.key.startswith("open-")] == ["What does a scrum master do?"]


def test_a_conversation_is_renamed(page: Open) -> None:
    test = ask(page(), "What is a product manager?")
    test = test.text_input(key="title-first-conversation").set_value("For :red[Monday] <b>").run()

    assert [s.title for s in visit_of(test).mine.listing()] == ["For :red[Monday] <b>"]
    assert button(test, "Monday").label == r"For \:red\[Monday\] \<b\>"


def test_a_title_without_a_letter_is_refused_in_words(page: Open) -> None:
    test = ask(page(), "What is a product manager?")
    test = test.text_input(key="title-first-conversation").set_value("\u200b").run()

    assert "A title needs at least one letter." in shown(test)


def test_a_conversation_is_deleted(page: Open) -> None:
    test = ask(page(), "What is a product manager?")
    test = button(test, "Delete this conversation").click().run()

    assert visit_of(test).mine.listing() == []
    assert "Who should do what?" in shown(test)
    assert "c" not in test.query_params


def test_everything_is_deleted_only_after_a_second_yes(common: Shared, page: Open) -> None:
    test = ask(page(), "What is a product manager?")
    test = button(test, "Delete everything").click().run()
    assert len(visit_of(test).mine.listing()) == 1
    test = button(test, "No, keep them").click().run()
    assert len(visit_of(test).mine.listing()) == 1

    test = button(test, "Delete everything").click().run()
    test = button(test, "Yes, delete everything").click().run()

    assert visit_of(test).mine.listing() == []
    assert common.service.store.statistics().turns == 0


def test_what_was_deleted_while_it_was_being_answered_does_not_come_back(common: Shared) -> None:
    visit = Visit(common, KEY, "c-gone")
    gone = threading.Event()
    reply = visit._beginning("What is a product manager?")(gone)
    gone.set()

    assert [type(event).__name__ for event in reply][-1] == "Finished"
    assert visit.turns() == []


def test_a_question_that_was_stopped_before_its_turn_came_is_gone(common: Shared, page: Open) -> None:
    test = page()
    visit = visit_of(test)
    visit.ask_button("a slow one")
    visit.ask_button("another slow one")
    for asking in common.askings.at(visit.place):
        asking.stop()
    test.query_params["c"] = visit.conversation
    test.run()

    assert shown(test).count('class="rw-q"') == 1
    assert common.askings.at(visit.place) == []


def test_a_conversation_that_is_not_kept_leaves_the_list_and_stays_open(page: Open) -> None:
    test = ask(page(), "What is a product manager?")
    test = test.toggle[0].set_value(True).run()

    assert visit_of(test).mine.listing() == []
    assert 'class="rw-q"' in shown(test)


def test_exports_hold_the_conversation(page: Open) -> None:
    test = ask(page(), "What is a product manager?")

    mine = visit_of(test).mine
    assert {b.key for b in test.get("download_button")} == {"export-markdown", "export-json", "export-all"}
    assert "What is a product manager?" in mine.export("markdown", "first-conversation")


def test_that_an_answer_helped_reaches_the_owner(page: Open) -> None:
    test = ask(page(), "What is a product manager?")
    test = next(b for b in test.button if b.key == "rate-up-1").click().run()

    assert [(f.turn, f.verdict) for f in visit_of(test).mine.feedback_given()] == [(1, "up")]
    assert next(b for b in test.button if b.key == "rate-up-1").label == "Helpful (your choice)"


def test_that_an_answer_is_wrong_reaches_the_owner_with_reasons_and_words(common: Shared, page: Open) -> None:
    test = ask(page(), "What is a product manager?")
    test = next(b for b in test.button if b.key == "rate-down-1").click().run()
    test.button_group(key="reasons-1").set_value(["It is not true"])
    test.text_area(key="comment-1").set_value("It decides nothing.")
    test = next(b for b in test.button if b.label == "Send").click().run()

    given = visit_of(test).mine.feedback_given()
    assert [(f.verdict, f.reasons, f.comment) for f in given] == [("down", ("It is not true",), "It decides nothing.")]
    assert common.service.store.statistics().down == 1


def test_a_pasted_team_is_understood_with_its_words(page: Open) -> None:
    test = page()
    test.text_area(key="team-text-0").set_value("We are a team of six. We release every day. There are no suppliers.")
    test = button(test, "Read it").click().run()

    team = visit_of(test).team
    assert team is not None
    assert {fact.id: fact.value for fact in team.facts}["team_size"] == 6
    assert "What I understood" in shown(test)
    assert "<q>" in shown(test)


def test_a_correction_goes_with_the_question(common: Shared, page: Open) -> None:
    test = page()
    test.text_area(key="team-text-0").set_value("We are a team of six.")
    test = button(test, "Read it").click().run()
    test = next(n for n in test.number_input if "team_size" in n.key).set_value(9).run()
    ask(test, "What should we do?")

    _, documents, told = coach(common).asked[-1]
    assert [(d.name, d.text) for d in documents] == [("Pasted text", "We are a team of six.")]
    assert [(fact.id, fact.value, fact.certainty) for fact in told] == [("team_size", 9, Certainty.TOLD)]


def test_a_fact_can_be_taken_away_and_one_added(common: Shared, page: Open) -> None:
    test = page()
    test.text_area(key="team-text-0").set_value("We are a team of six.")
    test = button(test, "Read it").click().run()
    test = next(n for n in test.number_input if "team_size" in n.key).set_value(None).run()
    test = next(s for s in test.selectbox if s.label == "Add what is missing").set_value("regulated").run()
    test = next(s for s in test.selectbox if s.key.startswith("set-regulated")).set_value("Yes").run()
    ask(test, "What should we do?")

    told = {fact.id: (fact.value, fact.certainty) for fact in coach(common).asked[-1][2]}
    assert told == {"team_size": (None, Certainty.UNKNOWN), "regulated": (True, Certainty.TOLD)}


def test_every_fact_has_a_widget_that_can_set_it(common: Shared, page: Open) -> None:
    test = page()
    test.text_area(key="team-text-0").set_value("We are a team of six.")
    test = button(test, "Read it").click().run()
    visit_of(test).team.added = [rule.id for rule in common.service.fact_rules()]  # type: ignore[union-attr]
    test.run()

    assert not test.exception
    widgets = [*test.number_input, *test.selectbox, *test.multiselect]
    for rule in common.service.fact_rules():
        assert any(w.key and w.key.startswith(f"set-{rule.id}-") for w in widgets), rule.id


def test_the_example_team_is_one_click(common: Shared, page: Open) -> None:
    test = button(page(), "Try it with an example team").click().run()

    question, documents, _ = coach(common).asked[-1]
    assert question == EXAMPLE_QUESTION
    assert documents[0].text == example_team()
    assert visit_of(test).team is not None


def test_the_example_team_is_read_in_a_minute() -> None:
    assert 120 <= len(example_team().split()) <= 190


def test_a_team_is_removed(common: Shared, page: Open) -> None:
    test = button(page(), "Try it with an example team").click().run()
    test = button(test, "Remove this team").click().run()
    ask(test, "What now?")

    assert visit_of(test).team is None
    assert coach(common).asked[-1][1] == ()


def test_a_team_is_never_stored(common: Shared, page: Open) -> None:
    button(page(), "Try it with an example team").click().run()

    exported = common.service.store.for_owner(KEY).export("json")
    assert "sports halls" not in exported


def test_deleting_everything_forgets_the_team_as_well(page: Open) -> None:
    test = button(page(), "Try it with an example team").click().run()
    test = button(test, "Delete everything").click().run()
    test = button(test, "Yes, delete everything").click().run()

    assert visit_of(test).team is None


def test_hostile_words_in_every_place_break_nothing(common: Shared, page: Open) -> None:
    test = page()
    test.text_area(key="team-text-0").set_value(f"We are six. {HOSTILE}")
    test = button(test, "Read it").click().run()
    test = ask(test, f"hostile {HOSTILE}")

    assert not test.exception
    assert "<script>" not in shown(test)
    assert f"{HOSTILE[:8]}" in visit_of(test).turns()[0].question


def test_a_long_conversation_is_drawn_from_its_end(common: Shared, page: Open) -> None:
    mine = common.service.store.for_owner(KEY)
    for n in range(25):
        for _ in coach(common).ask(f"Question {n}?", "first-conversation", mine):
            pass
    test = page()

    assert shown(test).count('class="rw-q"') == 20
    test = button(test, "Show 5 earlier").click().run()
    assert shown(test).count('class="rw-q"') == 25


def test_stop_ends_a_running_answer_and_keeps_what_was_shown(common: Shared) -> None:
    visit = Visit(common, KEY, "c-stop")
    asking = common.askings.ask(Place(KEY, "c-stop"), "a slow one", visit._beginning("a slow one"))
    while len(asking.news(0, 1)) < 4:
        pass

    asking.stop()

    assert asking.wait(5)
    kept = visit.turns()[0].answer
    assert kept.stopped
    assert 0 < len(kept.sentences) < SEVERAL
