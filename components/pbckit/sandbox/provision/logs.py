"""CloudWatch Logs."""

from pbckit.sandbox.embedded_aws import EmbeddedAws
from pbckit.sandbox.provision.inputs import Inputs, plain
from pbckit.sandbox.provision.registry import Provisioned, provisions


@provisions("aws:cloudwatch/logGroup:LogGroup")
def log_group(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """A log group with retention."""
    logs, name = aws.client("logs"), inputs["name"]
    key = {"kmsKeyId": inputs["kmsKeyId"]} if "kmsKeyId" in inputs else {}
    logs.create_log_group(logGroupName=name, tags=plain(inputs.get("tags", {})), **key)
    if "retentionInDays" in inputs:
        logs.put_retention_policy(logGroupName=name, retentionInDays=inputs["retentionInDays"])
    return Provisioned(id=name, outputs={"arn": f"arn:aws:logs:{aws.region}:{aws.account}:log-group:{name}"})


@provisions("aws:cloudwatch/logResourcePolicy:LogResourcePolicy")
def log_resource_policy(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """Which services may write to log groups."""
    name = inputs["policyName"]
    aws.client("logs").put_resource_policy(policyName=name, policyDocument=inputs["policyDocument"])
    return Provisioned(id=name)


@provisions("aws:cloudwatch/logMetricFilter:LogMetricFilter")
def log_metric_filter(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """A metric counted from log lines."""
    transformation = inputs["metricTransformation"]
    aws.client("logs").put_metric_filter(
        logGroupName=inputs["logGroupName"],
        filterName=inputs["name"],
        filterPattern=inputs["pattern"],
        metricTransformations=[
            {
                "metricNamespace": transformation["namespace"],
                "metricName": transformation["name"],
                "metricValue": transformation["value"],
                "defaultValue": float(transformation["defaultValue"]),
            }
        ],
    )
    return Provisioned(id=inputs["name"])
