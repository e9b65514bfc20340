"""Every leak: its class, what it is, the change, and the rule that must find it."""

from tests.policies.leaks.answers import TELLING
from tests.policies.leaks.changes import (
    FUNCTION,
    OUTBOX,
    OWN_QUEUE,
    OWN_TABLE,
    QUEUE,
    TABLE,
    THIEF,
    THIEF_ROLE,
    VICTIM,
    VICTIM_ROLE,
    Change,
    Stack,
    added,
    allow,
    allowed,
    arn,
    document,
    granted,
)
from tests.policies.leaks.disguises import DISGUISES
from tests.policies.leaks.keys import KEY_LEAKS
from tests.policies.leaks.leak import Leak
from tests.policies.leaks.services import SERVICES
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


def _operators(statement: dict[str, object]) -> Change:
    """What people may do as the thief: the unit's own, so that no other rule speaks of it."""

    def change(stack: Stack) -> None:
        policy = stack.find(":RolePolicy", role=_OPERATOR)
        stack.edit(policy, "policy", lambda body: body["Statement"].append(statement))

    return change


def _operator_trusted(stack: Stack) -> None:
    """A role that reads the unit's store, and that whoever is the unit's operator becomes."""
    statement = {"Effect": "Allow", "Principal": {"AWS": arn("iam", f"role/{_OPERATOR}")}, "Action": "sts:AssumeRole"}
    role = stack.find(":Role", name=THIEF_ROLE)
    stack.edit(role, "assumeRolePolicy", lambda body: body["Statement"].append(statement))


def _conditional(operator: str, key: str, value: object) -> Change:
    return allowed("dynamodb:GetItem", on=TABLE, Condition={operator: {key: value}})


_ROLE = arn("iam", f"role/{VICTIM_ROLE}")
_THIEF_ARN = arn("iam", f"role/{THIEF_ROLE}")
_OPERATOR = f"rewards-dev-{THIEF}_operator"
_PEOPLE = "boundary-people-ask-only"
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
    Leak(
        11,
        "an operator who reads a store of the unit",
        _operators(allow("dynamodb:Query", on=OWN_TABLE)),
        _PEOPLE,
        ("AssumeRole", "campaigns_operator", "Query", "campaigns_store"),
    ),
    Leak(
        11,
        "an operator who puts messages into a queue of the unit",
        _operators(allow("sqs:SendMessage", on=OWN_QUEUE)),
        _PEOPLE,
        ("AssumeRole", "campaigns_operator", "SendMessage", "relay-dlq"),
    ),
    Leak(
        11,
        "an operator who invokes what no contract opens to people",
        _operators(allow("lambda:InvokeFunction", on=arn("lambda", "function:rewards-dev-campaigns_relay:live"))),
        _PEOPLE,
        ("AssumeRole", "campaigns_operator", "InvokeFunction"),
    ),
    Leak(
        11,
        "an operator who invokes every function of the unit",
        _operators(allow("lambda:InvokeFunction", on=arn("lambda", "function:rewards-dev-campaigns_*"))),
        _PEOPLE,
        ("AssumeRole", "campaigns_operator", "InvokeFunction"),
    ),
    Leak(
        11,
        "a role that reads a store, for the account",
        _trusted({"AWS": "arn:aws:iam::111111111111:root"}),
        _PEOPLE,
        ("111111111111:root", "AssumeRole", "points-ledger_balance", "points-ledger_store"),
    ),
    Leak(
        11,
        "a role that reads a store, for whoever is the operator",
        _operator_trusted,
        _PEOPLE,
        ("campaigns_operator", "AssumeRole", "campaigns_bonuses", "campaigns_store"),
    ),
)

LEAKS = (*_PERMISSIONS, *SERVICES, *WIRINGS, *DISGUISES, *KEY_LEAKS, *TELLING)
