"""A throw-away program with every type that the sandbox knows, and one property that it does not model."""

import json

import pulumi
from pulumi_aws import apigateway, cloudwatch, dynamodb, iam, kms, lambda_, scheduler, schemas, sfn, sns, sqs, ssm

config = pulumi.Config()
prefix = config.require("prefix")
region = pulumi.Config("aws").require("region")
ACCOUNT = "000000000000"
TAGS = {"box": "one"}


def policy(*statements: dict[str, object]) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def trust(service: str) -> str:
    """A trust policy for a service."""
    return policy({"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"})


def allow(action: str, resource: str) -> str:
    """A policy document with one grant."""
    return policy({"Effect": "Allow", "Action": action, "Resource": resource})


class Box(pulumi.ComponentResource):
    """A table under the key of its own, in a component in a component."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("boxes:components:Box", name, None, opts)
        self.lid = Lid(f"{name}-lid", pulumi.ResourceOptions(parent=self))
        inside = pulumi.ResourceOptions(parent=self)
        self.table = dynamodb.Table(
            f"{name}-table",
            name=f"{prefix}_{name}",
            billing_mode="PAY_PER_REQUEST",
            hash_key="key",
            range_key="at" if name == "ranged" else None,
            attributes=[
                {"name": "key", "type": "S"},
                {"name": "owner", "type": "S"},
                *([{"name": "at", "type": "N"}] if name == "ranged" else []),
            ],
            global_secondary_indexes=[
                {
                    "name": "by_owner",
                    "key_schemas": [{"attribute_name": "owner", "key_type": "HASH"}],
                    "projection_type": "ALL",
                }
            ],
            stream_enabled=True,
            stream_view_type="NEW_IMAGE",
            ttl={"attribute_name": "expires_at", "enabled": True},
            point_in_time_recovery={"enabled": True},
            server_side_encryption={"enabled": True, "kms_key_arn": self.lid.key.arn},
            deletion_protection_enabled=True,
            tags=TAGS,
            opts=pulumi.ResourceOptions.merge(inside, pulumi.ResourceOptions(protect=True)),
        )
        self.register_outputs({"arn": self.table.arn})


class Lid(pulumi.ComponentResource):
    """A key and its name."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("boxes:components:Lid", name, None, opts)
        self.key = kms.Key(
            f"{name}-key",
            description="Closes a box",
            enable_key_rotation=True,
            deletion_window_in_days=7,  # what the sandbox does not model
            policy=policy(
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
                    "Action": "kms:*",
                    "Resource": "*",
                }
            ),
            tags=TAGS,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.alias = kms.Alias(
            f"{name}-alias",
            name=f"alias/{prefix}_{name}",
            target_key_id=self.key.key_id,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})


plain, ranged = Box("plain"), Box("ranged")

# Function
limit = iam.Policy("limit", name=f"{prefix}_limit", policy=allow("*", "*"), description="All of it", tags=TAGS)
role = iam.Role(
    "role",
    name=f"{prefix}_role",
    assume_role_policy=trust("lambda.amazonaws.com"),
    permissions_boundary=limit.arn,
    tags=TAGS,
)
reads = allow("dynamodb:GetItem", f"arn:aws:dynamodb:*:*:table/{prefix}_plain")
iam.RolePolicy("reads", role=role.name, name="reads", policy=reads)
iam.OpenIdConnectProvider(
    "identities", url="https://token.actions.githubusercontent.com", client_id_lists=["sts.amazonaws.com"], tags=TAGS
)
logging = iam.Policy("logging", name=f"{prefix}_logging", policy=allow("logs:*", "*"))
iam.RolePolicyAttachment("logs", role=role.name, policy_arn=logging.arn)
log_group = cloudwatch.LogGroup(
    "log-group", name=f"/aws/lambda/{prefix}_function", retention_in_days=7, tags=TAGS, kms_key_id=plain.lid.key.arn
)
failures = sqs.Queue("failures", name=f"{prefix}_failures", message_retention_seconds=1_209_600)
layer = lambda_.LayerVersion(
    "layer",
    layer_name=f"{prefix}_layer",
    code=pulumi.FileArchive("dist/layer.zip"),
    compatible_runtimes=["python3.13"],
    compatible_architectures=["x86_64"],
)
function = lambda_.Function(
    "function",
    name=f"{prefix}_function",
    role=role.arn,
    runtime="python3.13",
    handler="function.handler",
    code=pulumi.FileArchive("dist/function.zip"),
    layers=[layer.arn],
    publish=True,
    timeout=20,
    memory_size=256,
    environment={"variables": {"GREETING": "hello"}},
    tracing_config={"mode": "Active"},
    dead_letter_config={"target_arn": failures.arn},
    logging_config={"log_format": "JSON", "log_group": log_group.name},
    reserved_concurrent_executions=5,
    architectures=["x86_64"],
    tags=TAGS,
)
live = lambda_.Alias("live", name="live", function_name=function.name, function_version=function.version)
lambda_.FunctionEventInvokeConfig(
    "invocations",
    function_name=function.name,
    qualifier=live.name,
    maximum_retry_attempts=1,
    maximum_event_age_in_seconds=60,
    destination_config={"on_failure": {"destination": failures.arn}},
)
lambda_.Permission(
    "topic-may-invoke",
    statement_id="topic",
    action="lambda:InvokeFunction",
    function=function.name,
    principal="sns.amazonaws.com",
    source_arn=f"arn:aws:sns:{region}:{ACCOUNT}:{prefix}_topic",
)

