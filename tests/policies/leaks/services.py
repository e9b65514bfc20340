"""Leaks by handing over roles, by services that act for others, by unknown documents and by boundaries."""

from tests.policies.leaks.changes import (
    LOGS,
    OUTBOX,
    OWN_FUNCTION,
    OWN_QUEUE,
    QUEUE,
    QUEUE_URL,
    TABLE,
    THIEF_ROLE,
    UNKNOWN,
    VICTIM_ROLE,
    Change,
    Stack,
    added,
    allow,
    allowed,
    arn,
    both,
    document,
)
from tests.policies.leaks.leak import Leak


def _queue_policy(principal: object, **more: object) -> Change:
    def change(stack: Stack) -> None:
        policy = next(one for one in stack.states if one["urn"].endswith("post-points-inbound-queue-policy"))
        statement = {**allow("sqs:ReceiveMessage", on=QUEUE, **more), "Principal": principal}
        stack.edit(policy, "policy", lambda body: body["Statement"].append(statement))

    return change


def _redriven(stack: Stack) -> None:
    queue = stack.find(":Queue", name="rewards-dev-points-ledger_post-points-queue")
    stack.edit(queue, "redrivePolicy", lambda body: body.update(deadLetterTargetArn=OWN_QUEUE))


def _boundary(*statements: dict[str, object]) -> Change:
    def change(stack: Stack) -> None:
        boundary = stack.find(":Policy", name="rewards-dev-campaigns_boundary")
        stack.update(boundary, policy=document(*statements))

    return change


def _unknown(token: str, key: str, **wanted: str) -> Change:
    def change(stack: Stack) -> None:
        stack.update(stack.find(token, **wanted), **{key: UNKNOWN})

    return change


_ROLE = arn("iam", f"role/{VICTIM_ROLE}")
_THIEF_ARN = arn("iam", f"role/{THIEF_ROLE}")
_READ = "isolation-direct-read"
_WIRING = "isolation-declared-wiring"
_MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
_STATE_MACHINE = arn("states", "stateMachine:rewards-dev-earn-points_earn")

