"""What the AWS provider calls for the graph's resources is recorded, and allowed to the pipeline of each unit.

Each recorded call is put to the documents of the unit's deployment role, boundary included, as one concrete request.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from pbckit.infra.provider_calls import READ_API_TYPES, Needed, Phase, read
from pbckit.judges.finding import Finding, Judge, finding
from pbckit.judges.place import Place, place_of
from pbckit.judges.policy_evaluation import Context, Document, Request
from pbckit.judges.roles import POLICY, ROLE, ROLE_POLICY, Role, roles_of, units_of
from pbckit.sandbox.graph import Graph, Resource

ALIAS, KEY = "aws:kms/alias:Alias", "aws:kms/key:Key"
LAYER, MAPPING = "aws:lambda/layerVersion:LayerVersion", "aws:lambda/eventSourceMapping:EventSourceMapping"
REST_API = "aws:apigateway/restApi:RestApi"
QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy"
CONFINING = frozenset({POLICY, ALIAS, KEY})
"""Types that confine a unit: its pipeline only reads them (decision 30)."""

_RECORD = "run `make record-provider`, see components/pbckit/infra/provider_calls.yaml"
_SOURCE = "components/pbckit/infra/provider_calls.yaml"
_WITHOUT_RESOURCES = frozenset({"kms:ListAliases", "logs:DescribeLogGroups", "states:ValidateStateMachineDefinition"})
"""Actions that know no resources (service authorization reference)."""
_ID = "00000000-0000-0000-0000-000000000000"
"""Stands for an ID that AWS makes."""


def _judge(graph: Graph) -> Iterator[Finding]:
    yield from _unrecorded(graph)
    units = units_of(graph)
    pipelines = [
        _Pipeline(
            graph=graph,
            role=role,
            resources=[one for one in graph.resources if one.custom and units[one.urn] == role.deploys],
        )
        for role in roles_of(graph)
        if role.deploys is not None
    ]
    needed = {action for pipeline in pipelines for one in pipeline.resources for action in _actions(one)}
    # Where a unit is in another stack, nothing tells which rights its resources need.
    whole = all(pipeline.resources for pipeline in pipelines)
    for pipeline in pipelines:
        yield from _refused(pipeline)
        yield from _unneeded(pipeline, needed) if whole else ()


JUDGE = Judge(
    name="provider-calls",
    shows="For each resource type it is recorded what the AWS provider calls, and the deployment role of each unit may "
    "call all of it for the unit's resources, and has no other right.",
    source="the debug log and the source of terraform-provider-aws, which Pulumi's provider is made from",
    judge=_judge,
)


def _unrecorded(graph: Graph) -> Iterator[Finding]:
    recorded = read().types
    for resource in graph.resources:
        if resource.custom and resource.type.startswith("aws:"):
            phases = {phase for call in recorded.get(resource.type, {}).values() for phase in call.phases}
            if not {"create", "read", "delete"} <= phases:
                yield finding(
                    resource, "", "what the provider calls for this type is not recorded",
                    value=sorted(phases), allowed=_RECORD, source=_SOURCE,
                )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Pipeline:
    """The deployment role of a unit, and where it stands."""

    graph: Graph
    role: Role
    resources: Sequence[Resource]
    """The unit's."""

    @property
    def unit(self) -> str | None:
        """The unit that it deploys."""
        return self.role.deploys

    @cached_property
    def place(self) -> Place:
        """Where the unit's resources are."""
        return place_of(self.graph)

    @cached_property
    def by_type(self) -> Mapping[str, list[Resource]]:
        """The stack's resources by type: they are asked for once for each call and right."""
        found: dict[str, list[Resource]] = defaultdict(list)
        for resource in self.graph.resources:
            found[resource.type].append(resource)
        return found

    def boundary_of(self, resource: Resource) -> str | None:
        """The permissions boundary of the role that a resource is, or belongs to."""
        name = resource.inputs.get("name" if resource.type == ROLE else "role")
        roles = [one for one in self.resources if one.type == ROLE and one.inputs["name"] == name]
        return roles[0].inputs.get("permissionsBoundary") if roles else None

    def referred(self, resource: Resource, key: str, kind: str) -> list[Resource]:
        """The resources of a type that an input refers to."""
        urns = set(resource.property_dependencies.get(key, ()))
        return [one for one in self.by_type[kind] if one.urn in urns]


