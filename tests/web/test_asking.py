import threading
from collections.abc import Callable, Iterator

from app.coaching.model import Event, Finished, Progress
from app.errors import BadInput, ModelUnavailable
from app.web.asking import Asking, Askings, Place, Unless
from tests.web.scripted_service import an_answer

HERE = Place("me", "c1")


class FakeReply:
    """Says one thing, waits until it is let go or stopped, then finishes."""

    def __init__(self, question: str, let_go: threading.Event | None = None) -> None:
        self.question = question
        self.go = let_go or threading.Event()
        self.stopped = False
        if let_go is None:
            self.go.set()

    def __iter__(self) -> Iterator[Event]:
        yield Progress("looking")
        assert self.go.wait(5)
        yield Finished(an_answer(self.question, stopped=self.stopped, turn=1))

    def stop(self) -> None:
        self.stopped = True
        self.go.set()


class Kept:
    def __init__(self) -> None:
        self.answers: list[str] = []

    def turns(self, conversation: str) -> list[object]:
        return []

    def keep(self, conversation: str, answer: object) -> object:
        self.answers.append(conversation)
        return answer


def begin(reply: FakeReply) -> Callable[[threading.Event], FakeReply]:
    return lambda gone: reply


def test_a_question_is_answered_in_the_background_and_its_events_are_kept() -> None:
    asking = Askings().ask(HERE, "q", begin(FakeReply("q")))

    assert asking.wait(5)
    assert [type(e) for e in asking.news(0, 0)] == [Progress, Finished]
    assert asking.answer is not None
    assert asking.answer.question == "q"


def test_events_are_there_before_the_answer_is_whole() -> None:
    let_go = threading.Event()
    asking = Askings().ask(HERE, "q", begin(FakeReply("q", let_go)))

    assert [type(e) for e in asking.news(0, 5)] == [Progress]
    assert not asking.done
    let_go.set()
    assert [type(e) for e in asking.news(1, 5)] == [Finished]


def test_the_same_words_while_they_are_being_answered_are_one_question() -> None:
    askings, let_go = Askings(), threading.Event()
    first = askings.ask(HERE, "q", begin(FakeReply("q", let_go)))

    assert askings.ask(HERE, " q ", begin(FakeReply("q"))) is first
    let_go.set()


def test_the_same_words_right_after_a_fast_answer_are_one_question() -> None:
    time = [100.0]
    askings = Askings(clock=lambda: time[0])
    first = askings.ask(HERE, "q", begin(FakeReply("q")))
    assert first.wait(5)
    askings.settle(first)
    time[0] += 1

    assert askings.ask(HERE, "q", begin(FakeReply("q"))) is first


def test_the_same_words_later_or_asked_again_on_purpose_are_a_new_question() -> None:
    time = [100.0]
    askings = Askings(clock=lambda: time[0])
    first = askings.ask(HERE, "q", begin(FakeReply("q")))
    assert first.wait(5)

    second = askings.ask(HERE, "q", begin(FakeReply("q")), again=True)
    time[0] += 60
    third = askings.ask(HERE, "q", begin(FakeReply("q")))

    assert len({first.id, second.id, third.id}) == 3


def test_a_question_sent_meanwhile_waits_for_the_one_before() -> None:
    askings, let_go = Askings(), threading.Event()
    first = askings.ask(HERE, "one", begin(FakeReply("one", let_go)))
    second = askings.ask(HERE, "two", begin(FakeReply("two")))

    assert second.waiting
    assert second.news(0, 0.1) == []
    let_go.set()
    assert first.wait(5)
    assert second.wait(5)
    assert [a.question for a in askings.at(HERE)] == ["one", "two"]


def test_questions_of_different_conversations_do_not_wait_for_each_other() -> None:
    askings, let_go = Askings(), threading.Event()
    askings.ask(HERE, "one", begin(FakeReply("one", let_go)))

    other = askings.ask(Place("me", "c2"), "two", begin(FakeReply("two")))

    assert other.wait(5)
    let_go.set()


def test_stop_reaches_the_reply() -> None:
    asking = Askings().ask(HERE, "q", begin(FakeReply("q", threading.Event())))
    asking.news(0, 5)

    asking.stop()

    assert asking.wait(5)
    assert asking.answer is not None
    assert asking.answer.stopped


