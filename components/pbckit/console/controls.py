"""Buttons that look alike on every page. Their colours are those of `console.css`, with enough contrast."""

from collections.abc import Callable
from typing import Any

from nicegui import ui


def button(text: str, on_click: Callable[[], Any], *, main: bool = False) -> ui.button:
    """A button.

    Args:
        text: what it says.
        on_click: what it does; may be asynchronous.
        main: whether it is what most people came for.
    """
    made = ui.button(text, on_click=on_click, color=None).props("no-caps unelevated")
    return made.classes("main" if main else "plain")