# REST API
live_function = f"arn:aws:lambda:{region}:{ACCOUNT}:function:{prefix}_function:live"
invoked = f"arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{live_function}/invocations"
signed = {"type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "awsSigv4"}
api = apigateway.RestApi(
    "api",
    name=f"{prefix}_api",
    description="What is in a box",
    body=json.dumps(
        {
            "openapi": "3.0.1",
            "info": {"title": "boxes", "version": "1"},
            "components": {"securitySchemes": {"signed": signed}},
            "paths": {
                "/boxes/{box}": {
                    "get": {
                        "security": [{"signed": []}],
                        "x-amazon-apigateway-integration": {
                            "type": "aws_proxy",
                            "httpMethod": "POST",
                            "uri": invoked,
                        },
                    }
                }
            },
        }
    ),
    policy=policy({"Effect": "Deny", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*"}),
    endpoint_configuration={"types": "REGIONAL"},
    tags=TAGS,
)
deployed = apigateway.Deployment("api-deployment", rest_api=api.id, triggers={"content": "one"})
stage = apigateway.Stage("api-stage", rest_api=api.id, deployment=deployed.id, stage_name="v1", tags=TAGS)
apigateway.MethodSettings(
    "api-throttling",
    rest_api=api.id,
    stage_name=stage.stage_name,
    method_path="*/*",
    settings={"throttling_rate_limit": 3, "throttling_burst_limit": 4},
)

# Queue
queue = sqs.Queue(
    "queue",
    name=f"{prefix}_queue",
    visibility_timeout_seconds=120,
    redrive_policy=failures.arn.apply(lambda arn: json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3})),
    kms_master_key_id=plain.lid.key.arn,
    tags=TAGS,
)
ordered = sqs.Queue("ordered", name=f"{prefix}_ordered.fifo", fifo_queue=True, content_based_deduplication=True)
sqs.RedriveAllowPolicy(
    "only-queue",
    queue_url=failures.url,
    redrive_allow_policy=queue.arn.apply(
        lambda arn: json.dumps({"redrivePermission": "byQueue", "sourceQueueArns": [arn]})
    ),
)
sqs.QueuePolicy(
    "queue-policy",
    queue_url=queue.url,
    policy=policy(
        {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": f"arn:aws:sqs:{region}:{ACCOUNT}:{prefix}_queue",
        }
    ),
)
iam.RolePolicy(
    "receives",
    role=role.name,
    name="receives",
    policy=policy(
        {
            "Effect": "Allow",
            "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
            "Resource": f"arn:aws:sqs:{region}:{ACCOUNT}:{prefix}_queue",
        }
    ),
)
lambda_.EventSourceMapping(
    "queue-to-function",
    event_source_arn=queue.arn,
    function_name=live.arn,
    batch_size=5,
    enabled=False,
    function_response_types=["ReportBatchItemFailures"],
    scaling_config={"maximum_concurrency": 2},
)
lambda_.EventSourceMapping(
    "stream-to-function",
    event_source_arn=plain.table.stream_arn,
    function_name=live.arn,
    enabled=False,
    starting_position="TRIM_HORIZON",
    maximum_retry_attempts=2,
    bisect_batch_on_function_error=True,
    filter_criteria={"filters": [{"pattern": json.dumps({"eventName": ["INSERT"]})}]},
    destination_config={"on_failure": {"destination_arn": failures.arn}},
)

# Topic
topic = sns.Topic("topic", name=f"{prefix}_topic", kms_master_key_id=plain.lid.key.arn, tags=TAGS)
sns.TopicPolicy(
    "topic-policy",
    arn=topic.arn,
    policy=policy(
        {
            "Effect": "Allow",
            "Principal": {"Service": "cloudwatch.amazonaws.com"},
            "Action": "sns:Publish",
            "Resource": f"arn:aws:sns:{region}:{ACCOUNT}:{prefix}_topic",
        }
    ),
)
sns.TopicSubscription(
    "subscription",
    topic=topic.arn,
    protocol="sqs",
    endpoint=queue.arn,
    raw_message_delivery=True,
    filter_policy=json.dumps({"kind": ["news"]}),
)

# Bus
bus = cloudwatch.EventBus(
    "bus",
    name=f"{prefix}_bus",
    description="Events",
    dead_letter_config={"arn": failures.arn},
    tags=TAGS,
)
cloudwatch.EventBusPolicy(
    "bus-policy",
    event_bus_name=bus.name,
    policy=policy(
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": "events:PutEvents",
            "Resource": f"arn:aws:events:{region}:{ACCOUNT}:event-bus/{prefix}_bus",
        }
    ),
)
cloudwatch.EventArchive("archive", name=f"{prefix}_archive", event_source_arn=bus.arn, retention_days=3)
rule = cloudwatch.EventRule(
    "rule", name=f"{prefix}_rule", event_bus_name=bus.name, event_pattern=json.dumps({"source": ["shop"]}), tags=TAGS
)
cloudwatch.EventTarget(
    "target",
    rule=rule.name,
    event_bus_name=bus.name,
    target_id="queue",
    arn=queue.arn,
    dead_letter_config={"arn": failures.arn},
    retry_policy={"maximum_event_age_in_seconds": 3600, "maximum_retry_attempts": 4},
)
registry = schemas.Registry("registry", name=f"{prefix}_registry")
schemas.Schema(
    "schema", name=f"{prefix}_schema", registry_name=registry.name, type="JSONSchemaDraft4", content=json.dumps({})
)

