"""Playing with facts: what would be recommended if one of them were otherwise. Changes nothing that is known."""

from __future__ import annotations

import streamlit as st

from app.coaching.model import FactValue
from app.coaching.team.report import TeamAdvice
from app.web.desk import WHAT_IF
from app.web.render import label
from app.web.render_team import compared_html, compared_words
from app.web.state import Visit
from app.web.teams import Supposable, Team, supposables
from app.web.views.facts import fact_value

HOW = (
    f'<h2 class="rw-h2" id="{WHAT_IF}" tabindex="-1">What if</h2>'
    '<p class="rw-note">Try how the recommendation would move. Your facts stay as they are until you take a change over.</p>'
)


def draw_what_if(visit: Visit, team: Team, advice: TeamAdvice) -> None:
    """The facts to play with, and before and after; nothing while no fact would move anything."""
    offered = supposables(advice, visit.service.fact_rules())
    with st.container(key="what-if"):
        if not offered and not team.supposed:
            st.empty()
            return
        st.html(HOW)
        for pair in (offered[n : n + 2] for n in range(0, len(offered), 2)):
            for column, one in zip(st.columns(2), pair, strict=False):
                with column:
                    _toggles(visit, one, advice)
        if team.supposed:
            _outcome(visit, team, advice)
        else:
            st.empty()


def _toggles(visit: Visit, one: Supposable, advice: TeamAdvice) -> None:
    rule = one.rule
    now = next((fact.value for fact in advice.facts if fact.id == rule.id), None)
    values = {_words(visit, rule.type, words, value, now): value for words, value in one.values}
    key = f"if-{rule.id}-{visit.desk.number}-{visit.desk.round}"
    role_name = visit.service.role_name

    def suppose() -> None:
        chosen = visit.widget(key)
        visit.desk.suppose(rule.id, values.get(str(chosen)) if chosen else None)

    name = f"{label(rule.label)} (now: {label(fact_value(now, role_name), 60)})"
    st.pills(name, list(values), format_func=label, key=key, wrap=True, on_change=visit.safely, args=(suppose,))


def _outcome(visit: Visit, team: Team, advice: TeamAdvice) -> None:
    then = team.supposed_advice(visit.service)
    rules = {rule.id: rule for rule in visit.service.fact_rules()}
    role_name = visit.service.role_name
    words = [f"{rules[name].label}: {fact_value(value, role_name)}" for name, value in team.supposed.items() if name in rules]
    st.html(compared_html(advice, then, f"If it were so: {'; '.join(words)}"))
    mark = f"if-{visit.desk.number}-{sorted(map(str, team.supposed.items()))}"
    visit.announce(f"What if: {compared_words(advice, then)}", mark)
    with st.container(horizontal=True, key="what-if-buttons"):
        st.button("Reset", key="if-reset", on_click=visit.safely, args=(visit.desk.suppose_nothing,))
        st.button("Take this over as facts", key="if-take", on_click=visit.safely, args=(visit.desk.take_over,))


def _words(visit: Visit, kind: str, words: str, value: FactValue, now: FactValue) -> str:
    if kind == "roles" and isinstance(value, tuple):
        before = now if isinstance(now, tuple) else ()
        more = [visit.service.role_name(role) for role in value if role not in before]
        less = [visit.service.role_name(role) for role in before if role not in value]
        return "; ".join([*(f"With a {name}" for name in more), *(f"Without the {name}" for name in less)])
    return words or fact_value(value, visit.service.role_name)
