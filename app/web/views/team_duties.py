"""Who answers for what in the team."""

from __future__ import annotations

import streamlit as st

from app.coaching.team.report import TeamAdvice
from app.web.render_team import duties_html
from app.web.state import Visit

HEAD = '<h2 class="rw-h2">Who answers for what</h2>'
NOTHING = (
    '<p class="rw-note">Your text does not say who answers for what. A few sentences about that would show what nobody '
    "holds.</p>"
)


def draw_duties(visit: Visit, advice: TeamAdvice, prefix: str) -> None:
    """The table of responsibilities in its three families."""
    told = any(duty.state != "unknown" for duty in advice.responsibilities)
    tables = duties_html(advice.responsibilities, advice.sources, prefix, visit.service.role_name)
    if told:
        st.html(f'{HEAD}<div class="rw-families">{tables}</div>')
    elif tables:
        unfolds = f'<details class="rw-more"><summary>What I looked for</summary>{tables}</details>'
        st.html(f'{HEAD}{NOTHING}<div class="rw-families">{unfolds}</div>')
    else:
        st.empty()
