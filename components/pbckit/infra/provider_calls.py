"""What Pulumi's AWS provider calls for each resource type, and which IAM actions that needs."""

from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

Phase = Literal["create", "read", "update", "delete"]
PHASES: tuple[Phase, ...] = ("create", "read", "update", "delete")
FILE = Path(__file__).with_suffix(".yaml")
READ_API_TYPES = (
    "aws:apigateway/deployment:Deployment",
    "aws:apigateway/methodSettings:MethodSettings",
    "aws:apigateway/restApi:RestApi",
    "aws:apigateway/stage:Stage",
    "aws:lambda/permission:Permission",
)
"""Resource types that open a unit to callers from outside: its pipeline reads them."""


class Call(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One operation of AWS's API, as the provider calls it for one resource type."""

    recorded: tuple[Phase, ...] = ()
    """Phases in which it was seen in the provider's log."""
    source: tuple[Phase, ...] = ()
    """Phases in which the source of a newer provider has it, where it was not seen."""
    reference: str = ""
    """Where in that source."""
    actions: tuple[str, ...] | None = None
    """The IAM actions that it needs; None is the one of the same name."""
    refused: str = ""
    """Why a pipeline is not given this right; empty where it is."""

    @property
    def phases(self) -> tuple[Phase, ...]:
        """All phases of it."""
        return tuple(phase for phase in PHASES if phase in self.recorded or phase in self.source)


class Needed(NamedTuple):
    """An operation that the provider calls, and the rights that it needs."""

    operation: str
    phases: tuple[Phase, ...]
    actions: tuple[str, ...]
    """IAM actions."""
    call: Call


class ProviderCalls(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The contents of `provider_calls.yaml`."""

    provider: str
    """Version of the provider that was recorded."""
    types: dict[str, dict[str, Call]]
    """By Pulumi's resource type and operation, such as `lambda:GetFunction`."""

    def needed(self, kind: str, phases: Collection[Phase] = PHASES) -> Iterator[Needed]:
        """What a pipeline needs for a resource type in some phases: all calls but those that are refused.

        Raises:
            KeyError: the type is not recorded.
        """
        for operation, call in self.types[kind].items():
            some: tuple[Phase, ...] = tuple(phase for phase in call.phases if phase in phases)
            if some and not call.refused:
                actions = (operation,) if call.actions is None else call.actions
                yield Needed(operation=operation, phases=some, actions=actions, call=call)


@cache
def read() -> ProviderCalls:
    """What is recorded."""
    return msgspec.yaml.decode(FILE.read_bytes(), type=ProviderCalls)