def _refused(pipeline: _Pipeline) -> Iterator[Finding]:
    """Recorded calls that the role's documents do not allow."""
    for resource in pipeline.resources:
        if resource.type not in _ARNS:
            yield finding(
                resource, "", f"the deployment role of {pipeline.unit} has no rights for this type",
                value=resource.type, allowed="a type in OWN_TYPES of deployment_permissions.py", source=_SOURCE,
            )  # fmt: skip
            continue
        for call in _calls(resource):
            for action in call.actions:
                for request in _requests(pipeline, resource, call, action):
                    if not pipeline.role.allows(request):
                        yield _finding(pipeline, resource, call, request)


def _unneeded(pipeline: _Pipeline, needed: Collection[str]) -> Iterator[Finding]:
    """Rights that no recorded call for a resource of any unit needs. Rights to use keys are judged elsewhere."""
    boundary = [pipeline.role.boundary] if pipeline.role.boundary is not None else []
    for action in sorted(_rights([*pipeline.role.identity, *boundary]) - {*needed}):
        if not action.startswith("kms:"):
            yield finding(
                pipeline.role.resource, "",
                f"the deployment role of {pipeline.unit} has a right that no recorded call needs",
                value=action, allowed="what the provider calls for the unit's resources", source=_SOURCE,
            )  # fmt: skip


def _calls(resource: Resource) -> Iterable[Needed]:
    """What a pipeline needs for a resource: it only reads what confines or opens a unit, and keeps protected tables."""
    phases: tuple[Phase, ...] = ("create", "read", "update", "delete")
    if resource.type in CONFINING or resource.type in READ_API_TYPES:
        phases = ("read",)
    elif resource.inputs.get("deletionProtectionEnabled"):
        phases = phases[:-1]
    return read().needed(resource.type, phases) if resource.type in read().types else ()


def _actions(resource: Resource) -> Iterator[str]:
    return (action for call in _calls(resource) for action in call.actions)


def _finding(pipeline: _Pipeline, resource: Resource, call: Needed, request: Request) -> Finding:
    phases = ", ".join(call.phases)
    return finding(
        resource, "",
        f"{call.operation} ({phases}) needs {request.action}, which the deployment role of {pipeline.unit} lacks",
        value=request.resource, allowed=f"{request.action} in the rights and in the boundary of the role",
        source=f"{_SOURCE}: {call.call.reference or f'recorded with provider {read().provider}'}",
    )  # fmt: skip


def _rights(documents: Iterable[Document]) -> set[str]:
    statements = [one for document in documents for one in document["Statement"] if one["Effect"] == "Allow"]
    return {action for one in statements for action in _list(one["Action"])}


def _requests(pipeline: _Pipeline, resource: Resource, call: Needed, action: str) -> Iterator[Request]:
    """The requests that a call makes of IAM, with what AWS tells of them."""
    if action == "iam:PassRole":
        service = f"{call.operation.partition(':')[0]}.amazonaws.com"
        yield Request(action, _passed_role(resource), {"iam:passedtoservice": service})
    elif action == "lambda:GetLayerVersion" and resource.type != LAYER:
        for layer in pipeline.referred(resource, "layers", LAYER):
            yield Request(action, f"{_arn(pipeline, layer)}:1", {})
    elif action in _WITHOUT_RESOURCES:
        yield Request(action, "*", {})
    else:
        yield Request(action, _arn(pipeline, resource), _context(pipeline, resource))
        if action == "lambda:GetEventSourceMapping" and "delete" in call.phases:
            yield Request(action, _arn(pipeline, resource), {})  # The mapping is gone: AWS knows no function of it.


