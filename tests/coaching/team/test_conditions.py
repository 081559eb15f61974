"""Conditions over facts; what holds is tested with decisions."""

from __future__ import annotations

import pytest

from app.coaching.model import FactValue
from app.coaching.team.conditions import looked_for, role_set


@pytest.mark.parametrize(
    ("line", "roles"),
    [
        ("has tester", ["tester"]),
        ("lacks tester|product_owner", ["tester", "product_owner"]),
        (">=2", []),
        ("hasty", []),
        ("nobody", []),
        (["has tester"], []),
        (True, []),
        (None, []),
    ],
)
def test_the_roles_that_a_line_looks_for(line: object, roles: list[str]) -> None:
    assert looked_for(line) == roles


@pytest.mark.parametrize(
    ("value", "roles"), [(("tester",), ("tester",)), ((), ()), (None, ()), ("tester", ()), (3, ()), (True, ())]
)
def test_only_a_fact_that_names_roles_has_roles(value: FactValue, roles: tuple[str, ...]) -> None:
    assert role_set(value) == roles
