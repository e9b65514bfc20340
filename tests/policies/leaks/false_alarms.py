"""What was refused once although it harms nobody: every sample with variations, in every phase."""

from typing import Any

from tests.policies.leaks.changes import (
    ACCOUNT,
    OWN_FUNCTION,
    REGION,
    THIEF_ROLE,
    allow,
    arn,
    document,
)
from tests.policies.leaks.neighbours import NEIGHBOURS
from tests.policies.leaks.ordinary import ORDINARY
from tests.policies.leaks.phases import AWS, KNOWN, Case, Out, Phased, PhasedChange, made

_P = "rewards-dev-campaigns_"
_MAPPING, _TOPIC = "aws:lambda/eventSourceMapping:EventSourceMapping", "aws:sns/topic:Topic"
_SUBSCRIPTION, _PERMISSION = "aws:sns/topicSubscription:TopicSubscription", "aws:lambda/permission:Permission"
_TRUST = document({"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"})
_VPC = "vpc-0aaa1bbb2ccc3ddd4"


def _mapped(token: str, out: str, source: dict[str, Any], /, **props: Any) -> PhasedChange:
    """A mapping of an own source: AWS gives the mapping an ARN of its own, which holds nobody's name."""

    def change(stack: Phased) -> None:
        made_by_program = stack.add(token, "source", **source)
        state = stack.add(
            _MAPPING, "mapped", eventSourceArn=Out(made_by_program, out), functionName=THIEF_ROLE, **props
        )
        if stack.phase != "preview":
            uuid = "0f0e0d0c-1111-2222-3333-444455556666"
            state["id"] = uuid
            state["outputs"] |= {"id": uuid, "uuid": uuid, "arn": arn("lambda", f"event-source-mapping:{uuid}")}

    return change


def _topic_default(name: str, **props: Any) -> PhasedChange:
    """A topic without a policy: after its creation it has the one that SNS gives."""

    def change(stack: Phased) -> None:
        topic = stack.add(_TOPIC, "topic", name=name, **props)
        if stack.phase == AWS:
            actions = ("Publish", "RemovePermission", "SetTopicAttributes", "DeleteTopic", "ListSubscriptionsByTopic", "GetTopicAttributes", "AddPermission", "Subscribe")  # fmt: skip
            statement = {
                "Sid": "__default_statement_ID",
                **allow(*(f"SNS:{one}" for one in actions), on=arn("sns", name)),
                "Principal": {"AWS": "*"},
                "Condition": {"StringEquals": {"AWS:SourceOwner": ACCOUNT}},
            }
            topic["outputs"] |= {"arn": arn("sns", name), "policy": document(statement)}

    return change


def _mailed(**props: Any) -> PhasedChange:
    def change(stack: Phased) -> None:
        topic = stack.add(_TOPIC, "alarms", name=f"{_P}alarms")
        stack.add(_SUBSCRIPTION, "mail", topic=Out(topic, "arn"), **props)

    return change


def _mailed_of_platform(topic: str, **props: Any) -> PhasedChange:
    """A unit has the alarms mailed that all units send to the platform's topic."""

    def change(stack: Phased) -> None:
        stack.add(_SUBSCRIPTION, "mail", topic=Out(stack.find(":Topic", name=topic), "arn"), **props)

    return change


def _api_may_call(token: str, /, qualifier: str | None = None, **props: Any) -> PhasedChange:
    def change(stack: Phased) -> None:
        api = stack.add(token, "api", name=f"{_P}api", **props)
        stack.add(
            _PERMISSION,
            "api-may",
            action="lambda:InvokeFunction",
            function=THIEF_ROLE,
            principal="apigateway.amazonaws.com",
            sourceArn=Out(api, "executionArn"),
            **({"qualifier": qualifier} if qualifier else {}),
        )

    return change


def _api_may_call_one_method(stack: Phased) -> None:
    """`pulumi.Output.concat(api.execution_arn, "/*/GET/bonuses")`: what flows from the own API, with more behind it."""
    api = stack.add("aws:apigateway/restApi:RestApi", "api", name=f"{_P}api")
    known = f"{stack._of(Out(api, 'executionArn'))}/*/GET/bonuses"
    state = stack.add(
        _PERMISSION,
        "api-may",
        action="lambda:InvokeFunction",
        function=THIEF_ROLE,
        principal="apigateway.amazonaws.com",
        sourceArn=stack.unknown_at_preview(known),
    )
    state["propertyDependencies"] = {"sourceArn": [api["urn"]]}


