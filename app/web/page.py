"""The script that Streamlit runs for every visitor and every click; started by `main.py`."""

from app.web.state import shared
from app.web.views.whole import draw

draw(shared)
