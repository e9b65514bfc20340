"""How many Lambda executions the program can take at once, and whether the account has as many.

Lambda's quota of concurrent executions is one for all functions of an account in a region. What takes executions
without being asked is counted: messages, workflows, streams and schedules. What people and other systems ask for
comes on top.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from pbckit.infra.configuration import Configuration, InvalidConfiguration
from pbckit.infra.environment import EnvironmentConfig

Kind = Literal["consumers", "workflows", "relays", "schedules"]
KINDS: tuple[Kind, ...] = ("consumers", "workflows", "relays", "schedules")
"""Functions on queues; workflows with their starters and what they call; functions on streams; and on timers."""

STREAM_SHARDS = 4
"""Shards of a new table's stream. A new on-demand table takes 4,000 writes a second, a partition 1,000 (DynamoDB
Developer Guide, "On-demand capacity mode" and "Partitions"); a stream has a shard for each partition, and Lambda runs
one batch of a shard at a time. A table that has grown has more.
"""
_INLINE_MAP_LIMIT = 40
"""Iterations of an inline Map state that run at once without `MaxConcurrency` (Step Functions Developer Guide)."""


@dataclass(frozen=True, kw_only=True)
class Demand:
    """Executions that something of a unit can take at once."""

    unit: str
    kind: Kind
    executions: int


def by_unit(demands: Iterable[Demand]) -> dict[str, dict[str, int]]:
    """The sums of all kinds, by unit."""
    counted = Counter[tuple[str, Kind]]()
    for demand in demands:
        counted[demand.unit, demand.kind] += demand.executions
    return {unit: {kind: counted[unit, kind] for kind in KINDS} for unit in sorted({unit for unit, _ in counted})}


def check_concurrency(config: EnvironmentConfig, demands: Iterable[Demand]) -> None:
    """Compare what the stack can take with the account's quota, where that is configured.

    Raises:
        InvalidConfiguration: it can take more.
    """
    quota, needed = config.lambda_concurrency_quota, sum(demand.executions for demand in demands)
    if quota is not None and needed > quota:
        values = Configuration()
        allowed = (
            f"at least {needed}, which {values.key('maximumConcurrency')} {config.maximum_concurrency} takes; "
            "lower that, or have the account's quota raised"
        )
        raise InvalidConfiguration(values.key("lambdaConcurrencyQuota"), str(quota), allowed)


def calls_at_once(definition: str) -> int:
    """How many functions one execution of a state machine calls at once, at most.

    Args:
        definition: in Amazon States Language.
    """
    return _most_calls(json.loads(definition))


def _most_calls(machine: Mapping[str, Any]) -> int:
    return max((_calls(state) for state in machine["States"].values()), default=0)


def _calls(state: Mapping[str, Any]) -> int:
    kind = state["Type"]
    if kind == "Parallel":
        return sum(_most_calls(branch) for branch in cast("list[Mapping[str, Any]]", state["Branches"]))
    if kind == "Map":
        return (state.get("MaxConcurrency") or _INLINE_MAP_LIMIT) * _most_calls(state["ItemProcessor"])
    return int(kind == "Task" and "lambda" in state["Resource"])
