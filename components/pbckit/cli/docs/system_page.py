"""The system as a picture and a table, drawn from the captured graph of the program: `docs/system.md`."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from pbckit.cli.topology import calls, kinds, resource_counts, subscriptions
from pbckit.sandbox.graph import Graph

_BEGIN = "<!-- picture: made by `make docs` -->\n"
_END = "<!-- end of picture -->\n"
_COUNTED = {
    "functions": "aws:lambda/function:Function",
    "tables": "aws:dynamodb/table:Table",
    "queues": "aws:sqs/queue:Queue",
    "workflows": "aws:sfn/stateMachine:StateMachine",
    "roles": "aws:iam/role:Role",
    "alarms": "aws:cloudwatch/metricAlarm:MetricAlarm",
}


def system_page(graph: Graph) -> str:
    """Markdown with a Mermaid picture of all units and the edges between them, and what each unit is made of."""
    return "\n".join(
        [
            "# The system",
            "",
            f"Generated from the program's graph of the stack `{graph.stack}` by `make docs`.",
            "",
            "Thick arrows are events through the bus, thin ones capabilities. There is no other edge between units.",
            "",
            "```mermaid",
            *_picture(graph),
            "```",
            "",
            *_table(graph),
            "",
        ]
    )


def with_picture(page: str, graph: Graph) -> str:
    """A page with the picture between its marks drawn anew: all units but operations, which asks nearly all of them.

    Raises:
        ValueError: the page has no marks.
    """
    before, begin, rest = page.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not end:
        raise ValueError(f"no picture: the page must have {_BEGIN.strip()!r} and, after it, {_END.strip()!r}")
    drawing = "\n".join(_picture(graph, without=("Platform", "Operations")))
    return f"{before}{begin}\n```mermaid\n{drawing}\n```\n\n{end}{after}"


def _picture(graph: Graph, without: Sequence[str] = ("Platform",)) -> Iterator[str]:
    yield "flowchart LR"
    units = kinds(graph)
    hidden = {unit for unit, kind in units.items() if kind in without}
    shapes = {
        "Pbc": '["{}"]',
        "Offering": '[/"{}"/]',
        "Strangler": '>"{}"]',
        "Operations": '(["{}"])',
        "Platform": '{{{{"{}"}}}}',
    }
    for unit, kind in sorted(units.items()):
        if unit not in hidden:
            yield f"  {unit}{shapes[kind].format(unit)}"
    for outside in sorted({source for source, _, _ in subscriptions(graph)} - set(units)):
        yield f'  {outside}(["{outside}"])'
    for source, target, types in sorted(subscriptions(graph)):
        yield f'  {source} == "{", ".join(types)}" ==> {target}'
    for caller, unit, names in sorted(one for one in calls(graph) if one.source not in hidden):
        yield f'  {caller} -- "{"<br>".join(names)}" --> {unit}'


def _table(graph: Graph) -> Iterator[str]:
    counts = resource_counts(graph)
    yield f"| unit | kind | resources | {' | '.join(_COUNTED)} |"
    yield f"|---|---|{'---:|' * (len(_COUNTED) + 1)}"
    for unit, kind in kinds(graph).items():
        found = counts[unit]
        cells: list[Any] = [unit, kind, found.total()]
        yield f"| {' | '.join(map(str, cells + [found[token] for token in _COUNTED.values()]))} |"
    every = sum(counts.values(), Counter[str]())
    yield f"| **all** | | {every.total()} | {' | '.join(str(every[token]) for token in _COUNTED.values())} |"
