"""More harmless changes: one more of everything that a unit may have for itself."""

import json
from typing import Any

from tests.policies.leaks.changes import (
    OWN_FUNCTION,
    OWN_QUEUE,
    OWN_TABLE,
    THIEF,
    THIEF_ROLE,
    Change,
    Stack,
    added,
    allow,
    arn,
    both,
    document,
    granted,
)

_TAGS = {"project": "rewards", "environment": "dev", "pbc": THIEF}
_ROLE = arn("iam", f"role/{THIEF_ROLE}")
_STREAM = f"{OWN_TABLE}/stream/2030-01-01"
_LOGS = f"/aws/lambda/{THIEF_ROLE}"
_BUCKET = "rewards-dev-campaigns-reports"
_FIREHOSE = "rewards-dev-campaigns_copies"
_KEY = "urn:pulumi:dev::rewards::pbckit:infra:Pbc$aws:kms/key:Key::campaigns-key"
_PERMISSION = "aws:lambda/permission:Permission"


def _flowing(token: str, key: str, source: str, **props: Any) -> Change:
    """A resource with a property that flows from another, whose URN this is."""

    def change(stack: Stack) -> None:
        assert any(one["urn"] == source for one in stack.states)
        unknown = {key: "04da6b54-80e4-46f7-96ec-b56ff0331ba9"}
        stack.add(token, "own", THIEF, **unknown, **props)["propertyDependencies"] = {key: [source]}

    return change


def _own(token: str, name: str = "own", /, **props: Any) -> Change:
    return added(token, name, THIEF, **props)


def _machine(stack: Stack) -> None:
    """A state machine as the system's own, of another unit, that calls that unit's function."""
    task = {"StartAt": "ask", "States": {"ask": {"Type": "Task", "Resource": OWN_FUNCTION, "End": True}}}
    settings = stack.find(":StateMachine", name="rewards-dev-earn-points_earn")["inputs"]
    mine = {"name": "rewards-dev-campaigns_ask", "roleArn": _ROLE, "definition": json.dumps(task), "tags": _TAGS}
    log = {"logDestination": f"{arn('logs', 'log-group:/aws/vendedlogs/states/rewards-dev-campaigns_ask')}:*"}
    stack.add("aws:sfn/stateMachine:StateMachine", "ask", **{**settings, **mine, "loggingConfiguration": log})


_BUCKET_POLICY = document({**allow("s3:GetObject", on=f"arn:aws:s3:::{_BUCKET}/*"), "Principal": {"AWS": _ROLE}})