SERVICES = (
    # 12 PassRole
    Leak(
        12,
        "its role",
        allowed("iam:PassRole", on=_ROLE),
        "isolation-pass-role",
        ("PassRole", VICTIM_ROLE, "points-ledger_store"),
    ),
    Leak(
        12,
        "any role, to Lambda only",
        allowed("iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}),
        "isolation-pass-role",
    ),
    Leak(
        12,
        "a function under another's role",
        lambda stack: stack.update(stack.find(":Function", name=THIEF_ROLE), role=_ROLE),
        _WIRING,
    ),
    # 13 Orchestration
    Leak(13, "starting a workflow", allowed("states:StartSyncExecution", on=_STATE_MACHINE), "isolation-orchestration"),
    Leak(
        13,
        "its history",
        allowed("states:GetExecutionHistory", on=arn("states", "execution:*")),
        "isolation-orchestration",
    ),
    Leak(13, "testing a state under any role", allowed("states:TestState"), "isolation-orchestration"),
    Leak(13, "replaying the archive", allowed("events:StartReplay"), "isolation-orchestration"),
    Leak(13, "a pipe", allowed("pipes:CreatePipe"), "isolation-orchestration"),
    # 14 Queues and topics
    Leak(14, "receiving", allowed("sqs:ReceiveMessage", on=QUEUE), "isolation-queues-and-topics"),
    Leak(14, "the dead letters", allowed("sqs:ReceiveMessage", on=f"{QUEUE}-dlq"), "isolation-queues-and-topics"),
    Leak(14, "moving messages", allowed("sqs:StartMessageMoveTask", on=f"{QUEUE}*"), "isolation-queues-and-topics"),
    Leak(14, "subscribing to topics", allowed("sns:Subscribe"), "isolation-queues-and-topics"),
    # 15 Telemetry
    Leak(15, "log events", allowed("logs:FilterLogEvents", on=LOGS), "isolation-telemetry"),
    Leak(15, "a query over all groups", allowed("logs:StartQuery", "logs:GetQueryResults"), "isolation-telemetry"),
    Leak(15, "a subscription filter", allowed("logs:PutSubscriptionFilter", on=LOGS), "isolation-telemetry"),
    Leak(15, "deliveries of the newer kind", allowed("logs:PutDeliverySource"), "isolation-telemetry"),
    Leak(15, "traces", allowed("xray:BatchGetTraces"), "isolation-telemetry"),
    # 16 Objects and analytics
    Leak(16, "objects", allowed("s3:GetObject", on="arn:aws:s3:::exports/*"), "isolation-objects-and-analytics"),
    Leak(16, "replication", allowed("s3:PutReplicationConfiguration"), "isolation-objects-and-analytics"),
    Leak(16, "a job", allowed("glue:StartJobRun"), "isolation-objects-and-analytics"),
    # 17 Secrets
    Leak(17, "parameters", allowed("ssm:GetParametersByPath"), "isolation-secrets-and-keys"),
    Leak(
        17,
        "secrets",
        allowed("secretsmanager:GetSecretValue", on=arn("secretsmanager", "secret:rewards-dev-points-*")),
        "isolation-secrets-and-keys",
    ),
    Leak(17, "keys, guarded by nothing", allowed("kms:Decrypt", on=arn("kms", "key/*")), "isolation-secrets-and-keys"),
    Leak(
        17,
        "keys, guarded for all of nothing",
        allowed(
            "kms:Decrypt",
            Condition={"ForAllValues:StringEquals": {"kms:ResourceAliases": "alias/rewards-dev-campaigns_key"}},
        ),
        "isolation-secrets-and-keys",
    ),
    # 18 Control planes
    Leak(18, "CloudFormation", allowed("cloudformation:CreateStack"), "isolation-control-planes"),
    Leak(18, "automation", allowed("ssm:StartAutomationExecution"), "isolation-control-planes"),
    Leak(18, "containers", allowed("ecs:RunTask"), "isolation-control-planes"),
    Leak(18, "what nobody has judged", allowed("rds-data:ExecuteStatement"), "isolation-unclassified"),
    # 19 Declared wiring
    Leak(
        19,
        "a mapping of its stream",
        added(_MAPPING, "tap", eventSourceArn=f"{OUTBOX}/stream/2030", functionName=OWN_FUNCTION),
        _WIRING,
        ("tap", "outbox"),
    ),
    Leak(
        19, "a mapping of its queue", added(_MAPPING, "tap", eventSourceArn=QUEUE, functionName=OWN_FUNCTION), _WIRING
    ),
    Leak(
        19,
        "a subscription filter",
        added(
            "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter",
            "tap",
            logGroup="/aws/lambda/rewards-dev-points-ledger_statement",
            destinationArn=OWN_FUNCTION,
        ),
        _WIRING,
    ),
    Leak(19, "a redrive into its own queue", _redriven, _WIRING),
    Leak(
        19,
        "a pipe from its stream",
        added("aws:pipes/pipe:Pipe", "tap", source=f"{OUTBOX}/stream/*", target=OWN_QUEUE, roleArn=_THIEF_ARN),
        _WIRING,
    ),
    Leak(
        19,
        "a stream destination",
        added(
            "aws:dynamodb/kinesisStreamingDestination:KinesisStreamingDestination",
            "tap",
            tableName="rewards-dev-points-ledger_store",
            streamArn=arn("kinesis", "stream/rewards-dev-campaigns_tap"),
        ),
        _WIRING,
    ),
    Leak(
        19,
        "a crawler",
        added(
            "aws:glue/crawler:Crawler",
            "tap",
            dynamodbTargets=[{"path": "rewards-dev-points-ledger_store"}],
            role=THIEF_ROLE,
        ),
        _WIRING,
    ),
    Leak(
        19,
        "a policy on its queue, from outside",
        added(
            "aws:sqs/queuePolicy:QueuePolicy",
            "tap",
            queueUrl=QUEUE_URL,
            policy=document({**allow("sqs:ReceiveMessage", on=QUEUE), "Principal": {"AWS": _THIEF_ARN}}),
        ),
        _WIRING,
    ),
    # Unknown and broken documents, whatever the class
    Leak(1, "an unknown inline policy", _unknown(":RolePolicy", "policy", role=THIEF_ROLE), "isolation-unprovable"),
    Leak(1, "an unknown boundary", _unknown(":Role", "permissionsBoundary", name=THIEF_ROLE), "isolation-unprovable"),
    Leak(
        11, "an unknown trust policy", _unknown(":Role", "assumeRolePolicy", name=VICTIM_ROLE), "isolation-unprovable"
    ),
    Leak(
        8,
        "an unknown key policy",
        _unknown(":Key", "policy", description="Everything that points-ledger stores in dev"),
        "isolation-unprovable",
    ),
    Leak(
        1,
        "a policy managed elsewhere",
        added(
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
            "far",
            role=THIEF_ROLE,
            policyArn="arn:aws:iam::aws:policy/ReadOnlyAccess",
        ),
        "isolation-unprovable",
    ),
    Leak(
        19,
        "an unknown source",
        added(_MAPPING, "tap", eventSourceArn=UNKNOWN, functionName=OWN_FUNCTION),
        "isolation-unprovable",
    ),
    # Boundaries, whatever is attached
    Leak(1, "a boundary for all tables", _boundary(allow("dynamodb:GetItem")), "boundary-confines"),
    Leak(11, "a boundary without limits", _boundary(allow("*")), "boundary-confines"),
    Leak(
        8,
        "a boundary that other policies bypass",
        _boundary(allow("dynamodb:GetItem", on=arn("dynamodb", "table/rewards-dev-campaigns_*"))),
        "boundary-denies-foreign-stores",
    ),
    Leak(
        1, "two changes at once", both(allowed("dynamodb:GetItem", on=TABLE), _queue_policy({"AWS": _THIEF_ARN})), _READ
    ),
)
