"""CloudWatch alarms and dashboards."""

from pbckit.sandbox.embedded_aws import EmbeddedAws
from pbckit.sandbox.provision.inputs import Inputs, plain, tag_list
from pbckit.sandbox.provision.registry import Provisioned, provisions


@provisions("aws:cloudwatch/metricAlarm:MetricAlarm")
def metric_alarm(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """An alarm on one metric."""
    name = inputs["name"]
    aws.client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        AlarmDescription=inputs.get("alarmDescription", ""),
        Namespace=inputs["namespace"],
        MetricName=inputs["metricName"],
        Dimensions=[{"Name": key, "Value": value} for key, value in plain(inputs.get("dimensions", {})).items()],
        Statistic=inputs["statistic"],
        ComparisonOperator=inputs["comparisonOperator"],
        Threshold=inputs["threshold"],
        Period=inputs["period"],
        EvaluationPeriods=inputs["evaluationPeriods"],
        DatapointsToAlarm=inputs.get("datapointsToAlarm", inputs["evaluationPeriods"]),
        TreatMissingData=inputs.get("treatMissingData", "missing"),
        AlarmActions=plain(inputs.get("alarmActions", [])),
        InsufficientDataActions=plain(inputs.get("insufficientDataActions", [])),
        OKActions=plain(inputs.get("okActions", [])),
        Tags=tag_list(inputs),
    )
    return Provisioned(id=name, outputs={"arn": f"arn:aws:cloudwatch:{aws.region}:{aws.account}:alarm:{name}"})


@provisions("aws:cloudwatch/compositeAlarm:CompositeAlarm")
def composite_alarm(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """An alarm on the states of others."""
    name = inputs["alarmName"]
    aws.client("cloudwatch").put_composite_alarm(
        AlarmName=name,
        AlarmRule=inputs["alarmRule"],
        Tags=tag_list(inputs),
        **inputs.renamed(
            {
                "actionsEnabled": "ActionsEnabled",
                "alarmActions": "AlarmActions",
                "alarmDescription": "AlarmDescription",
                "okActions": "OKActions",
            }
        ),
    )
    return Provisioned(id=name, outputs={"arn": f"arn:aws:cloudwatch:{aws.region}:{aws.account}:alarm:{name}"})


@provisions("aws:cloudwatch/dashboard:Dashboard")
def dashboard(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """A dashboard."""
    name = inputs["dashboardName"]
    aws.client("cloudwatch").put_dashboard(DashboardName=name, DashboardBody=inputs["dashboardBody"])
    return Provisioned(id=name, outputs={"dashboardArn": f"arn:aws:cloudwatch::{aws.account}:dashboard/{name}"})
