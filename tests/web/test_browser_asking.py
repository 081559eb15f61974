"""Asking, in a real browser over a scripted service: streaming, stopping, refreshing, sending twice, tabs and sockets."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, WebSocketRoute, expect

from tests.web.conftest import Serve, Server
from tests.web.scripted_service import SEVERAL

pytestmark = pytest.mark.browser
LAST = f"Slow sentence {SEVERAL} of {SEVERAL}."


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1280, "height": 900})
    made.set_default_timeout(15_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext, scripted: Server) -> Page:
    return opened(context, scripted)


def opened(context: BrowserContext, server: Server) -> Page:
    page = context.new_page()
    page.goto(server.url)
    expect(page.get_by_role("heading", name="Who should do what?")).to_be_visible(timeout=20_000)
    return page


def ask(page: Page, question: str) -> None:
    page.get_by_test_id("stChatInputTextArea").fill(question)
    page.keyboard.press("Enter")


def finished(page: Page) -> None:
    expect(page.get_by_role("button", name="Ask again")).to_be_visible(timeout=15_000)


def questions(page: Page) -> int:
    return page.locator(".rw-q").count()


def test_a_marker_opens_its_passage_with_the_quoted_sentence_highlighted(page: Page) -> None:
    ask(page, "What is a product manager?")
    finished(page)
    marker = page.get_by_role("button", name="Source 1: Product manager").first
    marker.focus()
    page.keyboard.press("Enter")

    passage = page.get_by_role("dialog")
    expect(passage).to_be_visible()
    expect(passage.locator("mark")).to_have_text("A product manager decides what is worth building.")
    for words in ("What the role is for", "Rolewise", "Apache-2.0", "2026-11-20"):
        expect(passage).to_contain_text(words)
    link = passage.get_by_role("link", name=re.compile("guides.example"))
    assert set((link.get_attribute("rel") or "").split()) == {"noreferrer", "noopener"}
    expect(passage.get_by_role("heading")).to_be_focused()
    page.keyboard.press("Escape")
    expect(passage).to_be_hidden()
    expect(marker).to_be_focused()


def test_sources_come_first_then_sentences_one_by_one_and_an_opened_passage_stays_open(page: Page) -> None:
    ask(page, "a slow one")

    expect(page.locator(".rw-card")).to_be_visible()
    assert page.get_by_text(LAST).count() == 0
    expect(page.get_by_text("Slow sentence 1 of")).to_be_visible()
    page.locator(".rw-card").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.get_by_text(LAST)).to_have_count(1, timeout=15_000)
    finished_hidden = page.get_by_role("button", name="Ask again", include_hidden=True)
    expect(finished_hidden).to_have_count(1, timeout=15_000)
    expect(page.get_by_role("dialog")).to_be_visible()


def test_what_happens_is_announced_and_the_focus_returns_to_the_box(page: Page) -> None:
    page.get_by_role("button", name="Should my team have a project manager?").click()
    finished(page)

    expect(page.locator("#rw-live")).to_contain_text("The answer is complete.")
    assert page.locator("#rw-live").get_attribute("aria-live") == "polite"
    expect(page.get_by_test_id("stChatInputTextArea")).to_be_focused()


def test_the_answer_is_read_from_its_start(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 550})
    for n in range(3):
        ask(page, f"What is a product manager? {n}")
        expect(page.locator(".rw-q")).to_have_count(n + 1)
        finished(page)

    page.wait_for_timeout(500)
    assert 0 <= page.locator(".rw-q").nth(2).evaluate("q => q.getBoundingClientRect().top") < 200


def test_stop_ends_the_answer_and_keeps_what_was_shown(page: Page) -> None:
    ask(page, "a slow one")
    expect(page.get_by_text("Slow sentence 2 of")).to_be_visible()
    page.get_by_role("button", name="Stop").click()

    finished(page)
    expect(page.get_by_text("You stopped this answer")).to_be_visible()
    expect(page.get_by_text("Slow sentence 2 of")).to_be_visible()
    assert page.get_by_text(LAST).count() == 0


def test_a_refresh_in_mid_answer_loses_nothing(page: Page) -> None:
    ask(page, "a slow one")
    expect(page.get_by_text("Slow sentence 2 of")).to_be_visible()
    page.reload()

    expect(page.get_by_text("Slow sentence 2 of")).to_be_visible(timeout=15_000)
    expect(page.get_by_text(LAST)).to_be_visible(timeout=15_000)
    finished(page)
    assert questions(page) == 1


def test_a_click_elsewhere_in_mid_answer_loses_nothing(page: Page) -> None:
    ask(page, "a slow one")
    expect(page.get_by_text("Slow sentence 1 of")).to_be_visible()
    page.get_by_role("button", name="New conversation").click()
    expect(page.get_by_role("heading", name="Who should do what?")).to_be_visible()
    page.go_back()

    expect(page.get_by_text(LAST)).to_be_visible(timeout=15_000)
    finished(page)
    assert questions(page) == 1


def test_a_question_sent_twice_quickly_makes_one_turn(page: Page) -> None:
    for _ in range(2):
        page.get_by_test_id("stChatInputTextArea").fill("a slow one")
        page.keyboard.press("Enter")
    finished(page)

    assert questions(page) == 1


def test_a_double_click_on_an_example_makes_one_turn(page: Page) -> None:
    page.get_by_role("button", name="Should my team have a project manager?").dblclick()
    finished(page)
    page.wait_for_timeout(300)

    assert questions(page) == 1


def test_another_question_in_mid_answer_is_answered_next(page: Page) -> None:
    ask(page, "a slow one")
    expect(page.get_by_text("Slow sentence 1 of")).to_be_visible()
    ask(page, "What is a product manager?")

    expect(page.get_by_text("Your earlier question is being answered first")).to_be_visible()
    expect(page.locator(".rw-a").nth(1)).to_contain_text("A product manager decides", timeout=15_000)
    finished(page)
    assert page.locator(".rw-q").all_inner_texts() == ["a slow one", "What is a product manager?"]


def test_two_tabs_of_one_browser_share_one_conversation(context: BrowserContext, page: Page) -> None:
    ask(page, "a slow one")
    expect(page.get_by_text("Slow sentence 1 of")).to_be_visible()
    other = context.new_page()
    other.goto(page.url)

    expect(other.get_by_text(LAST)).to_be_visible(timeout=15_000)
    finished(other)
    finished(page)
    assert (questions(page), questions(other)) == (1, 1)


def test_two_browsers_see_nothing_of_each_other(browser: Browser, page: Page, scripted: Server) -> None:
    ask(page, "What is my secret plan?")
    finished(page)
    stranger = browser.new_context()
    other = opened(stranger, scripted)

    assert other.get_by_text("secret plan").count() == 0
    other.goto(page.url)  # knowing the address is not enough
    expect(other.get_by_role("heading", name="Who should do what?")).to_be_visible(timeout=20_000)
    assert other.get_by_text("secret plan").count() == 0
    stranger.close()


def test_a_socket_that_drops_in_mid_answer_comes_back_to_the_same_answer(context: BrowserContext, scripted: Server) -> None:
    page = context.new_page()
    sockets: list[WebSocketRoute] = []

    def through(socket: WebSocketRoute) -> None:
        socket.connect_to_server()
        sockets.append(socket)

    page.route_web_socket(re.compile("_stcore/stream"), through)
    page.goto(scripted.url)
    expect(page.get_by_role("heading", name="Who should do what?")).to_be_visible(timeout=20_000)
    ask(page, "a slow one")
    expect(page.get_by_text("Slow sentence 2 of")).to_be_visible()
    sockets[-1].close(code=3001, reason="dropped")

    expect(page.get_by_text(LAST)).to_be_visible(timeout=20_000)
    finished(page)
    assert questions(page) == 1
    assert len(sockets) > 1


def test_a_line_says_what_is_loading_and_goes_away_by_itself(browser: Browser, serve: Serve) -> None:
    slow = serve("tests/web/scripted_main.py", SCRIPTED_READY_AFTER="9")
    context = browser.new_context()
    page = opened(context, slow)

    expect(page.get_by_text("The guidance is being loaded.")).to_be_visible()
    expect(page.get_by_text("The guidance is being loaded.")).to_be_hidden(timeout=15_000)
    context.close()


def test_an_unexpected_error_shows_an_id_and_nothing_of_the_inside(page: Page, scripted: Server) -> None:
    ask(page, "boom")

    # the strong words: what is said to screen readers holds the same sentence
    alert = page.get_by_role("strong").filter(has_text=re.compile(r"Something went wrong \(id [0-9a-f]{6}\)"))
    expect(alert).to_be_visible()
    text = page.locator("body").inner_text()
    for inside in ("secret", "Traceback", "RuntimeError", "/work", ".py"):
        assert inside not in text
    name = re.search(r"id ([0-9a-f]{6})", alert.inner_text())
    assert name is not None
    assert name[1] in scripted.log.read_text()
    assert "/etc/secret/place" in scripted.log.read_text()


def test_copy_puts_the_answer_with_its_sources_on_the_clipboard(context: BrowserContext, page: Page) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, "What is a product manager?")
    finished(page)
    page.get_by_role("button", name="Copy").click()

    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("What is a product manager?")
    assert "[1] Product manager, What the role is for. Rolewise." in copied


def test_conversations_are_exported_and_everything_is_deleted(page: Page) -> None:
    ask(page, "What is a product manager?")
    finished(page)
    page.get_by_text("This conversation", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export as Markdown").click()
    assert download.value.suggested_filename == "rolewise-what-is-a-product-manager.md"
    assert "What is a product manager?" in download.value.path().read_text()

    page.get_by_role("button", name="Delete everything").click()
    page.get_by_role("button", name="Yes, delete everything").click()
    expect(page.get_by_role("heading", name="Who should do what?")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Who should do what?")).to_be_visible(timeout=20_000)
    assert page.get_by_text("What is a product manager?", exact=True).count() == 0
