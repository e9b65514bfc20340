"""Small graphs, to try the engine's rules on one at a time."""

from typing import Any

from pbckit.sandbox.graph import UNKNOWN, Graph, Resource, child_urn, stack_urn

BOX = "tiny:components:Box"
ROLE, ROLE_POLICY = "aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"
TABLE, QUEUE, KEY = "aws:dynamodb/table:Table", "aws:sqs/queue:Queue", "aws:kms/key:Key"
FUNCTION, ALIAS = "aws:lambda/function:Function", "aws:lambda/alias:Alias"
LAYER, MAPPING = "aws:lambda/layerVersion:LayerVersion", "aws:lambda/eventSourceMapping:EventSourceMapping"
POLICY, ALARM = "aws:iam/policy:Policy", "aws:cloudwatch/metricAlarm:MetricAlarm"


def resource(
    token: str,
    name: str,
    inputs: dict[str, Any] | None = None,
    *,
    parent: str = "",
    uses: dict[str, Resource] | None = None,
    depends_on: tuple[Resource, ...] = (),
    **options: Any,
) -> Resource:
    """A resource, whose inputs `uses` come from outputs of others."""
    found = uses or {}
    return Resource(
        urn=child_urn("tiny", "dev", parent, token, name),
        type=token,
        name=name,
        custom=token.startswith("aws:"),
        parent=parent or stack_urn("tiny", "dev"),
        inputs=inputs or {},
        dependencies=sorted({one.urn for one in (*found.values(), *depends_on)}),
        property_dependencies={key: [one.urn] for key, one in found.items()},
        **options,
    )


def graph(*resources: Resource) -> Graph:
    """A stack of these resources."""
    return Graph(project="tiny", stack="dev", resources=list(resources))


def function_with_alias(code: str, **inputs: Any) -> tuple[Resource, Resource]:
    """A function of one version, and the alias that follows it."""
    function = resource(FUNCTION, "f", {"name": "f", "handler": code, "publish": True, **inputs})
    uses = {"functionName": function, "functionVersion": function}
    values = {"name": "live", "functionName": "f", "functionVersion": UNKNOWN}
    return function, resource(ALIAS, "live", values, uses=uses)
