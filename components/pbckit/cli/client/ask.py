"""`pbc ask` and `pbc publish`: a program's capabilities and events by name, with JSON as their contracts have it."""

import time
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import msgspec
import typer

from pbckit.cli.client.capabilities import LambdaCapabilities
from pbckit.cli.client.event_publisher import publish as put_on_bus
from pbckit.cli.client.session import LOCAL_STACK, open_session
from pbckit.cli.deployment.sandbox import Folder
from pbckit.cli.errors import OperatorError, Refused
from pbckit.cli.output import Stack, print_json, remarks
from pbckit.contracts import catalogue
from pbckit.contracts.decoding import decoded
from pbckit.contracts.definitions import PEOPLE, AnyCapability, Event
from pbckit.sandbox.embedded_aws import DEFAULT_FOLDER

T = TypeVar("T")

_PAUSE_SECONDS = 0.5
_Data = Annotated[str, typer.Argument(help="JSON, by the contract's schema.")]


def ask(
    name: Annotated[str, typer.Argument(metavar="UNIT.CAPABILITY", help="For example `orders.order`.")],
    data: _Data = "{}",
    wait: Annotated[float, typer.Option(min=0, help="For so many seconds, ask again while it refuses.")] = 0,
    stack: Stack = LOCAL_STACK,
    folder: Folder = DEFAULT_FOLDER,
) -> None:
    """Ask a capability as an operator, and print its answer. Exit code 1: it refuses, by an error of its contract.

    A unit handles events at its own pace: `--wait` asks about what was published just now.
    """
    capability = _capability(name)
    request = _read(name, data, capability.request)
    capabilities = LambdaCapabilities(open_session(stack, folder))
    print_json(answered(lambda: capabilities.ask(capability, request), wait))


def answered(ask_once: Callable[[], T], wait_seconds: float, sleep: Callable[[float], None] = time.sleep) -> T:
    """The answer; asked for again while it is refused, until the time is over.

    Raises:
        Refused: the last time, too.
    """
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            return ask_once()
        except Refused:
            if time.monotonic() >= deadline:
                raise
        sleep(_PAUSE_SECONDS)


def publish(
    name: Annotated[str, typer.Argument(metavar="SOURCE.EVENT", help="For example `storefront.OrderPlaced`.")],
    data: _Data,
    stack: Stack = LOCAL_STACK,
    folder: Folder = DEFAULT_FOLDER,
) -> None:
    """Publish an event of a system outside the program, as that system would."""
    event = _read(name, data, _event(name))
    put_on_bus(open_session(stack, folder), [event], on_accepted=lambda _count: None)
    remarks.print(f"published {name} {event.aggregate_id}", highlight=False)


def _capability(name: str) -> AnyCapability:
    open_to_operators = {f"{one.unit}.{one.name}": one for one in catalogue.callable_by(PEOPLE)}
    if name not in open_to_operators:
        raise OperatorError(f"no capability {name!r} that operators may ask; there are: {_listed(open_to_operators)}")
    return open_to_operators[name]


def _event(name: str) -> type[Event]:
    outside = {f"{one.source}.{one.detail_type()}": one for one in catalogue.events()}
    outside = {key: one for key, one in outside.items() if one.source in catalogue.outside_sources()}
    if name not in outside:
        raise OperatorError(f"no event {name!r} of a system outside; there are: {_listed(outside)}")
    return outside[name]


def _read(name: str, text: str, kind: type[Any]) -> Any:
    try:
        return decoded(text.encode(), kind)
    except msgspec.DecodeError as error:
        raise OperatorError(f"{name}: {text!r} is not by its contract: {error}") from error


def _listed(names: dict[str, Any]) -> str:
    return ", ".join(sorted(names)) or "none"
