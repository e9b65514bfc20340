"""Every create call as AWS's API models and references describe it."""

from collections.abc import Iterator, Mapping
from typing import Any

from pbckit.judges.api_calls import calls, types
from pbckit.judges.aws_models import VERSION
from pbckit.judges.documented_limits import broken
from pbckit.judges.finding import Finding, Judge, finding
from pbckit.judges.shapes import Misfit, misfits
from pbckit.sandbox.graph import Graph, Resource

_TABLE = "aws:dynamodb/table:Table"
_DATA = "components/pbckit/judges/data/api_calls.yaml"


def _judge(graph: Graph) -> Iterator[Finding]:
    for resource in graph.resources:
        if not resource.custom:
            continue
        if resource.type not in types():
            yield finding(
                resource, "", "nothing says which API call creates this type",
                value=resource.type, allowed=f"an entry in {_DATA}", source=_DATA,
            )  # fmt: skip
            continue
        yield from _calls(resource)
        for limit, misfit in broken(types()[resource.type].limits, resource.inputs):
            yield _finding(resource, misfit, limit.source)
        if resource.type == _TABLE:
            yield from _key_attributes(resource)


JUDGE = Judge(
    name="api-models",
    shows="Every resource can be created as far as AWS's API models and references tell: required parameters, types, "
    "enums, patterns, lengths and ranges.",
    source=f"botocore's service models, and the limits of AWS's API references listed in {_DATA}",
    judge=_judge,
)


def _calls(resource: Resource) -> Iterator[Finding]:
    made, unmapped = calls(resource.type, resource.inputs)
    for path in unmapped:
        yield finding(
            resource, path, "no API call that creates this type has such a parameter",
            value=path, allowed=f"a parameter of the call, or a line in {_DATA}", source=_DATA,
        )  # fmt: skip
    for call in made:
        source = f"botocore {VERSION}, {types()[resource.type].service} {call.operation}"
        for misfit in misfits(call.shape, call.parameters):
            yield _finding(resource, misfit, source)


def _finding(resource: Resource, misfit: Misfit, source: str) -> Finding:
    return finding(resource, misfit.path, misfit.problem, value=misfit.value, allowed=misfit.allowed, source=source)


def _key_attributes(table: Resource) -> Iterator[Finding]:
    """Attributes are declared exactly where a table or an index has them as keys: else CreateTable is refused."""
    (create, *_), _ = calls(table.type, table.inputs)
    indexes = [
        *create.parameters.get("GlobalSecondaryIndexes", []),
        *create.parameters.get("LocalSecondaryIndexes", []),
    ]
    keys = {_name(key) for holder in (create.parameters, *indexes) for key in holder.get("KeySchema", [])}
    declared = {_name(attribute) for attribute in create.parameters.get("AttributeDefinitions", [])}
    if keys != declared:
        yield finding(
            table, "attributes", "are not those that the keys name",
            value=sorted(declared), allowed=sorted(keys), source="DynamoDB API, CreateTable, AttributeDefinitions",
        )  # fmt: skip


def _name(attribute: Mapping[str, Any]) -> str:
    return attribute["AttributeName"]
