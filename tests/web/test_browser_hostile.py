"""Hostile words in a real browser: wherever they come from, they stay words, and the browser asks nobody for anything."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page, Route, expect

from tests.web.conftest import Server
from tests.web.scripted_service import HOSTILE

pytestmark = pytest.mark.browser
TITLE = ":red[x] :material/home: **b** $x$ ![i](http://e.example/i)"  # short enough to be listed whole
ELEMENTS = "script[src*=evil], iframe, object, embed, img[src*=evil], svg[onload], a[href^=javascript], .katex, .stMarkdown a"


class Watched:
    """A page whose requests and dialogs are written down."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.requests: list[str] = []
        self.dialogs: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("dialog", self._dismiss)
        page.goto(url)
        expect(page.get_by_role("heading", name="Who should do what?")).to_be_visible(timeout=20_000)
        self.url = url

    def _dismiss(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def is_unharmed(self) -> None:
        self.page.wait_for_timeout(500)  # for whatever a browser would fetch
        foreign = [url for url in self.requests if not url.startswith((self.url, f"blob:{self.url}", "data:"))]
        assert foreign == []
        assert self.dialogs == []
        assert self.page.evaluate("window.pwned") is None
        assert self.page.locator(ELEMENTS).count() == 0


@pytest.fixture
def watched(browser: Browser, scripted: Server) -> Iterator[Watched]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(15_000)
    yield Watched(context.new_page(), scripted.url)
    context.close()


def ask(page: Page, question: str) -> None:
    page.get_by_test_id("stChatInputTextArea").fill(question)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Ask again")).to_be_visible(timeout=15_000)


def test_in_a_question_and_so_in_the_title_of_its_conversation(watched: Watched) -> None:
    ask(watched.page, HOSTILE)

    watched.is_unharmed()
    shown = watched.page.locator(".rw-q").inner_text()
    for words in (
        "<script>window.pwned=1</script>",
        "![x](http",
        "$\\frac{1}{2}$",
        ":red[red] :material/home: :smile:",
        "**bold**",
    ):
        assert words in shown
    title = watched.page.locator(".st-key-conversations button").inner_text()
    assert title.startswith("<script>window.pwned=1</script><img src=x")


def test_in_everything_that_an_answer_holds(watched: Watched) -> None:
    ask(watched.page, "hostile")
    watched.is_unharmed()

    answer = watched.page.locator(".rw-a").inner_text()
    assert "<img src=x onerror" in answer
    assert ":red[red] :material/home: :smile:" in answer
    assert "\u202e" not in answer
    assert "\u200b" not in answer
    choice = watched.page.locator(".st-key-choices button").inner_text()
    assert choice.startswith("<script>window.pwned=1</script>")


def test_in_a_passage_its_title_and_its_links(watched: Watched) -> None:
    ask(watched.page, "hostile")
    watched.page.locator(".rw-card").first.click()
    passage = watched.page.get_by_role("dialog")

    expect(passage.locator("mark")).to_contain_text("<script>window.pwned=1</script>")
    assert passage.get_by_role("link").count() == 0
    watched.is_unharmed()
    watched.page.keyboard.press("Escape")
    watched.page.locator(".rw-card").nth(1).click()
    link = watched.page.get_by_role("dialog").get_by_role("link")
    assert link.inner_text().startswith("127.0.0.1")
    watched.is_unharmed()


def test_in_how_it_was_made_and_in_what_was_understood(watched: Watched) -> None:
    ask(watched.page, "hostile")
    watched.page.get_by_role("button", name="How this was made").click()
    expect(watched.page.get_by_role("dialog")).to_contain_text("<script>window.pwned=1</script>")
    watched.page.keyboard.press("Escape")
    watched.page.get_by_text("What I understood about the team").click()

    watched.is_unharmed()


def test_after_a_refresh_and_in_an_opened_conversation(watched: Watched) -> None:
    ask(watched.page, "hostile")
    watched.page.get_by_text("This conversation", exact=True).click()
    watched.page.get_by_label("Title").fill(TITLE)
    watched.page.keyboard.press("Enter")
    expect(watched.page.locator(".st-key-conversations button")).to_have_text(TITLE)
    watched.page.reload()
    expect(watched.page.get_by_role("button", name="Ask again")).to_be_visible(timeout=20_000)

    watched.is_unharmed()


def test_in_a_file_name_and_in_a_team(watched: Watched, tmp_path: Path) -> None:
    page = watched.page
    name = "..'\"><img src=x onerror=alert(1)>![x](http:evil) :red[y] $z$ \u202etxt.md"
    upload = tmp_path / name
    upload.write_text(f"We are a team of six people {HOSTILE}. We release every day.")
    with page.expect_response(lambda answer: answer.request.method == "PUT"):
        page.locator("[data-testid=stChatInput] input[type=file]").set_input_files(str(upload))
    watched.is_unharmed()
    page.get_by_test_id("stChatInputTextArea").fill("What do we need?")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Ask again")).to_be_visible(timeout=15_000)
    page.get_by_text(re.compile("Your team:")).click()

    expect(page.get_by_role("heading", name="What I understood")).to_be_visible()
    assert page.get_by_text(re.compile("Your team:")).inner_text().startswith("Your team: ")
    watched.is_unharmed()


def test_in_a_pasted_team(watched: Watched) -> None:
    page = watched.page
    page.get_by_text("Tell me about your team").click()
    page.wait_for_timeout(600)  # it opens with a movement
    page.get_by_label("Your team in a few sentences").fill(f"We are a team of six people {HOSTILE}")
    page.get_by_role("button", name="Read it").click()

    expect(page.get_by_role("heading", name="What I understood")).to_be_visible()
    watched.is_unharmed()


def test_a_link_in_a_passage_tells_the_other_side_nothing(browser: Browser, watched: Watched) -> None:
    ask(watched.page, "What is a product manager?")
    watched.page.locator(".rw-card").first.click()
    watched.is_unharmed()
    heard: list[dict[str, str]] = []

    def hear(route: Route) -> None:
        heard.append(route.request.headers)
        route.abort()

    watched.page.context.route("https://guides.example/**", hear)

    with watched.page.context.expect_page() as other:
        watched.page.get_by_role("dialog").get_by_role("link").click()

    other.value.wait_for_timeout(300)
    assert len(heard) == 1
    assert "referer" not in heard[0]


def test_a_very_long_word_and_many_lines_leave_the_layout_whole(watched: Watched) -> None:
    ask(watched.page, "W" * 3000 + "\nline" * 400)

    assert watched.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    watched.is_unharmed()