def _endpoint(service: str, *actions: str, **props: Any) -> PhasedChange:
    return made(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        "endpoint",
        vpcId=_VPC,
        serviceName=f"com.amazonaws.{REGION}.{service}",
        policy=document({**allow(*actions), "Principal": "*"}),
        **props,
    )


def _managed(name: str) -> PhasedChange:
    def change(stack: Phased) -> None:
        stack.add(
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
            "managed",
            role=THIEF_ROLE,
            policyArn=f"arn:aws:iam::aws:policy/{name}",
        )

    return change


def _managed_of_role(*names: str) -> PhasedChange:
    def change(stack: Phased) -> None:
        role = stack.find(":Role", name=THIEF_ROLE)
        stack.update(role, managedPolicyArns=[f"arn:aws:iam::aws:policy/{name}" for name in names])

    return change


def _documents(stack: Phased) -> tuple[dict[str, Any], dict[str, Any]]:
    """What must both allow a right: the role's own policy, and its boundary."""
    return stack.find(":RolePolicy", role=THIEF_ROLE), stack.find(":Policy", name=f"{_P}boundary")


def _log_group(name: str, *, read: str | None = None) -> PhasedChange:
    def change(stack: Phased) -> None:
        group = stack.add("aws:cloudwatch/logGroup:LogGroup", "group", name=name, retentionInDays=30)
        stack.add(
            "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter",
            "group-to",
            name="all",
            logGroup=Out(group, "name"),
            destinationArn=OWN_FUNCTION,
            filterPattern="",
        )
        if read is not None:
            right = allow("logs:FilterLogEvents", on=arn("logs", f"log-group:{read}"))
            for state in _documents(stack):
                stack.edit(state, "policy", lambda body: body["Statement"].append(right))

    return change


def _role_in(path: str) -> PhasedChange:
    def change(stack: Phased) -> None:
        stack.add(
            "aws:iam/role:Role",
            "pathed",
            name=f"{_P}pathed",
            path=path,
            assumeRolePolicy=_TRUST,
            permissionsBoundary=arn("iam", f"policy/{_P}boundary"),
        )
        stack.add(
            "aws:lambda/function:Function",
            "pathed-function",
            name=f"{_P}pathed",
            role=arn("iam", f"role{path}{_P}pathed"),
            runtime="python3.13",
            handler="a.b",
            timeout=3,
        )

    return change


def _interfaces(*actions: str) -> PhasedChange:
    def change(stack: Phased) -> None:
        for state in _documents(stack):
            stack.edit(state, "policy", lambda body: body["Statement"].append(allow(*actions)))

    return change


_QUEUE = ("aws:sqs/queue:Queue", "arn", {"name": f"{_P}more"})
_TABLE = ("aws:dynamodb/table:Table", "streamArn", {"name": f"{_P}more", "hashKey": "pk", "streamEnabled": True, "streamViewType": "NEW_IMAGE"})  # fmt: skip
_STREAM = ("aws:kinesis/stream:Stream", "arn", {"name": f"{_P}clicks", "shardCount": 1})

