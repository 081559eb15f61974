"""The embedded language model: llama.cpp in a child process that page, command line and evals share.

The first user starts the child, every user finds it through the run folder (see `server.py`), and it ends with its
last user. It is spoken to over loopback with LangChain's OpenAI chat class, and nothing is sent elsewhere: proxies of
the environment are not used, and LangChain's tracing is off for each request (the wiring switches it off for the whole
process, with LANGSMITH_TRACING and LANGSMITH_GATEWAY).
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event as StopSignal
from typing import TYPE_CHECKING

from app.coaching.model import Prompt
from app.errors import ModelBusy, ModelError, ModelTimeout, ModelUnavailable, RolewiseError
from app.llm.failures import translated
from app.llm.server import HOST, Claim, State
from app.llm.streaming import TICK, Background, StreamedReply, aside, capped, chat_messages, relay, whole_time
from app.llm.worker import Worker

if TYPE_CHECKING:
    from langchain_openai import ChatOpenAI

log = logging.getLogger(__name__)

WHO = "The language model"
MOST_TOKENS = 1024  # of one reply, whatever is asked for


class EmbeddedModel:
    """A `ChatModel` on this machine.

    `run_dir` is a folder for locks and state that all users of the model share. `prepare` is called in the
    background before the file is looked at: it may pull or verify the weights, and raise a `WeightsProblem`.
    `silence` is how many seconds may pass without a sign of life before a turn is given up and the child replaced.
    """

    def __init__(
        self,
        model_path: Path,
        run_dir: Path,
        *,
        prepare: Callable[[], object] = lambda: None,
        threads: int | None = None,
        context: int = 4096,
        silence: float = 60.0,
    ) -> None:
        self._path = model_path
        self._run_dir = run_dir
        self._prepare = prepare
        self._threads = threads
        self._context = context
        self._silence = silence
        self._lock = threading.Lock()
        self._opening = threading.Lock()
        self._ready = threading.Event()
        self._why_not = f"{WHO} has not been started."
        self._warming: threading.Thread | None = None
        self._systems: tuple[str, ...] = ()
        self._background: Background | None = None
        self._worker: Worker | None = None
        self._client: tuple[State, ChatOpenAI] | None = None
        self._closed = False

    @property
    def name(self) -> str:
        """The file's name without its suffix."""
        return self._path.stem

    @property
    def ready(self) -> bool:
        """Whether the child is up. Does not wait; a child that died is replaced in the background meanwhile."""
        if not self._ready.is_set() or self._worker is None:
            return False
        if self._worker.folder.alive():
            return True
        self._ready.clear()
        self.warm(*self._systems)
        return False

    @property
    def why_not_ready(self) -> str:
        """One sentence for the person; empty when it is ready."""
        return "" if self.ready else self._why_not

    @property
    def warming(self) -> bool:
        """Whether it is on its way to being ready."""
        return not self.ready and self._warming is not None and self._warming.is_alive()

    @property
    def waiting(self) -> int:
        """How many generations run or wait at this moment, of all processes."""
        return self._worker.folder.ahead() if self._worker else 0

    def warm(self, *systems: str) -> None:
        """Start the child in the background and let it read these instructions, so that no question waits for that.

        Returns at once. What fails is told by `why_not_ready` and tried again by the next call.
        """
        with self._lock:
            if self._closed or (self._warming and self._warming.is_alive()):
                return
            self._systems = systems
            self._why_not = f"{WHO} is being loaded."
            self._warming = threading.Thread(target=self._warm, args=(systems,), name="warm model", daemon=True)
            self._warming.start()

    def generate(self, prompt: Prompt, stop: StopSignal) -> StreamedReply:
        """Queue up and start on the prompt when its turn comes; the child is started if need be.

        Iterating raises `ModelTimeout`, `ModelBroken`, `ModelBusy`, `ModelUnavailable` or a `WeightsProblem`.
        """
        with self._lock:
            if self._closed:
                raise ModelUnavailable(f"{WHO} was closed.")
            self._background = self._background or Background()
            return StreamedReply(self._background, stop, lambda reply: self._answer(prompt, reply))

    def close(self) -> None:
        """Stop what runs and let go of the child, which ends when nobody else uses it."""
        with self._lock:
            self._closed = True
            background, self._background = self._background, None
        self._ready.clear()
        self._why_not = f"{WHO} was closed."
        if background:
            background.close()
        with self._opening:
            if self._worker:
                self._worker.leave()

    def _warm(self, systems: Sequence[str]) -> None:
        try:
            libraries = threading.Thread(target=_import_libraries, daemon=True)
            libraries.start()  # beside the child's loading: each takes seconds
            self._opened().serve()
            libraries.join()
            for system in systems:
                list(self.generate(Prompt(system=system, user="", max_tokens=1), threading.Event()))
        except RolewiseError as error:
            self._why_not = str(error)
        except Exception:
            log.exception("the embedded model could not be started")
            self._why_not = f"{WHO} could not be started; the log says why."
        else:
            self._ready.set()

    def _opened(self) -> Worker:
        """The worker, made on the first call: weights prepared, header checked, this user counted."""
        with self._opening:
            if self._worker is None:
                self._prepare()
                if self._closed:
                    raise ModelUnavailable(f"{WHO} was closed.")
                self._worker = Worker(self._path, self._run_dir, self._threads, self._context)
            return self._worker

    # What follows runs in the background loop.

    async def _answer(self, prompt: Prompt, reply: StreamedReply) -> None:
        if prompt.max_tokens <= 0:
            reply.cut = True
            return
        worker = await aside(self._opened)
        await aside(_import_libraries)
        try:
            await self._in_turn(worker, prompt, reply)
        except OSError as error:  # its folder was cleared away: the next turn makes another
            self._worker = None
            raise ModelUnavailable(f"{WHO} lost the folder {self._run_dir}.", hint="Ask again.") from error

    async def _in_turn(self, worker: Worker, prompt: Prompt, reply: StreamedReply) -> None:
        with worker.folder.enqueue() as place:
            await self._wait_behind(worker, place, reply)
            for attempt in (1, 2):
                state = await aside(worker.serve)
                try:
                    await self._ask(worker, state, prompt, reply)
                    return
                except ModelTimeout:
                    await aside(lambda hung=state: worker.replace(hung))  # type: ignore[misc]  # bound early
                    raise
                except ModelError:
                    if reply.started or attempt == 2 or worker.folder.state() == state:
                        raise
                    # The child died before it said a word: its successor is asked.

    async def _wait_behind(self, worker: Worker, place: Claim, reply: StreamedReply) -> None:
        clock = asyncio.get_running_loop().time
        give_up = clock() + 10 * self._silence
        while ahead := worker.folder.ahead(place):
            reply.wait_behind(ahead)
            if clock() > give_up:
                raise ModelBusy(f"{WHO} is busy: {ahead} questions are ahead of this one.", hint="Ask again later.")
            await asyncio.sleep(TICK)
        reply.ahead = 0

    async def _ask(self, worker: Worker, state: State, prompt: Prompt, reply: StreamedReply) -> None:
        special = worker.header.special_tokens
        messages = chat_messages(prompt, lambda text: neutral(text, special))
        model = capped(self._client_of(state), min(prompt.max_tokens, MOST_TOKENS))
        try:
            await relay(model, messages, reply, silence=self._silence, whole=whole_time(prompt, self._silence))
        except Exception as error:
            raise translated(error, WHO, begun=reply.started) from error

    def _client_of(self, state: State) -> ChatOpenAI:
        if self._client and self._client[0] == state:
            return self._client[1]
        import openai
        from langchain_openai import ChatOpenAI
        from pydantic import SecretStr

        client = ChatOpenAI(
            model=self.name,
            base_url=f"http://{HOST}:{state.port}/v1",
            api_key=SecretStr(state.key),
            organization="",
            default_headers={"Connection": "close"},  # one question, one connection: none is left lying open
            temperature=0,
            max_retries=0,
            stream_usage=True,
            use_responses_api=False,
            stream_chunk_timeout=None,
            # What it has read so far is a sign of life while a long prompt is read.
            extra_body={"return_progress": True, "cache_prompt": True},
            # Own clients: the default ones would send loopback requests to a proxy that the environment names.
            http_client=openai.DefaultHttpxClient(trust_env=False),
            http_async_client=openai.DefaultAsyncHttpxClient(trust_env=False, timeout=None),
        )
        self._client = (state, client)
        return client


def _import_libraries() -> None:
    import langchain_openai  # noqa: F401
    import langsmith  # noqa: F401


def neutral(text: str, special: Sequence[str]) -> str:
    """The text with every special token of the model broken by a space, so that it is read as plain words."""
    while found := [token for token in special if token in text]:
        for token in found:
            text = text.replace(token, f"{token[0]} {token[1:]}")
    return text
