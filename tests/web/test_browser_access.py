"""The page for everybody, in a real browser: axe finds nothing serious, 390 pixels are enough, the keyboard is enough."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import axe_playwright_python  # type: ignore[import-untyped]  # only its copy of axe is read
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.conftest import Server

pytestmark = pytest.mark.browser
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
LOOKS: dict[str, dict[str, Any]] = {
    "wide, light": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "wide, dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "phone, dark": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark", "has_touch": True, "is_mobile": True},
}


@pytest.fixture(params=list(LOOKS))
def page(request: pytest.FixtureRequest, browser: Browser, scripted: Server) -> Iterator[Page]:
    context = browser.new_context(**LOOKS[request.param])
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.goto(scripted.url)
    expect(page.get_by_role("heading", name="Who should do what?")).to_be_visible(timeout=20_000)
    yield page
    context.close()


def serious(page: Page) -> list[str]:
    """What axe finds that is serious or worse."""
    page.wait_for_timeout(400)  # colours in transition have no contrast yet
    page.evaluate(AXE)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")
    return [
        f"{v['id']}: {json.dumps([n['html'][:200] for n in v['nodes'][:3]])}"
        for v in found["violations"]
        if v["impact"] in ("serious", "critical")
    ]


def ask(page: Page, question: str) -> None:
    page.get_by_test_id("stChatInputTextArea").fill(question)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Ask again")).to_be_visible(timeout=15_000)


def test_axe_finds_nothing_serious(page: Page) -> None:
    assert serious(page) == []

    ask(page, "What is a product manager?")
    page.get_by_role("button", name="Not helpful").click()
    expect(page.get_by_text("What was wrong?")).to_be_visible()
    assert serious(page) == []

    page.locator(".rw-card").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert serious(page) == []


def test_axe_finds_nothing_serious_in_a_team_and_in_the_sidebar(page: Page) -> None:
    page.get_by_text("Tell me about your team").click()
    page.wait_for_timeout(600)  # it opens with a movement, and a click on a button that moves away is none
    page.get_by_role("button", name="Try it with an example team").click()
    expect(page.get_by_role("button", name="Ask again")).to_be_visible(timeout=15_000)
    page.get_by_text("Your team:").click()
    expect(page.get_by_text("Remove this team")).to_be_visible()
    if page.viewport_size and page.viewport_size["width"] < 500:
        page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_text("This conversation", exact=True).click()
    page.get_by_role("button", name="Delete everything").click()
    expect(page.get_by_role("button", name="Yes, delete everything")).to_be_visible()

    assert serious(page) == []


def test_nothing_is_wider_than_the_window(page: Page) -> None:
    ask(page, "What is a product manager?")
    page.get_by_text("Tell me about your team").click()

    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("window.innerWidth")
    page.locator(".rw-card").first.click()
    box = page.get_by_role("dialog").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= page.evaluate("window.innerWidth")


def test_every_button_has_a_name_and_a_finger_can_hit_it(page: Page) -> None:
    ask(page, "What is a product manager?")

    buttons = page.locator("button:visible").all()
    assert len(buttons) > 6
    for button in buttons:
        assert (button.get_attribute("aria-label") or button.inner_text()).strip(), button.evaluate("b => b.outerHTML")
        box = button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 24 - 0.5, button.evaluate("b => b.outerHTML")


def test_a_question_can_be_asked_and_its_passage_read_with_the_keyboard_alone(browser: Browser, scripted: Server) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(scripted.url)
    first = page.get_by_role("button", name="What is the difference between a product manager and a project manager?")
    expect(first).to_be_visible(timeout=20_000)
    for _ in range(30):
        page.keyboard.press("Tab")
        if first.evaluate("b => b === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Ask again")).to_be_visible(timeout=15_000)
    marker = page.locator(".rw-m").first
    for _ in range(40):
        page.keyboard.press("Tab")
        if marker.evaluate("b => b === document.activeElement"):
            break
    page.keyboard.press("Enter")

    expect(page.get_by_role("dialog")).to_be_visible()
    context.close()
