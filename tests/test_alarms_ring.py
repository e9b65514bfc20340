"""Each failure, as its metric tells it, rings its alarm: that one alone, once, on the topic of its severity."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ops.repository import ROOT
from pbckit.sandbox.embedded_aws import EmbeddedAws, running
from pbckit.sandbox.graph import Graph, Resource
from pbckit.sandbox.provision import provision
from tests.conftest import captured

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
KINDS = sorted(path.stem for path in (ROOT / "docs/runbooks").glob("*.md") if path.stem != "README")
STACK = "migration"


@dataclass(frozen=True)
class Listening:
    """An embedded AWS that has the program's alarms, and a queue that hears what each topic says."""

    aws: EmbeddedAws
    graph: Graph
    queues: dict[str, str]
    """URL of the queue, by ARN of the topic."""

    def heard(self) -> list[tuple[str, str, str]]:
        """What was announced since it was asked before: topic, alarm, state."""
        sqs, found = self.aws.client("sqs"), list[tuple[str, str, str]]()
        for topic, queue in self.queues.items():
            while letters := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
                for letter in letters:
                    said = json.loads(json.loads(letter["Body"])["Message"])
                    found.append((topic, said["AlarmName"], said["NewStateValue"]))
                    sqs.delete_message(QueueUrl=queue, ReceiptHandle=letter["ReceiptHandle"])
        return [one for one in found if one[2] == "ALARM"]

    def ringing(self) -> set[str]:
        pages = self.aws.client("cloudwatch").get_paginator("describe_alarms").paginate(StateValue="ALARM")
        return {alarm["AlarmName"] for page in pages for alarm in page["MetricAlarms"]}

    def alarm(self, kind: str) -> Resource:
        """The first of a kind."""
        ending = f"/{kind}.md"
        return next(one for one in self.graph.by_type(ALARM) if one.inputs["alarmDescription"].endswith(ending))

    def tell(self, alarm: Resource, value: float) -> None:
        """The metric of an alarm has a value in as many of its last periods as ring it."""
        inputs, now = alarm.inputs, datetime.now(UTC)
        self.aws.client("cloudwatch").put_metric_data(
            Namespace=inputs["namespace"],
            MetricData=[
                {
                    "MetricName": inputs["metricName"],
                    "Dimensions": [{"Name": name, "Value": of} for name, of in inputs["dimensions"].items()],
                    "Timestamp": now - timedelta(seconds=inputs["period"] * (period + 0.5)),
                    "Value": value,
                }
                for period in range(inputs.get("datapointsToAlarm", inputs["evaluationPeriods"]))
            ],
        )


@pytest.fixture(scope="module")
def listening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listening]:
    graph = captured(STACK)
    with running(Path(tmp_path_factory.mktemp("aws")), region="eu-central-1") as aws:
        queues: dict[str, str] = {}
        for topic in sorted({arn for one in graph.by_type(ALARM) for arn in one.inputs["alarmActions"]}):
            queues[topic] = _heard(aws, topic)
        for alarm in graph.by_type(ALARM):
            provision(aws, alarm)
        yield Listening(aws, graph, queues)


def _heard(aws: EmbeddedAws, topic: str) -> str:
    sns, sqs = aws.client("sns"), aws.client("sqs")
    name = topic.rpartition(":")[2]
    made = sns.create_topic(Name=name)["TopicArn"]
    assert made == topic
    url = sqs.create_queue(QueueName=f"hears-{name}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    admitted = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [admitted]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return str(url)


@pytest.mark.parametrize("kind", KINDS)
def test_a_failure_rings_its_alarm_once(listening: Listening, kind: str):
    alarm = listening.alarm(kind)
    (topic,) = alarm.inputs["alarmActions"]
    before = listening.ringing()
    assert alarm.inputs["name"] not in before

    listening.tell(alarm, alarm.inputs["threshold"] + 0.001)
    listening.tell(alarm, alarm.inputs["threshold"] + 0.001)  # still so: nobody is called a second time

    assert listening.ringing() - before == {alarm.inputs["name"]}
    assert listening.heard() == [(topic, alarm.inputs["name"], "ALARM")]


def test_what_is_at_its_threshold_does_not_ring(listening: Listening):
    quiet = [one for one in listening.graph.by_type(ALARM) if one not in [listening.alarm(kind) for kind in KINDS]]
    before, seen = listening.ringing(), set[Any]()
    for alarm in quiet:
        if alarm.inputs["metricName"] not in seen:
            seen.add(alarm.inputs["metricName"])
            listening.tell(alarm, alarm.inputs["threshold"])
    assert listening.ringing() == before
    assert listening.heard() == []


def test_a_service_level_does_not_ring_for_one_bad_period(listening: Listening):
    alarm = next(
        one for one in listening.graph.by_type(ALARM)
        if one.inputs.get("datapointsToAlarm") == 3 and one != listening.alarm("service-level-broken")
    )  # fmt: skip
    before = listening.ringing()
    listening.aws.client("cloudwatch").put_metric_data(
        Namespace=alarm.inputs["namespace"],
        MetricData=[
            {
                "MetricName": alarm.inputs["metricName"],
                "Dimensions": [{"Name": name, "Value": of} for name, of in alarm.inputs["dimensions"].items()],
                "Values": [1.0],
                "Counts": [100],
            }
        ],
    )
    assert listening.ringing() == before
