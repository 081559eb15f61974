"""What one open page remembers, and what all pages of this process share. The only file that touches session state."""

from __future__ import annotations

import os
import re
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, cast

import streamlit as st

from app.coaching.coach import TeamText
from app.coaching.model import Certainty, Fact, FactValue, Turn
from app.settings import read_settings
from app.web.asking import Asking, Askings, Place, Reply, Unless
from app.web.door import COOKIE, valid_key
from app.web.problems import Problem, problem
from app.wiring import Service, open_service

if TYPE_CHECKING:
    from app.store.owned import OwnedConversations

VISIT = "visit"  # in Streamlit's session state
ADDRESS = "c"  # in the URL: the conversation that is open
CONVERSATION = re.compile(r"[A-Za-z0-9_-]{4,64}")

P = ParamSpec("P")


@dataclass(frozen=True)
class Shared:
    """The service and the questions on their way; holds nothing of any person but questions until they are answered."""

    service: Service
    askings: Askings = field(default_factory=Askings)


_shared: Shared | None = None
_opening = threading.Lock()


def shared() -> Shared:
    """What all pages of this process share, opened once. Raises ConfigError for a setting that is wrong."""
    global _shared  # server start and page scripts run in threads of their own; Streamlit's cache knows only the latter
    with _opening:
        if _shared is None:
            _shared = Shared(open_service(read_settings(os.environ)))
        return _shared


@dataclass
class Team:
    """A description that the person gave, what was read from it, and what they corrected. Never stored."""

    name: str
    text: str
    facts: tuple[Fact, ...]
    warnings: tuple[str, ...] = ()
    shown: bool = True  # whether what was understood is unfolded at first
    told: dict[str, Fact] = field(default_factory=dict)
    added: list[str] = field(default_factory=list)  # facts that nothing was said about, opened to be set


def guarded(action: Callable[Concatenate[Visit, P], None]) -> Callable[Concatenate[Visit, P], None]:
    """The action as a widget's callback: what fails is shown as a sentence instead of Streamlit's own message."""

    @wraps(action)
    def run(visit: Visit, /, *args: P.args, **kwargs: P.kwargs) -> None:
        visit.problem = None
        try:
            action(visit, *args, **kwargs)
        except Exception as error:  # callbacks run outside the page's own net
            visit.problem = problem(error)

    return run


