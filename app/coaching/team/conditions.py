"""Conditions over facts, as rule files write them: a value, a list of values, ">=2", "<=9", "has a|b" and "lacks a|b"."""

from __future__ import annotations

import re

from app.coaching.model import FactValue

_ROLES = re.compile(r"(has|lacks) (.+)")


def holds(value: FactValue, wanted: object) -> bool:
    """Whether a fact meets one line of a condition; an unknown fact meets none."""
    if value is None:
        return False
    if isinstance(wanted, list):
        return value in wanted
    if isinstance(wanted, str):
        roles = _ROLES.fullmatch(wanted)
        if roles:
            return any(r in role_set(value) for r in roles[2].split("|")) == (roles[1] == "has")
        if wanted[:2] in (">=", "<="):
            if isinstance(value, bool) or not isinstance(value, int):
                return False
            bound = int(wanted[2:])
            return value >= bound if wanted[0] == ">" else value <= bound
    return value == wanted


def looked_for(wanted: object) -> list[str]:
    """The roles that a line of a condition on roles looks for; empty for any other line."""
    match = _ROLES.fullmatch(wanted) if isinstance(wanted, str) else None
    return match[2].split("|") if match else []


def role_set(value: FactValue) -> tuple[str, ...]:
    """The roles of a fact that names roles; empty for any other value."""
    return value if isinstance(value, tuple) else ()
