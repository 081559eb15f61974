"""The options that the page's server is started with: bound, quiet, protected, and in our own colours."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping

from app.settings import Settings

Option = str | int | bool | tuple[str, ...]

LOOPBACK = ("localhost", "127.0.0.1", "::1")

# What never changes from one start to the next. `.streamlit/config.toml` says the same, for a start by hand.
SERVER: Mapping[str, Option] = {
    "server.headless": True,  # otherwise the first start on a desktop waits for an e-mail address
    "server.showEmailPrompt": False,
    "server.enableCORS": True,  # this, not XSRF protection, refuses a WebSocket from a foreign page
    "server.enableXsrfProtection": True,
    "server.xsrfCookieSameSite": "strict",
    "server.maxUploadSize": 2,  # MB; the reader of documents has the same limit
    "server.maxMessageSize": 16,  # MB
    "server.fileWatcherType": "none",
    "server.enableStaticServing": False,
    "server.enableAgentApi": False,
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.toolbarMode": "minimal",
    "runner.magicEnabled": False,
}

SYSTEM_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif"
CODE_FONT = "ui-monospace, 'Cascadia Mono', Menlo, Consolas, monospace"

THEME: Mapping[str, Option] = {
    "theme.font": SYSTEM_FONT,
    "theme.headingFont": SYSTEM_FONT,
    "theme.codeFont": CODE_FONT,
    "theme.baseRadius": "0.6rem",
    "theme.buttonRadius": "0.6rem",
    "theme.showWidgetBorder": True,
    "theme.paddingTop": "2.5rem",
    "theme.light.primaryColor": "#0b6461",
    "theme.light.backgroundColor": "#ffffff",
    "theme.light.secondaryBackgroundColor": "#f3f6f5",
    "theme.light.textColor": "#1c2529",
    "theme.light.linkColor": "#0b6461",
    "theme.light.borderColor": "#d3dbd9",
    "theme.light.sidebar.backgroundColor": "#f3f6f5",
    "theme.light.sidebar.secondaryBackgroundColor": "#ffffff",
    "theme.dark.primaryColor": "#2a7f79",
    "theme.dark.backgroundColor": "#14191b",
    "theme.dark.secondaryBackgroundColor": "#1e2528",
    "theme.dark.textColor": "#e7ebec",
    "theme.dark.linkColor": "#86d4cc",
    "theme.dark.borderColor": "#3a4549",
    "theme.dark.sidebar.backgroundColor": "#1a2023",
    "theme.dark.sidebar.secondaryBackgroundColor": "#262e31",
}


def streamlit_arguments(settings: Settings) -> list[str]:
    """The command-line options for `python -m streamlit run app/web/main.py`."""
    options: dict[str, Option] = {
        "server.address": settings.address,
        "server.port": settings.port,
        "server.allowedHosts": allowed_hosts(settings.address),
        **SERVER,
        **THEME,
    }
    return [f"--{name}={_argument(one)}" for name, value in options.items() for one in _each(value)]


def allowed_hosts(address: str) -> tuple[str, ...]:
    """The names under which a browser may reach a server bound to `address`; empty (any) where it takes all comers.

    Bound to every interface, the server cannot know its own names: a container's port may be published under any.
    """
    try:
        ip = ipaddress.ip_address(address.strip("[]"))
    except ValueError:
        return tuple(dict.fromkeys((address, *LOOPBACK)))
    if ip.is_unspecified:
        return ()
    return tuple(dict.fromkeys((str(ip), *LOOPBACK)))


def _each(value: Option) -> tuple[str | int | bool, ...]:
    return value if isinstance(value, tuple) else (value,)


def _argument(value: str | int | bool) -> str:
    return value if isinstance(value, str) else json.dumps(value)
