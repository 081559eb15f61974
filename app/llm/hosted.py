"""A hosted language model: any chat model of LangChain, or any server that speaks OpenAI's protocol.

What the person wrote is sent to `destination`, and nowhere else: LangChain's tracing is off for each request. A
process that must not be led elsewhere by its environment also sets LANGSMITH_TRACING and LANGSMITH_GATEWAY to false
at its start, which is the wiring's job.
"""

from __future__ import annotations

import asyncio
import email.utils
import random
import re
import threading
import time
from collections.abc import Iterator
from threading import Event as StopSignal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from app.coaching.model import Prompt
from app.errors import ConfigError, ModelBusy, ModelError, ModelKeyRejected, ModelUnavailable, RolewiseError
from app.llm.failures import Failure, causes, failure, translated
from app.llm.streaming import Background, StreamedReply, aside, capped, chat_messages, relay, whole_time

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

RETRIES = 2
LONGEST_PAUSE = 20.0  # seconds; a server that asks for more is not asked again
CONNECTING = 10.0  # seconds for a connection to be made

# After these the same request may succeed a moment later.
_PASSING = {Failure.BUSY, Failure.BROKEN, Failure.UNREACHABLE}

KEY_HINT = "Set the provider's key variable, such as OPENAI_API_KEY, and start again."


