"""Each type, asked back from the embedded AWS: what the program says is what is there."""

import json
import urllib.error
import urllib.request
from typing import Any

import boto3
import pytest

from pbckit.sandbox.deploy import Deployment
from pbckit.sandbox.embedded_aws import EmbeddedAws
from pbckit.sandbox.provision.registry import known_types
from tests.pbckit.sandbox.test_embedded_aws import wait_until

ARN = "arn:aws:{service}:eu-central-1:000000000000:{rest}"


def arn(service: str, rest: str) -> str:
    return ARN.format(service=service, rest=rest)


def outputs(deployment: Deployment, token: str, name: str) -> dict[str, Any]:
    return deployment.graph.one(token, name).outputs


def queue_attributes(aws: EmbeddedAws, name: str) -> dict[str, str]:
    sqs = aws.client("sqs")
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]


def invoke(aws: EmbeddedAws, table: str) -> dict[str, Any]:
    payload = json.dumps({"table": table})
    answer = aws.client("lambda").invoke(FunctionName="boxes-local_function:live", Payload=payload)
    return json.loads(answer["Payload"].read())


def test_the_program_has_every_type_that_the_sandbox_knows(deployment: Deployment):
    assert {resource.type for resource in deployment.graph.resources if resource.custom} == known_types()


def test_key(aws: EmbeddedAws, deployment: Deployment):
    made = outputs(deployment, "aws:kms/key:Key", "plain-lid-key")
    kms = aws.client("kms")
    metadata = kms.describe_key(KeyId="alias/boxes-local_plain-lid")["KeyMetadata"]
    assert (metadata["Arn"], metadata["KeyId"]) == (made["arn"], made["keyId"])
    assert metadata["Description"] == "Closes a box"
    assert kms.get_key_rotation_status(KeyId=made["keyId"])["KeyRotationEnabled"]
    assert json.loads(kms.get_key_policy(KeyId=made["keyId"])["Policy"])["Statement"][0]["Action"] == "kms:*"
    assert kms.list_resource_tags(KeyId=made["keyId"])["Tags"] == [{"TagKey": "box", "TagValue": "one"}]