def test_a_question_stopped_while_it_waits_is_never_begun() -> None:
    askings, let_go = Askings(), threading.Event()
    askings.ask(HERE, "one", begin(FakeReply("one", let_go)))
    begun: list[str] = []

    def begin_second(gone: threading.Event) -> FakeReply:
        begun.append("two")
        return FakeReply("two")

    second = askings.ask(HERE, "two", begin_second)
    second.stop()
    let_go.set()

    assert second.wait(5)
    assert begun == []
    assert second.answer is None


def test_an_expected_error_becomes_its_sentence() -> None:
    asking = failing(ModelUnavailable("The model is gone.", "Start it."))

    assert asking.problem is not None
    assert (asking.problem.sentence, asking.problem.hint, asking.problem.again) == ("The model is gone.", "Start it.", True)


def test_what_cannot_be_a_question_is_not_offered_again() -> None:
    asking = failing(BadInput("The question is empty.", "Type one."))

    assert asking.problem is not None
    assert not asking.problem.again


def test_an_unexpected_error_shows_an_id_and_nothing_of_itself(caplog: object) -> None:
    asking = failing(RuntimeError("secret path"))

    assert asking.problem is not None
    assert "secret" not in asking.problem.sentence + asking.problem.hint
    assert "id " in asking.problem.sentence


def test_after_a_problem_the_same_question_may_be_asked_at_once() -> None:
    askings = Askings()
    first = askings.ask(HERE, "q", raising(ModelUnavailable("gone")))
    assert first.wait(5)

    assert askings.ask(HERE, "q", begin(FakeReply("q"))) is not first


def test_everybody_sees_only_their_own_places() -> None:
    askings, let_go = Askings(), threading.Event()
    askings.ask(HERE, "q", begin(FakeReply("q", let_go)))

    assert askings.at(Place("another", "c1")) == []
    let_go.set()


def test_what_is_deleted_while_it_is_being_answered_is_not_stored_afterwards() -> None:
    askings, kept, gone_events = Askings(), Kept(), []

    def begin_and_keep(gone: threading.Event) -> FakeReply:
        gone_events.append(gone)
        return FakeReply("q", threading.Event())

    asking = askings.ask(HERE, "q", begin_and_keep)
    asking.news(0, 5)
    askings.forget("me")
    Unless(kept, gone_events[0]).keep("c1", an_answer("q"))  # type: ignore[arg-type]  # a fake with two methods

    assert asking.done
    assert kept.answers == []
    assert askings.at(HERE) == []


def test_deleting_one_conversation_leaves_the_others_going() -> None:
    askings, let_go = Askings(), threading.Event()
    other = askings.ask(Place("me", "c2"), "q", begin(FakeReply("q", let_go)))

    askings.forget("me", "c1")

    assert askings.at(Place("me", "c2")) == [other]
    assert not other.done
    let_go.set()


def test_what_is_over_is_not_held_on_to() -> None:
    time = [100.0]
    askings = Askings(clock=lambda: time[0])
    for n in range(5):
        asking = askings.ask(Place("me", str(n)), "q", begin(FakeReply("q")))
        assert asking.wait(5)
        if n % 2:
            askings.settle(asking)
    time[0] += 5
    askings.ask(HERE, "q", begin(FakeReply("q")))
    assert len(askings._lines) == 4  # settled ones are gone, those that no page has drawn are there

    time[0] += 3600
    askings.ask(Place("me", "another"), "q", begin(FakeReply("q")))
    assert len(askings._lines) <= 2


def test_closing_ends_every_answer() -> None:
    askings = Askings()
    going = [askings.ask(Place("me", str(n)), "q", begin(FakeReply("q", threading.Event()))) for n in range(3)]

    askings.close()

    assert all(asking.done for asking in going)


def raising(error: Exception) -> Callable[[threading.Event], FakeReply]:
    def begin_and_fail(gone: threading.Event) -> FakeReply:
        raise error

    return begin_and_fail


def failing(error: Exception) -> Asking:
    asking = Askings().ask(HERE, "q", raising(error))
    assert asking.wait(5)
    return asking
