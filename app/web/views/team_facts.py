"""What was understood: every fact with how it is known, open to correction, and the text with its quotes marked."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from app.coaching.rules import FactRule
from app.coaching.team.report import TeamAdvice
from app.web.render_team import Span, fact_html, quote_spans, text_html
from app.web.state import Visit
from app.web.teams import Team
from app.web.views.facts import draw_widget

HOW = (
    '<p class="rw-note">Correct what is wrong: the recommendation follows at once. “Stated” stands in your text, “inferred” was '
    "concluded from it.</p>"
)


def draw_understood(visit: Visit, team: Team, advice: TeamAdvice, prefix: str) -> None:
    """Facts on the left, the text on the right; on a phone one below the other."""
    rules = visit.service.fact_rules()
    known = [rule for rule in rules if (fact := team.fact(rule.id)) and (fact.value is not None or rule.id in team.told)]
    unknown = [rule for rule in rules if rule not in known]
    spans = quote_spans(team.text, [quote for fact in team.facts for quote in fact.quotes])
    st.html('<h2 class="rw-h2">What I understood</h2>')
    left, right = st.columns([11, 9], gap="medium")
    with left:
        st.html(HOW if known else '<p class="rw-note">I found no facts that I can use. You can set some below.</p>')
        with st.container(key="facts-known"):
            for rule in known:
                _row(visit, team, rule, spans, prefix)
        if unknown:
            with st.expander(f"Not known yet ({len(unknown)})", key=f"unknown-{visit.desk.number}"):
                _set(visit, team, unknown)
    with right, st.container(key="team-text"):
        st.html(f"<h3>Your text</h3>{text_html(team.text, team.parts, spans, prefix)}")


def _row(visit: Visit, team: Team, rule: FactRule, spans: Sequence[Span], prefix: str) -> None:
    told = rule.id in team.told
    with st.container(key=f"known-{rule.id}"):
        widget, how = st.columns([5, 6], vertical_alignment="bottom", gap="small")
        with widget:
            draw_widget(visit, team, rule)
        with how:
            st.html(fact_html(team.fact(rule.id), told, spans, prefix, team.text))
            if told:
                st.button(
                    "Undo", key=f"undo-{rule.id}", type="tertiary", icon=":material/undo:", on_click=visit.safely,
                    args=(lambda: visit.desk.take_back(rule.id),),
                )  # fmt: skip


def _set(visit: Visit, team: Team, rules: Sequence[FactRule]) -> None:
    for pair in (rules[n : n + 2] for n in range(0, len(rules), 2)):
        for column, rule in zip(st.columns(2), pair, strict=False):
            with column:
                draw_widget(visit, team, rule)