@dataclass
class Visit:
    """One open page: whose it is, which conversation is open, and what is half done."""

    shared: Shared
    owner: str
    conversation: str
    address: str = ""  # the conversation as the URL names it; empty until something was asked
    team: Team | None = None
    problem: Problem | None = None
    say: tuple[str, str] = ("", "")  # words for screen readers, and a mark that tells them from the last ones
    complaint: int = 0  # the turn whose "not helpful" is being explained
    confirming: bool = False  # "delete everything" was pressed once
    all_turns: bool = False
    refill: str = ""  # words to put back into the box
    team_number: int = 0  # counts up, so that widgets of one team are not taken for those of another

    @property
    def service(self) -> Service:
        """The service."""
        return self.shared.service

    @property
    def mine(self) -> OwnedConversations:
        """This browser's conversations, and no other's."""
        return self.service.store.for_owner(self.owner)

    @property
    def place(self) -> Place:
        """Where questions are asked now."""
        return Place(self.owner, self.conversation)

    def turns(self) -> list[Turn]:
        """The turns of the open conversation."""
        return self.mine.turns(self.conversation)

    def ask(self, question: str, *, again: bool = False) -> Asking:
        """Ask in the open conversation; the answer is made in the background."""
        self.problem, self.complaint, self.confirming = None, 0, False
        self._show(self.conversation)
        return self.shared.askings.ask(self.place, question, self._beginning(question), again=again)

    @guarded
    def ask_button(self, question: str, again: bool = False) -> None:
        """`ask`, for a button."""
        self.ask(question, again=again)

    @guarded
    def open(self, conversation: str) -> None:
        """Go to another conversation."""
        self._leave(conversation)
        self._show(conversation)

    @guarded
    def begin_new(self) -> None:
        """Go to a conversation in which nothing was said yet."""
        self._begin_new()

    @guarded
    def rename(self, key: str) -> None:
        """Give the open conversation the title that the widget of that key holds."""
        self.mine.rename(self.conversation, str(st.session_state[key]))

    @guarded
    def set_unkept(self, key: str) -> None:
        """Keep the open conversation or not, as the widget of that key says."""
        self.mine.set_kept(self.conversation, not st.session_state[key])

    @guarded
    def forget(self) -> None:
        """Delete the open conversation."""
        self.shared.askings.forget(self.owner, self.conversation)
        self.mine.forget(self.conversation)
        self._begin_new()
        self.announce("The conversation is deleted.")

    @guarded
    def confirm(self, confirming: bool) -> None:
        """Ask whether everything is to be deleted, or stop asking."""
        self.confirming = confirming

    @guarded
    def forget_everything(self) -> None:
        """Delete all conversations of this browser, and the team."""
        self.shared.askings.forget(self.owner)
        self.mine.forget_everything()
        self.team = None
        self._begin_new()
        self.announce("Everything is deleted.")

    @guarded
    def rate(self, turn: int, verdict: str) -> None:
        """Store whether an answer helped; for one that did not, ask why."""
        self.mine.feedback(self.conversation, turn, "up" if verdict == "up" else "down")
        self.complaint = 0 if verdict == "up" else turn
        self.announce("Thank you, that is noted.")

    @guarded
    def explain_rating(self, turn: int, reasons_key: str, comment_key: str) -> None:
        """Store why an answer did not help."""
        reasons = tuple(st.session_state[reasons_key] or ())
        self.mine.feedback(self.conversation, turn, "down", reasons, str(st.session_state[comment_key] or ""))
        self.complaint = 0
        self.announce("Thank you, that is noted.")

    def describe_team(self, name: str, text: str, warnings: tuple[str, ...] = (), *, show: bool = True) -> None:
        """Take a description of the person's team in place of the one before."""
        self.team = Team(name, text, tuple(self.service.understand(text)), warnings, show)
        self.team_number += 1
        self.announce(f"Read. {len(self.team.facts)} facts understood.")

    def read_team(self, name: str, data: bytes, *, show: bool) -> None:
        """Take an uploaded description. Raises DocumentError with one sentence."""
        document = self.service.read(name, data)
        self.describe_team(document.name, document.text, document.warnings, show=show)

    @guarded
    def paste_team(self, key: str) -> None:
        """Take the description that the widget of that key holds."""
        text = str(st.session_state[key])
        if text.strip():
            document = self.service.read("Pasted text.txt", text.encode())
            self.describe_team("Pasted text", document.text, document.warnings)

    @guarded
    def try_example(self, text: str, question: str) -> None:
        """Take the example team, and ask about it."""
        self.describe_team("Example team", text, show=False)
        self.ask(question)

    @guarded
    def forget_team(self) -> None:
        """Leave the team's description out from now on."""
        self.team = None
        self.team_number += 1

    @guarded
    def set_fact(self, fact: str, key: str, value_of: Callable[[object], FactValue]) -> None:
        """Take the person's word for a fact; None means that it is not known."""
        if self.team is not None:
            value = value_of(st.session_state[key])
            certainty = Certainty.UNKNOWN if value is None else Certainty.TOLD
            self.team.told[fact] = Fact(fact, value, certainty)

    @guarded
    def add_fact(self, key: str) -> None:
        """Open a fact that nothing was said about."""
        chosen = st.session_state[key]
        if self.team is not None and chosen and chosen not in self.team.added:
            self.team.added.append(chosen)

    def announce(self, text: str, mark: str = "") -> None:
        """Have it said to screen readers."""
        self.say = (text, mark or secrets.token_hex(4))

    def follow_address(self) -> None:
        """Go where the URL says, when the person went back or forward in the browser."""
        address = _address()
        if address != self.address:
            self._leave(address or _new_conversation())
            self.address = address

    def _beginning(self, question: str) -> Callable[[threading.Event], Reply]:
        service, conversation, owner = self.service, self.conversation, self.owner
        team = self.team
        documents = [TeamText(team.name, team.text)] if team else []
        told = list(team.told.values()) if team else []

        def begin(gone: threading.Event) -> Reply:
            # in the question's own thread: the first time, this opens the store and reads the rules
            kept = Unless(service.store.for_owner(owner), gone)
            return service.coach.ask(question, conversation, kept, documents=documents, told=told)

        return begin

    def _begin_new(self) -> None:
        self._leave(_new_conversation())
        self.address = ""
        st.query_params.pop(ADDRESS, None)

    def _leave(self, conversation: str) -> None:
        self.conversation = conversation
        self.problem, self.complaint, self.confirming, self.all_turns = None, 0, False, False

    def _show(self, conversation: str) -> None:
        self.address = conversation
        if st.query_params.get(ADDRESS) != conversation:
            st.query_params[ADDRESS] = conversation


def visit_of(common: Shared) -> Visit:
    """This page's visit, begun if the page was just opened."""
    if VISIT not in st.session_state:
        # without a cookie (a browser that refuses them) nothing outlives the visit, but all else works
        owner = valid_key(st.context.cookies.get(COOKIE, "")) or secrets.token_urlsafe(32)
        address = _address()
        st.session_state[VISIT] = Visit(common, owner, address or _new_conversation(), address)
    return cast(Visit, st.session_state[VISIT])  # Streamlit's session state holds anything


def tick() -> None:
    """A point at which Streamlit may end this run of the script, as it does when the person clicks something."""
    st.session_state.get(VISIT)


def _address() -> str:
    given = st.query_params.get(ADDRESS, "")
    return given if CONVERSATION.fullmatch(given) else ""


def _new_conversation() -> str:
    return secrets.token_urlsafe(12)
