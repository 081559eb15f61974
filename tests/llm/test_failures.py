"""Every exception of the libraries underneath has one of our names, and none of their words."""

from __future__ import annotations

import inspect
import json

import langchain_core.exceptions
import openai
import pytest

from app.errors import ModelBroken, ModelError, ModelTimeout, ModelUnavailable
from app.llm.failures import FAILURES, Failure, failure, translated


def exceptions_of(module: object, root: type[BaseException]) -> list[str]:
    found = inspect.getmembers(module, inspect.isclass)
    return [name for name, kind in found if issubclass(kind, root) and not name.startswith("_")]


def test_every_exception_of_the_openai_library_is_mapped():
    names = exceptions_of(openai, openai.OpenAIError)

    assert len(names) > 10
    assert set(names) - FAILURES.keys() == set()


def test_every_model_exception_of_langchain_is_mapped():
    names = exceptions_of(langchain_core.exceptions, langchain_core.exceptions.ModelError)

    assert len(names) > 5
    assert set(names) - FAILURES.keys() == set()


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (TimeoutError(), Failure.SILENT),
        (ConnectionRefusedError(), Failure.UNREACHABLE),
        (json.JSONDecodeError("Expecting value", "x", 0), Failure.BROKEN),
        (KeyError("choices"), Failure.BROKEN),
    ],
)
def test_exceptions_of_python_itself_are_sorted_too(error: Exception, kind: Failure):
    assert failure(error) is kind


def test_a_status_counts_where_the_name_says_nothing():
    class Strange(Exception):
        status_code = 429

    assert failure(Strange()) is Failure.BUSY


def test_the_cause_counts_where_the_error_says_nothing():
    error = RuntimeError("wrapped")
    error.__cause__ = TimeoutError()

    assert failure(error) is Failure.SILENT


@pytest.mark.parametrize("kind", list(Failure))
def test_every_kind_of_failure_is_a_sentence_with_a_next_step(kind: Failure):
    error = type(next(name for name, mapped in FAILURES.items() if mapped is kind), (Exception,), {})("sk-secret")
    if kind is Failure.TOO_LONG:
        error.code = "context_length_exceeded"

    ours = translated(error, "The provider")

    assert isinstance(ours, ModelError)
    assert str(ours).startswith("The provider ")
    assert str(ours).endswith(".")
    assert ours.hint
    assert "secret" not in f"{ours}{ours.hint}"


def test_no_two_kinds_that_differ_for_the_person_share_an_error():
    assert isinstance(translated(TimeoutError(), "It"), ModelTimeout)
    assert isinstance(translated(ConnectionRefusedError(), "It"), ModelUnavailable)
    assert isinstance(translated(ValueError(), "It"), ModelBroken)
