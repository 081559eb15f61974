"""What the page's server lets in and what it sends out: bound to loopback, closed to foreign names, pages and uploads."""

import json
import socket
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from http.cookiejar import CookieJar
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.web.conftest import Serve, Server

pytestmark = pytest.mark.browser


def fetch(url: str, method: str = "GET", body: bytes | None = None, **headers: str) -> tuple[int, str]:
    request = urllib.request.Request(url, data=body, method=method, headers={k.replace("_", "-"): v for k, v in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, answer.read().decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode("utf-8", "replace")


def upgrade(server: Server, host: str, origin: str) -> str:
    """The status line of a WebSocket handshake."""
    port = int(server.url.rstrip("/").rpartition(":")[2])
    host, origin = (words.replace("PORT", str(port)) for words in (host, origin))
    lines = [
        "GET /_stcore/stream HTTP/1.1", f"Host: {host}", f"Origin: {origin}",
        "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ]  # fmt: skip
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        return connection.recv(200).decode("latin-1").partition("\r\n")[0]


def test_the_server_listens_on_loopback_only_and_has_asked_nobody_for_anything(scripted: Server) -> None:
    connections = psutil.Process(scripted.pid).net_connections(kind="inet")

    assert {c.laddr.ip for c in connections if c.status == psutil.CONN_LISTEN} == {"127.0.0.1"}
    assert {c.raddr.ip for c in connections if c.raddr} <= {"127.0.0.1"}


def test_a_websocket_of_the_page_itself_comes_in(scripted: Server) -> None:
    assert " 101 " in upgrade(scripted, "127.0.0.1:PORT", "http://127.0.0.1:PORT")


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("evil.example:PORT", "http://evil.example:PORT"),  # a name that was bound anew to this machine
        ("127.0.0.1:PORT", "http://evil.example"),
        ("127.0.0.1:PORT", "http://127.0.0.1:9999"),  # another page of this machine
        ("127.0.0.1:PORT", "null"),
    ],
)
def test_a_websocket_of_another_page_or_name_is_refused(scripted: Server, host: str, origin: str) -> None:
    assert " 403 " in upgrade(scripted, host, origin)


def test_a_page_under_another_name_is_refused(scripted: Server) -> None:
    assert fetch(scripted.url, Host="evil.example")[0] == 400


def test_the_agent_interface_is_off(scripted: Server) -> None:
    status, _ = fetch(f"{scripted.url}_stcore/agent/interact", "POST", b"{}", Content_Type="application/json")

    assert status in (403, 404, 405)


@pytest.mark.parametrize(
    "path", ["static/..%2f..%2fmain.py", "app/static/x", "..%2f..%2fetc/passwd", "//etc/passwd", "media/..%2fx"]
)
def test_paths_that_lead_out_are_refused_or_lead_to_the_page(scripted: Server, path: str) -> None:
    _, body = fetch(f"{scripted.url}{path}")

    assert "root:" not in body
    assert "import" not in body.replace("important", "")[:200]


def test_health_says_that_the_server_is_up(scripted: Server) -> None:
    assert fetch(f"{scripted.url}_stcore/health")[0] == 200


def test_an_upload_without_the_token_of_the_page_is_refused(scripted: Server, browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    puts: list[str] = []
    page.on("request", lambda request: puts.append(request.url) if request.method == "PUT" else None)
    page.goto(scripted.url)
    expect(page.get_by_role("heading", name="Who should do what?")).to_be_visible(timeout=20_000)
    upload(page, "team.txt", b"We are six.")

    assert len(puts) == 1
    assert fetch(puts[0], "PUT", b"x")[0] == 403
    context.close()


def test_an_upload_to_a_session_that_is_not_there_is_refused(scripted: Server) -> None:
    cookies = CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(cookies))
    for path in ("", "_stcore/health"):
        with opener.open(f"{scripted.url}{path}", timeout=5) as answer:
            answer.read()
    token = next((c.value or "" for c in cookies if "xsrf" in c.name), "")
    jar = "; ".join(f"{c.name}={c.value}" for c in cookies)
    nobody = f"{scripted.url}_stcore/upload_file/00000000-0000-0000-0000-000000000000/f1"

    status, _ = fetch(nobody, "PUT", b"x", X_Xsrftoken=token, Cookie=jar, Content_Type="multipart/form-data; boundary=b")

    assert 400 <= status < 500


@pytest.fixture
def page(browser: Browser, scripted: Server) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.goto(scripted.url)
    expect(page.get_by_role("heading", name="Who should do what?")).to_be_visible(timeout=20_000)
    yield page
    context.close()


def drop(page: Page, name: str, data: bytes) -> None:
    files = [FilePayload(name=name, mimeType="text/plain", buffer=data)]
    page.locator("[data-testid=stChatInput] input[type=file]").set_input_files(files)


def upload(page: Page, name: str, data: bytes) -> None:
    with page.expect_response(lambda answer: answer.request.method == "PUT"):
        drop(page, name, data)
    expect(page.get_by_test_id("stChatInput")).to_contain_text(name)


def send(page: Page, text: str = "") -> None:
    page.get_by_test_id("stChatInputTextArea").fill(text)
    page.keyboard.press("Enter")


def test_a_dropped_text_is_understood_and_used_in_the_answer(page: Page) -> None:
    upload(page, "team.md", b"# Us\nWe are a team of six. We release every day.")
    send(page, "What do we need?")
    expect(page.get_by_role("button", name="Ask again")).to_be_visible(timeout=15_000)

    page.get_by_text("Your team: team.md").click()
    expect(page.get_by_label("People in the team")).to_have_value("6")
    expect(page.get_by_text("team of six", exact=True)).to_be_visible()


def test_a_file_that_is_not_what_it_says_gets_one_sentence_and_the_question_stays_in_the_box(page: Page) -> None:
    upload(page, "team.txt", b"\x89PNG\r\n\x1a\n" + bytes(200))
    send(page, "What do we need?")

    expect(page.get_by_role("alert")).to_be_visible()
    assert page.locator(".rw-q").count() == 0
    expect(page.get_by_test_id("stChatInputTextArea")).to_have_value("What do we need?")


def test_a_file_that_is_too_large_never_leaves_the_browser(page: Page) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "PUT" else None)
    drop(page, "team.txt", b"x" * (2 * 1024 * 1024 + 1))

    expect(page.get_by_text("2.0MB or smaller").or_(page.get_by_text("2MB or smaller"))).to_be_visible()
    assert sent == []


