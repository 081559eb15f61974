"""What stands before every request: who may come in, the browser's own key, and what the page may load.

Streamlit looks at the Host and Origin of WebSockets only, and sets no Content-Security-Policy.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Callable, Sequence
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "rolewise_browser"
KEY = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 random bytes in URL-safe base 64
A_YEAR = 365 * 24 * 3600  # seconds

# The one inline script of Streamlit's index.html, as of 1.67; a test reads the file and says when it has changed.
INLINE_SCRIPT = "\n      window.prerenderReady = false\n    "
_INLINE_HASH = base64.b64encode(hashlib.sha256(INLINE_SCRIPT.encode()).digest()).decode()

# Nothing from elsewhere: a picture or a link in a text that slipped through every escape still asks nobody for anything.
# `blob:` is how Streamlit loads the code of a component, `unsafe-inline` how its styles arrive.
POLICY = "; ".join(
    (
        "default-src 'none'",
        f"script-src 'self' blob: 'sha256-{_INLINE_HASH}'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self' blob:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    # `no-referrer` would blank the Origin of some requests that Streamlit checks
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
)


class Door:
    """ASGI middleware: refuses foreign hosts and foreign pages, gives each browser its key, and adds `HEADERS`."""

    def __init__(
        self, app: ASGIApp, hosts: Callable[[], Sequence[str]], origins: Callable[[], Sequence[str]] = lambda: ()
    ) -> None:
        """`hosts` are the names that may be asked for (none: any), `origins` foreign pages that may connect."""
        self._app = app
        self._hosts = hosts
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        host = headers.get("host", "")
        refused = self._refusal(host, headers.get("origin"), scope["type"])
        if refused:
            await _refuse(scope["type"], refused, send)
            return
        if scope["type"] == "websocket":
            await self._app(scope, receive, send)
            return
        # only a page that is opened brings a key; scripts and uploads of that page do not
        new_key = scope["path"] == "/" and not browser_key(headers.get("cookie", ""))

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                added = list(HEADERS)
                if new_key:
                    added.append((b"set-cookie", cookie(secrets.token_urlsafe(32), scope["scheme"]).encode()))
                message = {**message, "headers": [*message.get("headers", ()), *added]}
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _refusal(self, host: str, origin: str | None, kind: str) -> str:
        hosts = [h.strip("[]").lower() for h in self._hosts()]
        if hosts and (_hostname(f"//{host}") not in hosts):
            return "This page is not served under that name."
        if kind == "websocket" and origin and urlsplit(origin).netloc != host and origin not in self._origins():
            return "Another page may not connect."
        return ""


def browser_key(cookies: str) -> str:
    """The browser's key in a Cookie header; empty if there is none or if it is not one of ours."""
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(cookies)
    except CookieError:
        return ""
    return valid_key(jar[COOKIE].value) if COOKIE in jar else ""


def valid_key(value: str) -> str:
    """The value if it can be a browser's key, else empty."""
    return value if KEY.fullmatch(value) else ""


def cookie(key: str, scheme: str) -> str:
    """The Set-Cookie value: out of reach of scripts, sent to this host only.

    Lax, not Strict: with Strict, whoever follows a link to the page arrives without the key, would be given a new one,
    and lose their conversations. Nothing is changed by a GET, and WebSockets from other pages are refused above.
    """
    secure = "; Secure" if scheme == "https" else ""
    return f"{COOKIE}={key}; Path=/; Max-Age={A_YEAR}; HttpOnly; SameSite=Lax{secure}"


def _hostname(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


async def _refuse(kind: str, why: str, send: Send) -> None:
    if kind == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": why})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8"), *HEADERS]
    await send({"type": "http.response.start", "status": 400, "headers": headers})
    await send({"type": "http.response.body", "body": why.encode()})
