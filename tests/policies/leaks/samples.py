"""What stands for each kind of leak, and for each kind of false alarm: every sample with variations, in every phase.

A sample was found by an attack from outside, and stands for its kind. Cases are named by what they are; those that are
nowhere else are here. The numbers are counted by `test_samples.py`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from tests.policies.leaks.account_wide import ACCOUNT_WIDE
from tests.policies.leaks.attacks import (
    ELSEWHERE,
    INSIGHT,
    PG,
    PUBLIC,
    QUERY,
    THIEF_ARN,
    TRUST,
    TYPES,
    VICTIMS_BUCKET,
    WIRING,
    P,
    V,
    below,
    bucket,
    by_way_of,
    inline,
    insight,
    literal,
    looked_up,
    new_component,
    on_bucket,
    on_victims,
    public_method,
    rewritten,
    subject,
)
from tests.policies.leaks.changes import (
    ACCOUNT,
    OUTBOX,
    OWN_FUNCTION,
    OWN_QUEUE,
    OWN_TABLE,
    REGION,
    TABLE,
    THIEF_ROLE,
    VICTIM,
    allow,
    arn,
    document,
)
from tests.policies.leaks.eight_kinds import CASES
from tests.policies.leaks.phases import Case, Out, Phased, PhasedChange, made
from tests.policies.leaks.roundabout import ROUNDABOUT

_CONTENT, _SECRETS = "isolation-content-reads", "isolation-secrets-and-keys"


# Actions by their verb


def _attached(*statements: dict[str, Any]) -> PhasedChange:
    def change(stack: Phased) -> None:
        stack.open_boundary()
        stack.add("aws:iam/policy:Policy", "more", name=f"{P}more", policy=document(*statements))
        stack.add(
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
            "more-on",
            role=THIEF_ROLE,
            policyArn=arn("iam", f"policy/{P}more"),
        )

    return change


def _by_verb(action: str, rule: str) -> tuple[Case, ...]:
    """An action on everything, by a pattern, in odd casing under a condition, by a policy, and as what is left over."""
    service, _, name = action.partition(":")
    pattern = action.replace(name[:2], f"?{name[1]}", 1) if "*" in action else f"{service}:{name[:-3]}*{name[-1]}"
    odd = f"{service.upper()}:{name.swapcase()}"
    condition = {"StringLike": {"aws:PrincipalAccount": f"{ACCOUNT[:4]}*"}}
    left = {"Effect": "Allow", "NotAction": ["iam:*", "sts:*"], "Resource": "*"}
    return (
        Case(1, action, inline(allow(action)), rule),
        Case(1, f"{action} by a pattern", inline(allow(pattern)), rule),
        Case(1, f"{action} in odd casing, under a condition", inline(allow(odd, Condition=condition)), rule),
        Case(1, f"{action} by an attached policy", _attached(allow(action)), rule),
        Case(1, f"{action} as what is left over", inline(left), rule),
    )


VERBS: Mapping[str, tuple[Case, ...]] = {
    action: _by_verb(action, rule)
    for action, rule in (
        ("*:Describe*", _CONTENT),
        ("*:List*", _SECRETS),
        ("appconfig:GetLatestConfiguration", _SECRETS),
        ("appsync:ListApiKeys", _SECRETS),
        ("cloudfront-keyvaluestore:ListKeys", _SECRETS),
        ("cognito-idp:DescribeUserPoolClient", _CONTENT),
        ("ec2:DescribeLaunchTemplateVersions", _CONTENT),
    )
}


# Changes that are not in `attacks.py`


def _nested_group(own: str, victims: str, *, on: str) -> PhasedChange:
    def change(stack: Phased) -> None:
        stack.open_boundary()
        stack.add("aws:cloudwatch/logGroup:LogGroup", "root", name=own)
        stack.add("aws:cloudwatch/logGroup:LogGroup", "audit", VICTIM, name=victims)
        policy = stack.find(":RolePolicy", role=THIEF_ROLE)
        right = allow("logs:GetLogEvents", on=arn("logs", f"log-group:{on}"))
        stack.edit(policy, "policy", lambda body: body["Statement"].append(right))

    return change


def _filter_below_own_group(stack: Phased) -> None:
    stack.add("aws:cloudwatch/logGroup:LogGroup", "root", name="acme")
    stack.add("aws:cloudwatch/logGroup:LogGroup", "audit", VICTIM, name="acme/points-ledger/audit")
    stack.add(
        "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter",
        "tap",
        name="all",
        logGroup="acme/points-ledger/audit",
        filterPattern="",
        destinationArn=OWN_FUNCTION,
    )


def _alike(token: str, key: str, /, tap: Callable[[Phased], None], **props: Any) -> PhasedChange:
    """Something of the thief that is called like the victim's bucket, and what takes from the bucket."""

    def change(stack: Phased) -> None:
        bucket(stack)
        stack.add(token, "alike", **{key: VICTIMS_BUCKET}, **props)
        tap(stack)

    return change


