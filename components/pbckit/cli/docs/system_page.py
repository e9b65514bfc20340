"""The system as a picture and a table, drawn from the captured graph of the program: `docs/system.md`."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pbckit.sandbox.graph import Graph, Resource

_UNIT_TYPES = ("Platform", "Operations", "Pbc", "Strangler", "Offering")
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
    kinds = {resource.name: resource.type.split(":")[-1] for resource in _units(graph)}
    hidden = {unit for unit, kind in kinds.items() if kind in without}
    shapes = {
        "Pbc": '["{}"]',
        "Offering": '[/"{}"/]',
        "Strangler": '>"{}"]',
        "Operations": '(["{}"])',
        "Platform": '{{{{"{}"}}}}',
    }
    for unit, kind in sorted(kinds.items()):
        if unit not in hidden:
            yield f"  {unit}{shapes[kind].format(unit)}"
    for outside in sorted({source for source, _, _ in subscriptions(graph)} - set(kinds)):
        yield f'  {outside}(["{outside}"])'
    for source, target, types in sorted(subscriptions(graph)):
        yield f'  {source} == "{", ".join(types)}" ==> {target}'
    for caller, unit, names in sorted(one for one in _calls(graph) if one[0] not in hidden):
        yield f'  {caller} -- "{"<br>".join(names)}" --> {unit}'


def subscriptions(graph: Graph) -> list[tuple[str, str, tuple[str, ...]]]:
    """Source, consumer and detail types of each subscription."""
    rules = graph.by_type("aws:cloudwatch/eventRule:EventRule")
    patterns = [(_owner(graph, rule), json.loads(rule.inputs["eventPattern"])) for rule in rules]
    return [(source, unit, tuple(pattern["detail-type"])) for unit, pattern in patterns for source in pattern["source"]]


def _calls(graph: Graph) -> list[tuple[str, str, tuple[str, ...]]]:
    """Caller, unit and capabilities: what identity policies let a unit invoke in another."""
    edges: dict[tuple[str, str], set[str]] = defaultdict(set)
    prefix = f"{graph.project}-{graph.stack}-"
    for policy in graph.by_type("aws:iam/rolePolicy:RolePolicy"):
        caller = _owner(graph, policy)
        for statement in json.loads(policy.inputs["policy"])["Statement"]:
            if "lambda:InvokeFunction" not in statement["Action"]:
                continue
            for arn in statement["Resource"]:
                unit, capability = arn.split(":")[6].removeprefix(prefix).split("_")
                if unit != caller:
                    edges[caller, unit].add(capability)
    return [(caller, unit, tuple(sorted(names))) for (caller, unit), names in edges.items()]


def _table(graph: Graph) -> Iterator[str]:
    counts: Mapping[str, Counter[str]] = defaultdict(Counter)
    for resource in graph.resources:
        if resource.type.startswith("aws:"):
            counts[_owner(graph, resource)][resource.type] += 1
    yield f"| unit | kind | resources | {' | '.join(_COUNTED)} |"
    yield f"|---|---|{'---:|' * (len(_COUNTED) + 1)}"
    for unit in _units(graph):
        found = counts[unit.name]
        cells: list[Any] = [unit.name, unit.type.split(":")[-1], found.total()]
        yield f"| {' | '.join(map(str, cells + [found[token] for token in _COUNTED.values()]))} |"
    every = sum(counts.values(), Counter[str]())
    yield f"| **all** | | {every.total()} | {' | '.join(str(every[token]) for token in _COUNTED.values())} |"


def _units(graph: Graph) -> list[Resource]:
    units = [(kind, unit) for kind in _UNIT_TYPES for unit in graph.by_type(f"pbckit:infra:{kind}")]
    return [unit for kind, unit in sorted(units, key=lambda pair: (_UNIT_TYPES.index(pair[0]), pair[1].name))]


def _owner(graph: Graph, resource: Resource) -> str:
    tokens = {f"pbckit:infra:{kind}" for kind in _UNIT_TYPES}
    while resource.type not in tokens:
        resource = graph.resource(resource.parent)
    return resource.name
