"""Every leak: its class, what it is, the change, and the rule that must find it."""

from tests.policies.leaks.changes import (
    FUNCTION,
    LOGS,
    OUTBOX,
    OWN_FUNCTION,
    OWN_QUEUE,
    OWN_TABLE,
    QUEUE,
    QUEUE_URL,
    TABLE,
    THIEF_ROLE,
    UNKNOWN,
    VICTIM,
    VICTIM_ROLE,
    Change,
    Stack,
    added,
    allow,
    allowed,
    arn,
    both,
    document,
    granted,
)
from tests.policies.leaks.leak import Leak
from tests.policies.leaks.wirings import WIRINGS


def _inline(stack: Stack) -> None:
    role = stack.find(":Role", name=THIEF_ROLE)
    stack.open_boundary()
    stack.update(role, inlinePolicies=[{"name": "x", "policy": document(allow("dynamodb:Scan", on=TABLE))}])


def _attached(stack: Stack) -> None:
    stack.open_boundary()
    name = "rewards-dev-campaigns_more"
    stack.add("aws:iam/policy:Policy", "more", name=name, policy=document(allow("dynamodb:Query", on=TABLE)))
    policy = arn("iam", f"policy/{name}")
    stack.add("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "more-on", role=THIEF_ROLE, policyArn=policy)


def _by_group(stack: Stack) -> None:
    stack.add("aws:iam/group:Group", "readers", name="rewards-dev-campaigns_readers")
    stack.add("aws:iam/user:User", "reader", name="rewards-dev-campaigns_reader")
    stack.add(
        "aws:iam/groupPolicy:GroupPolicy",
        "readers-policy",
        group="rewards-dev-campaigns_readers",
        policy=document(allow("dynamodb:BatchGetItem", on=TABLE)),
    )
    stack.add(
        "aws:iam/groupMembership:GroupMembership",
        "readers-members",
        group="rewards-dev-campaigns_readers",
        users=["rewards-dev-campaigns_reader"],
    )


def _no_boundary(stack: Stack) -> None:
    stack.update(stack.find(":Role", name=THIEF_ROLE), permissionsBoundary=None)
    policy = stack.find(":RolePolicy", role=THIEF_ROLE)
    stack.edit(policy, "policy", lambda body: body["Statement"].append(allow("dynamodb:GetItem", on=TABLE)))


def _unowned(stack: Stack) -> None:
    stack.add("aws:iam/role:Role", "ghost", None, name="ghost", assumeRolePolicy=_trust("lambda.amazonaws.com"))
    policy = document(allow("dynamodb:GetItem", on=TABLE))
    stack.add("aws:iam/rolePolicy:RolePolicy", "ghost-policy", None, role="ghost", policy=policy)


def _trust(service: str) -> str:
    principal = {"Service": service}
    return document({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})


def _queue_policy(principal: object, **more: object) -> Change:
    def change(stack: Stack) -> None:
        policy = next(one for one in stack.states if one["urn"].endswith("post-points-inbound-queue-policy"))
        statement = {**allow("sqs:ReceiveMessage", on=QUEUE, **more), "Principal": principal}
        stack.edit(policy, "policy", lambda body: body["Statement"].append(statement))

    return change


def _trusted(principal: object, **more: object) -> Change:
    def change(stack: Stack) -> None:
        role = stack.find(":Role", name=VICTIM_ROLE)
        statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}
        stack.edit(role, "assumeRolePolicy", lambda body: body["Statement"].append(statement))

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


def _conditional(operator: str, key: str, value: object) -> Change:
    return allowed("dynamodb:GetItem", on=TABLE, Condition={operator: {key: value}})


_ROLE = arn("iam", f"role/{VICTIM_ROLE}")
_THIEF_ARN = arn("iam", f"role/{THIEF_ROLE}")
_SESSION = f"arn:aws:sts::111111111111:assumed-role/{THIEF_ROLE}/session"
_READ = "isolation-direct-read"
_WIRING = "isolation-declared-wiring"
_DECLARED = "isolation-declared-policies"
_MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
_INLINE = "aws:iam/rolePolicy:RolePolicy"
_STATE_MACHINE = arn("states", "stateMachine:rewards-dev-earn-points_earn")