def test_readiness_is_told_apart_from_health(serve: Serve, tmp_path: Path) -> None:
    server = serve("app/web/main.py", ROLEWISE_MODELS=str(tmp_path / "none"))

    status, body = fetch(f"{server.url}ready")

    assert status == 503
    assert json.loads(body)["ready"] is False
    assert fetch(f"{server.url}_stcore/health")[0] == 200


def test_a_wrong_setting_is_a_sentence_on_the_page(serve: Serve, browser: Browser) -> None:
    server = serve("app/web/main.py", ROLEWISE_LLLM="none")
    context = browser.new_context()
    page = context.new_page()
    page.goto(server.url)

    expect(page.get_by_text("There is no setting ROLEWISE_LLLM.")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("Did you mean ROLEWISE_LLM?")).to_be_visible()
    context.close()


def test_told_to_end_in_mid_answer_it_keeps_what_was_shown_and_is_gone_in_five_seconds(serve: Serve, browser: Browser) -> None:
    server = serve("tests/web/scripted_main.py")
    context = browser.new_context()
    page = context.new_page()
    page.goto(server.url)
    expect(page.get_by_role("heading", name="Who should do what?")).to_be_visible(timeout=20_000)
    send(page, "a slow one")
    expect(page.get_by_text("Slow sentence 2 of")).to_be_visible(timeout=15_000)

    process = psutil.Process(server.pid)
    children = process.children(recursive=True)
    process.terminate()
    _, alive = psutil.wait_procs([process, *children], timeout=5)

    assert alive == []
    with closing(sqlite3.connect(next(server.data.glob("conversations/*.db")))) as database:
        (kept,) = database.execute("SELECT answer FROM turns").fetchone()
    assert json.loads(kept)["stopped"] is True
    assert "Slow sentence 2" in kept
    context.close()
