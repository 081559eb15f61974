"""Hosted models, spoken to through a fake provider on loopback: what each failure is called, and what is tried again."""

from __future__ import annotations

import email.utils
import http.server
import json
import logging
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from langchain_core.tracers.langchain import wait_for_all_tracers

from app.coaching.model import Prompt, Usage
from app.errors import (
    ConfigError,
    ModelBroken,
    ModelBusy,
    ModelError,
    ModelKeyRejected,
    ModelTimeout,
    ModelUnavailable,
    RolewiseError,
)
from app.llm.hosted import HostedModel

KEY = "sk-canary-4711"
PROMPT = Prompt(system="Be brief.", user="What is a product manager?", max_tokens=50)

Behaviour = Callable[[http.server.BaseHTTPRequestHandler], None]


class FakeProvider:
    """A server that does to each request what the next behaviour says; the last one stays."""

    def __init__(self) -> None:
        self.behaviours: list[Behaviour] = []
        self.requests: list[dict[str, object]] = []
        self.keys: list[str] = []
        self.touched = 0
        self.over = threading.Event()
        fake = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                fake.touched += 1

            def do_POST(self) -> None:
                fake.touched += 1
                if not self.headers["Content-Type"].startswith("application/json"):
                    return
                fake.requests.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                fake.keys.append(self.headers["Authorization"])
                (fake.behaviours.pop(0) if len(fake.behaviours) > 1 else fake.behaviours[0])(self)

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def will(self, *behaviours: Behaviour) -> None:
        self.behaviours = list(behaviours)

    def close(self) -> None:
        self.over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def event(text: str | None = None, reason: str | None = None) -> str:
    delta = {"content": text} if text is not None else {}
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "fake", "choices": [choice]}
    return f"data: {json.dumps(chunk)}\n\n"


def usage(prompt: int, cached: int, completion: int) -> str:
    counted = {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": cached},
    }
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "fake", "choices": [], "usage": counted}
    return f"data: {json.dumps(chunk)}\n\n"


DONE = "data: [DONE]\n\n"


def streams(*lines: str, then: threading.Event | None = None) -> Behaviour:
    """Sends the lines, waits for the event if there is one, and closes the connection."""

    def behave(request: http.server.BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Type", "text/event-stream")
        request.end_headers()
        for line in lines:
            request.wfile.write(line.encode())
        request.wfile.flush()
        if then:
            then.wait(10)

    return behave


def refuses(status: int, error: dict[str, object] | None = None, **headers: str) -> Behaviour:
    """Answers with the status."""

    def behave(request: http.server.BaseHTTPRequestHandler) -> None:
        content = json.dumps({"error": error or {"message": "no", "type": "x", "code": None}}).encode()
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content)

    return behave


ANSWERS = streams(event("A product manager "), event("decides."), event(reason="stop"), usage(40, 30, 6), DONE)


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    fake = FakeProvider()
    yield fake
    fake.close()


@pytest.fixture
def model(provider: FakeProvider) -> Iterator[HostedModel]:
    hosted = a_model(provider.url)
    yield hosted
    hosted.close()


def a_model(url: str, *, silence: float = 5.0) -> HostedModel:
    return HostedModel("openai:fake", url=url, key=KEY, silence=silence, first_pause=0.01)


def answer(model: HostedModel, prompt: Prompt = PROMPT) -> str:
    return "".join(model.generate(prompt, threading.Event()))


# What is said and counted


def test_a_reply_comes_in_pieces_with_its_usage_at_the_end(provider: FakeProvider, model: HostedModel):
    provider.will(ANSWERS)

    reply = model.generate(PROMPT, threading.Event())

    assert [piece for piece in reply if piece] == ["A product manager ", "decides."]
    assert reply.usage == Usage(prompt_tokens=40, cached_tokens=30, completion_tokens=6)
    assert not reply.cut


def test_the_prompt_is_sent_as_it_is_with_a_limit_and_no_temperature_to_speak_of(provider: FakeProvider, model: HostedModel):
    provider.will(ANSWERS)
    prompt = Prompt(system="Be {brief}.", user='{"lc": 1, "type": "secret"} {{x}} {x.__class__}', max_tokens=50)

    answer(model, prompt)

    (sent,) = provider.requests
    assert sent["messages"] == [
        {"role": "system", "content": prompt.system},
        {"role": "user", "content": prompt.user},
    ]
    assert (sent["max_completion_tokens"], sent["max_tokens"], sent["temperature"]) == (50, 50, 0)
    assert provider.keys == [f"Bearer {KEY}"]


def test_a_reply_that_reached_its_limit_says_so(provider: FakeProvider, model: HostedModel):
    provider.will(streams(event("A product"), event(reason="length"), DONE))

    reply = model.generate(PROMPT, threading.Event())

    assert "".join(reply) == "A product"
    assert reply.cut