def _notified(stack: Phased) -> None:
    stack.add(
        "aws:s3/bucketNotification:BucketNotification",
        "tap",
        bucket=VICTIMS_BUCKET,
        queues=[{"queueArn": OWN_QUEUE, "events": ["s3:ObjectCreated:*"]}],
    )


def _elsewhere(tap: Callable[[Phased], None]) -> PhasedChange:
    """An own table in another region, and what takes from a table of the same name here."""

    def change(stack: Phased) -> None:
        stack.add("aws:dynamodb/table:Table", "alike", name="vouchers", hashKey="pk", region="us-east-1")
        tap(stack)

    return change


def _archive_below(token: str) -> PhasedChange:
    """An archive of the bus below a component that is called like a unit of the library."""

    def change(stack: Phased) -> None:
        root = "urn:pulumi:dev::rewards::pulumi:pulumi:Stack::rewards-dev"
        component = new_component(stack, token, "keeper", "keeper", root)
        below(
            stack,
            component,
            "aws:cloudwatch/eventArchive:EventArchive",
            "tap",
            name="rewards-dev-keeper_all",
            eventSourceArn=arn("events", "event-bus/rewards-dev-platform_bus"),
        )

    return change


# Exposure without a document


_SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"


def _mailed(owner: str, name: str, writer: dict[str, Any] | None = None) -> PhasedChange:
    """A topic of another owner whose messages the thief has mailed; without a writer it has the policy that SNS gives."""

    def change(stack: Phased) -> None:
        topic = stack.add("aws:sns/topic:Topic", "tapped", owner, name=name)
        if writer is not None:
            policy = document({**allow("sns:Publish", on=arn("sns", name)), "Principal": writer})
            stack.add("aws:sns/topicPolicy:TopicPolicy", "tapped-policy", owner, arn=Out(topic, "arn"), policy=policy)
        stack.add(_SUBSCRIPTION, "mail", topic=Out(topic, "arn"), protocol="email", endpoint="thief@example.com")

    return change


def _subscribed_to_alarms(**props: Any) -> PhasedChange:
    def change(stack: Phased) -> None:
        topic = stack.find(":Topic", name="rewards-dev-platform_alarms")
        stack.add(_SUBSCRIPTION, "tap", topic=Out(topic, "arn"), **props)

    return change


def _named_role(token: str, key: str, /, **props: Any) -> PhasedChange:
    return literal(token, key, "rewards-dev-points-ledger_balance", **props)


_SUBJECT = {"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity"}
_TASK = {"destinationConfig": {}}
_S3 = "aws:s3/bucketAcl:BucketAcl"
_COPY = {"bucket": "rewards-dev-campaigns--x", "key": "x"}
_BUCKETS = {"inputFormat": "DYNAMODB_JSON"}
_JOB = {"name": f"{P}j", "command": {"scriptLocation": "s3://rewards-dev-campaigns--x/j.py"}}
_READ = {"identifier": "campaigns-read", "instanceClass": "db.t4g.small"}
_OTHERS = "222222222222"