def _passed_role(resource: Resource) -> str:
    inputs = resource.inputs
    return inputs.get("role") or inputs.get("roleArn") or inputs["target"]["roleArn"]


def _context(pipeline: _Pipeline, resource: Resource) -> Context:
    """Condition keys that AWS fills in for a call about a resource."""
    inputs = resource.inputs
    context: dict[str, str | Sequence[str]] = {
        f"aws:requesttag/{key}": value for key, value in inputs.get("tags", {}).items()
    }
    if resource.type in (ROLE, ROLE_POLICY) and (boundary := pipeline.boundary_of(resource)):
        context["iam:permissionsboundary"] = boundary
    for api in [resource] if resource.type == REST_API else pipeline.referred(resource, "restApi", REST_API):
        context |= {f"aws:resourcetag/{key}": value for key, value in api.inputs.get("tags", {}).items()}
    if resource.type == MAPPING:
        context["lambda:functionarn"] = inputs["functionName"]
    if resource.type == KEY:
        aliases = [one for one in pipeline.resources if one.type == ALIAS]
        context["kms:resourcealiases"] = [one.inputs["name"] for one in aliases]
    return context


def _arn(pipeline: _Pipeline, resource: Resource) -> str:
    service, template = _ARNS[resource.type]
    inputs = resource.inputs
    if resource.type == QUEUE_POLICY:
        [queue] = pipeline.referred(resource, "queueUrl", "aws:sqs/queue:Queue")
        inputs = queue.inputs
    return pipeline.place.arn(service, template.format_map(inputs))


_ARNS: Mapping[str, tuple[str, str]] = {
    "aws:apigateway/deployment:Deployment": ("apigateway", f"/restapis/{_ID}/deployments/{_ID}"),
    "aws:apigateway/methodSettings:MethodSettings": ("apigateway", f"/restapis/{_ID}/stages/{{stageName}}"),
    REST_API: ("apigateway", f"/restapis/{_ID}"),
    "aws:apigateway/stage:Stage": ("apigateway", f"/restapis/{_ID}/stages/{{stageName}}"),
    "aws:cloudwatch/dashboard:Dashboard": ("cloudwatch", "dashboard/{dashboardName}"),
    "aws:cloudwatch/eventRule:EventRule": ("events", "rule/{eventBusName}/{name}"),
    "aws:cloudwatch/eventTarget:EventTarget": ("events", "rule/{eventBusName}/{rule}"),
    "aws:cloudwatch/logGroup:LogGroup": ("logs", "log-group:{name}"),
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": ("logs", "log-group:{logGroupName}"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": ("cloudwatch", "alarm:{name}"),
    "aws:dynamodb/table:Table": ("dynamodb", "table/{name}"),
    POLICY: ("iam", "policy/{name}"),
    ROLE: ("iam", "role/{name}"),
    ROLE_POLICY: ("iam", "role/{role}"),
    ALIAS: ("kms", "{name}"),
    KEY: ("kms", f"key/{_ID}"),
    "aws:lambda/alias:Alias": ("lambda", "function:{functionName}"),
    MAPPING: ("lambda", f"event-source-mapping:{_ID}"),
    "aws:lambda/function:Function": ("lambda", "function:{name}"),
    LAYER: ("lambda", "layer:{layerName}"),
    "aws:lambda/permission:Permission": ("lambda", "function:{function}"),
    "aws:scheduler/schedule:Schedule": ("scheduler", "schedule/default/{name}"),
    "aws:schemas/schema:Schema": ("schemas", "schema/{registryName}/{name}"),
    "aws:sfn/stateMachine:StateMachine": ("states", "stateMachine:{name}"),
    "aws:sqs/queue:Queue": ("sqs", "{name}"),
    QUEUE_POLICY: ("sqs", "{name}"),
}
"""By type, the service and the rest of the ARN that a call about a resource is judged by, filled in from its inputs."""


def _list(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else [value]
