"""What one open page remembers, and what all pages of this process share. The only file that touches session state."""

from __future__ import annotations

import os
import re
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, cast

import streamlit as st

from app.coaching.coach import TeamText
from app.coaching.model import Turn
from app.errors import RolewiseError
from app.settings import read_settings
from app.web.asking import Asking, Askings, Place, Reply, Unless
from app.web.desk import Desk
from app.web.door import COOKIE, valid_key
from app.web.problems import Problem, problem
from app.web.reading import PASTED
from app.web.teams import Part, Team
from app.wiring import Service, open_service

if TYPE_CHECKING:
    from app.store.owned import OwnedConversations

VISIT = "visit"  # in Streamlit's session state
ASK, TEAM = "ask", "team"  # the parts of the page
VIEW, CONVERSATION, KEPT = "view", "c", "a"  # in the URL: the part, the conversation, the kept team
AN_ID = re.compile(r"[A-Za-z0-9_-]{4,64}")

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


@dataclass(frozen=True)
class Address:
    """What the URL names: which part of the page, and the conversation or the kept team that is open there."""

    view: str = ASK
    conversation: str = ""
    kept: str = ""

    def query(self) -> dict[str, str]:
        """The address as the parameters of a URL; only what differs from the first screen."""
        if self.view == TEAM:
            return {VIEW: TEAM} | ({KEPT: self.kept} if self.kept else {})
        return {CONVERSATION: self.conversation} if self.conversation else {}


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
    address: Address = Address()
    shown: str = ""  # the conversation as the URL names it while one asks; empty until something was asked
    problem: Problem | None = None
    say: tuple[str, str] = ("", "")  # words for screen readers, and a mark that tells them from the last ones
    focus: str = ""  # the id of what is to have the focus after that, on the team page
    complaint: int = 0  # the turn whose "not helpful" is being explained
    confirming: bool = False  # "delete everything" was pressed once
    all_turns: bool = False
    refill: str = ""  # words to put back into the box
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        self.desk = Desk(self.service, lambda: self.mine.teams, self.announce)

    @property
    def view(self) -> str:
        """Which part of the page is shown."""
        return self.address.view

    @property
    def team(self) -> Team | None:
        """The team that was described, for answers and for the team page."""
        return self.desk.team

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
        """Delete all conversations and teams of this browser, and what is on the page."""
        self.shared.askings.forget(self.owner)
        self.desk.clear()
        self.mine.forget_everything()
        view = self.view
        self._begin_new()
        self._go(self._address_of(view))
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

    def read_team(self, name: str, data: bytes, *, show: bool) -> None:
        """Take a description that was dropped into the chat. Raises DocumentError with one sentence."""
        document = self.service.read(name, data)
        self._take_text(document.name, document.text, document.warnings, show=show)

    @guarded
    def paste_team(self, key: str) -> None:
        """Take the description that the widget of that key in the chat holds."""
        text = str(st.session_state[key])
        if text.strip():
            document = self.service.read(f"{PASTED}.txt", text.encode())
            self._take_text(PASTED, document.text, document.warnings)

    @guarded
    def try_example(self, text: str, question: str) -> None:
        """Take the example team, and ask about it."""
        self._take_text("Example team", text, show=False)
        self.ask(question)

    @guarded
    def safely(self, action: Callable[[], None]) -> None:
        """Do it, for a widget; then name in the URL what is open. What fails is shown as a sentence."""
        action()
        self.name_in_address()

    def name_in_address(self) -> None:
        """Have the URL of the team page name the team that is open, if it is kept."""
        if self.view == TEAM:
            self._go(self._address_of(TEAM))

    @guarded
    def go_to(self, view: str) -> None:
        """Show another part of the page."""
        self.confirming = False
        self._go(self._address_of(view))

    def widget(self, key: str) -> Any:  # Any: widgets hold values of many types
        """What the widget of that key holds now."""
        return st.session_state.get(key)

    def set_widget(self, key: str, value: object) -> None:
        """Have the widget of that key hold a value, before it is drawn."""
        st.session_state[key] = value

    def announce(self, text: str, mark: str = "", *, focus: str = "") -> None:
        """Have it said to screen readers; `focus` is the id of what has the focus then, if it was lost."""
        self.say, self.focus = (text, mark or secrets.token_hex(4)), focus

    def follow_address(self) -> None:
        """Go where the URL says, when the person went back or forward in the browser, or followed a link."""
        address = _address()
        if address == self.address:
            return
        self.address, self.problem = address, None
        if address.view == ASK:
            if address.conversation != self.shown:
                self._leave(address.conversation or _new_conversation())
                self.shown = address.conversation
            return
        open_now = self.team.kept if self.team else ""
        if address.kept == open_now:
            return
        if address.kept:
            try:
                self.desk.open(address.kept)
            except RolewiseError as error:  # a link to what was deleted, or to what somebody else keeps
                self.desk.take(None)
                self.problem = problem(error)
        else:
            self.desk.take(None)

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

    def _take_text(self, name: str, text: str, warnings: tuple[str, ...] = (), *, show: bool = True) -> None:
        facts = tuple(self.service.understand(text))
        self.desk.take(Team(name, text, facts, warnings, show, parts=(Part(name, 0, len(text)),)))
        self.announce(f"Read. {len(facts)} facts understood.")

    def _begin_new(self) -> None:
        self._leave(_new_conversation())
        self.shown = ""
        self._go(Address())

    def _leave(self, conversation: str) -> None:
        self.conversation = conversation
        self.problem, self.complaint, self.confirming, self.all_turns = None, 0, False, False

    def _show(self, conversation: str) -> None:
        self.shown = conversation
        self._go(Address(ASK, conversation))

    def _address_of(self, view: str) -> Address:
        if view == TEAM:
            return Address(TEAM, kept=self.team.kept if self.team else "")
        return Address(ASK, self.shown)

    def _go(self, address: Address) -> None:
        self.address = address
        if _address() != address:
            st.query_params.from_dict(address.query())  # all at once: each change is one step back in the browser


def visit_of(common: Shared) -> Visit:
    """This page's visit, begun if the page was just opened."""
    if VISIT not in st.session_state:
        # without a cookie (a browser that refuses them) nothing outlives the visit, but all else works
        owner = valid_key(st.context.cookies.get(COOKIE, "")) or secrets.token_urlsafe(32)
        conversation = _address().conversation
        # its address is the first screen until it has followed the URL
        st.session_state[VISIT] = Visit(common, owner, conversation or _new_conversation(), shown=conversation)
    return cast(Visit, st.session_state[VISIT])  # Streamlit's session state holds anything


def tick() -> None:
    """A point at which Streamlit may end this run of the script, as it does when the person clicks something."""
    st.session_state.get(VISIT)


def _address() -> Address:
    given = {name: st.query_params.get(name, "") for name in (VIEW, CONVERSATION, KEPT)}
    name = {key: value if AN_ID.fullmatch(value) else "" for key, value in given.items()}
    if given[VIEW] == TEAM:
        return Address(TEAM, kept=name[KEPT])
    return Address(ASK, name[CONVERSATION])


def _new_conversation() -> str:
    return secrets.token_urlsafe(12)
