"""What is recommended, and the question whose answer would help most."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from app.coaching.rules import FactRule
from app.coaching.team.decide import Ask
from app.coaching.team.report import TeamAdvice
from app.web.desk import QUESTION
from app.web.render import label, safe
from app.web.render_team import cards_html
from app.web.state import Visit
from app.web.teams import Team


def draw_recommendations(visit: Visit, advice: TeamAdvice, prefix: str) -> None:
    """One card for delivery and one for the product."""
    st.html('<h2 class="rw-h2">What I recommend</h2>')
    st.html(cards_html(advice, prefix, visit.service.fact_rules(), visit.service.role_name))


def draw_question(visit: Visit, team: Team, advice: TeamAdvice) -> None:
    """The next question with its choices; nothing while there is none that would matter."""
    rules = {rule.id: rule for rule in visit.service.fact_rules()}
    ask = next((ask for ask in advice.ask_next if ask.fact not in team.skipped and ask.fact in rules), None)
    with st.container(key="next-question"):
        if ask is None:
            st.empty()
            return
        st.html(
            f'<h2 class="rw-h2" id="{QUESTION}" tabindex="-1">What would help most to know</h2>'
            f'<p class="rw-ask">{safe(ask.question)}</p>'
            f'<p class="rw-note">{safe(ask.why)}</p>'
        )
        _choices(visit, rules[ask.fact], ask, advice.ask_next)


def _choices(visit: Visit, rule: FactRule, ask: Ask, asks: Sequence[Ask]) -> None:
    desk = visit.desk
    with st.container(horizontal=True, key="answers"):
        for n, choice in enumerate(rule.choices):
            if choice in rule.answers:
                value = rule.answers[choice]
                st.button(
                    label(choice), key=f"answer-{rule.id}-{n}", on_click=visit.safely,
                    args=(lambda value=value: desk.answer(rule.id, value),),
                )  # fmt: skip
        more = len(asks) > 1
        st.button(
            "I do not know: ask me something else" if more else "I do not know", key=f"skip-{rule.id}", type="tertiary",
            on_click=visit.safely, args=(lambda: desk.skip(rule.id),),
        )  # fmt: skip
