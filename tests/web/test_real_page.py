"""The real page over the real service: guides, index and embedding model, without a language model."""

import json
import re
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.web.views.team import example_team
from tests.web.conftest import Serve, Server
from tests.web.scripted_service import REPOSITORY

pytestmark = pytest.mark.browser
QUESTION = "What is the difference between a product manager and a project manager?"


@pytest.fixture(scope="module")
def server(serve: Serve, index_data: Path, models_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Server:
    data = tmp_path_factory.mktemp("real") / "data"
    shutil.copytree(index_data, data)
    return serve("app/web/main.py", ROLEWISE_DATA=str(data), ROLEWISE_MODELS=str(models_folder))


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.goto(server.url)
    yield page
    context.close()


def ask(page: Page, question: str) -> None:
    page.get_by_test_id("stChatInputTextArea").fill(question)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Ask again")).to_be_visible(timeout=60_000)


def test_the_page_is_there_before_the_models_and_a_question_asked_meanwhile_is_answered(page: Page, server: Server) -> None:
    expect(page.get_by_role("heading", name="Who should do what?")).to_be_visible(timeout=20_000)
    ask(page, QUESTION)

    expect(page.locator(".rw-m").first).to_be_visible()
    assert ready(server)["ready"] is True


def test_every_marker_opens_a_passage_that_holds_the_quote_word_by_word(page: Page) -> None:
    ask(page, QUESTION)
    guides = "\n".join(path.read_text() for path in (REPOSITORY / "corpus" / "guides").glob("*.md"))
    plain = squeezed(guides)

    markers = page.locator(".rw-m")
    assert markers.count() >= 3
    for marker in markers.all():
        passage = page.locator(f"#{marker.get_attribute('popovertarget')}")
        quotes = passage.locator("mark").all_text_contents()
        assert quotes
        assert all(squeezed(quote) in plain for quote in quotes), quotes


def test_a_comparison_stands_side_by_side(page: Page) -> None:
    ask(page, QUESTION)

    assert page.locator(".rw-two h3").all_inner_texts() == ["Product manager", "Project manager"]


def test_what_is_not_answered_says_so_and_offers_something(page: Page) -> None:
    ask(page, "Please rank Anna, Tom and Li for me")

    expect(page.get_by_text("I do not do this")).to_be_visible()
    assert page.locator(".rw-m").count() == 0


def test_the_example_team_gets_advice_with_reasons_and_a_correction_changes_what_is_used(page: Page) -> None:
    page.get_by_text("Tell me about your team").click()
    page.wait_for_timeout(600)  # it opens with a movement
    page.get_by_role("button", name="Try it with an example team").click()
    expect(page.get_by_role("button", name="Ask again")).to_be_visible(timeout=60_000)
    page.get_by_text("What I understood about the team").click()
    expect(page.locator(".rw-understood")).to_contain_text("We are a team of seven")

    page.get_by_text("Your team: Example team").click()
    page.get_by_label("People in the team").fill("24")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Set by you")).to_be_visible()
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator(".rw-q")).to_have_count(2)
    expect(page.locator(".rw-understood").nth(1)).to_have_text(re.compile("People in the team\\s*24"))


def test_the_team_page_understands_the_example_and_rests_on_passages(page: Page, server: Server) -> None:
    page.goto(f"{server.url}?view=team")
    page.get_by_role("button", name="Try it with an example team").click()
    expect(page.get_by_role("heading", name="What I recommend")).to_be_visible(timeout=60_000)

    expect(page.get_by_role("spinbutton", name="People in the team")).to_have_value("7")
    expect(page.locator(".rw-rec .rw-band")).to_have_count(2)
    expect(page.locator(".rw-text mark").nth(4)).to_be_attached(timeout=30_000)  # the text is drawn after the cards
    marks = page.locator(".rw-text mark").all_inner_texts()
    assert len(marks) >= 5
    assert all(mark in example_team() for mark in marks)
    for marker in page.locator(".rw-rec .rw-m").all():
        assert page.locator(f"#{marker.get_attribute('popovertarget')} mark").count() >= 1


def test_the_teams_advice_is_taken_along_in_every_format(page: Page, server: Server) -> None:
    page.goto(f"{server.url}?view=team")
    page.get_by_role("button", name="Try it with an example team").click()
    expect(page.get_by_text("Take it away")).to_be_visible(timeout=60_000)

    made = {}
    for words in ("Slides for the board", "Decision record", "Text (Markdown)", "Data (JSON)"):
        with page.expect_download(timeout=60_000) as download:
            page.get_by_role("button", name=words).click()
        made[download.value.suggested_filename] = Path(download.value.path()).read_bytes()

    assert made["rolewise-example-team.pptx"][:2] == made["rolewise-example-team.docx"][:2] == b"PK"
    assert len(made["rolewise-example-team.md"].decode()) > 500
    assert json.loads(made["rolewise-example-team.json"])["status"] == "answered"


def squeezed(text: str) -> str:
    """Words and signs only: a guide's lines break where a passage has a space, and its tables have bars."""
    return re.sub(r"[\s|*_`\[\]]+", " ", text)


def ready(server: Server) -> dict[str, object]:
    for _ in range(150):
        try:
            with urllib.request.urlopen(f"{server.url}ready", timeout=5) as answer:
                told: dict[str, object] = json.loads(answer.read())
                return told
        except urllib.error.HTTPError as error:
            error.close()
            time.sleep(0.2)
    raise AssertionError("never ready")