VARIATIONS: tuple[Case, ...] = (
    *(case for cases in VERBS.values() for case in cases),
    # Names that cannot follow the convention
    Case(3, "a snapshot of another's database instance", literal("aws:rds/snapshot:Snapshot", "dbInstanceIdentifier", "ledger-pg", dbSnapshotIdentifier="campaigns-1"), WIRING),
    Case(3, "a reader in another's database cluster", literal("aws:rds/clusterInstance:ClusterInstance", "clusterIdentifier", "ledger-db", identifier="campaigns-r", engine="aurora-postgresql", instanceClass="db.r8g.large"), WIRING),
    Case(3, "a proxy to another's database instance", literal("aws:rds/proxyTarget:ProxyTarget", "dbInstanceIdentifier", "ledger-pg", dbProxyName="rewards-dev-campaigns_p", targetGroupName="default"), WIRING),
    Case(3, "logs below an own group that begins with a slash", _nested_group("/acme", "/acme/ledger", on="/acme/ledger:*"), "isolation-telemetry"),
    Case(3, "logs of every group below an own one", _nested_group("acme", "acme/ledger", on="acme/*"), "isolation-telemetry"),
    Case(3, "a filter on a group below an own one", _filter_below_own_group, WIRING),
    Case(3, "an own rule's name on every bus", inline(allow("events:PutRule", on=arn("events", f"rule/*/{P}*"))), "isolation-orchestration"),
    Case(3, "targets of an own rule's name on the bus of another stack", inline(allow("events:PutTargets", on=arn("events", f"rule/orders/{P}tap"))), "isolation-orchestration"),
    Case(3, "any change of a rule on another's bus, by an own name", inline(allow("events:Put*", on=arn("events", f"rule/{V}bus/{P}*"))), "isolation-orchestration"),
    # Ownership by a bare name
    Case(4, "a queue that is called like the victim's bucket", _alike("aws:sqs/queue:Queue", "name", tap=_notified), WIRING),
    Case(4, "a secret that is called like the victim's bucket", _alike("aws:secretsmanager/secret:Secret", "name", tap=lambda stack: stack.add("aws:s3/objectCopy:ObjectCopy", "tap", source=f"{VICTIMS_BUCKET}/all.csv", **_COPY)), WIRING),
    Case(4, "an export of a table of the same name here", _elsewhere(lambda stack: stack.add("aws:dynamodb/tableExport:TableExport", "tap", tableArn=arn("dynamodb", "table/vouchers"), s3Bucket="rewards-dev-campaigns--x")), WIRING),
    Case(4, "a policy of a table of the same name here", _elsewhere(lambda stack: stack.add("aws:dynamodb/resourcePolicy:ResourcePolicy", "tap", resourceArn=arn("dynamodb", "table/vouchers"), policy=document({**allow("dynamodb:Scan", on=arn("dynamodb", "table/vouchers")), "Principal": {"AWS": THIEF_ARN}}))), WIRING),
    Case(4, "a queue that is only looked up", looked_up("aws:sqs/queue:Queue", f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/vouchers", name="vouchers"), WIRING),
    Case(4, "a component that is called like the platform", _archive_below("acme:jobs:Platform"), WIRING),
    # Exposure without a document
    Case(5, "a public ACL that is written out", on_bucket(_S3, "accessControlPolicy", {"owner": {"id": "a"}, "grants": [{"permission": "READ", "grantee": {"type": "Group", "uri": "http://acs.amazonaws.com/groups/global/AllUsers"}}]}, VICTIM, bucket=VICTIMS_BUCKET), PUBLIC),
    Case(5, "a method for everybody onto a queue", public_method({"authorization": "NONE"}, {**QUERY, "uri": f"arn:aws:apigateway:{REGION}:sqs:path/{ACCOUNT}/{V}post-points-queue"}), PUBLIC),
    Case(5, "a method for everybody, of every verb, onto DynamoDB", public_method({"authorization": "NONE", "apiKeyRequired": True}, {**QUERY, "uri": f"arn:aws:apigateway:{REGION}:dynamodb:action/Scan"}), PUBLIC),
    Case(5, "an e-mail about another unit's topic", _mailed(VICTIM, "rewards-dev-points-ledger_news"), WIRING),
    Case(5, "an e-mail about another unit's alarms", _mailed(VICTIM, "rewards-dev-points-ledger_alarms", {"Service": "cloudwatch.amazonaws.com"}), WIRING),
    Case(5, "an e-mail about a topic of the platform that anybody may write to", _mailed("platform", "rewards-dev-platform_news"), WIRING),
    Case(5, "an e-mail about a topic of the platform for more than alarms", _mailed("platform", "rewards-dev-platform_news", {"Service": ["cloudwatch.amazonaws.com", "events.amazonaws.com"]}), WIRING),
    Case(5, "the platform's alarms in a function", _subscribed_to_alarms(protocol="lambda", endpoint=OWN_FUNCTION), WIRING),
    Case(5, "a sink for telemetry", made("aws:oam/sink:Sink", "open", VICTIM, name="ledger"), TYPES),
    Case(5, "a sink for telemetry that other accounts may use", made("aws:oam/sinkPolicy:SinkPolicy", "open", VICTIM, sinkIdentifier="arn:aws:oam:eu-central-1:111111111111:sink/x", policy=document({**allow("oam:CreateLink"), "Principal": {"AWS": _OTHERS}})), TYPES),
    Case(5, "a destination of logs for another account", made("aws:cloudwatch/logDestinationPolicy:LogDestinationPolicy", "open", VICTIM, destinationName=f"{V}d", accessPolicy=document({**allow("logs:PutSubscriptionFilter", on=arn("logs", f"destination:{V}d")), "Principal": {"AWS": _OTHERS}})), PUBLIC),
    Case(5, "a share", made("aws:ram/resourceShare:ResourceShare", "open", VICTIM, name="ledger", allowExternalPrincipals=True), TYPES),
    Case(5, "a share of something", made("aws:ram/resourceAssociation:ResourceAssociation", "open", VICTIM, resourceArn=TABLE, resourceShareArn="arn:aws:ram:eu-central-1:111111111111:resource-share/x"), TYPES),
    Case(5, "a share with the organization", made("aws:ram/sharingWithOrganization:SharingWithOrganization", "open", VICTIM), TYPES),
    # By a name or an id
    Case(6, "a launch configuration with the victim's profile", literal("aws:ec2/launchConfiguration:LaunchConfiguration", "iamInstanceProfile", f"{V}profile", imageId="ami-0aaa1bbb2ccc3ddd4", instanceType="t4g.small"), WIRING),
    Case(6, "a copy by the ARN of another's bucket", on_bucket("aws:s3/objectCopy:ObjectCopy", "source", f"arn:aws:s3:::{VICTIMS_BUCKET}/all.csv", **_COPY), WIRING),
    Case(6, "a copy with a slash before another's bucket", on_bucket("aws:s3/objectCopy:ObjectCopy", "source", f"/{VICTIMS_BUCKET}/all.csv?versionId=1", **_COPY), WIRING),
    Case(6, "a replica of a database by ARN", on_victims("aws:rds/instance:Instance", "replicateSourceDb", PG, "arn", **_READ), WIRING),
    Case(6, "a replica of a database in another region", literal("aws:rds/instance:Instance", "replicateSourceDb", "arn:aws:rds:us-east-1:111111111111:db:ledger-pg", **_READ), WIRING),
    Case(6, "a table imported from a bucket of another stack", literal("aws:dynamodb/table:Table", "importTable", {**_BUCKETS, "s3BucketSource": {"bucket": "acme-vouchers"}}, name=f"{P}i", hashKey="pk"), WIRING),
    Case(6, "a table imported from a part of another's bucket", on_bucket("aws:dynamodb/table:Table", "importTable", {**_BUCKETS, "s3BucketSource": {"bucket": VICTIMS_BUCKET, "bucketOwner": ACCOUNT, "keyPrefix": "lines/"}}, name=f"{P}i", hashKey="pk"), WIRING),
    Case(6, "a table imported from another's bucket by its own prefix", literal("aws:dynamodb/table:Table", "importTable", {**_BUCKETS, "s3BucketSource": {"bucket": "rewards-dev-points-ledger--exports"}}, name=f"{P}i", hashKey="pk"), WIRING),
    Case(6, "a crawler with the victim's role by name", _named_role("aws:glue/crawler:Crawler", "role", name=f"{P}c", databaseName=f"{P}d", s3Targets=[{"path": "s3://rewards-dev-campaigns--x/a"}]), WIRING),
    Case(6, "a transformation with the victim's role by name", _named_role("aws:glue/mLTransform:MLTransform", "roleArn", name=f"{P}m", parameters={"transformType": "FIND_MATCHES", "findMatchesParameters": {"primaryKeyColumnName": "x"}}, inputRecordTables=[{"databaseName": f"{P}d", "tableName": "t"}]), WIRING),
    # The account as a whole
    Case(7, "what models are asked, into an own bucket", made("aws:bedrockmodel/invocationLoggingConfiguration:InvocationLoggingConfiguration", "tap", loggingConfig={"textDataDeliveryEnabled": True, "s3Config": {"bucketName": "rewards-dev-campaigns--x"}}), TYPES),
    Case(7, "what models are asked, of images", made("aws:bedrockmodel/invocationLoggingConfiguration:InvocationLoggingConfiguration", "tap", loggingConfig={"imageDataDeliveryEnabled": True, "s3Config": {"bucketName": "rewards-dev-campaigns--x", "keyPrefix": "campaigns"}}), TYPES),
    Case(7, "what models are asked, by whom nobody says", made("aws:bedrockmodel/invocationLoggingConfiguration:InvocationLoggingConfiguration", "tap", None, loggingConfig={"embeddingDataDeliveryEnabled": True}), TYPES),
    Case(7, "an insight rule on the victim's functions", literal(INSIGHT, "ruleDefinition", insight("/aws/lambda/rewards-dev-points-ledger_*"), ruleName=f"{P}i"), WIRING),
    Case(7, "a stack of CloudFormation", made("aws:cloudformation/stack:Stack", "tap", name=f"{P}s", templateBody="{}"), TYPES),
    Case(7, "a set of stacks", made("aws:cloudformation/stackSet:StackSet", "tap", name=f"{P}s", templateUrl="https://x/y"), TYPES),
    Case(7, "a resource by Cloud Control", made("aws:cloudcontrol/resource:Resource", "tap", typeName="AWS::Lambda::EventSourceMapping", desiredState="{}"), TYPES),
    Case(7, "an application from a repository", made("aws:serverlessrepository/cloudFormationStack:CloudFormationStack", "tap", name="x", applicationId="arn:aws:serverlessrepo:us-east-1:333333333333:applications/x", capabilities=["CAPABILITY_IAM"]), TYPES),
    Case(7, "a service account of any name, of another operator", subject("system:serviceaccount:?*", "ForAnyValue:StringLike"), TRUST),
    # Trust in the source of an unknown
    Case(8, "the victim's queue in a shuffled list", by_way_of(("random:index/randomShuffle:RandomShuffle", {"inputs": [arn("sqs", f"{V}post-points-queue")]}), arn("sqs", f"{V}post-points-queue")), WIRING),
    Case(8, "the victim's table in a shuffled list of many", by_way_of(("random:index/randomShuffle:RandomShuffle", {"inputs": [f"{OWN_TABLE}/stream/2030", f"{OUTBOX}/stream/2030"], "resultCount": 1}), f"{OUTBOX}/stream/2030"), WIRING),
    Case(8, "what flows from the victim into a shuffled list", by_way_of(("random:index/randomShuffle:RandomShuffle", {"inputs": []}), f"{OUTBOX}/stream/2030", flows=True), WIRING),
    Case(8, "an own stream's ARN, rewritten into the source of a pipe", rewritten("aws:pipes/pipe:Pipe", "source", f"{OUTBOX}/stream/2030", name=f"{P}p", roleArn=THIEF_ARN, target=OWN_QUEUE), WIRING, ELSEWHERE),
)  # fmt: skip
"""Leaks that vary the samples, beside those of `eight_kinds.py`."""

LEAKS_OF_KINDS = (*CASES, *VARIATIONS, *ACCOUNT_WIDE, *ROUNDABOUT)

SAMPLES: Mapping[tuple[int, str], tuple[str, ...]] = {
    **{(1, action): tuple(case.what for case in cases) for action, cases in VERBS.items()},
    (2, "a type of AWS that is not modelled"): (
        "a type that is not in the SDK",
        "a flow of AppFlow",
        "a data set of QuickSight",
        "a container of another package",
        "a lake of security events",
    ),
    (2, "a type that names a store in words of its own"): (
        "an index of Kendra over the victim's bucket",
        "a training job on the victim's bucket",
        "a transfer user in the victim's bucket",
        "a migration from the victim's database",
    ),
    (3, "the name of a bucket"): (
        "a notification of the victim's bucket, by name",
        "a bucket of another stack, by name",
        "a bucket of another stack by the buckets' own prefix",
        "a bucket whose name begins with the own prefix of another unit",
        "objects of a bucket under the own prefix without its end",
    ),
    (3, "the identifier of a database"): (
        "a snapshot of another's database",
        "a snapshot of another's database instance",
        "a reader in another's database cluster",
        "a proxy to another's database instance",
    ),
    (3, "a slash in the name of a log group"): (
        "logs below an own group",
        "logs below an own group that begins with a slash",
        "logs of every group below an own one",
        "a filter on a group below an own one",
    ),
    (3, "a rule on whatever bus"): (
        "a rule on another's bus, by its own name",
        "an own rule's name on every bus",
        "targets of an own rule's name on the bus of another stack",
        "any change of a rule on another's bus, by an own name",
    ),
    (4, "something that is called like the victim's bucket"): (
        "a parameter that is called like the victim's bucket",
        "a parameter that is called like the bucket of a source",
        "a stream that is called like the victim's table",
        "a queue that is called like the victim's bucket",
        "a secret that is called like the victim's bucket",
    ),
    (4, "a table of the same name in another region"): (
        "a table of the same name in another region",
        "rights on a table of the same name in another region",
        "an export of a table of the same name here",
        "a policy of a table of the same name here",
    ),
    (4, "what the program only looks up"): (
        "a bucket that is only looked up",
        "a secret that is only looked up",
        "a database that is only looked up",
        "a queue that is only looked up",
    ),
    (4, "powers by the end of a type's name"): (
        "a component that is called like operations",
        "operations inside another unit",
        "a second operations",
        "a component that is called like the platform",
        "the victim's component of another library",
    ),
    (5, "a public ACL"): (
        "a public ACL",
        "a public ACL that is written out",
        "an ACL for all AWS users",
        "a public ACL of the bucket itself",
        "a public object",
    ),
    (5, "a REST method that asks nobody"): (
        "a method for everybody onto DynamoDB",
        "a method for everybody, of every verb, onto DynamoDB",
        "a method for everybody onto a function",
        "a method for everybody onto a queue",
        "a method under whoever calls",
    ),
    (5, "an HTTP route under a role"): (
        "a route for everybody under a role",
        "a route without a word about who may",
        "a route for everybody onto a queue",
        "a route under the victim's role",
    ),
    (5, "telemetry for another account"): (
        "telemetry for another account",
        "a sink for telemetry",
        "a sink for telemetry that other accounts may use",
        "a destination of logs for another account",
    ),
    (5, "a share with another account"): (
        "a share with another account",
        "a share",
        "a share of something",
        "a share with the organization",
    ),
    (5, "attributes of a snapshot"): (
        "a snapshot shared with another account",
        "a snapshot for everybody",
        "a disk's snapshot for another account",
        "an image for another account",
        "snapshots shared with another account on a schedule",
    ),
    (6, "a profile by its name"): (
        "a machine with the victim's profile",
        "a machine with a profile of the victim",
        "a machine with a profile that is in no stack",
        "a launch configuration with the victim's profile",
    ),
    (6, "a bucket and key as the source of a copy"): (
        "a copy from another's bucket",
        "a copy from a bucket of another stack",
        "a copy by the ARN of another's bucket",
        "a copy with a slash before another's bucket",
    ),
    (6, "a database as the source of a replica"): (
        "a replica of the victim's database",
        "a replica of a database of another stack",
        "a replica of a database by ARN",
        "a replica of a database in another region",
    ),
    (6, "a bucket from which a table is imported"): (
        "a table imported from another's bucket",
        "a table imported from a bucket of another stack",
        "a table imported from a part of another's bucket",
        "a table imported from another's bucket by its own prefix",
    ),
    (6, "a role by its name"): (
        "a job with the victim's role by name",
        "a job with a role that is in no stack",
        "a crawler with the victim's role by name",
        "a transformation with the victim's role by name",
    ),
    (7, "a rule on the default bus"): (
        "a rule for all workflows on the default bus",
        "a rule for everything on the default bus, by name",
        "a rule for all objects on the default bus, by ARN",
        "a rule that only seems to be for the own",
    ),
    (7, "what models are asked"): (
        "what models are asked",
        "what models are asked, into an own bucket",
        "what models are asked, of images",
        "what models are asked, by whom nobody says",
    ),
    (7, "an insight rule on a pattern of log groups"): (
        "an insight rule on all functions of the system",
        "an insight rule on every group",
        "an insight rule on the own and others",
        "an insight rule on the victim's functions",
    ),
    (7, "what makes other things"): (
        "a provisioned product",
        "a stack of CloudFormation",
        "a set of stacks",
        "a resource by Cloud Control",
        "an application from a repository",
    ),
    (7, "a service account of any name"): (
        "a service account of any name",
        "a service account of any name, of another operator",
        "any service account of a namespace",
        "every repository",
    ),
    (7, "a subject of whom nobody asks whose it is"): (
        "a service account of the thief",
        "a service account of nobody",
        "the thief's pipeline",
        "any service account of a namespace",
    ),
    (8, "the victim's ARN in a shuffled list"): (
        "the victim's stream in a shuffled list",
        "the victim's queue in a shuffled list",
        "the victim's table in a shuffled list of many",
        "what flows from the victim into a shuffled list",
    ),
    (8, "an own ARN that code rewrites"): (
        "an own stream's ARN, rewritten",
        "an own stream's ARN, rewritten into the source of a pipe",
        "an own ARN, rewritten into the victim's role",
        "an own name, rewritten into the victim's queue",
        "an own name, rewritten into the victim's bucket",
    ),
}
"""The cases of each sample, by kind: the sample itself first. Most are in `eight_kinds.py`."""

ONLY_WHEN_KNOWN = "an own ARN that code rewrites"
"""The sample that no preview can tell from honest code: it is refused at an update, before anything is made."""