class HostedModel:
    """A `ChatModel` elsewhere: `spec` is LangChain's `provider:model`, `url` another server with OpenAI's protocol.

    Without `key` the provider's usual variable is read by its own library, and sent to `url` where there is one.
    `silence` is how many seconds may pass without a word; `first_pause` is how long is waited, give or take, before
    the first of two retries. Raises `ConfigError` when the spec is not of that form.
    """

    def __init__(self, spec: str, *, url: str = "", key: str = "", silence: float = 60.0, first_pause: float = 0.5) -> None:
        self._provider, _, self._model_name = spec.partition(":")
        if not self._provider or not self._model_name:
            raise ConfigError(f"ROLEWISE_LLM={spec} names no model.", hint="Write provider:model, as in `openai:gpt-4.1-mini`.")
        self._url = url
        self._key = key
        self._silence = silence
        self._first_pause = first_pause
        self._lock = threading.Lock()
        self._opening = threading.Lock()
        self._model: BaseChatModel | None = None
        self._background: Background | None = None
        self._with_temperature = True
        self._loading: threading.Thread | None = None
        self._why_not = f"{self._who} has not been asked yet."
        self._closed = False

    @property
    def name(self) -> str:
        """The spec, as in `openai:gpt-4.1-mini`."""
        return f"{self._provider}:{self._model_name}"

    @property
    def destination(self) -> str:
        """Where text is sent, for the page to say: the host of the address, or the provider's name."""
        return (urlsplit(self._url).hostname or self._url) if self._url else self._provider

    @property
    def ready(self) -> bool:
        """Whether the provider's library is loaded; the network is not asked."""
        return self._model is not None and not self._closed

    @property
    def why_not_ready(self) -> str:
        """One sentence for the person; empty when it is ready."""
        return "" if self.ready else self._why_not

    @property
    def warming(self) -> bool:
        """Whether the library is being loaded."""
        return not self.ready and self._loading is not None and self._loading.is_alive()

    def warm(self, *systems: str) -> None:
        """Load the provider's library in the background; what fails is told by `why_not_ready`."""

        def load() -> None:
            try:
                self._opened()
            except RolewiseError as error:
                self._why_not = str(error)

        self._why_not = f"{self._who} is being loaded."
        self._loading = threading.Thread(target=load, name="warm model", daemon=True)
        self._loading.start()

    def generate(self, prompt: Prompt, stop: StopSignal) -> StreamedReply:
        """Start on the prompt.

        Iterating raises `ModelKeyRejected`, `ModelBusy`, `ModelTimeout`, `ModelBroken` or `ModelUnavailable`; what is
        likely to pass is tried up to twice again, as long as nothing was handed out.
        """
        with self._lock:
            if self._closed:
                raise ModelUnavailable(f"{self._who} was closed.")
            self._background = self._background or Background()
            return StreamedReply(self._background, stop, lambda reply: self._answer(prompt, reply))

    def close(self) -> None:
        """Stop what runs."""
        with self._lock:
            self._closed = True
            background, self._background = self._background, None
        self._why_not = f"{self._who} was closed."
        if background:
            background.close()

    @property
    def _who(self) -> str:
        return f"The model server {self.destination}" if self._url else f"The provider {self._provider}"

    def _opened(self) -> BaseChatModel:
        with self._opening:
            if self._model is None:
                self._model = self._open()
            return self._model

    def _open(self) -> BaseChatModel:
        from langchain.chat_models import init_chat_model

        model: BaseChatModel
        try:
            settings = self._settings()
            try:
                model = init_chat_model(self._model_name, **settings)
            except Exception:
                if not self._url or self._key:
                    raise
                # No key anywhere: many servers at an address of one's own want none, but the library wants a word.
                model = init_chat_model(self._model_name, **settings, api_key="none")
            return model
        except ImportError as error:
            named = re.search(r"pip install [\w-]+", str(error))
            hint = f"`{named[0]}`" if named else f"`pip install langchain-{self._provider.replace('_', '-')}`"
            raise ModelUnavailable(f"{self._who} needs a package that is not installed.", hint=hint) from error
        except Exception as error:
            if "Unsupported provider" in str(error):
                raise ConfigError(f"There is no provider {self._provider}.", hint="Check ROLEWISE_LLM.") from error
            raise ModelKeyRejected(f"{self._who} has no key.", hint=KEY_HINT) from self._printable(error)

    def _settings(self) -> dict[str, Any]:
        """What the model is made with; `Any`: as many types as settings."""
        settings: dict[str, Any] = {"model_provider": self._provider, "temperature": 0, "max_retries": 0}
        if self._provider == "openai":
            import openai

            settings |= {
                "timeout": openai.Timeout(self._silence, connect=min(CONNECTING, self._silence)),
                "stream_usage": True,
                "use_responses_api": False,
                "stream_chunk_timeout": None,
                "default_headers": {"Connection": "close"},  # an idle connection is often dead when it is used again
            }
        if self._url:
            settings["base_url"] = self._url
        if self._key:
            settings["api_key"] = self._key
        return settings

    # What follows runs in the background loop.

    async def _answer(self, prompt: Prompt, reply: StreamedReply) -> None:
        if prompt.max_tokens <= 0:
            reply.cut = True
            return
        model = await aside(self._opened)
        messages = chat_messages(prompt)
        for attempt in range(RETRIES + 1):
            try:
                fitted = self._fitted(model, prompt.max_tokens)
                await relay(fitted, messages, reply, silence=self._silence, whole=whole_time(prompt, self._silence))
                return
            except Exception as error:
                pause = self._pause_before_retry(error, attempt)
                if pause is None or attempt == RETRIES or reply.started:
                    raise self._translated(error, reply.started) from self._printable(error)
            await asyncio.sleep(pause)

    def _fitted(self, model: BaseChatModel, tokens: int) -> BaseChatModel:
        model = capped(model, tokens)
        changes: dict[str, object] = {}
        if self._url and self._provider == "openai":
            changes["extra_body"] = {"max_tokens": tokens}  # older servers know the limit by its former name only
        if not self._with_temperature:
            changes["temperature"] = None
        return model.model_copy(update=changes)

    def _pause_before_retry(self, error: Exception, attempt: int) -> float | None:
        """Seconds to wait before the request is sent again, None when that would not help."""
        kind = failure(error)
        if kind is Failure.REFUSED and self._with_temperature:
            self._with_temperature = False  # some models accept none: ask once without, and stay with that
            return 0.0
        if kind not in _PASSING or _quota_used_up(error):
            return None
        asked_for = _retry_after(error)
        if asked_for is not None:
            return asked_for if asked_for <= LONGEST_PAUSE else None
        pause = self._first_pause * 2.0**attempt
        return pause * random.uniform(0.5, 1.5)  # noqa: S311  # jitter, so that users do not come back all at once

    def _translated(self, error: Exception, begun: bool) -> ModelError:
        if _quota_used_up(error):
            return ModelBusy(f"{self._who} says that the quota is used up.", hint="Check the plan at the provider.")
        wait = _retry_after(error)
        if failure(error) is Failure.BUSY and wait is not None and wait > LONGEST_PAUSE:
            return ModelBusy(f"{self._who} is busy for another {wait:.0f} s.", hint=f"Ask again in {wait:.0f} s.")
        return translated(error, self._who, begun=begun, key_hint=KEY_HINT)

    def _printable(self, error: Exception) -> Exception | None:
        """The error, unless its text holds a key: then nothing, so that no log shows it."""
        told = " ".join(f"{cause} {cause!r}" for cause in causes(error))
        return None if any(secret in told for secret in self._secrets()) else error

    def _secrets(self) -> Iterator[str]:
        from pydantic import SecretStr

        if self._key:
            yield self._key
        for value in vars(self._model).values() if self._model else ():
            if isinstance(value, SecretStr) and value.get_secret_value():
                yield value.get_secret_value()


def _quota_used_up(error: Exception) -> bool:
    return any(getattr(cause, "code", None) == "insufficient_quota" for cause in causes(error))


def _retry_after(error: Exception) -> float | None:
    """Seconds that the server asks to wait, given as a number or as a date; None when it does not say."""
    for cause in causes(error):
        headers = getattr(getattr(cause, "response", None), "headers", {})
        told = headers.get("retry-after", "")
        if re.fullmatch(r"\d+(\.\d+)?", told):
            return float(told)
        if told:
            try:
                return max(0.0, email.utils.parsedate_to_datetime(told).timestamp() - time.time())
            except ValueError:
                return None
    return None
