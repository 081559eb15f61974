"""Facts about a team in words, and the widgets that correct them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from app.coaching.model import FactValue
from app.coaching.rules import FactRule
from app.web.render import label, quotes_html
from app.web.state import Visit
from app.web.teams import Team

UNKNOWN = "Not known"
FLAGS = ("Yes", "No")


def fact_name(fact: str, rules: Sequence[FactRule]) -> str:
    """What the fact is called."""
    return next((rule.label for rule in rules if rule.id == fact), fact.replace("_", " "))


def fact_value(value: FactValue, role_name: Callable[[str], str]) -> str:
    """The value in words."""
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return FLAGS[0] if value else FLAGS[1]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, tuple):
        return ", ".join(role_name(one) for one in value) or "None"
    return _word(value, role_name)


def draw_facts(visit: Visit, team: Team) -> None:
    """What was understood, each fact with its words and a widget to correct it, and a way to add what is missing."""
    rules = {rule.id: rule for rule in visit.service.fact_rules()}
    found = {fact.id: fact for fact in team.facts}
    shown = [fact for fact in rules if fact in found or fact in team.told or fact in team.added]
    for name in shown:
        with st.container(key=f"fact-{name}"):
            left, right = st.columns([5, 6], vertical_alignment="bottom")
            with left:
                draw_widget(visit, team, rules[name])
            if name in found and name not in team.told:
                right.html(quotes_html(found[name]))
            else:
                right.html('<p class="rw-fact">Set by you</p>' if name in team.told else "<p></p>")
    missing = [fact for fact in rules if fact not in shown]
    if missing:
        key = f"add-{len(shown)}"
        st.selectbox(
            "Add what is missing", missing, index=None, format_func=lambda fact: rules[fact].label, key=key,
            placeholder="Choose something to tell me", on_change=visit.safely, args=(lambda: _add(visit, key),),
        )  # fmt: skip


def draw_widget(visit: Visit, team: Team, rule: FactRule) -> None:
    """The widget that sets one fact, showing what is believed now."""
    fact = team.fact(rule.id)
    value = fact.value if fact else None
    key = f"set-{rule.id}-{visit.desk.number}-{team.revisions.get(rule.id, 0)}"
    name = label(rule.label)

    def take(value_of: Callable[[object], FactValue]) -> Callable[[], None]:
        return lambda: visit.safely(lambda: visit.desk.tell(rule.id, value_of(visit.widget(key))))

    if rule.type == "count":
        if visit.widget(key) is None:  # not as the widget's own default, which could be changed but never emptied
            visit.set_widget(key, value if isinstance(value, int) else None)
        st.number_input(
            name, min_value=0, max_value=9999, step=1, value=None, key=key, placeholder=UNKNOWN,
            on_change=take(lambda given: given if isinstance(given, int) else None),
        )  # fmt: skip
    elif rule.type == "flag":
        index = 0 if value is None else 1 if value else 2
        st.selectbox(
            name, [UNKNOWN, *FLAGS], index=index, key=key,
            on_change=take(lambda given: {"Yes": True, "No": False}.get(str(given))),
        )  # fmt: skip
    elif rule.type == "roles":
        known = list(value) if isinstance(value, tuple) else []
        options = list(dict.fromkeys([*_role_ids(visit), *known]))
        st.multiselect(
            name, options, default=known, key=key, format_func=visit.service.role_name, placeholder="None",
            on_change=take(lambda given: tuple(str(one) for one in given) if isinstance(given, list) else None),
        )  # fmt: skip
    else:
        words = list(rule.values) or [*_role_ids(visit), "nobody"]
        if isinstance(value, str) and value not in words:
            words.append(value)
        st.selectbox(
            name, [UNKNOWN, *words], index=words.index(value) + 1 if isinstance(value, str) else 0, key=key,
            format_func=lambda word: word if word == UNKNOWN else _word(word, visit.service.role_name),
            on_change=take(lambda given: None if given == UNKNOWN else str(given)),
        )  # fmt: skip


def _add(visit: Visit, key: str) -> None:
    if chosen := visit.widget(key):
        visit.desk.open_fact(str(chosen))


def _role_ids(visit: Visit) -> list[str]:
    return [role.id for role in visit.service.vocabulary.roles]


def _word(value: str, role_name: Callable[[str], str]) -> str:
    name = role_name(value)
    return name[:1].upper() + name[1:]