# Workflow and schedule
starter = iam.Role("starter", name=f"{prefix}_starter", assume_role_policy=trust("scheduler.amazonaws.com"))
runner = iam.Role("runner", name=f"{prefix}_runner", assume_role_policy=trust("states.amazonaws.com"))
workflow_logs = cloudwatch.LogGroup("workflow-logs", name=f"/aws/vendedlogs/states/{prefix}_workflow")
cloudwatch.LogResourcePolicy(
    "log-delivery",
    policy_name=f"{prefix}_delivery",
    policy_document=policy(
        {
            "Effect": "Allow",
            "Principal": {"Service": "delivery.logs.amazonaws.com"},
            "Action": "logs:PutLogEvents",
            "Resource": "*",
        }
    ),
)
workflow = sfn.StateMachine(
    "workflow",
    name=f"{prefix}_workflow",
    type="EXPRESS",
    role_arn=runner.arn,
    definition=json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}),
    logging_configuration={
        "level": "ALL",
        "include_execution_data": True,
        "log_destination": workflow_logs.arn.apply(lambda arn: f"{arn}:*"),
    },
    tracing_configuration={"enabled": True},
    tags=TAGS,
)
standard = sfn.StateMachine(
    "standard",
    name=f"{prefix}_standard",
    role_arn=runner.arn,
    definition=json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}),
)
scheduler.Schedule(
    "schedule",
    name=f"{prefix}_schedule",
    schedule_expression="rate(1 hour)",
    flexible_time_window={"mode": "OFF"},
    target={"arn": workflow.arn, "role_arn": starter.arn},
)

# What watches
cloudwatch.LogMetricFilter(
    "errors",
    name=f"{prefix}_errors",
    log_group_name=log_group.name,
    pattern='{ $.level = "ERROR" }',
    metric_transformation={"name": "Errors", "namespace": "boxes", "value": "1", "default_value": "0"},
)
alarm = cloudwatch.MetricAlarm(
    "alarm",
    name=f"{prefix}_alarm",
    namespace="boxes",
    metric_name="Errors",
    dimensions={"box": "one"},
    statistic="Sum",
    comparison_operator="GreaterThanThreshold",
    threshold=0,
    period=60,
    evaluation_periods=1,
    treat_missing_data="notBreaching",
    alarm_actions=[topic.arn],
    tags=TAGS,
)
cloudwatch.CompositeAlarm(
    "any",
    alarm_name=f"{prefix}_any",
    alarm_rule=f'ALARM("{prefix}_alarm")',
    alarm_actions=[topic.arn],
    opts=pulumi.ResourceOptions(depends_on=[alarm]),
)
cloudwatch.Dashboard("dashboard", dashboard_name=f"{prefix}_dashboard", dashboard_body=json.dumps({"widgets": []}))
ssm.Parameter("parameter", name=f"/{prefix}/mode", type="String", value="on", description="Whether", tags=TAGS)

pulumi.export("table", plain.table.arn)
pulumi.export("prefix", prefix)
