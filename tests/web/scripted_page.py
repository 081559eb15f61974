"""The real page over a scripted service; started by `scripted_main.py`."""

from scripted_main import common

from app.web.views.whole import draw

draw(common)
