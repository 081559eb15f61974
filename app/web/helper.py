"""Mounts `helper.js`, the page's one piece of JavaScript."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import streamlit as st

SCRIPT = Path(__file__).with_name("helper.js")


@functools.cache
def _component() -> Any:  # Any: Streamlit's renderer is a callable of free-form arguments
    return st.components.v2.component("rolewise_helper", js=SCRIPT.read_text(encoding="utf-8"), isolate_styles=False)


def draw_helper() -> None:
    """Put the helper on the page; it shows nothing."""
    _component()(key="rolewise_helper", height=1)