@pytest.mark.parametrize(("name", "keys"), [("plain", {"key": "HASH"}), ("ranged", {"key": "HASH", "at": "RANGE"})])
def test_table(aws: EmbeddedAws, deployment: Deployment, name: str, keys: dict[str, str]):
    dynamodb = aws.client("dynamodb")
    table = dynamodb.describe_table(TableName=f"boxes-local_{name}")["Table"]
    made = outputs(deployment, "aws:dynamodb/table:Table", f"{name}-table")
    key_arn = outputs(deployment, "aws:kms/key:Key", f"{name}-lid-key")["arn"]
    assert (table["TableArn"], table["LatestStreamArn"]) == (made["arn"], made["streamArn"])
    assert {key["AttributeName"]: key["KeyType"] for key in table["KeySchema"]} == keys
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert table["DeletionProtectionEnabled"] is True
    assert table["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    assert table["SSEDescription"]["KMSMasterKeyArn"] == key_arn
    (index,) = table["GlobalSecondaryIndexes"]
    assert (index["IndexName"], index["Projection"]["ProjectionType"]) == ("by_owner", "ALL")
    ttl = dynamodb.describe_time_to_live(TableName=table["TableName"])["TimeToLiveDescription"]
    assert ttl["AttributeName"] == "expires_at"
    backups = dynamodb.describe_continuous_backups(TableName=table["TableName"])["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    assert dynamodb.list_tags_of_resource(ResourceArn=made["arn"])["Tags"] == [{"Key": "box", "Value": "one"}]


@pytest.mark.usefixtures("deployment")
def test_role(aws: EmbeddedAws):
    iam = aws.client("iam")
    role = iam.get_role(RoleName="boxes-local_role")["Role"]
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"].endswith(":policy/boxes-local_limit")
    assert role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert role["Tags"] == [{"Key": "box", "Value": "one"}]
    assert sorted(iam.list_role_policies(RoleName="boxes-local_role")["PolicyNames"]) == ["reads", "receives"]
    (attached,) = iam.list_attached_role_policies(RoleName="boxes-local_role")["AttachedPolicies"]
    assert attached["PolicyName"] == "boxes-local_logging"


def test_function(aws: EmbeddedAws, deployment: Deployment):
    made = outputs(deployment, "aws:lambda/function:Function", "function")
    assert made["arn"] == arn("lambda", "function:boxes-local_function")
    assert (made["version"], made["qualifiedArn"]) == ("1", f"{made['arn']}:1")
    lambda_ = aws.client("lambda")
    function = lambda_.get_function(FunctionName="boxes-local_function:live")
    configuration = function["Configuration"]
    assert configuration["Version"] == "1"
    assert (configuration["Runtime"], configuration["Timeout"], configuration["MemorySize"]) == ("python3.13", 20, 256)
    assert configuration["TracingConfig"]["Mode"] == "Active"
    assert configuration["LoggingConfig"]["LogGroup"] == "/aws/lambda/boxes-local_function"
    assert configuration["DeadLetterConfig"]["TargetArn"] == arn("sqs", "boxes-local_failures")
    concurrency = lambda_.get_function_concurrency(FunctionName="boxes-local_function")
    assert concurrency["ReservedConcurrentExecutions"] == 5
    assert function["Tags"] == {"box": "one"}


@pytest.mark.usefixtures("deployment")
def test_function_runs_under_its_role_with_its_layer_and_its_trace_is_kept(aws: EmbeddedAws):
    aws.client("dynamodb").put_item(TableName="boxes-local_plain", Item={"key": {"S": "1"}, "owner": {"S": "ann"}})
    assert invoke(aws, "boxes-local_plain") == {
        "item": {"key": {"S": "1"}, "owner": {"S": "ann"}},
        "region": "eu-central-1",
        "greeting": "hello",
    }
    wait_until(lambda: "from the layer" in aws.segments_file.read_text())
    segment = json.loads(aws.segments_file.read_text().splitlines()[0])
    assert segment["name"] == "from the layer"
    links = (
        path for path in (aws.folder / "tmp").glob("ministack-lambda-boxes-local_function-*/*") if path.is_symlink()
    )
    assert {path.name for path in links} == {"code", "layer_0"}  # Unpacked once, for all processes.
    refused = invoke(aws, "boxes-local_ranged")
    assert "AccessDenied" in refused["errorMessage"]


@pytest.mark.usefixtures("deployment")
def test_function_invocations_and_permissions(aws: EmbeddedAws):
    lambda_ = aws.client("lambda")
    config = lambda_.get_function_event_invoke_config(FunctionName="boxes-local_function", Qualifier="live")
    assert (config["MaximumRetryAttempts"], config["MaximumEventAgeInSeconds"]) == (1, 60)
    assert config["DestinationConfig"]["OnFailure"]["Destination"] == arn("sqs", "boxes-local_failures")
    (statement,) = json.loads(lambda_.get_policy(FunctionName="boxes-local_function")["Policy"])["Statement"]
    assert statement["Principal"] == {"Service": "sns.amazonaws.com"}
    assert statement["Condition"]["ArnLike"]["AWS:SourceArn"] == arn("sns", "boxes-local_topic")


def test_rest_api(aws: EmbeddedAws, deployment: Deployment):
    gateway, made = aws.client("apigateway"), deployment.graph.one("aws:apigateway/restApi:RestApi", "api")
    api = gateway.get_rest_api(restApiId=made.id)
    assert made.outputs["executionArn"] == arn("execute-api", made.id)
    assert (api["name"], api["description"]) == ("boxes-local_api", "What is in a box")
    assert json.loads(api["policy"].replace("\\", ""))["Statement"][0]["Effect"] == "Deny"
    assert api["tags"] == {"box": "one"}
    (box,) = [one for one in gateway.get_resources(restApiId=made.id)["items"] if one["path"] == "/boxes/{box}"]
    method = gateway.get_method(restApiId=made.id, resourceId=box["id"], httpMethod="GET")
    assert method["authorizationType"] == "AWS_IAM"
    assert method["methodIntegration"]["type"] == "AWS_PROXY"
    assert method["methodIntegration"]["uri"].endswith(":function:boxes-local_function:live/invocations")


def test_stage(aws: EmbeddedAws, deployment: Deployment):
    api = deployment.graph.one("aws:apigateway/restApi:RestApi", "api")
    made = deployment.graph.one("aws:apigateway/stage:Stage", "api-stage").outputs
    stage = aws.client("apigateway").get_stage(restApiId=api.id, stageName="v1")
    assert stage["deploymentId"] == deployment.graph.one("aws:apigateway/deployment:Deployment", "api-deployment").id
    assert stage["tags"] == {"box": "one"}
    settings = stage["methodSettings"]["*/*"]
    assert (settings["throttlingRateLimit"], settings["throttlingBurstLimit"]) == (3, 4)
    request = urllib.request.Request(f"{made['invokeUrl']}/boxes/1")  # noqa: S310 an address of the embedded AWS
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(request)  # noqa: S310 as above


def test_event_source_mappings(aws: EmbeddedAws, deployment: Deployment):
    lambda_ = aws.client("lambda")
    stream = outputs(deployment, "aws:lambda/eventSourceMapping:EventSourceMapping", "stream-to-function")
    queue = outputs(deployment, "aws:lambda/eventSourceMapping:EventSourceMapping", "queue-to-function")
    from_stream = lambda_.get_event_source_mapping(UUID=stream["uuid"])
    from_queue = lambda_.get_event_source_mapping(UUID=queue["uuid"])
    assert from_stream["State"] == from_queue["State"] == "Disabled"
    assert (from_queue["BatchSize"], from_queue["ScalingConfig"]) == (5, {"MaximumConcurrency": 2})
    assert from_queue["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert (from_stream["StartingPosition"], from_stream["MaximumRetryAttempts"]) == ("TRIM_HORIZON", 2)
    assert from_stream["BisectBatchOnFunctionError"] is True
    assert json.loads(from_stream["FilterCriteria"]["Filters"][0]["Pattern"]) == {"eventName": ["INSERT"]}
    assert from_stream["DestinationConfig"]["OnFailure"]["Destination"] == arn("sqs", "boxes-local_failures")


def test_queues(aws: EmbeddedAws, deployment: Deployment):
    made = outputs(deployment, "aws:sqs/queue:Queue", "queue")
    attributes = queue_attributes(aws, "boxes-local_queue")
    assert attributes["QueueArn"] == made["arn"] == arn("sqs", "boxes-local_queue")
    assert made["url"] == deployment.graph.one("aws:sqs/queue:Queue", "queue").id
    assert attributes["VisibilityTimeout"] == "120"
    assert json.loads(attributes["RedrivePolicy"])["deadLetterTargetArn"] == arn("sqs", "boxes-local_failures")
    assert json.loads(attributes["Policy"])["Statement"][0]["Principal"] == {"Service": "events.amazonaws.com"}
    assert attributes["KmsMasterKeyId"] == outputs(deployment, "aws:kms/key:Key", "plain-lid-key")["arn"]
    failures = queue_attributes(aws, "boxes-local_failures")
    assert failures["MessageRetentionPeriod"] == "1209600"
    assert json.loads(failures["RedriveAllowPolicy"])["redrivePermission"] == "byQueue"
    ordered = queue_attributes(aws, "boxes-local_ordered.fifo")
    assert (ordered["FifoQueue"], ordered["ContentBasedDeduplication"]) == ("true", "true")


def test_topic(aws: EmbeddedAws, deployment: Deployment):
    sns = aws.client("sns")
    topic = outputs(deployment, "aws:sns/topic:Topic", "topic")["arn"]
    attributes = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    assert json.loads(attributes["Policy"])["Statement"][0]["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert attributes["KmsMasterKeyId"] == outputs(deployment, "aws:kms/key:Key", "plain-lid-key")["arn"]
    (subscription,) = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert subscription["Endpoint"] == arn("sqs", "boxes-local_queue")
    details = sns.get_subscription_attributes(SubscriptionArn=subscription["SubscriptionArn"])["Attributes"]
    assert details["RawMessageDelivery"] == "true"
    assert json.loads(details["FilterPolicy"]) == {"kind": ["news"]}


def test_bus(aws: EmbeddedAws, deployment: Deployment):
    events = aws.client("events")
    bus = events.describe_event_bus(Name="boxes-local_bus")
    assert bus["Arn"] == outputs(deployment, "aws:cloudwatch/eventBus:EventBus", "bus")["arn"]
    assert json.loads(bus["Policy"])["Statement"][0]["Action"] == "events:PutEvents"
    assert bus["DeadLetterConfig"] == {"Arn": arn("sqs", "boxes-local_failures")}
    archive = events.describe_archive(ArchiveName="boxes-local_archive")
    assert (archive["EventSourceArn"], archive["RetentionDays"]) == (bus["Arn"], 3)
    rule = events.describe_rule(Name="boxes-local_rule", EventBusName="boxes-local_bus")
    assert json.loads(rule["EventPattern"]) == {"source": ["shop"]}
    (target,) = events.list_targets_by_rule(Rule="boxes-local_rule", EventBusName="boxes-local_bus")["Targets"]
    assert target == {
        "Id": "queue",
        "Arn": arn("sqs", "boxes-local_queue"),
        "DeadLetterConfig": {"Arn": arn("sqs", "boxes-local_failures")},
        "RetryPolicy": {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 4},
    }


def test_state_machines(aws: EmbeddedAws, deployment: Deployment):
    states = aws.client("stepfunctions")
    made = outputs(deployment, "aws:sfn/stateMachine:StateMachine", "workflow")["arn"]
    workflow = states.describe_state_machine(stateMachineArn=made)
    logging = workflow["loggingConfiguration"]
    assert workflow["type"] == "EXPRESS"
    assert (logging["level"], logging["includeExecutionData"]) == ("ALL", True)
    assert "boxes-local_workflow" in json.dumps(logging["destinations"])
    standard = outputs(deployment, "aws:sfn/stateMachine:StateMachine", "standard")["arn"]
    assert states.describe_state_machine(stateMachineArn=standard)["type"] == "STANDARD"


@pytest.mark.usefixtures("deployment")
def test_schedule(aws: EmbeddedAws):
    schedule = aws.client("scheduler").get_schedule(Name="boxes-local_schedule")
    assert schedule["ScheduleExpression"] == "rate(1 hour)"
    assert schedule["Target"]["Arn"] == arn("states", "stateMachine:boxes-local_workflow")
    assert schedule["Target"]["RoleArn"] == "arn:aws:iam::000000000000:role/boxes-local_starter"


@pytest.mark.usefixtures("deployment")
def test_logs(aws: EmbeddedAws):
    logs = aws.client("logs")
    name = "/aws/lambda/boxes-local_function"
    (group,) = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    assert group["retentionInDays"] == 7
    (metric_filter,) = logs.describe_metric_filters(logGroupName=name)["metricFilters"]
    assert metric_filter["metricTransformations"] == [
        {"metricName": "Errors", "metricNamespace": "boxes", "metricValue": "1", "defaultValue": 0.0}
    ]
    (policy,) = logs.describe_resource_policies()["resourcePolicies"]
    assert policy["policyName"] == "boxes-local_delivery"


@pytest.mark.usefixtures("deployment")
def test_alarms(aws: EmbeddedAws):
    cloudwatch = aws.client("cloudwatch")
    found = cloudwatch.describe_alarms(AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    (alarm,), (composite,) = found["MetricAlarms"], found["CompositeAlarms"]
    assert (alarm["AlarmName"], alarm["MetricName"], alarm["Threshold"]) == ("boxes-local_alarm", "Errors", 0)
    assert alarm["Dimensions"] == [{"Name": "box", "Value": "one"}]
    assert alarm["AlarmActions"] == composite["AlarmActions"] == [arn("sns", "boxes-local_topic")]
    assert alarm["TreatMissingData"] == "notBreaching"
    assert composite["AlarmRule"] == 'ALARM("boxes-local_alarm")'
    assert json.loads(cloudwatch.get_dashboard(DashboardName="boxes-local_dashboard")["DashboardBody"]) == {
        "widgets": []
    }


def test_parameter(aws: EmbeddedAws, deployment: Deployment):
    parameter = aws.client("ssm").get_parameter(Name="/boxes-local/mode")["Parameter"]
    made = outputs(deployment, "aws:ssm/parameter:Parameter", "parameter")
    assert (parameter["Value"], parameter["Type"]) == ("on", "String")
    assert (parameter["ARN"], parameter["Version"]) == (made["arn"], made["version"])


def test_the_deployers_session_is_the_accounts_root(aws: EmbeddedAws):
    session: boto3.Session = aws.session()
    identity = session.client("sts", endpoint_url=aws.endpoint).get_caller_identity()
    assert identity["Arn"] == "arn:aws:iam::000000000000:root"
