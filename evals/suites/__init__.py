"""The suites by name, in the order in which they are run: speed first, before others have filled caches and memory."""

from __future__ import annotations

from typing import Any

from evals.suite import Suite
from evals.suites import (
    abstention,
    answers,
    clarification,
    conversation,
    fairness,
    grounding,
    injection,
    retrieval,
    speed,
    team,
)

SUITES: dict[str, Suite[Any]] = {  # Any: suites differ in their kind of case
    suite.name: suite
    for suite in (
        speed.SUITE,
        retrieval.SUITE,
        answers.SUITE,
        grounding.SUITE,
        abstention.SUITE,
        clarification.SUITE,
        conversation.SUITE,
        team.SUITE,
        fairness.SUITE,
        injection.SUITE,
    )
}
