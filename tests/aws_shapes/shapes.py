"""What the provider gives back for each type, beside what the program put in.

Sources: the resources' documentation and schemas in terraform-provider-aws, and the AWS API reference of the calls that
they read from. A property that `pulumi_aws` does not know is an error of the tests (`test_classes.py`).
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from pbckit.sandbox.graph import Resource
from tests.aws_shapes.classes import properties
from tests.aws_shapes.identifiers import NOW, Place, drawn_hash, drawn_id, drawn_uuid

Props = Mapping[str, Any]
Shape = Callable[[Place, str, Props], tuple[str, dict[str, Any]]]
"""From where a resource is, its URN and its inputs to its id and what the provider adds to the inputs."""


def _dashboard(at: Place, _urn: str, inputs: Props) -> tuple[str, dict[str, Any]]:
    name = inputs["dashboardName"]
    return name, {"dashboardArn": at.global_arn("cloudwatch", f"dashboard/{name}")}


def _metric_alarm(at: Place, _urn: str, inputs: Props) -> tuple[str, dict[str, Any]]:
    return inputs["name"], {
        "actionsEnabled": True,
        "arn": at.arn("cloudwatch", f"alarm:{inputs['name']}"),
        "datapointsToAlarm": 0,
        "evaluateLowSampleCountPercentiles": "",
        "extendedStatistic": "",
        "insufficientDataActions": [],
        "thresholdMetricId": "",
        "unit": "",
    }


def _log_group(at: Place, _urn: str, inputs: Props) -> tuple[str, dict[str, Any]]:
    return inputs["name"], {
        "arn": at.arn("logs", f"log-group:{inputs['name']}"),
        "deletionProtectionEnabled": False,
        "logGroupClass": "STANDARD",
        "namePrefix": "",
        "skipDestroy": False,
    }


def _log_metric_filter(at: Place, _urn: str, inputs: Props) -> tuple[str, dict[str, Any]]:
    transformation = {"defaultValue": "", "dimensions": {}, "unit": "None", **inputs.get("metricTransformation", {})}
    return inputs["name"], {"applyOnTransformedLogs": False, "metricTransformation": transformation}


def _log_resource_policy(at: Place, _urn: str, inputs: Props) -> tuple[str, dict[str, Any]]:
    return inputs["policyName"], {"policyScope": "at.account", "resourceArn": "", "revisionId": ""}


def _query_definition(at: Place, urn: str, inputs: Props) -> tuple[str, dict[str, Any]]:
    drawn = drawn_uuid(urn)
    given = {"arn": at.arn("logs", f"query-definition:{drawn}"), "queryDefinitionId": drawn}
    return drawn, {"logGroupNames": [], **given}


def _event_bus(at: Place, _urn: str, inputs: Props) -> tuple[str, dict[str, Any]]:
    return inputs["name"], {"arn": at.arn("events", f"event-bus/{inputs['name']}")}


def _event_archive(at: Place, _urn: str, inputs: Props) -> tuple[str, dict[str, Any]]:
    return inputs["name"], {"arn": at.arn("events", f"archive/{inputs['name']}"), "description": "", "eventPattern": ""}


def _event_rule(at: Place, _urn: str, inputs: Props) -> tuple[str, dict[str, Any]]:
    bus, name = inputs.get("eventBusName", "default"), inputs["name"]
    return f"{bus}/{name}", {
        "arn": at.arn("events", f"rule/{bus}/{name}"),
        "description": "",
        "forceDestroy": False,
        "namePrefix": "",
        "roleArn": "",
        "scheduleExpression": "",
        "state": "ENABLED",
    }


def _event_target(at: Place, _urn: str, inputs: Props) -> tuple[str, dict[str, Any]]:
    bus = inputs.get("eventBusName", "default")
    return f"{bus}-{inputs['rule']}-{inputs['targetId']}", {
        "forceDestroy": False,
        "input": "",
        "inputPath": "",
        "roleArn": "",
    }


def _event_bus_policy(at: Place, _urn: str, inputs: Props) -> tuple[str, dict[str, Any]]:
    return inputs["eventBusName"], {}


def _table(at: Place, _urn: str, inputs: Props) -> tuple[str, dict[str, Any]]:
    name = inputs["name"]
    own = at.arn("dynamodb", f"table/{name}")
    streams = bool(inputs.get("streamEnabled"))
    label = "2030-01-31T09:30:00.123"
    return name, {
        "arn": own,
        "globalSecondaryIndexes": [_index(index) for index in inputs.get("globalSecondaryIndexes", [])],
        "pointInTimeRecovery": {"enabled": False, "recoveryPeriodInDays": 0, **inputs.get("pointInTimeRecovery", {})},
        "readCapacity": 0,
        "serverSideEncryption": {"enabled": False, "kmsKeyArn": "", **inputs.get("serverSideEncryption", {})},
        "streamArn": f"{own}/stream/{label}" if streams else "",
        "streamEnabled": streams,
        "streamLabel": label if streams else "",
        "streamViewType": "",
        "tableClass": "STANDARD",
        "ttl": {"attributeName": "", "enabled": False, **inputs.get("ttl", {})},
        "warmThroughput": {"readUnitsPerSecond": 12000, "writeUnitsPerSecond": 4000},
        "writeCapacity": 0,
    }


def _index(index: Props) -> dict[str, Any]:
    return {
        "nonKeyAttributes": [],
        "rangeKey": "",
        "readCapacity": 0,
        "warmThroughput": {"readUnitsPerSecond": 12000, "writeUnitsPerSecond": 4000},
        "writeCapacity": 0,
        **index,
    }


def _iam_policy(at: Place, urn: str, inputs: Props) -> tuple[str, dict[str, Any]]:
    own = at.global_arn("iam", f"policy/{inputs['name']}")
    return own, {
        "arn": own,
        "attachmentCount": 0,
        "description": "",
        "namePrefix": "",
        "path": "/",
        "policyId": drawn_id("ANPA", urn),
    }


def _role(at: Place, urn: str, inputs: Props) -> tuple[str, dict[str, Any]]:
    return inputs["name"], {
        "arn": at.global_arn("iam", f"role/{inputs['name']}"),
        "createDate": NOW,
        "description": "",
        "forceDetachPolicies": False,
        "inlinePolicies": [],
        "managedPolicyArns": [],
        "maxSessionDuration": 3600,
        "namePrefix": "",
        "path": "/",
        "permissionsBoundary": "",
        "uniqueId": drawn_id("AROA", urn),
    }


def _identity_provider(at: Place, _urn: str, inputs: Props) -> tuple[str, dict[str, Any]]:
    own = at.global_arn("iam", f"oidc-provider/{inputs['url'].removeprefix('https://')}")
    return own, {"arn": own, "thumbprintLists": ["2b18947a6a9fc7764fd8b5fb18a863b0c6dac24f"]}


def _role_policy(at: Place, _urn: str, inputs: Props) -> tuple[str, dict[str, Any]]:
    return f"{inputs['role']}:{inputs['name']}", {"namePrefix": ""}


def _key(at: Place, urn: str, inputs: Props) -> tuple[str, dict[str, Any]]:
    key = drawn_uuid(urn)
    return key, {
        "arn": at.arn("kms", f"key/{key}"),
        "bypassPolicyLockoutSafetyCheck": False,
        "customKeyStoreId": "",
        "customerMasterKeySpec": "SYMMETRIC_DEFAULT",
        "description": "",
        "enableKeyRotation": False,
        "isEnabled": True,
        "keyId": key,
        "keyUsage": "ENCRYPT_DECRYPT",
        "multiRegion": False,
        "policy": _document(key_default(at)),
        "rotationPeriodInDays": 365 if inputs.get("enableKeyRotation") else 0,
        "xksKeyId": "",
    }


def key_default(at: Place) -> dict[str, Any]:
    """The policy that KMS gives a key without one.

    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
    """
    return {
        "Version": "2012-10-17",
        "Id": "key-default-1",
        "Statement": [
            {
                "Sid": "Enable IAM User Permissions",
                "Effect": "Allow",
                "Principal": {"AWS": at.global_arn("iam", "root")},
                "Action": "kms:*",
                "Resource": "*",
            }
        ],
    }


def _key_alias(at: Place, _urn: str, inputs: Props) -> tuple[str, dict[str, Any]]:
    name, key = inputs["name"], inputs["targetKeyId"]
    return name, {"arn": at.arn("kms", name), "namePrefix": "", "targetKeyArn": at.arn("kms", f"key/{key}")}


def _function(at: Place, urn: str, inputs: Props) -> tuple[str, dict[str, Any]]:
    own = at.arn("lambda", f"function:{inputs['name']}")
    version = "1" if inputs.get("publish") else "$LATEST"
    qualified = f"{own}:{version}"
    logging = {"applicationLogLevel": "", "logGroup": f"/aws/lambda/{inputs['name']}", "systemLogLevel": ""}
    return inputs["name"], {
        "architectures": ["x86_64"],
        "arn": own,
        "codeSha256": drawn_hash(urn),
        "codeSigningConfigArn": "",
        "description": "",
        "ephemeralStorage": {"size": 512},
        "imageUri": "",
        "invokeArn": at.invoke_arn(own),
        "kmsKeyArn": "",
        "lastModified": "2030-01-31T09:30:00.123+0000",
        "loggingConfig": {**logging, **inputs.get("loggingConfig", {"logFormat": "Text"})},
        "memorySize": 128,
        "packageType": "Zip",
        "publish": False,
        "qualifiedArn": qualified,
        "qualifiedInvokeArn": at.invoke_arn(qualified),
        "reservedConcurrentExecutions": -1,
        "responseStreamingInvokeArn": at.invoke_arn(own, "2021-11-15", "response-streaming-invocations"),
        "s3Bucket": "",
        "signingJobArn": "",
        "signingProfileVersionArn": "",
        "skipDestroy": False,
        "sourceCodeHash": drawn_hash(urn),
        "sourceCodeSize": 48213,
        "timeout": 3,
        "tracingConfig": {"mode": "PassThrough"},
        "version": version,
    }


def _alias(at: Place, _urn: str, inputs: Props) -> tuple[str, dict[str, Any]]:
    own = at.arn("lambda", f"function:{inputs['functionName']}:{inputs['name']}")
    return own, {"arn": own, "description": "", "invokeArn": at.invoke_arn(own)}


def _layer_version(at: Place, urn: str, inputs: Props) -> tuple[str, dict[str, Any]]:
    layer = at.arn("lambda", f"layer:{inputs['layerName']}")
    return f"{layer}:1", {
        "arn": f"{layer}:1",
        "codeSha256": drawn_hash(urn),
        "createdDate": "2030-01-31T09:30:00.123+0000",
        "description": "",
        "layerArn": layer,
        "licenseInfo": "",
        "signingJobArn": "",
        "signingProfileVersionArn": "",
        "skipDestroy": False,
        "sourceCodeHash": drawn_hash(urn),
        "sourceCodeSize": 1813121,
        "version": "1",
    }


def _mapping(at: Place, urn: str, inputs: Props) -> tuple[str, dict[str, Any]]:
    own = drawn_uuid(urn)
    function = inputs["functionName"]
    streams = ":sqs:" not in str(inputs.get("eventSourceArn", ""))
    return own, {
        "arn": at.arn("lambda", f"event-source-mapping:{own}"),
        "bisectBatchOnFunctionError": False,
        "enabled": True,
        "functionArn": function if function.startswith("arn:") else at.arn("lambda", f"function:{function}"),
        "functionResponseTypes": [],
        "kmsKeyArn": "",
        "lastModified": NOW,
        "lastProcessingResult": "No records processed" if streams else "",
        "maximumBatchingWindowInSeconds": 0,
        "maximumRecordAgeInSeconds": -1 if streams else 0,
        "maximumRetryAttempts": -1 if streams else 0,
        "parallelizationFactor": 1 if streams else 0,
        "queues": "",
        "startingPosition": "",
        "startingPositionTimestamp": "",
        "state": "Enabled",
        "stateTransitionReason": "USER_INITIATED",
        "tagsAll": {},
        "topics": [],
        "tumblingWindowInSeconds": 0,
        "uuid": own,
    }


def _schedule(at: Place, _urn: str, inputs: Props) -> tuple[str, dict[str, Any]]:
    group = inputs.get("groupName", "default")
    target = {"retryPolicy": {"maximumEventAgeInSeconds": 86400, "maximumRetryAttempts": 185}, **inputs["target"]}
    return f"{group}/{inputs['name']}", {
        "actionAfterCompletion": "NONE",
        "arn": at.arn("scheduler", f"schedule/{group}/{inputs['name']}"),
        "description": "",
        "endDate": "",
        "groupName": group,
        "kmsKeyArn": "",
        "namePrefix": "",
        "scheduleExpressionTimezone": "UTC",
        "startDate": "",
        "state": "ENABLED",
        "target": target,
    }


def _registry(at: Place, _urn: str, inputs: Props) -> tuple[str, dict[str, Any]]:
    return inputs["name"], {"arn": at.arn("schemas", f"registry/{inputs['name']}")}


def _schema(at: Place, _urn: str, inputs: Props) -> tuple[str, dict[str, Any]]:
    registry, name = inputs["registryName"], inputs["name"]
    return f"{name}/{registry}", {
        "arn": at.arn("schemas", f"schema/{registry}/{name}"),
        "description": "",
        "lastModified": NOW,
        "version": "1",
        "versionCreatedDate": NOW,
    }


def _state_machine(at: Place, urn: str, inputs: Props) -> tuple[str, dict[str, Any]]:
    own = at.arn("states", f"stateMachine:{inputs['name']}")
    return own, {
        "arn": own,
        "creationDate": NOW,
        "description": "",
        "encryptionConfiguration": {"kmsKeyId": "", "type": "AWS_OWNED_KEY"},
        "namePrefix": "",
        "publish": False,
        "revisionId": drawn_uuid(urn),
        "stateMachineVersionArn": f"{own}:1" if inputs.get("publish") else "",
        "status": "ACTIVE",
        "versionDescription": "",
    }


def _topic(at: Place, _urn: str, inputs: Props) -> tuple[str, dict[str, Any]]:
    own = at.arn("sns", inputs["name"])
    feedback = {
        f"{protocol}{kind}": value
        for protocol in ("application", "firehose", "http", "lambda", "sqs")
        for kind, value in (
            ("FailureFeedbackRoleArn", ""),
            ("SuccessFeedbackRoleArn", ""),
            ("SuccessFeedbackSampleRate", 0),
        )
    }
    return own, {
        **feedback,
        "archivePolicy": "",
        "arn": own,
        "beginningArchiveTime": "",
        "contentBasedDeduplication": False,
        "deliveryPolicy": "",
        "displayName": "",
        "fifoThroughputScope": "",
        "fifoTopic": False,
        "maximumMessageSize": 262144,
        "namePrefix": "",
        "owner": at.account,
        "policy": _document(topic_default(at, inputs["name"])),
        "signatureVersion": 0,
        "tracingConfig": "",
    }


def topic_default(at: Place, name: str) -> dict[str, Any]:
    """The policy that SNS gives a topic that is created without one."""
    actions = (
        "GetTopicAttributes",
        "SetTopicAttributes",
        "AddPermission",
        "RemovePermission",
        "DeleteTopic",
        "Subscribe",
        "ListSubscriptionsByTopic",
        "Publish",
    )
    return {
        "Version": "2008-10-17",
        "Id": "__default_policy_ID",
        "Statement": [
            {
                "Sid": "__default_statement_ID",
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": [f"SNS:{action}" for action in actions],
                "Resource": at.arn("sns", name),
                "Condition": {"StringEquals": {"AWS:SourceOwner": at.account}},
            }
        ],
    }


def _topic_policy(at: Place, _urn: str, inputs: Props) -> tuple[str, dict[str, Any]]:
    return inputs["arn"], {"owner": at.account}


def _queue(at: Place, _urn: str, inputs: Props) -> tuple[str, dict[str, Any]]:
    url = f"https://sqs.{at.region}.amazonaws.com/{at.account}/{inputs['name']}"
    return url, {
        "arn": at.arn("sqs", inputs["name"]),
        "contentBasedDeduplication": False,
        "deduplicationScope": "",
        "delaySeconds": 0,
        "fifoQueue": False,
        "fifoThroughputLimit": "",
        "kmsDataKeyReusePeriodSeconds": 300,
        "kmsMasterKeyId": "",
        "maxMessageSize": 262144,
        "messageRetentionSeconds": 345600,
        "namePrefix": "",
        "policy": "",
        "receiveWaitTimeSeconds": 0,
        "redriveAllowPolicy": "",
        "redrivePolicy": "",
        "sqsManagedSseEnabled": "kmsMasterKeyId" not in inputs,
        "url": url,
        "visibilityTimeoutSeconds": 30,
    }


def _queue_policy(at: Place, _urn: str, inputs: Props) -> tuple[str, dict[str, Any]]:
    return inputs["queueUrl"], {}


def _document(body: Mapping[str, Any]) -> str:
    return json.dumps(body, separators=(",", ":"))


def _rest_api(at: Place, urn: str, _inputs: Props) -> tuple[str, dict[str, Any]]:
    own = drawn_uuid(urn).replace("-", "")[:10]
    return own, {
        "apiKeySource": "HEADER",
        "arn": f"arn:aws:apigateway:{at.region}::/restapis/{own}",
        "binaryMediaTypes": [],
        "createdDate": NOW,
        "disableExecuteApiEndpoint": False,
        "executionArn": at.arn("execute-api", own),
        "minimumCompressionSize": "",
        "putRestApiMode": "overwrite",
        "rootResourceId": drawn_uuid(urn + "/").replace("-", "")[:10],
        "securityPolicy": "TLS_1_0",
    }


def _rest_api_deployment(_at: Place, urn: str, _inputs: Props) -> tuple[str, dict[str, Any]]:
    return drawn_uuid(urn)[:6], {"createdDate": NOW, "description": ""}


def _stage(at: Place, _urn: str, inputs: Props) -> tuple[str, dict[str, Any]]:
    api, name = inputs["restApi"], inputs["stageName"]
    return f"ags-{api}-{name}", {
        "arn": f"arn:aws:apigateway:{at.region}::/restapis/{api}/stages/{name}",
        "cacheClusterEnabled": False,
        "clientCertificateId": "",
        "description": "",
        "documentationVersion": "",
        "executionArn": at.arn("execute-api", f"{api}/{name}"),
        "invokeUrl": f"https://{api}.execute-api.{at.region}.amazonaws.com/{name}",
        "webAclArn": "",
        "xrayTracingEnabled": False,
    }


def _method_settings(_at: Place, _urn: str, inputs: Props) -> tuple[str, dict[str, Any]]:
    return f"{inputs['restApi']}-{inputs['stageName']}-{inputs['methodPath']}", {}


def _permission(_at: Place, _urn: str, inputs: Props) -> tuple[str, dict[str, Any]]:
    return inputs.get("statementId", "terraform-20261126190000000000000001"), {
        "eventSourceToken": "",
        "functionUrlAuthType": "",
        "principalOrgId": "",
        "sourceAccount": "",
        "statementIdPrefix": "",
    }


SHAPES: Mapping[str, Shape] = {
    "aws:apigateway/deployment:Deployment": _rest_api_deployment,
    "aws:apigateway/methodSettings:MethodSettings": _method_settings,
    "aws:apigateway/restApi:RestApi": _rest_api,
    "aws:apigateway/stage:Stage": _stage,
    "aws:cloudwatch/dashboard:Dashboard": _dashboard,
    "aws:cloudwatch/eventArchive:EventArchive": _event_archive,
    "aws:cloudwatch/eventBus:EventBus": _event_bus,
    "aws:cloudwatch/eventBusPolicy:EventBusPolicy": _event_bus_policy,
    "aws:cloudwatch/eventRule:EventRule": _event_rule,
    "aws:cloudwatch/eventTarget:EventTarget": _event_target,
    "aws:cloudwatch/logGroup:LogGroup": _log_group,
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": _log_metric_filter,
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": _log_resource_policy,
    "aws:cloudwatch/metricAlarm:MetricAlarm": _metric_alarm,
    "aws:cloudwatch/queryDefinition:QueryDefinition": _query_definition,
    "aws:dynamodb/table:Table": _table,
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": _identity_provider,
    "aws:iam/policy:Policy": _iam_policy,
    "aws:iam/role:Role": _role,
    "aws:iam/rolePolicy:RolePolicy": _role_policy,
    "aws:kms/alias:Alias": _key_alias,
    "aws:kms/key:Key": _key,
    "aws:lambda/alias:Alias": _alias,
    "aws:lambda/eventSourceMapping:EventSourceMapping": _mapping,
    "aws:lambda/function:Function": _function,
    "aws:lambda/layerVersion:LayerVersion": _layer_version,
    "aws:lambda/permission:Permission": _permission,
    "aws:scheduler/schedule:Schedule": _schedule,
    "aws:schemas/registry:Registry": _registry,
    "aws:schemas/schema:Schema": _schema,
    "aws:sfn/stateMachine:StateMachine": _state_machine,
    "aws:sns/topic:Topic": _topic,
    "aws:sns/topicPolicy:TopicPolicy": _topic_policy,
    "aws:sqs/queue:Queue": _queue,
    "aws:sqs/queuePolicy:QueuePolicy": _queue_policy,
}
"""By type token. Inputs stand above what is here, but for blocks that the provider fills up."""

_FILLED_UP = frozenset(
    {
        "globalSecondaryIndexes",
        "loggingConfig",
        "metricTransformation",
        "pointInTimeRecovery",
        "serverSideEncryption",
        "target",
        "ttl",
    }
)
"""Blocks of the inputs to which the provider adds: what the shape says already holds the inputs."""
_META = json.dumps({"e2bfb730-ecaa-11e6-8f88-34363bc7c4c0": {"create": 600000000000}, "schema_version": "1"})
"""What a provider that is bridged from Terraform keeps for itself: timeouts in nanoseconds."""
_WITHOUT_REGION = ("aws:iam/",)


def filled(at: Place, token: str, urn: str, inputs: Props) -> tuple[str, dict[str, Any]]:
    """The id and the outputs of a resource after its creation; null is what there is not.

    Raises:
        KeyError: there is no shape for the type.
    """
    inputs = {**_autonamed(token, urn), **inputs}
    identifier, added = SHAPES[token](at, urn, inputs)
    kept = {key: value for key, value in inputs.items() if key not in _FILLED_UP or key not in added}
    region = {} if token.startswith(_WITHOUT_REGION) else {"region": at.region}
    tags = {"tagsAll": dict(inputs["tags"])} if "tags" in inputs else {}
    absent = dict.fromkeys(properties(token))
    return identifier, {**absent, **region, **added, **tags, **kept, "id": identifier, "__meta": _META}


def _autonamed(token: str, urn: str) -> dict[str, str]:
    """The name that Pulumi gives a resource without one: its own, and a random suffix."""
    name = f"{urn.rpartition('::')[2]}-{drawn_uuid(urn)[:7]}"
    return {key: name for key in ("name", "targetId", "layerName", "policyName") if key in properties(token)}


def provider(at: Place) -> Callable[[Resource], None]:
    """Creates resources as AWS would: for `capture`."""

    def create(resource: Resource) -> None:
        resource.id, resource.outputs = filled(at, resource.type, resource.urn, resource.inputs)

    return create
