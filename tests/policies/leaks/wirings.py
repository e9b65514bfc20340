"""Leaks by declared wiring and declared policies, over all types that move data or hand out roles."""

import json
from typing import Any

from tests.policies.leaks.changes import (
    FUNCTION,
    OWN_FUNCTION,
    OWN_QUEUE,
    QUEUE,
    QUEUE_URL,
    TABLE,
    THIEF_ROLE,
    VICTIM,
    VICTIM_ROLE,
    Change,
    Stack,
    added,
    allow,
    arn,
    document,
)
from tests.policies.leaks.leak import Leak

_STREAM = f"{TABLE}/stream/2026-01-01"
_THIEF, _VICTIM = arn("iam", f"role/{THIEF_ROLE}"), arn("iam", f"role/{VICTIM_ROLE}")
_WIRING, _PUBLIC, _UNPROVABLE = "isolation-declared-wiring", "boundary-nothing-public", "isolation-unprovable"
_POLICIES, _MODELLED = "isolation-declared-policies", "isolation-modelled-types"
_MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
_TARGET = "aws:cloudwatch/eventTarget:EventTarget"
_OUR_BUCKET, _THEIR_BUCKET = "arn:aws:s3:::rewards-dev-campaigns_b", "rewards-dev-points-ledger_b"
_LOGS = f"/aws/lambda/{VICTIM_ROLE}"
_REDRIVE = json.dumps({"deadLetterTargetArn": OWN_QUEUE, "maxReceiveCount": 1})
_INTEGRATION = f"arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"


def _set(token: str, name: str, **props: Any) -> Change:
    def change(stack: Stack) -> None:
        stack.update(stack.find(token, name=name), **props)

    return change


def _queue_policy(principal: Any, **more: Any) -> Change:
    policy = document({**allow("sqs:ReceiveMessage", on=QUEUE, **more), "Principal": principal})
    return added("aws:sqs/queuePolicy:QueuePolicy", "tap", VICTIM, queueUrl=QUEUE_URL, policy=policy)


def _policy(token: str, key: str, action: str, principal: Any = None, **props: Any) -> Change:
    body = document({**allow(action), "Principal": principal or {"AWS": _THIEF}})
    return added(token, "tap", VICTIM, **{key: body}, **props)


def _trust(**statement: Any) -> Change:
    return _set(":Role", VICTIM_ROLE, assumeRolePolicy=document({"Effect": "Allow", **statement}))


def _machine(**props: Any) -> Change:
    return added("aws:sfn/stateMachine:StateMachine", "tap", name="rewards-dev-campaigns_m", **props)


def _schedule(**target: str) -> Change:
    return added("aws:scheduler/schedule:Schedule", "tap", name="rewards-dev-campaigns_s", target=target)


_TASK = json.dumps({"States": {"look": {"Type": "Task", "Resource": FUNCTION}}})
_FEDERATED = {"Federated": "arn:aws:iam::111111111111:oidc-provider/token.example.com"}

