"""What a person is told when something failed: one sentence and the next step, or an id that is in the log."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass

from app.errors import BadInput, RolewiseError

log = logging.getLogger("rolewise.web")


@dataclass(frozen=True)
class Problem:
    """A sentence, the next step, and whether trying again may help."""

    sentence: str
    hint: str = ""
    again: bool = True


def problem(error: Exception) -> Problem:
    """What to show for the error. One that nobody foresaw goes to the log whole, under an id that is shown."""
    if isinstance(error, RolewiseError):
        return Problem(str(error), error.hint, again=not isinstance(error, BadInput))
    name = secrets.token_hex(3)
    log.error("unexpected error %s", name, exc_info=error)
    return Problem(
        f"Something went wrong (id {name}).", "Nothing you wrote is lost. Try again; the log has the details under this id."
    )
