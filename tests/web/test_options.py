import tomllib
from pathlib import Path

import pytest
from streamlit import config

from app.settings import Settings
from app.web.options import SERVER, THEME, allowed_hosts, streamlit_arguments

REPOSITORY = Path(__file__).resolve().parents[2]


def some_settings(address: str = "127.0.0.1") -> Settings:
    return Settings(data=Path("/d"), models=Path("/m"), corpus=Path("/c"), address=address, port=8765)


def test_every_option_exists_in_the_installed_streamlit() -> None:
    names = {argument[2:].partition("=")[0] for argument in streamlit_arguments(some_settings())}

    assert names <= set(config._config_options_template)


def test_the_server_is_bound_quiet_and_protected() -> None:
    arguments = streamlit_arguments(some_settings())

    assert {
        "--server.address=127.0.0.1",
        "--server.port=8765",
        "--server.headless=true",
        "--server.showEmailPrompt=false",
        "--browser.gatherUsageStats=false",
        "--client.showErrorDetails=none",
        "--client.toolbarMode=minimal",
        "--server.enableXsrfProtection=true",
        "--server.enableCORS=true",
        "--server.maxUploadSize=2",
        "--server.fileWatcherType=none",
        "--server.enableStaticServing=false",
        "--server.enableAgentApi=false",
    } <= set(arguments)


def test_on_loopback_only_the_names_of_this_machine_are_allowed() -> None:
    arguments = streamlit_arguments(some_settings())

    hosts = [a.partition("=")[2] for a in arguments if a.startswith("--server.allowedHosts=")]
    assert hosts == ["127.0.0.1", "localhost", "::1"]


@pytest.mark.parametrize(
    ("address", "hosts"),
    [
        ("0.0.0.0", ()),
        ("::", ()),
        ("192.168.1.5", ("192.168.1.5", "localhost", "127.0.0.1", "::1")),
        ("coach.internal", ("coach.internal", "localhost", "127.0.0.1", "::1")),
        ("localhost", ("localhost", "127.0.0.1", "::1")),
        ("[::1]", ("::1", "localhost", "127.0.0.1")),
    ],
)
def test_the_names_follow_from_the_address(address: str, hosts: tuple[str, ...]) -> None:
    assert allowed_hosts(address) == hosts


def test_a_start_by_hand_has_the_same_options() -> None:
    written = tomllib.loads((REPOSITORY / ".streamlit" / "config.toml").read_text())

    assert flat(written) == {**SERVER, **THEME}


def flat(tree: dict[str, object], before: str = "") -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in tree.items():
        found |= flat(value, f"{before}{name}.") if isinstance(value, dict) else {f"{before}{name}": value}
    return found
