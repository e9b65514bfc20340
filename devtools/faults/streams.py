"""What happens to the stream of an outbox: nobody reads it, or Lambda soon gives up on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ops.demo.world import DeployedSystem

_KEPT = (
    "BatchSize",
    "BisectBatchOnFunctionError",
    "DestinationConfig",
    "FilterCriteria",
    "FunctionResponseTypes",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
)
"""Settings of a mapping that are kept when it is made anew."""


@contextmanager
def stream_unread(world: DeployedSystem, unit: str) -> Iterator[None]:
    """Nobody reads what comes into a unit's stream meanwhile, then or ever: afterwards it is read from its end on."""
    lambda_, mapping = world.aws.client("lambda"), _mapping(world, unit)
    lambda_.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    try:
        yield
    finally:
        lambda_.create_event_source_mapping(
            EventSourceArn=mapping["EventSourceArn"],
            FunctionName=mapping["FunctionArn"],
            StartingPosition="LATEST",
            **{name: mapping[name] for name in _KEPT if name in mapping},
        )
        lambda_.delete_event_source_mapping(UUID=mapping["UUID"])


@contextmanager
def stream_given_up_soon(world: DeployedSystem, unit: str) -> Iterator[None]:
    """Lambda gives stream records up after a second here. AWS allows no less than a minute."""
    lambda_, mapping = world.aws.client("lambda"), _mapping(world, unit)
    lambda_.update_event_source_mapping(UUID=mapping["UUID"], MaximumRecordAgeInSeconds=1)
    try:
        yield
    finally:
        lambda_.update_event_source_mapping(
            UUID=mapping["UUID"], MaximumRecordAgeInSeconds=mapping["MaximumRecordAgeInSeconds"]
        )


def _mapping(world: DeployedSystem, unit: str) -> dict[str, Any]:
    """What feeds a unit's relay."""
    relay = f":function:{world.names(unit).physical('relay')}:"
    mappings = world.aws.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    (mapping,) = [one for one in mappings if relay in f"{one['FunctionArn']}:"]
    return mapping
