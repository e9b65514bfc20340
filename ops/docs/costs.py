"""The page of what the architecture costs before anybody buys anything: counted in the program's graph."""

from collections import Counter

from pbckit.cli.errors import OperatorError
from pbckit.sandbox.graph import Graph, Resource

_COUNTED = {
    "functions": "aws:lambda/function:Function",
    "tables": "aws:dynamodb/table:Table",
    "queues": "aws:sqs/queue:Queue",
    "roles": "aws:iam/role:Role",
    "alarms": "aws:cloudwatch/metricAlarm:MetricAlarm",
    "KMS keys": "aws:kms/key:Key",
    "dashboards": "aws:cloudwatch/dashboard:Dashboard",
}
_USD_A_MONTH = {"KMS keys": 1.00, "alarms": 0.10, "dashboards": 3.00}
_ALL = "resources"


def costs_page(system: Graph, migration: Graph, *, facade: str, legacy: str) -> str:
    """The page.

    Args:
        system: the graph of a stack without a migration.
        migration: that of a stack with one.
        facade: key of the facade in it.
        legacy: key of the legacy system in it, which stands for one service.
    """
    columns = {
        "this system": counts(system),
        "one service": counts(migration, legacy),
        "a facade while something moves": counts(migration, facade),
    }
    return "\n".join(
        [
            "# What it costs before the first purchase",
            "",
            f"Generated from the program's graphs of stacks `{system.stack}` and `{migration.stack}`, by `make docs`.",
            (
                "*One service* is the monolith of `facades/categorization_facade/legacy_monolith/`, "
                "as this platform deploys it."
            ),
            "What each purchase costs besides stands in [When not to use this](when-not-to-use.md).",
            "",
            f"| | {' | '.join(columns)} |",
            f"|---|{'---:|' * len(columns)}",
            *(
                f"| {name} | {' | '.join(str(column[name]) for column in columns.values())} |"
                for name in (_ALL, *_COUNTED)
            ),
            f"| USD a month | {' | '.join(f'{standing_price(column):.2f}' for column in columns.values())} |",
            "",
            "The price is that of what AWS charges for as long as it is there: "
            + ", ".join(f"{name} at {price:.2f}" for name, price in _USD_A_MONTH.items())
            + " USD a month each.",
            "List prices of us-east-1 as known when this was written, without free tiers, logs, traces and data kept.",
            "",
        ]
    )


def counts(graph: Graph, unit: str | None = None) -> Counter[str]:
    """How many resources AWS makes of a stack, or of one unit of it: all, and some kinds.

    Raises:
        OperatorError: the stack has no such unit.
    """
    made = [one for one in graph.resources if one.custom and (unit is None or _owner(graph, one) == unit)]
    if not made:
        raise OperatorError(f"stack {graph.stack} has nothing of a unit {unit!r}")
    of_type = Counter(one.type for one in made)
    return Counter({_ALL: len(made), **{name: of_type[token] for name, token in _COUNTED.items()}})


def standing_price(counted: Counter[str]) -> float:
    """USD a month, by list prices."""
    return sum(counted[name] * price for name, price in _USD_A_MONTH.items())


def _owner(graph: Graph, resource: Resource) -> str:
    """Name of the outermost component that a resource is in."""
    while resource.parent and not resource.parent.endswith(f"{graph.project}-{graph.stack}"):
        resource = graph.resource(resource.parent)
    return resource.name
