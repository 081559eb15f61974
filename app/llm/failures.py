"""What went wrong at a model, in our own words: one kind of error and one sentence for each kind of failure."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto

from app.errors import ModelBroken, ModelBusy, ModelError, ModelKeyRejected, ModelTimeout, ModelUnavailable


class Failure(Enum):
    """The ways in which a model server fails."""

    KEY = auto()
    BUSY = auto()
    UNREACHABLE = auto()
    UNKNOWN_MODEL = auto()
    SILENT = auto()
    REFUSED = auto()
    TOO_LONG = auto()
    WITHHELD = auto()
    BROKEN = auto()


# By class name: the SDKs of several providers are generated from one mould and share these names. LangChain's own
# classes stand first, then those of the SDKs, then those of the HTTP libraries and of Python.
FAILURES = {
    "ModelAuthenticationError": Failure.KEY,
    "ModelPermissionDeniedError": Failure.KEY,
    "ModelInvalidRequestError": Failure.REFUSED,
    "ModelNotFoundError": Failure.UNKNOWN_MODEL,
    "ModelRateLimitError": Failure.BUSY,
    "ModelAPIError": Failure.BROKEN,
    "ModelConnectionError": Failure.UNREACHABLE,
    "ModelTimeoutError": Failure.SILENT,
    "ContextOverflowError": Failure.TOO_LONG,
    "ModelError": Failure.BROKEN,
    "OpenAIError": Failure.BROKEN,
    "APIError": Failure.BROKEN,
    "APIStatusError": Failure.BROKEN,
    "APIResponseValidationError": Failure.BROKEN,
    "APIConnectionError": Failure.UNREACHABLE,
    "APITimeoutError": Failure.SILENT,
    "AuthenticationError": Failure.KEY,
    "OAuthError": Failure.KEY,
    "SubjectTokenProviderError": Failure.KEY,
    "PermissionDeniedError": Failure.KEY,
    "RateLimitError": Failure.BUSY,
    "NotFoundError": Failure.UNKNOWN_MODEL,
    "BadRequestError": Failure.REFUSED,
    "ConflictError": Failure.REFUSED,
    "UnprocessableEntityError": Failure.REFUSED,
    "InternalServerError": Failure.BROKEN,
    "LengthFinishReasonError": Failure.BROKEN,
    "ContentFilterFinishReasonError": Failure.WITHHELD,
    "OpenAIRefusalError": Failure.WITHHELD,
    "Withheld": Failure.WITHHELD,
    "Unfinished": Failure.BROKEN,
    "WebSocketConnectionClosedError": Failure.BROKEN,
    "WebSocketQueueFullError": Failure.BROKEN,
    "TimeoutException": Failure.SILENT,
    "NetworkError": Failure.BROKEN,
    "ConnectError": Failure.UNREACHABLE,
    "ProtocolError": Failure.BROKEN,
    "ProxyError": Failure.UNREACHABLE,
    "UnsupportedProtocol": Failure.UNREACHABLE,
    "InvalidURL": Failure.UNREACHABLE,
    "TimeoutError": Failure.SILENT,
    "ConnectionRefusedError": Failure.UNREACHABLE,
    "gaierror": Failure.UNREACHABLE,
    "SSLError": Failure.UNREACHABLE,
}


# What servers that speak OpenAI's protocol put into `code` or `type` of a refusal.
_TOO_LONG = ("context_length_exceeded", "exceed_context_size_error")


def causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it was raised from."""
    seen: BaseException | None = error
    for _ in range(8):
        if seen is None:
            return
        yield seen
        seen = seen.__cause__


def failure(error: BaseException) -> Failure:
    """The kind of failure that a foreign exception stands for; what nobody named counts as broken."""
    for cause in causes(error):
        if any(told in (getattr(cause, "code", None), getattr(cause, "type", None)) for told in _TOO_LONG):
            return Failure.TOO_LONG
        found = _by_name(cause)
        if found is not None and found is not Failure.BROKEN:
            return found
        by_status = _by_status(cause)
        if by_status is not None:
            return by_status
    return Failure.BROKEN


def translated(error: BaseException, who: str, *, begun: bool = False, key_hint: str = "") -> ModelError:
    """Our error for a foreign one; `begun` says that a part of the reply had come.

    Only `who` and our own words are in it: foreign texts may hold keys or prompts.
    """
    kind = failure(error)
    if begun and kind is Failure.UNREACHABLE:
        kind = Failure.BROKEN  # it was reached, and lost
    match kind:
        case Failure.KEY:
            return ModelKeyRejected(f"{who} refused the key.", hint=key_hint or "Check the provider's key.")
        case Failure.BUSY:
            return ModelBusy(f"{who} is busy and asks to slow down.", hint="Ask again in a minute.")
        case Failure.UNREACHABLE:
            return ModelUnavailable(f"{who} cannot be reached.", hint="Check the address and the network.")
        case Failure.UNKNOWN_MODEL:
            return ModelUnavailable(f"{who} does not know this model.", hint="Check its name in ROLEWISE_LLM.")
        case Failure.SILENT:
            return ModelTimeout(f"{who} was silent for too long.", hint="Ask again.")
        case Failure.REFUSED:
            return ModelBroken(f"{who} did not accept the request.", hint="Try another model with ROLEWISE_LLM.")
        case Failure.TOO_LONG:
            return ModelBroken(f"{who} cannot read a text this long.", hint="Ask a shorter question.")
        case Failure.WITHHELD:
            return ModelBroken(f"{who} withheld the answer.", hint="Put the question in other words.")
        case Failure.BROKEN:
            return ModelBroken(f"{who} broke off in the middle or sent something unreadable.", hint="Ask again.")


def _by_name(error: BaseException) -> Failure | None:
    return next((FAILURES[kind.__name__] for kind in type(error).__mro__ if kind.__name__ in FAILURES), None)


def _by_status(error: BaseException) -> Failure | None:
    status = getattr(error, "status_code", None) or getattr(getattr(error, "response", None), "status_code", None)
    if not isinstance(status, int) or status < 400:
        return None
    if status in (401, 403):
        return Failure.KEY
    if status == 404:
        return Failure.UNKNOWN_MODEL
    if status == 429:
        return Failure.BUSY
    if status in (408, 504):
        return Failure.SILENT
    return Failure.BROKEN if status >= 500 else Failure.REFUSED
