"""What operations shows of all units together: the journey's dashboard, and the saved queries over all logs."""

import json
from collections.abc import Iterator, Mapping, Sequence

from pbckit.infra.alarms import kebab
from pbckit.infra.service_levels import Level

Levels = Mapping[str, Sequence[Level]]
"""Service levels by unit."""

_WIDTH, _HEIGHT = 12, 6
_TEXT_HEIGHT = 4
_PERIOD_SECONDS = 5 * 60

QUERIES: Mapping[str, str] = {
    "steps-of-a-message": (
        "# Put the correlation id in; `pbc events trace` and the console find it.\n"
        "fields @timestamp, service, record.what, record.name, record.outcome, record.detail, function_request_id\n"
        '| filter record.kind = "hop" and record.correlation_id = "CORRELATION-ID"\n'
        "| sort @timestamp asc\n"
        "| limit 1000"
    ),
    "lines-of-an-invocation": (
        "# Put the invocation's id in, `function_request_id` of a step.\n"
        "fields @timestamp, service, level, message, @message\n"
        '| filter function_request_id = "REQUEST-ID" or @requestId = "REQUEST-ID"\n'
        "| sort @timestamp asc\n"
        "| limit 1000"
    ),
    "failures-by-unit": (
        "fields @timestamp, service, level, message\n"
        '| filter level = "ERROR" or record.outcome like /^failed/\n'
        "| stats count(*) as failures, max(@timestamp) as newest by service, message\n"
        "| sort failures desc\n"
        "| limit 100"
    ),
    "slowest-functions": (
        'filter type = "platform.report"\n'
        "| stats count(*) as invocations, pct(record.metrics.durationMs, 50) as p50, "
        "pct(record.metrics.durationMs, 99) as p99, count(record.metrics.initDurationMs) as cold by @log\n"
        "| sort p99 desc\n"
        "| limit 50"
    ),
    "acts-of-operators": (
        "fields @timestamp, service, record.actor, record.what, record.name, record.outcome, record.detail\n"
        '| filter record.kind = "act"\n'
        "| sort @timestamp desc\n"
        "| limit 1000"
    ),
}
"""CloudWatch Logs Insights queries, by thing. They name no log groups: who runs one chooses them by their prefix."""


def saved_query(text: str, log_groups: str) -> str:
    """A query as it is saved: with a comment that says which log groups it is meant for."""
    return f"# Log groups that begin with {log_groups}\n{text}"


def journey_body(levels: Levels, namespace: str, region: str) -> str:
    """The dashboard as CloudWatch's JSON: what is promised, how much of each promise is broken, where events wait."""
    return json.dumps({"widgets": list(_widgets(levels, namespace, region))}, separators=(",", ":"))


def _widgets(levels: Levels, namespace: str, region: str) -> Iterator[dict[str, object]]:
    yield {
        "type": "text",
        "x": 0,
        "y": 0,
        "width": 2 * _WIDTH,
        "height": _TEXT_HEIGHT,
        "properties": {"markdown": _promises(levels)},
    }
    graphs = [
        *(_of_level(unit, level, namespace) for unit, some in levels.items() for level in some),
        _everywhere("delivery lag, by unit, in seconds", namespace, "DeliveryLag", "Maximum"),
    ]
    for index, graph in enumerate(graphs):
        row, column = divmod(index, 2)
        yield {
            "type": "metric",
            "x": column * _WIDTH,
            "y": _TEXT_HEIGHT + row * _HEIGHT,
            "width": _WIDTH,
            "height": _HEIGHT,
            "properties": {**graph, "region": region},
        }


def _promises(levels: Levels) -> str:
    rows = [
        f"| {level.promise} | {level.percent:g} % | {level.within} | {unit} |"
        for unit, some in levels.items()
        for level in some
    ]
    return "\n".join(["| what is promised | of | within | who measures |", "|---|---|---|---|", *rows])


def _of_level(unit: str, level: Level, namespace: str) -> dict[str, object]:
    """The share that breaks the promise, against what is allowed and what rings, and how many there are."""
    where = [namespace, level.metric, "service", unit]
    look = {"period": _PERIOD_SECONDS}
    rings = [{"label": alarm.severity, "value": alarm.threshold} for alarm in level.alarms(namespace, unit)]
    return {
        "title": f"{unit}: {kebab(level.metric)}",
        "view": "timeSeries",
        "yAxis": {"left": {"min": 0, "label": "share"}, "right": {"min": 0, "label": "number"}},
        "metrics": [
            [*where, {**look, "stat": "Average", "label": "share that breaks the promise"}],
            [*where, {**look, "stat": "SampleCount", "label": "all of them", "yAxis": "right"}],
        ],
        "annotations": {"horizontal": [{"label": "allowed", "value": round(level.budget, 6)}, *rings]},
    }


def _everywhere(title: str, namespace: str, metric: str, statistic: str) -> dict[str, object]:
    search = f"SEARCH('{{{namespace},service}} MetricName=\"{metric}\"', '{statistic}', {_PERIOD_SECONDS})"
    return {"title": title, "view": "timeSeries", "metrics": [[{"expression": search, "id": "all", "label": ""}]]}
