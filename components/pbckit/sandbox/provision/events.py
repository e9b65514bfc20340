"""EventBridge."""

from typing import Any

from pbckit.sandbox.embedded_aws import EmbeddedAws
from pbckit.sandbox.provision.inputs import Inputs, tag_list
from pbckit.sandbox.provision.registry import Provisioned, provisions

_KEY = {"kmsKeyIdentifier": "KmsKeyIdentifier"}


@provisions("aws:cloudwatch/eventBus:EventBus")
def event_bus(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """A bus."""
    name = inputs["name"]
    undelivered = (
        {"DeadLetterConfig": {"Arn": inputs["deadLetterConfig"]["arn"]}} if "deadLetterConfig" in inputs else {}
    )
    arn = aws.client("events").create_event_bus(
        Name=name,
        Description=inputs.get("description", ""),
        Tags=tag_list(inputs),
        **undelivered,
        **inputs.renamed(_KEY),
    )["EventBusArn"]
    return Provisioned(id=name, outputs={"arn": arn})


@provisions("aws:cloudwatch/eventBusPolicy:EventBusPolicy")
def event_bus_policy(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """Who may publish, beyond identity policies."""
    name = inputs["eventBusName"]
    aws.client("events").put_permission(EventBusName=name, Policy=inputs["policy"])
    return Provisioned(id=name)


@provisions("aws:cloudwatch/eventArchive:EventArchive")
def event_archive(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """An archive of a bus."""
    name = inputs["name"]
    arn = aws.client("events").create_archive(
        ArchiveName=name,
        EventSourceArn=inputs["eventSourceArn"],
        RetentionDays=inputs["retentionDays"],
        **inputs.renamed(_KEY),
    )["ArchiveArn"]
    return Provisioned(id=name, outputs={"arn": arn})


@provisions("aws:cloudwatch/eventRule:EventRule")
def event_rule(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """A rule."""
    name, bus = inputs["name"], inputs.get("eventBusName", "default")
    arn = aws.client("events").put_rule(
        Name=name,
        EventBusName=bus,
        Tags=tag_list(inputs),
        **inputs.renamed(
            {
                "description": "Description",
                "eventPattern": "EventPattern",
                "scheduleExpression": "ScheduleExpression",
                "state": "State",
            }
        ),
    )["RuleArn"]
    return Provisioned(id=f"{bus}/{name}", outputs={"arn": arn})


@provisions("aws:cloudwatch/eventTarget:EventTarget")
def event_target(aws: EmbeddedAws, inputs: Inputs) -> Provisioned:
    """Where a rule sends what matches."""
    target: dict[str, Any] = {"Id": inputs["targetId"], "Arn": inputs["arn"]}
    if "roleArn" in inputs:
        target["RoleArn"] = inputs["roleArn"]
    if "deadLetterConfig" in inputs:
        target["DeadLetterConfig"] = {"Arn": inputs["deadLetterConfig"]["arn"]}
    if "retryPolicy" in inputs:
        target["RetryPolicy"] = inputs["retryPolicy"].renamed(
            {
                "maximumEventAgeInSeconds": "MaximumEventAgeInSeconds",
                "maximumRetryAttempts": "MaximumRetryAttempts",
            }
        )
    rule, bus = inputs["rule"], inputs.get("eventBusName", "default")
    answer = aws.client("events").put_targets(Rule=rule, EventBusName=bus, Targets=[target])
    if answer["FailedEntryCount"]:
        raise RuntimeError(f"target of {rule}: {answer['FailedEntries']}")
    return Provisioned(id=f"{bus}/{rule}/{target['Id']}")
