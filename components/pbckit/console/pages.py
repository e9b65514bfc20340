"""The pages of the console, as a table: a program adds its own beside them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, NamedTuple

from pbckit.cli.topology import Topology
from pbckit.console.connection import Connection
from pbckit.console.observation import Observation
from pbckit.console.poller import Poller


class Page(NamedTuple):
    """A page: where it is, and what it is called in the navigation."""

    title: str
    module: str
    attribute: str
    """A function of `Console` and the parameters of the address, which builds the page within a NiceGUI context."""
    listed: bool = True
    """Whether it stands in the navigation."""


@dataclass(kw_only=True)
class Console:
    """What every page works with."""

    connection: Connection
    poller: Poller[Observation]
    pages: Mapping[str, Page]
    """By path."""
    topology: Topology | None = None
    """Units and edges; None as long as the program is being read."""
    topology_problem: str | None = None
    """Why there is none."""
    on_change: Callable[[Callable[[], Any]], None]
    """Lets a page hear of each look, as long as it is open; what it calls may be asynchronous."""
    kept: dict[str, Any] = field(default_factory=dict[str, Any])
    """What pages keep from one opening to the next because it takes long to find, each under its own path."""


Builder = Callable[[Console, Mapping[str, str]], Any]

PAGES: Mapping[str, Page] = {
    "/": Page("Map", "pbckit.console.system_map.page", "show"),
    "/dead-letters": Page("Dead letters", "pbckit.console.dead_letters.page", "show"),
    "/trace": Page("Trace", "pbckit.console.trace.page", "show"),
    "/isolation": Page("Isolation", "pbckit.console.isolation.page", "show"),
    "/units/{unit}": Page("Unit", "pbckit.console.unit_page", "show", listed=False),
}


def builder(page: Page) -> Builder:
    """The function that builds a page, imported now."""
    return getattr(import_module(page.module), page.attribute)