FALSE_ALARMS: tuple[tuple[str, tuple[Case, ...]], ...] = tuple(
    (sample, tuple(Case(0, what, change, phases=rest[0] if rest else ("preview", KNOWN, AWS)) for what, change, *rest in cases))
    for sample, cases in (
        ("the ARN of a mapping itself", (
            ("a mapping of an own queue", _mapped(*_QUEUE)),
            ("a mapping of an own stream of a table", _mapped(*_TABLE, startingPosition="LATEST")),
            ("a mapping of an own data stream", _mapped(*_STREAM, startingPosition="LATEST")),
            ("a mapping of an own queue with a filter", _mapped(*_QUEUE, filterCriteria={"filters": [{"pattern": "{}"}]}, scalingConfig={"maximumConcurrency": 2})),
        )),
        ("the policy that SNS gives a topic", (
            ("a topic without a policy", _topic_default(f"{_P}news")),
            ("a topic for alarms", _topic_default(f"{_P}alarms")),
            ("a topic in order", _topic_default(f"{_P}news.fifo", fifoTopic=True, contentBasedDeduplication=True)),
            ("a topic with an own key", _topic_default(f"{_P}secret", kmsMasterKeyId="alias/rewards-dev-campaigns_key")),
        )),
        ("an e-mail about an own alarm", (
            ("an e-mail", _mailed(protocol="email", endpoint="on-call@example.com")),
            ("an e-mail as JSON", _mailed(protocol="email-json", endpoint="on-call@example.com")),
            ("an e-mail about some alarms", _mailed(protocol="email", endpoint="on-call@example.com", filterPolicy='{"severity": ["high"]}')),
            ("an e-mail to another domain", _mailed(protocol="email", endpoint="rewards-dev@partner.example")),
        )),
        ("an e-mail about the platform's alarms", (
            ("an e-mail about all alarms", _mailed_of_platform("rewards-dev-platform_alarms", protocol="email", endpoint="team@example.com")),
            ("an e-mail as JSON about all alarms", _mailed_of_platform("rewards-dev-platform_alarms", protocol="email-json", endpoint="team@example.com")),
            ("a text message about all alarms", _mailed_of_platform("rewards-dev-platform_alarms", protocol="sms", endpoint="+491700000000")),
            ("an e-mail about all tickets", _mailed_of_platform("rewards-dev-platform_tickets", protocol="email", endpoint="team@example.com")),
        )),
        ("a function's permission for an own API", (
            ("an HTTP API", _api_may_call("aws:apigatewayv2/api:Api", protocolType="HTTP")),
            ("a WebSocket API", _api_may_call("aws:apigatewayv2/api:Api", protocolType="WEBSOCKET", routeSelectionExpression="$request.body.action")),
            ("a REST API", _api_may_call("aws:apigateway/restApi:RestApi")),
            ("a REST API onto an alias", _api_may_call("aws:apigateway/restApi:RestApi", qualifier="live")),
            ("one method of a REST API", _api_may_call_one_method),
        )),
        ("a policy of a VPC endpoint", (
            ("an endpoint for DynamoDB", _endpoint("dynamodb", "dynamodb:*", routeTableIds=["rtb-0aaa1bbb2ccc3ddd4"])),
            ("an endpoint for buckets", _endpoint("s3", "s3:GetObject", "s3:PutObject", routeTableIds=["rtb-0aaa1bbb2ccc3ddd4"])),
            ("an endpoint for everything of a service", _endpoint("sqs", "*", vpcEndpointType="Interface")),
            ("an endpoint for secrets", _endpoint("secretsmanager", "secretsmanager:GetSecretValue", vpcEndpointType="Interface")),
        )),
        ("a managed policy that only writes telemetry", (
            ("traces, attached", _managed("AWSXRayDaemonWriteAccess")),
            ("logs, attached", _managed("service-role/AWSLambdaBasicExecutionRole")),
            ("logs and a network, attached", _managed("service-role/AWSLambdaVPCAccessExecutionRole")),
            ("traces and logs, in the role", _managed_of_role("AWSXRayDaemonWriteAccess", "service-role/AWSLambdaBasicExecutionRole")),
            ("insights, attached", _managed("CloudWatchLambdaInsightsExecutionRolePolicy")),
        )),
        ("an own log group that begins with a slash", (
            ("a group of the system", _log_group("/campaigns/audit")),
            ("a group of one word", _log_group("/campaigns")),
            ("a group of a service", _log_group("/aws/vendedlogs/campaigns")),
            ("a group that the unit reads", _log_group("/campaigns/audit", read="/campaigns/audit:*")),
        )),
        ("a role with a path", (
            ("a path of one part", _role_in("/jobs/")),
            ("a path of two parts", _role_in("/campaigns/jobs/")),
            ("a path of a service", _role_in("/service-role/")),
            ("a path that names the unit", _role_in("/rewards-dev-campaigns/")),
        )),
        ("network interfaces", (
            ("those of a function", _interfaces("ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface")),
            ("addresses of them", _interfaces("ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses")),
            ("what is around them", _interfaces("ec2:DescribeSubnets", "ec2:DescribeSecurityGroups", "ec2:DescribeVpcs")),
            ("all of it", _interfaces("ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses")),
        )),
    )
)  # fmt: skip
"""By sample, the harmless changes that vary it."""

HARMLESS_THINGS: tuple[Case, ...] = (*ORDINARY, *NEIGHBOURS, *(case for _, cases in FALSE_ALARMS for case in cases))