_PERMISSIONS = (
    # 1 Direct
    Leak(
        1, "an exact ARN", allowed("dynamodb:GetItem", on=TABLE), _READ, (THIEF_ROLE, "GetItem", "points-ledger_store")
    ),
    Leak(1, "a wildcard in the name", allowed("dynamodb:Query", on="arn:aws:dynamodb:*:*:table/rewards-dev-*"), _READ),
    Leak(
        1,
        "the own prefix without its end",
        allowed("dynamodb:Scan", on=arn("dynamodb", "table/rewards-dev-*_store")),
        _READ,
    ),
    Leak(1, "an index", allowed("dynamodb:Query", on=f"{OUTBOX}/index/pending"), _READ),
    Leak(1, "odd casing", allowed("DYNAMODB:gEtItEm", on=TABLE), _READ),
    Leak(1, "question marks", allowed("dynamodb:???Item", on=TABLE.replace("ledger", "??????")), _READ),
    Leak(1, "a short ARN", allowed("dynamodb:BatchGetItem", on="arn:aws:dynamodb"), _READ),
    Leak(
        1,
        "a policy variable",
        allowed("dynamodb:GetItem", on=arn("dynamodb", "table/${aws:PrincipalTag/table}")),
        _READ,
    ),
    Leak(1, "NotAction", granted({"Effect": "Allow", "NotAction": "iam:*", "Resource": TABLE}), _READ),
    Leak(1, "NotResource", granted({"Effect": "Allow", "Action": "dynamodb:GetItem", "NotResource": OWN_TABLE}), _READ),
    Leak(1, "a condition check, one bit at a time", allowed("dynamodb:ConditionCheckItem", on=TABLE), _READ),
    Leak(1, "PartiQL", allowed("dynamodb:PartiQLSelect", on=TABLE), _READ),
    Leak(1, "an inline block of the role", _inline, _READ),
    Leak(1, "an attached policy", _attached, _READ),
    Leak(1, "a group", _by_group, _READ),
    Leak(1, "no boundary", _no_boundary, _READ),
    Leak(1, "a principal without a unit", _unowned, _READ),
    Leak(
        1,
        "a table of another stack",
        allowed("dynamodb:GetItem", on=arn("dynamodb", "table/rewards-dev-vouchers_store")),
        _READ,
    ),
    Leak(1, "a guard on a tag", _conditional("StringEquals", "aws:PrincipalTag/pbc", VICTIM), _READ),
    Leak(1, "a guard that holds when absent", _conditional("StringEqualsIfExists", "aws:SourceVpc", "vpc-1"), _READ),
    Leak(
        1,
        "a guard for all of nothing",
        _conditional("ForAllValues:StringEquals", "dynamodb:LeadingKeys", ["me"]),
        _READ,
    ),
    Leak(1, "a guard that says nothing", _conditional("Null", "aws:TokenIssueTime", "false"), _READ),
    Leak(
        1,
        "a denial that is undone by its condition",
        granted(
            allow("dynamodb:GetItem", on=TABLE),
            {**allow("dynamodb:*", Condition={"Bool": {"aws:SecureTransport": "false"}}), "Effect": "Deny"},
        ),
        _READ,
    ),
    Leak(
        1,
        "a denial of something else",
        granted(allow("dynamodb:GetItem", on=TABLE), {**allow("dynamodb:Get", on=TABLE), "Effect": "Deny"}),
        _READ,
    ),
    # 2 Read through write
    Leak(2, "an update", allowed("dynamodb:UpdateItem", on=TABLE), "isolation-read-through-write", ("UpdateItem",)),
    Leak(2, "a put", allowed("dynamodb:Put*", on=OUTBOX), "isolation-read-through-write"),
    Leak(2, "a delete by PartiQL", allowed("dynamodb:PartiQLDelete", on=TABLE), "isolation-read-through-write"),
    # 3 Streams
    Leak(3, "stream records", allowed("dynamodb:GetRecords", on=f"{OUTBOX}/stream/*"), "isolation-streams"),
    Leak(
        3,
        "a table pattern that covers streams",
        allowed("dynamodb:GetShardIterator", on=f"{OUTBOX}*"),
        "isolation-streams",
    ),
    Leak(3, "a copy to Kinesis", allowed("dynamodb:EnableKinesisStreamingDestination", on=TABLE), "isolation-streams"),
    # 4 Copies
    Leak(4, "an export", allowed("dynamodb:ExportTableToPointInTime", on=TABLE), "isolation-copies"),
    Leak(4, "a backup", allowed("dynamodb:CreateBackup", on=TABLE), "isolation-copies"),
    Leak(4, "a restore", allowed("dynamodb:RestoreTableToPointInTime", on=TABLE), "isolation-copies"),
    Leak(4, "AWS Backup", allowed("backup:StartBackupJob"), "isolation-copies"),
    # 5 Replicas
    Leak(5, "a replica", allowed("dynamodb:CreateTableReplica", on=TABLE), "isolation-replicas"),
    Leak(5, "an update of the table", allowed("dynamodb:UpdateTable", on=TABLE), "isolation-replicas"),
    Leak(
        5, "the same table elsewhere", allowed("dynamodb:GetItem", on=TABLE.replace("eu-central-1", "us-east-1")), _READ
    ),
    Leak(5, "a replicating role", allowed("dynamodb:ReadDataForReplication", on=TABLE), "isolation-replicas"),
    # 6 DAX
    Leak(6, "reading through DAX", allowed("dax:GetItem"), "isolation-dax"),
    Leak(6, "all of DAX", allowed("dax:*", on="arn:aws:dax:*:*:cache/*"), "isolation-dax"),
    Leak(6, "making a cluster", allowed("dax:CreateCluster"), "isolation-dax"),
    # 7 Policy tampering
    Leak(7, "the table's policy", allowed("dynamodb:PutResourcePolicy", on=TABLE), "isolation-policy-tampering"),
    Leak(7, "the queue's policy", allowed("sqs:SetQueueAttributes", on=QUEUE), "isolation-policy-tampering"),
    Leak(7, "the key's policy", allowed("kms:PutKeyPolicy"), "isolation-policy-tampering"),
    Leak(7, "a key grant", allowed("kms:CreateGrant"), "isolation-policy-tampering"),
    Leak(7, "the function's policy", allowed("lambda:AddPermission", on=FUNCTION), "isolation-policy-tampering"),
    # 8 Declared policies
    Leak(8, "a queue policy that names the role", _queue_policy({"AWS": _THIEF_ARN}), _DECLARED),
    Leak(8, "a queue policy that names the session", _queue_policy({"AWS": _SESSION}), _DECLARED),
    Leak(
        8,
        "a queue policy for the account's principals",
        _queue_policy("*", Condition={"StringEquals": {"aws:PrincipalAccount": "111111111111"}}),
        _DECLARED,
    ),
    Leak(8, "a queue policy for everyone", _queue_policy("*"), "boundary-nothing-public"),
    Leak(
        8,
        "a queue policy with a guard that holds when absent",
        _queue_policy("*", Condition={"ArnLikeIfExists": {"aws:PrincipalArn": _ROLE}}),
        "boundary-nothing-public",
    ),
    Leak(
        8,
        "a table's policy",
        added(
            "aws:dynamodb/resourcePolicy:ResourcePolicy",
            "table-policy",
            VICTIM,
            resourceArn=TABLE,
            policy=document({**allow("dynamodb:GetItem", on=TABLE), "Principal": {"AWS": _THIEF_ARN}}),
        ),
        _DECLARED,
    ),
    # 9 Tag tampering
    Leak(9, "tagging the table", allowed("dynamodb:TagResource", on=TABLE), "isolation-tag-tampering"),
    Leak(9, "tagging roles", allowed("iam:TagRole"), "isolation-tag-tampering"),
    Leak(9, "tagging sessions", allowed("sts:TagSession"), "isolation-tag-tampering"),
    Leak(9, "moving a key's alias", allowed("kms:UpdateAlias"), "isolation-tag-tampering"),
    # 10 Lambda
    Leak(
        10,
        "invoking what is no capability for it",
        allowed("lambda:InvokeFunction", on=f"{FUNCTION}:live"),
        "isolation-functions",
        ("InvokeFunction", "statement", "acts as", "points-ledger_store"),
    ),
    Leak(
        10,
        "the function beside the alias",
        allowed("lambda:InvokeFunction", on=arn("lambda", "function:rewards-dev-points-ledger_*")),
        "isolation-functions",
    ),
    Leak(
        10,
        "new code",
        allowed("lambda:UpdateFunctionCode", on=FUNCTION),
        "isolation-functions",
        ("UpdateFunctionCode", "acts as", "GetItem", "points-ledger_store"),
    ),
    Leak(10, "reading the code", allowed("lambda:GetFunction", on=FUNCTION), "isolation-functions"),
    Leak(10, "a mapping of any function", allowed("lambda:CreateEventSourceMapping"), "isolation-functions"),
    # 11 Identity
    Leak(
        11,
        "assuming a role",
        allowed("sts:AssumeRole", on=_ROLE),
        "isolation-identity",
        ("AssumeRole", "is", "GetItem", "points-ledger_store"),
    ),
    Leak(11, "writing its own policy", allowed("iam:PutRolePolicy", on=_THIEF_ARN), "isolation-identity"),
    Leak(
        11,
        "taking its own boundary away",
        allowed("iam:DeleteRolePermissionsBoundary", on=_THIEF_ARN),
        "isolation-identity",
    ),
    Leak(11, "a trust policy that names the role", _trusted({"AWS": _THIEF_ARN}), "isolation-trust-policies"),
    Leak(
        11,
        "a trust policy for everyone",
        _trusted("*", Condition={"StringEquals": {"aws:PrincipalAccount": "111111111111"}}),
        "isolation-trust-policies",
    ),
    Leak(
        11,
        "a policy given to another's role",
        added(_INLINE, "gift", role=VICTIM_ROLE, name="gift", policy=document(allow("sts:GetCallerIdentity"))),
        "isolation-attachments",
    ),
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

LEAKS = (*_PERMISSIONS, *WIRINGS)
