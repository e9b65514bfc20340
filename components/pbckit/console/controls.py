"""What every page is made of: buttons that look alike, and questions whose refusal stands where the answer would.

Colours are those of `console.css`, with enough contrast.
"""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from nicegui import ui

from pbckit.cli.client.session import Session
from pbckit.cli.errors import OperatorError
from pbckit.console.connection import Connection

T = TypeVar("T")


def button(text: str, on_click: Callable[[], Any], *, main: bool = False) -> ui.button:
    """A button.

    Args:
        text: what it says.
        on_click: what it does; may be asynchronous.
        main: whether it is what most people came for.
    """
    made = ui.button(text, on_click=on_click, color=None).props("no-caps unelevated")
    return made.classes("main" if main else "plain")


async def answered(connection: Connection, question: Callable[[Session], T], message: ui.label) -> T | None:
    """Ask the stack without holding up the page.

    Args:
        connection: to the stack.
        question: what to ask; anything but None is an answer.
        message: gets the reason where there is no answer.

    Returns:
        The answer, or None where the stack or a capability refused it.
    """
    try:
        return await asyncio.to_thread(connection.ask, question)
    except OperatorError as error:
        message.set_text(str(error))
        return None