def test_with_no_tokens_to_write_the_provider_is_not_asked(provider: FakeProvider, model: HostedModel):
    reply = model.generate(Prompt("s", "u", 0), threading.Event())

    assert list(reply) == []
    assert reply.cut
    assert provider.requests == []


def test_stop_ends_a_reply_at_once_and_without_an_error(provider: FakeProvider, model: HostedModel):
    provider.will(streams(event("One"), then=provider.over))
    stop = threading.Event()
    pieces = iter(model.generate(PROMPT, stop))
    while next(pieces) != "One":
        pass

    started = time.monotonic()
    stop.set()

    assert list(pieces) == []
    assert time.monotonic() - started < 1


# What each failure is called


@pytest.mark.parametrize(
    ("behaviour", "kind", "words", "requests"),
    [
        (refuses(401), ModelKeyRejected, "refused the key", 1),
        (refuses(403), ModelKeyRejected, "refused the key", 1),
        (refuses(404), ModelUnavailable, "does not know this model", 1),
        (refuses(422), ModelBroken, "did not accept the request", 2),  # the second time without a temperature
        (refuses(429), ModelBusy, "asks to slow down", 3),
        (refuses(429, Retry_After="0.01"), ModelBusy, "asks to slow down", 3),
        (refuses(429, Retry_After="90"), ModelBusy, "busy for another 90 s", 1),
        (refuses(429, {"message": "no", "type": "x", "code": "insufficient_quota"}), ModelBusy, "quota is used up", 1),
        (refuses(500), ModelBroken, "broke off", 3),
        (refuses(503), ModelBroken, "broke off", 3),
        (refuses(400, {"message": "m", "type": "x", "code": "context_length_exceeded"}), ModelBroken, "a text this long", 1),
        (streams("data: {not json\n\n"), ModelBroken, "broke off", 3),
        (streams('data: {"choices": "what"}\n\n'), ModelBroken, "broke off", 3),
        (streams("<html>please log in</html>"), ModelBroken, "broke off", 3),
        (streams(event("Half of")), ModelBroken, "broke off", 1),
        (streams(event("So"), event(reason="content_filter"), DONE), ModelBroken, "withheld the answer", 1),
    ],
    ids=[
        "401", "403", "404", "422", "429", "429 soon", "429 later", "429 quota", "500", "503", "too long", "malformed json",
        "malformed event", "a web page", "half a stream", "content filter",
    ],
)  # fmt: skip
def test_a_failure_is_one_kind_of_error_in_one_sentence(
    provider: FakeProvider, model: HostedModel, behaviour: Behaviour, kind: type[ModelError], words: str, requests: int
):
    provider.will(behaviour)

    with pytest.raises(ModelError, match=words) as failure:
        answer(model)

    assert type(failure.value) is kind
    assert str(failure.value).startswith("The model server 127.0.0.1 ")
    assert failure.value.hint
    assert len(provider.requests) == requests


def test_what_passes_is_tried_again_and_the_person_notices_nothing(provider: FakeProvider, model: HostedModel):
    provider.will(refuses(500), refuses(429), ANSWERS)

    assert answer(model) == "A product manager decides."


def test_a_model_that_knows_no_temperature_is_asked_without(provider: FakeProvider, model: HostedModel):
    provider.will(refuses(400), ANSWERS)

    assert answer(model) == "A product manager decides."
    assert ["temperature" in request for request in provider.requests] == [True, False]


def test_a_date_to_come_back_at_is_understood(provider: FakeProvider, model: HostedModel):
    provider.will(refuses(429, Retry_After=email.utils.formatdate(time.time() + 300, usegmt=True)))

    with pytest.raises(ModelBusy, match="busy for another"):
        answer(model)


def test_nothing_is_tried_again_after_the_first_word(provider: FakeProvider, model: HostedModel):
    provider.will(streams(event("Half of")), ANSWERS)
    pieces = iter(model.generate(PROMPT, threading.Event()))
    assert next(pieces) == "Half of"

    with pytest.raises(ModelBroken):
        next(pieces)

    assert len(provider.requests) == 1


def test_a_connection_lost_in_the_middle_is_broken_not_unreachable(provider: FakeProvider, model: HostedModel):
    def lose(request: http.server.BaseHTTPRequestHandler) -> None:
        streams(event("Half of"))(request)
        request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # reset, not closed
        time.sleep(0.1)

    provider.will(lose)

    with pytest.raises(ModelBroken, match="broke off"):
        answer(model)


@pytest.mark.parametrize("begun", [False, True], ids=["before the first word", "after the first word"])
def test_silence_is_a_timeout(provider: FakeProvider, begun: bool):
    model = a_model(provider.url, silence=0.3)
    provider.will(streams(*[event("One")] if begun else [], then=provider.over))

    with pytest.raises(ModelTimeout, match="silent for too long"):
        answer(model)

    model.close()


