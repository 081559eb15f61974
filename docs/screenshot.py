"""Makes the pictures in the documentation: `python docs/screenshot.py` starts the page, asks, and saves what a browser shows.

Needs Chromium on the PATH, the weights and an index (`make setup`); writes docs/page.png and docs/page-phone.png.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, expect, sync_playwright

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))  # so that it runs in a checkout that is not installed

from app.settings import read_settings  # noqa: E402 - after the path is set

QUESTION = "What is the difference between a product manager and a project manager?"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
PICTURES: dict[str, dict[str, Any]] = {  # Any: Playwright's options are of many types
    "page.png": {"viewport": {"width": 1280, "height": 1000}, "color_scheme": "light"},
    "page-phone.png": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark", "has_touch": True, "is_mobile": True},
}
PATIENCE = 120.0  # seconds for the models to load


def main() -> int:
    """Make both pictures; returns the exit code."""
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    index = read_settings(os.environ).index_folder
    if program is None or not (index / "current").exists():
        print("This needs chromium on the PATH and an index: run `make setup`.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        # data of its own: nobody's conversations get into a picture
        shutil.copytree(index, Path(folder) / "index")
        port = _free_port()
        environment = {**os.environ, "ROLEWISE_DATA": folder, "ROLEWISE_PORT": str(port), "ROLEWISE_LLM": "none"}
        server = subprocess.Popen([sys.executable, "-m", "app.web"], cwd=HERE.parent, env=environment, stdout=subprocess.DEVNULL)
        try:
            url = f"http://127.0.0.1:{port}/"
            _wait_until_ready(url)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
                for name, look in PICTURES.items():
                    _picture(browser, url, HERE / name, look)
                browser.close()
        finally:
            server.terminate()
            server.wait(20)
    return 0


def _picture(browser: Browser, url: str, path: Path, look: dict[str, Any]) -> None:
    context = browser.new_context(**look)
    page = context.new_page()
    page.goto(url)
    page.get_by_role("button", name=QUESTION).click(timeout=30_000)
    expect(page.get_by_role("button", name="Ask again")).to_be_visible(timeout=60_000)
    page.mouse.move(0, 0)
    page.wait_for_timeout(1500)  # for the last movement to end
    page.screenshot(path=path)
    print(f"{path.relative_to(HERE.parent)} is made.")
    context.close()


def _wait_until_ready(url: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}ready", timeout=5):  # noqa: S310 - our own address
                return
        except urllib.error.HTTPError as error:
            error.close()
        except OSError:
            pass
        time.sleep(0.2)
    raise SystemExit("The page did not become ready.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    raise SystemExit(main())
