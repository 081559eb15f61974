import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import streamlit
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from app.web.door import COOKIE, INLINE_SCRIPT, KEY, POLICY, Door, browser_key, valid_key

A_KEY = "a" * 43


def a_door(hosts: Sequence[str] = ("127.0.0.1", "localhost"), origins: Sequence[str] = ()) -> TestClient:
    async def page(_request: Any) -> PlainTextResponse:
        return PlainTextResponse("inside")

    async def stream(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text("inside")
        await socket.close()

    routes = [Route("/", page), Route("/other", page), WebSocketRoute("/stream", stream)]
    return TestClient(Door(Starlette(routes=routes), lambda: hosts, lambda: origins), base_url="http://localhost:8501")


def test_a_browser_without_a_key_is_given_one_that_scripts_cannot_read() -> None:
    answer = a_door().get("/")

    given = answer.headers["set-cookie"]
    assert valid_key(answer.cookies[COOKIE])
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(given.split("; "))


def test_each_browser_gets_another_key() -> None:
    assert a_door().get("/").cookies[COOKIE] != a_door().get("/").cookies[COOKIE]


def test_a_browser_keeps_the_key_that_it_has() -> None:
    answer = a_door().get("/", headers={"cookie": f"x=1; {COOKIE}={A_KEY}"})

    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("value", ["", "short", "a" * 44, "a" * 42 + "/", "../" * 14 + "a", "ä" * 43])
def test_a_key_that_is_not_one_of_ours_is_replaced(value: str) -> None:
    answer = a_door().get("/", headers=[(b"cookie", f"{COOKIE}={value}".encode())])

    assert KEY.fullmatch(answer.cookies[COOKIE])


def test_only_opening_the_page_gives_a_key() -> None:
    assert "set-cookie" not in a_door().get("/other").headers


def test_over_https_the_key_stays_on_https() -> None:
    answer = a_door().get("https://localhost/")

    assert "Secure" in answer.headers["set-cookie"].split("; ")


def test_a_cookie_header_that_is_none_holds_no_key() -> None:
    assert browser_key("\x00;;;=") == ""


def test_every_answer_says_what_the_page_may_load() -> None:
    answer = a_door().get("/other")

    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "'unsafe-eval'" not in POLICY
    assert re.search(r"script-src [^;]*'unsafe-inline'", POLICY) is None


def test_the_page_of_this_streamlit_has_the_one_inline_script_that_is_allowed() -> None:
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text()

    assert re.findall(r"<script>(.*?)</script>", page, re.DOTALL) == [INLINE_SCRIPT]


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8501", "127.0.0.1.evil.example", "", "localhost@evil.example"])
def test_a_request_for_another_name_is_refused(host: str) -> None:
    assert a_door().get("/", headers={"host": host}).status_code == 400


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8501", "127.0.0.1:9999", "localhost."])
def test_a_request_for_a_name_of_this_machine_comes_in(host: str) -> None:
    assert a_door().get("/", headers={"host": host}).text == "inside"


def test_without_a_list_every_name_is_served() -> None:
    assert a_door(hosts=()).get("/", headers={"host": "coach.example"}).text == "inside"


@pytest.mark.parametrize("origin", ["http://evil.example", "http://localhost:9999", "http://127.0.0.1:8501", "null"])
def test_a_websocket_from_another_page_is_refused(origin: str) -> None:
    with pytest.raises(WebSocketDisconnect), a_door().websocket_connect("/stream", headers=heard(origin)) as socket:
        socket.receive_text()


def test_a_websocket_for_another_name_is_refused() -> None:
    headers = {"host": "evil.example", "origin": "http://evil.example"}
    with pytest.raises(WebSocketDisconnect), a_door().websocket_connect("/stream", headers=headers) as socket:
        socket.receive_text()


@pytest.mark.parametrize("origin", ["http://localhost:8501", "https://coach.example"])
def test_a_websocket_from_the_page_itself_or_from_a_named_one_comes_in(origin: str) -> None:
    door = a_door(origins=["https://coach.example"])
    with door.websocket_connect("/stream", headers=heard(origin)) as socket:
        assert socket.receive_text() == "inside"


def heard(origin: str) -> dict[str, str]:
    return {"host": "localhost:8501", "origin": origin}