_CASES: tuple[tuple[int, str, Change, str], ...] = (
    # Functions that are fed
    (19, "a stream that the victim maps to a foreign function by its name", added(_MAPPING, "tap", VICTIM, eventSourceArn=_STREAM, functionName=THIEF_ROLE), _WIRING),
    (19, "a mapping by a partial ARN", added(_MAPPING, "tap", VICTIM, eventSourceArn=_STREAM, functionName=f"111111111111:function:{THIEF_ROLE}"), _WIRING),
    (19, "a mapping of nobody", added(_MAPPING, "tap", None, eventSourceArn=_STREAM, functionName=THIEF_ROLE), _WIRING),
    (19, "a mapping of its queue", added(_MAPPING, "tap", eventSourceArn=QUEUE, functionName=OWN_FUNCTION), _WIRING),
    (19, "a subscription filter of the victim", added("aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter", "tap", VICTIM, logGroup=_LOGS, destinationArn=OWN_FUNCTION), _WIRING),
    (19, "a function's own dead letters", _set(":Function", VICTIM_ROLE, deadLetterConfig={"targetArn": OWN_QUEUE}), _WIRING),
    (19, "a function's destination", added("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", "tap", VICTIM, functionName=VICTIM_ROLE, destinationConfig={"onSuccess": {"destination": OWN_QUEUE}}), _WIRING),
    (10, "an alias of its function", added("aws:lambda/alias:Alias", "tap", functionName=VICTIM_ROLE, functionVersion="1", name="tap"), _WIRING),
    (10, "a layer of another unit", _set(":Function", VICTIM_ROLE, layers=[arn("lambda", "layer:rewards-dev-campaigns_layer:1")]), _WIRING),
    (10, "a permission on its function, from outside", added("aws:lambda/permission:Permission", "tap", function=VICTIM_ROLE, action="lambda:InvokeFunction", principal=_THIEF), _WIRING),
    (10, "an integration of API Gateway", added("aws:apigateway/integration:Integration", "tap", uri=_INTEGRATION, credentials=_THIEF, type="AWS"), _WIRING),
    # Events
    (13, "a target of the victim's rule", added(_TARGET, "tap", VICTIM, arn=OWN_QUEUE, rule="r"), _WIRING),
    (13, "a target's role", added(_TARGET, "tap", arn=OWN_QUEUE, rule="r", roleArn=_VICTIM), _WIRING),
    (14, "a target's dead letters", added(_TARGET, "tap", VICTIM, arn=QUEUE, rule="r", deadLetterConfig={"arn": OWN_QUEUE}), _WIRING),
    (13, "a bus of another account", added(_TARGET, "tap", arn="arn:aws:events:eu-central-1:222222222222:event-bus/x", rule="r"), _WIRING),
    (13, "a pipe's enrichment", added("aws:pipes/pipe:Pipe", "tap", VICTIM, name="rewards-dev-points-ledger_p", source=_STREAM, target=QUEUE, enrichment=OWN_FUNCTION, roleArn=_VICTIM), _WIRING),
    (13, "a schedule of its function", _schedule(arn=FUNCTION, roleArn=_THIEF), _WIRING),
    (12, "a schedule with its role", _schedule(arn=OWN_FUNCTION, roleArn=_VICTIM), _WIRING),
    (13, "its function in a definition", _machine(roleArn=_THIEF, definition=_TASK), _WIRING),
    (12, "a workflow with its role", _machine(roleArn=_VICTIM, definition="{}"), _WIRING),
    (13, "a rule of the internet of things", added("aws:iot/topicRule:TopicRule", "tap", lambdas=[{"functionArn": FUNCTION}]), _WIRING),
    # Roles handed out
    (12, "a function with its role", _set(":Function", THIEF_ROLE, role=_VICTIM), _WIRING),
    (12, "an instance profile with its role", added("aws:iam/instanceProfile:InstanceProfile", "tap", name="rewards-dev-campaigns_p", role=VICTIM_ROLE), _WIRING),
    (12, "a container with its role", added("aws:ecs/taskDefinition:TaskDefinition", "tap", family="f", taskRoleArn=_VICTIM), _WIRING),
    (12, "a batch job with its role", added("aws:batch/jobDefinition:JobDefinition", "tap", containerProperties=json.dumps({"jobRoleArn": _VICTIM})), _WIRING),
    (12, "an identity pool with its role", added("aws:cognito/identityPoolRoleAttachment:IdentityPoolRoleAttachment", "tap", roles={"authenticated": _VICTIM}), _WIRING),
    (12, "a build with its role", added("aws:codebuild/project:Project", "tap", serviceRole=_VICTIM), _WIRING),
    (12, "a notebook with its role", added("aws:sagemaker/notebookInstance:NotebookInstance", "tap", roleArn=_VICTIM), _WIRING),
    (6, "a DAX cluster with its role", added("aws:dax/cluster:Cluster", "tap", iamRoleArn=_VICTIM), _WIRING),
    # Copies
    (4, "a restore of its table", _set(":Table", "rewards-dev-campaigns_store", restoreSourceName="rewards-dev-points-ledger_store"), _WIRING),
    (4, "a restore by ARN", _set(":Table", "rewards-dev-campaigns_store", restoreSourceTableArn=TABLE), _WIRING),
    (4, "an export", added("aws:dynamodb/tableExport:TableExport", "tap", tableArn=TABLE, s3Bucket="rewards-dev-campaigns_b"), _WIRING),
    (4, "a backup selection of everything", added("aws:backup/selection:Selection", "tap", iamRoleArn=_THIEF, resources=["*"]), _WIRING),
    (4, "a backup selection by tag", added("aws:backup/selection:Selection", "tap", iamRoleArn=_THIEF, selectionTags=[{"key": "pbc", "value": VICTIM}]), _UNPROVABLE),
    (4, "an integration", added("aws:redshift/integration:Integration", "tap", sourceArn=TABLE, targetArn="t"), _WIRING),
    (4, "a pipeline whose configuration is a text", added("aws:opensearchingest/pipeline:Pipeline", "tap", pipelineConfigurationBody=f"table_arn: {TABLE}"), _WIRING),
    (5, "a global table of its name", added("aws:dynamodb/globalTable:GlobalTable", "tap", name="rewards-dev-points-ledger_store"), "isolation-owners"),
    (16, "a data source of AppSync", added("aws:appsync/dataSource:DataSource", "tap", dynamodbConfig={"tableName": "rewards-dev-points-ledger_store"}, serviceRoleArn=_THIEF), _WIRING),
    (16, "a bucket's notifications", added("aws:s3/bucketNotification:BucketNotification", "tap", VICTIM, bucket=_THEIR_BUCKET, lambdaFunctions=[{"lambdaFunctionArn": OWN_FUNCTION}]), _WIRING),
    (16, "a bucket's replica", added("aws:s3/bucketReplicationConfig:BucketReplicationConfig", "tap", VICTIM, bucket=_THEIR_BUCKET, role=_VICTIM, rules=[{"destination": {"bucket": _OUR_BUCKET}}]), _WIRING),
    (16, "a bucket's inventory", added("aws:s3/inventory:Inventory", "tap", VICTIM, bucket=_THEIR_BUCKET, destination={"bucket": {"bucketArn": _OUR_BUCKET}}), _WIRING),
    (16, "a shared file system", _set(":Function", THIEF_ROLE, fileSystemConfig={"arn": arn("elasticfilesystem", "access-point/fsap-1")}), _WIRING),
    (15, "a trail of all items", added("aws:cloudtrail/trail:Trail", "tap", eventSelectors=[{"dataResources": [{"values": ["arn:aws:dynamodb"]}]}]), _WIRING),
    (17, "a rotation of its secret", added("aws:secretsmanager/secretRotation:SecretRotation", "tap", secretId=arn("secretsmanager", "secret:rewards-dev-points-ledger_s-abc"), rotationLambdaArn=OWN_FUNCTION), _WIRING),
    (14, "a redrive policy from outside", added("aws:sqs/redrivePolicy:RedrivePolicy", "tap", queueUrl=QUEUE_URL, redrivePolicy=_REDRIVE), _WIRING),
    # Policies
    (7, "a grant on a key that may be anybody's", added("aws:kms/grant:Grant", "tap", keyId="1234", granteePrincipal=_THIEF, operations=["Decrypt"]), _WIRING),
    (8, "a queue for a session", _queue_policy({"AWS": f"arn:aws:sts::111111111111:assumed-role/{THIEF_ROLE}/s"}), _POLICIES),
    (8, "a queue for a unique id", _queue_policy({"AWS": "AROAEXAMPLE"}), _POLICIES),
    (8, "a queue for a service with a foreign source", _queue_policy({"Service": "lambda.amazonaws.com"}, Condition={"ArnLike": {"aws:SourceArn": OWN_FUNCTION}}), _POLICIES),
    (8, "a queue for a service of the account", _queue_policy({"Service": "lambda.amazonaws.com"}, Condition={"StringEquals": {"aws:SourceAccount": "111111111111"}}), _POLICIES),
    (8, "a queue for all roles of the system", _queue_policy("*", Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/rewards-dev-*"}}), _PUBLIC),
    (8, "a queue for whoever logs in", _queue_policy({"Federated": "cognito-identity.amazonaws.com"}), _PUBLIC),
    (8, "a policy of its table", _policy("aws:dynamodb/resourcePolicy:ResourcePolicy", "policy", "dynamodb:GetItem", resourceArn=TABLE), _POLICIES),
    (8, "a policy of its vault", _policy("aws:backup/vaultPolicy:VaultPolicy", "policy", "backup:StartRestoreJob"), _POLICIES),
    (8, "a policy of its topic", _policy("aws:sns/topicPolicy:TopicPolicy", "policy", "sns:Subscribe", arn="t"), _POLICIES),
    (8, "a policy of an access point", _policy("aws:s3control/accessPointPolicy:AccessPointPolicy", "policy", "s3:GetObject"), _POLICIES),
    (8, "a policy of a file system", _policy("aws:efs/fileSystemPolicy:FileSystemPolicy", "policy", "elasticfilesystem:ClientMount", "*"), _PUBLIC),
    (11, "a role for every token", _trust(Principal=_FEDERATED, Action="sts:AssumeRoleWithWebIdentity", Condition={"StringLike": {"token.example.com:sub": "*"}}), "isolation-trust-policies"),
    # What nobody can judge
    (18, "a stack of CloudFormation", added("aws:cloudformation/stack:Stack", "tap", templateBody="{}"), _MODELLED),
    (18, "Cloud Control", added("aws:cloudcontrol/resource:Resource", "tap", typeName="AWS::IAM::Role"), _MODELLED),
    (18, "a command", added("command:local:Command", "tap", create="aws dynamodb scan"), _MODELLED),
    (18, "a dynamic provider", added("pulumi-python:dynamic:Resource", "tap", __provider="x"), _MODELLED),
    (18, "another AWS provider", added("aws-native:iam:Role", "tap", roleName="rewards-dev-campaigns_x"), _MODELLED),
)  # fmt: skip

WIRINGS = tuple(Leak(number, what, change, rule) for number, what, change, rule in _CASES)
