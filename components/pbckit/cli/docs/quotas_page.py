"""The page of AWS's quotas beside what the program takes of them: `docs/quotas.md`."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from pbckit.infra.concurrency import KINDS, STREAM_SHARDS
from pbckit.sandbox.graph import Graph

_DATA = Path(__file__).with_name("quotas.yaml")
_MACHINE = "aws:sfn/stateMachine:StateMachine"
_PER_CENT = 100


class Environment(NamedTuple):
    """A stack of all units."""

    graph: Graph
    ceiling: int
    """How many messages each consumer handles at once, as it is configured."""


class _Count(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A quota of things or executions. The fields are explained in the data file."""

    quota: str
    default: int
    per: str
    source: str
    type: str = ""
    takes: str = ""
    regions: str = ""


class _Rate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A quota of requests a second, whose use follows from the traffic."""

    quota: str
    default: str
    taken: str
    source: str


class _Quotas(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    counts: Sequence[_Count]
    rates: Sequence[_Rate]


def quotas_page(stack: str, environments: Mapping[str, Environment]) -> str:
    """Markdown with what the program takes and what AWS gives by default.

    Args:
        stack: the one that is shown in full.
        environments: each with the graph of all its units, by name; that stack among them.
    """
    graph, ceiling = environments[stack]
    units: Mapping[str, Mapping[str, int]] = graph.outputs["concurrency"]
    quotas = msgspec.yaml.decode(_DATA.read_bytes(), type=_Quotas)
    return "\n".join(
        [
            "# Quotas",
            "",
            f"Generated from the program's graph of the stack `{graph.stack}` by `make docs`. Default quotas are those",
            "that AWS documents; what an account really has stands in its Service Quotas console.",
            "",
            "## Lambda executions at once",
            "",
            "What takes executions without being asked, at most:",
            "",
            f"| unit | {' | '.join(KINDS)} | all |",
            f"|---|{'---:|' * (len(KINDS) + 1)}",
            *(_row(unit, counts) for unit, counts in sorted(units.items())),
            _row("**all**", _sum(units.values())),
            "",
            *_EXPLANATION,
            "",
            *_by_environment(environments),
            "",
            "## Other quotas",
            "",
            f"| quota | default | of | `{graph.stack}` takes | share |",
            "|---|---:|---|---:|---:|",
            *(_quota(graph, one, ceiling) for one in quotas.counts),
            "",
            "CloudWatch has no quota of metric alarms and dashboards. All but those of a bus or registry are shared by",
            "everything in the account: other environments and other systems come on top.",
            "",
            "| requests a second | default | what takes them |",
            "|---|---|---|",
            *(f"| [{one.quota}]({one.source}) | {one.default} | {one.taken} |" for one in quotas.rates),
            "",
        ]
    )


_EXPLANATION = (
    "- **consumers**: a function on a queue runs as often as its ceiling allows.",
    "- **workflows**: a starter waits for the workflows of its batch, which run side by side, and each of them for the",
    "  function that it calls: an execution for each message, two where a facade stands between, and the starters.",
    f"- **relays**: a batch of each shard of an outbox's stream: {STREAM_SHARDS} for a new table, more for one",
    "  that has grown.",
    "- **schedules**: as many as begin before the first of them must be done; one each where that is before the next.",
    "",
    "What operators and other systems ask for comes on top.",
)


def _by_environment(environments: Mapping[str, Environment]) -> Iterable[str]:
    yield "| environment | `maximumConcurrency` | executions at once |"
    yield "|---|---:|---:|"
    for name, (graph, ceiling) in environments.items():
        yield f"| {name} | {ceiling} | {sum(_sum(graph.outputs['concurrency'].values()).values()):,} |"
    yield ""
    yield "A preview fails where `lambdaConcurrencyQuota` is configured and the stack takes more than that. A stack of"
    yield "one unit counts that unit only: preview the environment (`make preview STACK=prod`) to see all of them."


def _quota(graph: Graph, quota: _Count, ceiling: int) -> str:
    taken = _taken(graph, quota, ceiling)
    default = f"{quota.default:,}" + (f" ({quota.regions})" if quota.regions else "")
    share = taken * _PER_CENT / quota.default
    return f"| [{quota.quota}]({quota.source}) | {default} | {quota.per} | {taken:,} | {share:.1f} % |"


def _taken(graph: Graph, quota: _Count, ceiling: int) -> int:
    if quota.takes == "executions":
        return sum(_sum(graph.outputs["concurrency"].values()).values())
    if quota.takes == "workflows":
        return ceiling * len(graph.by_type(_MACHINE))
    return len(graph.by_type(quota.type))


def _sum(units: Iterable[Mapping[str, int]]) -> Counter[str]:
    found = Counter[str](dict.fromkeys(KINDS, 0))
    for counts in units:
        found.update(counts)
    return found


def _row(name: str, counts: Mapping[str, int]) -> str:
    return f"| {name} | {' | '.join(str(counts[kind]) for kind in KINDS)} | {sum(counts[kind] for kind in KINDS)} |"
