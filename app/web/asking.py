"""Questions that are being answered: each in a thread of its own, so that no refresh, click or closed tab ends it."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from app.coaching.model import Answer, Event, Finished, Turn
from app.coaching.ports import Conversations
from app.web.problems import Problem, problem

SAME_QUESTION = 3.0  # seconds in which the same words again are a second click, not a second question
LEFT_OVER = 600.0  # seconds after which an ended question that no page has drawn is let go: its turn is stored anyway
FAREWELL = 3.0  # seconds that a stopped answer is given to keep what it has


class Reply(Protocol):
    """What a coach's reply offers, as far as this file cares."""

    def __iter__(self) -> Iterator[Event]: ...
    def stop(self) -> None: ...


class Unless:
    """Conversations that keep nothing any more once `gone` is set: what was deleted does not come back."""

    def __init__(self, conversations: Conversations, gone: threading.Event) -> None:
        self._conversations = conversations
        self._gone = gone

    def turns(self, conversation: str) -> list[Turn]:
        """All turns so far."""
        return self._conversations.turns(conversation)

    def keep(self, conversation: str, answer: Answer) -> Turn:
        """Store the answer as the next turn, unless it has been deleted meanwhile."""
        if self._gone.is_set():
            return Turn(0, answer.question, answer)
        return self._conversations.keep(conversation, answer)


# Starts the reply; the event says that whatever it would keep has been deleted.
Begin = Callable[[threading.Event], Reply]


@dataclass(frozen=True)
class Place:
    """Where a question is asked: one conversation of one browser."""

    owner: str
    conversation: str


class Asking:
    """One question on its way. Thread-safe; `events` grows until `done`."""

    def __init__(self, question: str, begin: Begin, after: Asking | None, asked: float) -> None:
        self.id = secrets.token_hex(4)
        self.question = question
        self.asked = asked
        self.problem: Problem | None = None
        self.answer: Answer | None = None
        self.settled = False  # nothing of it is left to show
        self.gone = threading.Event()  # set when its conversation is deleted
        self._begin = begin
        self._after = after
        self._events: list[Event] = []
        self._finished = False
        self._reply: Reply | None = None
        self._stopping = False
        self._changed = threading.Condition()
        threading.Thread(target=self._work, name=f"asking-{self.id}", daemon=True).start()

    @property
    def done(self) -> bool:
        """Whether it has ended, with an answer, with a problem, or stopped before it began."""
        return self._finished

    @property
    def waiting(self) -> bool:
        """Whether an earlier question of the same conversation is still being answered."""
        return self._after is not None and not self._after.done

    def stop(self) -> None:
        """End it early; what was shown is kept."""
        with self._changed:
            self._stopping = True
            if self._reply is not None:
                self._reply.stop()

    def news(self, seen: int, seconds: float) -> list[Event]:
        """The events after the first `seen`, waiting for one at most so many seconds while there is more to come."""
        with self._changed:
            self._changed.wait_for(lambda: self._finished or len(self._events) > seen, seconds)
            return self._events[seen:]

    def wait(self, seconds: float) -> bool:
        """Whether it has ended within so many seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self._finished, seconds)

    def _work(self) -> None:
        try:
            while self._after is not None and not self._after.wait(60.0):
                pass
            if self._may_begin():
                for event in self._started():
                    with self._changed:
                        self._events.append(event)
                        if isinstance(event, Finished):
                            self.answer = event.answer
                        self._changed.notify_all()
        except Exception as error:  # a thread has nobody to raise to: the page shows it
            self.problem = problem(error)
        finally:
            with self._changed:
                self._after = None  # or every question would hold on to all before it
                self._finished = True
                self._changed.notify_all()

    def _may_begin(self) -> bool:
        with self._changed:
            return not self._stopping

    def _started(self) -> Reply:
        reply = self._begin(self.gone)
        with self._changed:
            self._reply = reply
            if self._stopping:
                reply.stop()
        return reply


class Askings:
    """All questions on their way in this process, by place; shared by all visitors, who see only their own places."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._lines: dict[Place, list[Asking]] = {}

    def ask(self, place: Place, question: str, begin: Begin, *, again: bool = False) -> Asking:
        """Put the question in line and return it; the same one sent twice (a second click, a second tab) is put once.

        `begin` is called in the question's own thread. `again` asks anew whatever was asked before.
        """
        with self._lock:
            line = self._lines.setdefault(place, [])
            now = self._clock()
            self._let_go(now, but=place)
            for earlier in line:
                fresh = not earlier.done or now - earlier.asked < SAME_QUESTION
                if not again and fresh and earlier.question.strip() == question.strip() and earlier.problem is None:
                    return earlier
            # the last one stays, to recognise a second click after a fast answer
            line[:] = [a for a in line if not a.settled and a.problem is None] + [a for a in line[-1:] if a.settled]
            after = line[-1] if line and not line[-1].done else None
            asking = Asking(question, begin, after, now)
            line.append(asking)
            return asking

    def _let_go(self, now: float, but: Place) -> None:
        def over(asking: Asking) -> bool:
            return asking.done and now - asking.asked > (SAME_QUESTION if asking.settled else LEFT_OVER)

        for place in [p for p, line in self._lines.items() if p != but and all(map(over, line))]:
            del self._lines[place]

    def at(self, place: Place) -> list[Asking]:
        """What is left to show of the questions asked there, in order."""
        with self._lock:
            return [a for a in self._lines.get(place, ()) if not a.settled]

    def settle(self, asking: Asking) -> None:
        """Take note that nothing of it is left to show: its turn is drawn from where it is kept."""
        with self._lock:
            asking.settled = True

    def forget(self, owner: str, conversation: str = "") -> None:
        """End all of the owner's questions (or those of one conversation) and wait until none can be stored any more."""
        with self._lock:
            places = [p for p in self._lines if p.owner == owner and conversation in ("", p.conversation)]
            going = [a for p in places for a in self._lines.pop(p)]
        for asking in going:
            asking.gone.set()
        _end(going)

    def close(self) -> None:
        """End everything, giving each answer a moment to keep what it has."""
        with self._lock:
            going = [a for line in self._lines.values() for a in line]
        _end(going)


def _end(askings: list[Asking]) -> None:
    for asking in askings:
        asking.stop()
    deadline = time.monotonic() + FAREWELL
    for asking in askings:
        asking.wait(max(0.0, deadline - time.monotonic()))
