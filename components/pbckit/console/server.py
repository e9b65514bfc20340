"""Serving the console: the gate, the pages, the poller, and whoever reads the program."""

import asyncio
import webbrowser
from collections.abc import Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI
from nicegui import Client, Event, ui
from starlette.requests import Request

from pbckit.console.connection import Connection
from pbckit.console.gate import Gate
from pbckit.console.listening import Listening
from pbckit.console.observation import Observer
from pbckit.console.pages import Console, Page, builder
from pbckit.console.poller import Pace, Poller
from pbckit.console.program import read_topology
from pbckit.console.shell import framed


def serve(
    here: Listening, connection: Connection, pages: Mapping[str, Page], pace: Pace, *, open_browser: bool
) -> None:
    """Serve until interrupted.

    Args:
        here: where to.
        connection: the stack that is shown.
        pages: by path.
        pace: how often to look at the stack.
        open_browser: whether to open it in a browser.
    """
    changed = Event[[]]()
    poller = Poller(Observer(connection).look, pace, watched=_watched, changed=changed.emit)
    console = Console(connection=connection, poller=poller, pages=pages, on_change=_while_open(changed))
    for path, page in pages.items():
        _register(console, path, page)

    @asynccontextmanager
    async def at_work(_app: FastAPI):  # noqa: ANN202 as Starlette has it
        tasks = [asyncio.create_task(poller.run()), asyncio.create_task(read_topology(console, changed.emit))]
        if open_browser:
            webbrowser.open(here.url)
        yield
        for task in tasks:
            task.cancel()

    application = FastAPI(lifespan=at_work, openapi_url=None)
    ui.run_with(application, title="Console", dark=None, tailwind=False, language="en-US", show_welcome_message=False)
    settings = uvicorn.Config(
        Gate(application, here.port, here.key), log_level="error", timeout_graceful_shutdown=1, ws="websockets-sansio"
    )
    uvicorn.Server(settings).run(sockets=[here.socket])


def _watched() -> bool:
    return any(client.has_socket_connection for client in Client.instances.values())


def _while_open(changed: Event[[]]) -> Callable[[Callable[[], Any]], None]:
    def subscribe(listener: Callable[[], Any]) -> None:
        changed.subscribe(listener, unsubscribe_on_delete=True)

    return subscribe


def _register(console: Console, path: str, page: Page) -> None:
    show = builder(page)

    @ui.page(path, title=f"{page.title} · {console.connection.stack}")
    def _page(request: Request) -> None:
        with framed(console, page, request.cookies):
            show(console, {**request.query_params, **request.path_params})