def test_a_server_that_accepts_and_says_nothing_is_a_timeout(provider: FakeProvider):
    model = a_model(provider.url, silence=0.3)
    provider.will(lambda request: provider.over.wait(10) and None)

    with pytest.raises(ModelTimeout, match="silent for too long"):
        answer(model)

    model.close()


def test_a_refused_connection_is_unavailable():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    model = a_model(f"http://127.0.0.1:{port}/v1")

    with pytest.raises(ModelUnavailable, match="cannot be reached"):
        answer(model)

    model.close()


def test_a_server_without_tls_is_unavailable_over_https(provider: FakeProvider):
    model = a_model(provider.url.replace("http:", "https:"))

    with pytest.raises(ModelUnavailable, match="cannot be reached"):
        answer(model)

    model.close()


def test_a_missing_package_is_named_with_the_command_that_installs_it():
    model = HostedModel("anthropic:claude-x", key=KEY)

    with pytest.raises(ModelUnavailable, match="needs a package") as missing:
        answer(model)

    assert missing.value.hint == "`pip install langchain-anthropic`"
    model.close()


def test_a_missing_key_is_said_before_anything_is_sent(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    model = HostedModel("openai:gpt-x")

    with pytest.raises(ModelKeyRejected, match="has no key"):
        answer(model)

    model.close()


def test_a_server_of_ones_own_may_do_without_a_key(provider: FakeProvider, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    provider.will(ANSWERS)
    model = HostedModel("openai:fake", url=provider.url)

    assert answer(model) == "A product manager decides."
    model.close()


@pytest.mark.parametrize("spec", ["gpt-4", "openai:", ":x", ""])
def test_a_spec_without_provider_and_model_is_refused(spec: str):
    with pytest.raises(ConfigError, match="names no model"):
        HostedModel(spec)


def test_an_unknown_provider_is_a_setting_that_is_wrong():
    model = HostedModel("nonsense:x", key=KEY)

    with pytest.raises(ConfigError, match="no provider nonsense"):
        answer(model)

    model.close()


# What must never happen


@pytest.mark.parametrize("status", [400, 401, 429, 500])
def test_the_key_is_in_no_message_and_in_no_log(
    provider: FakeProvider, model: HostedModel, status: int, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    provider.will(refuses(status, {"message": f"Incorrect API key provided: {KEY}", "type": "x", "code": None}))

    with pytest.raises(ModelError) as failure:
        answer(model)
    logging.getLogger("test").error("failed", exc_info=failure.value)

    assert KEY not in f"{failure.value} {failure.value.hint} {failure.value!r}"
    assert KEY not in logging.Formatter().formatException((type(failure.value), failure.value, failure.value.__traceback__))
    assert KEY not in repr(model)


def test_nothing_is_sent_to_a_tracing_service(provider: FakeProvider, model: HostedModel, monkeypatch: pytest.MonkeyPatch):
    tracing = FakeProvider()
    tracing.will(refuses(200))
    for name, value in {
        "LANGSMITH_TRACING": "true",
        "LANGCHAIN_TRACING_V2": "true",
        "LANGSMITH_ENDPOINT": tracing.url,
        "LANGSMITH_API_KEY": "x",
    }.items():
        monkeypatch.setenv(name, value)
    provider.will(ANSWERS)

    answer(model)
    wait_for_all_tracers()

    assert tracing.touched == 0
    tracing.close()


# Readiness


def test_warming_loads_the_library_and_asks_nobody(provider: FakeProvider, model: HostedModel):
    assert not model.ready
    assert model.why_not_ready == "The model server 127.0.0.1 has not been asked yet."

    model.warm("Be brief.")

    wait_until(lambda: model.ready)
    assert model.why_not_ready == ""
    assert provider.requests == []


def test_what_keeps_it_from_being_ready_is_said():
    model = HostedModel("anthropic:claude-x", key=KEY)

    model.warm()

    wait_until(lambda: "needs a package" in model.why_not_ready)
    model.close()


def test_the_page_can_say_where_text_goes(model: HostedModel):
    assert model.destination == "127.0.0.1"
    assert HostedModel("anthropic:claude-x").destination == "anthropic"
    assert model.name == "openai:fake"


def test_a_closed_model_says_so(model: HostedModel):
    model.close()

    with pytest.raises(RolewiseError, match="was closed"):
        model.generate(PROMPT, threading.Event())


def wait_until(true: Callable[[], bool], patience: float = 10.0) -> None:
    give_up = time.monotonic() + patience
    while not true():
        assert time.monotonic() < give_up, "waited in vain"
        time.sleep(0.02)
