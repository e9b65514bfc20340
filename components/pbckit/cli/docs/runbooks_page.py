"""The index of runbooks: which failure rings which alarm, of what severity, and the page that says what to do."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pbckit.errors import PbckitError
from pbckit.sandbox.graph import Graph

_ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
_DESCRIPTION = re.compile(r"\[(?P<severity>\w+)\] (?P<meaning>.*) Runbook: \S*?(?P<kind>[a-z0-9-]+)\.md")
_TOP = """\
# Runbooks

Generated from the program's graphs of stacks {stacks}, by `make docs`. The description of each alarm names its page
here (the setting `runbooks` says where these are).

An alarm of severity `page` says that people feel it, or that data is at risk: somebody must look now. One of severity
`ticket` can wait for the working day. Each severity has a topic of its own: [who hears of
them](../operations.md#alarms).

| what went wrong | severity | alarms | metric | rings above |
|---|---|---:|---|---|
"""


class NoRunbook(PbckitError):
    """The description of an alarm names no runbook. The message names the alarm."""


@dataclass(frozen=True)
class Kind:
    """Alarms that ring for the same reason."""

    name: str
    severity: str
    metrics: tuple[str, ...]
    thresholds: tuple[float, ...]
    count: int


def kinds(graphs: Iterable[Graph]) -> list[Kind]:
    """The kinds of alarms in some graphs, pages first. An alarm that is in several graphs counts once.

    Raises:
        NoRunbook: one has no runbook.
    """
    found: dict[tuple[str, str], dict[str, tuple[str, float]]] = {}
    for alarm in (one for graph in graphs for one in graph.by_type(_ALARM)):
        match = _DESCRIPTION.fullmatch(str(alarm.inputs["alarmDescription"]))
        if match is None:
            raise NoRunbook(f"{alarm.name}: its description names no runbook: {alarm.inputs['alarmDescription']}")
        metric = re.sub(r"-.*", "", str(alarm.inputs["metricName"]))
        alike = found.setdefault((match["severity"], match["kind"]), {})
        alike[alarm.name] = (metric, float(alarm.inputs["threshold"]))
    return [
        Kind(
            name=kind,
            severity=severity,
            metrics=tuple(sorted({metric for metric, _ in alike.values()})),
            thresholds=tuple(sorted({threshold for _, threshold in alike.values()})),
            count=len(alike),
        )
        for (severity, kind), alike in sorted(found.items())
    ]


def runbooks_page(graphs: Iterable[Graph]) -> str:
    """The index, in Markdown."""
    graphs = list(graphs)
    lines = [
        f"| [{one.name}]({one.name}.md) | {one.severity} | {one.count} | {', '.join(one.metrics)} "
        f"| {', '.join(f'{threshold:g}' for threshold in one.thresholds)} |"
        for one in kinds(graphs)
    ]
    return _TOP.format(stacks=", ".join(f"`{one.stack}`" for one in graphs)) + "\n".join(lines) + "\n"