OWN_THINGS: tuple[tuple[str, Change], ...] = (
    ("a bucket with a policy for the own role", both(_own("aws:s3/bucket:Bucket", "bucket", bucket=_BUCKET), _own("aws:s3/bucketPolicy:BucketPolicy", bucket=_BUCKET, policy=_BUCKET_POLICY))),
    ("a notification of the own bucket", both(_own("aws:s3/bucket:Bucket", "bucket", bucket=_BUCKET), _own("aws:s3/bucketNotification:BucketNotification", bucket=_BUCKET, lambdaFunctions=[{"lambdaFunctionArn": OWN_FUNCTION}]))),
    ("a permission for the own bucket to call", _own(_PERMISSION, function=THIEF_ROLE, action="lambda:InvokeFunction", principal="events.amazonaws.com", sourceArn=arn("events", "rule/rewards-dev-campaigns_tick"), sourceAccount="111111111111")),
    ("a delivery of the own logs to the own function", _own("aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter", logGroup=_LOGS, destinationArn=OWN_FUNCTION, filterPattern="")),
    ("a metric from the own logs", _own("aws:cloudwatch/logMetricFilter:LogMetricFilter", logGroupName=_LOGS, pattern="x")),
    ("a protection of the own logs", _own("aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy", logGroupName=_LOGS, policyDocument=json.dumps({"Name": "p", "Version": "2021-06-01", "Statement": [{"Sid": "audit", "DataIdentifier": ["arn:aws:dataprotection::aws:data-identifier/EmailAddress"], "Operation": {"Audit": {"FindingsDestination": {}}}}]}))),
    ("a schedule of the own function", _own("aws:scheduler/schedule:Schedule", name="rewards-dev-campaigns_tick", target={"arn": OWN_FUNCTION, "roleArn": _ROLE})),
    ("a workflow over the own function", _machine),
    ("a pipe from the own stream to the own queue", _own("aws:pipes/pipe:Pipe", name="rewards-dev-campaigns_p", source=_STREAM, target=OWN_QUEUE, roleArn=_ROLE)),
    ("a stream of the own table", _own("aws:dynamodb/kinesisStreamingDestination:KinesisStreamingDestination", tableName="rewards-dev-campaigns_store", streamArn=arn("kinesis", "stream/rewards-dev-campaigns_s"))),
    ("a delivery stream into the own bucket", both(_own("aws:s3/bucket:Bucket", "bucket", bucket=_BUCKET), _own("aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream", name=_FIREHOSE, extendedS3Configuration={"bucketArn": f"arn:aws:s3:::{_BUCKET}", "roleArn": _ROLE}))),
    ("an export of the own table", both(_own("aws:s3/bucket:Bucket", "bucket", bucket=_BUCKET), _own("aws:dynamodb/tableExport:TableExport", tableArn=OWN_TABLE, s3Bucket=_BUCKET))),
    ("a replica of the own table", _own("aws:dynamodb/tableReplica:TableReplica", globalTableArn=OWN_TABLE.replace("eu-central-1", "us-east-1"))),
    ("a backup of the own table", _own("aws:backup/selection:Selection", iamRoleArn=_ROLE, resources=[OWN_TABLE])),
    ("a backup of the own by tag", _own("aws:backup/selection:Selection", iamRoleArn=_ROLE, resources=[OWN_TABLE], selectionTags=[{"type": "STRINGEQUALS", "key": "pbc", "value": THIEF}])),
    ("a trail of the own table", _own("aws:cloudtrail/trail:Trail", name="t", advancedEventSelectors=[{"fieldSelectors": [{"field": "eventCategory", "equals": ["Data"]}, {"field": "resources.ARN", "startsWiths": [OWN_TABLE]}]}])),
    ("a trail of the own table, as it was written once", _own("aws:cloudtrail/trail:Trail", name="t", eventSelectors=[{"includeManagementEvents": False, "dataResources": [{"type": "AWS::DynamoDB::Table", "values": [OWN_TABLE]}]}])),
    ("one more alias of the own key", _flowing("aws:kms/alias:Alias", "targetKeyId", _KEY, name="alias/rewards-dev-campaigns_more")),
    ("a grant of the own key to the own role", _flowing("aws:kms/grant:Grant", "keyId", _KEY, granteePrincipal=_ROLE, operations=["Decrypt"])),
    ("a rule of the own on the bus", _own("aws:cloudwatch/eventRule:EventRule", name="rewards-dev-campaigns_own", eventBusName="rewards-dev-platform_bus", eventPattern='{"source": ["campaigns"]}', tags=_TAGS)),
    ("a destination of the own function", _own("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", functionName=THIEF_ROLE, destinationConfig={"onFailure": {"destination": OWN_QUEUE}})),
    ("an instance profile with the own role", _own("aws:iam/instanceProfile:InstanceProfile", name="rewards-dev-campaigns_p", role=THIEF_ROLE)),
    ("a container with the own role", _own("aws:ecs/taskDefinition:TaskDefinition", family="rewards-dev-campaigns_f", taskRoleArn=_ROLE)),
    ("a role that is the service's own", _own("aws:appautoscaling/target:Target", resourceId="table/rewards-dev-campaigns_store", roleArn=arn("iam", "role/aws-service-role/dynamodb.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_DynamoDBTable"))),
    ("another unit's name in an own parameter", _own("aws:ssm/parameter:Parameter", name="/rewards-dev-campaigns_peer", value="rewards-dev-points-ledger_balance")),
    ("what another stack exports", _own("pulumi:pulumi:StackReference", name="acme/network/dev")),
    ("rules for old images", _own("aws:ecr/lifecyclePolicy:LifecyclePolicy", repository="rewards-dev-campaigns_images", policy=json.dumps({"rules": [{"rulePriority": 1, "action": {"type": "expire"}}]}))),
    ("listing and describing", granted(allow("dynamodb:ListTables", "sqs:ListQueues", "kms:ListAliases"), bounded=True)),
    ("the own index by name", granted(allow("dynamodb:Query", on=f"{OWN_TABLE}/index/by-member"), bounded=True)),
    ("a parameter and a secret of its own", granted(allow("ssm:GetParameter", on=arn("ssm", "parameter/rewards-dev-campaigns_rate")), allow("secretsmanager:GetSecretValue", on=arn("secretsmanager", "secret:rewards-dev-campaigns_key-??????")), bounded=True)),
)  # fmt: skip
