"""The platform: what the bus cannot deliver is kept, and somebody hears of alarms."""

import json
from functools import cache
from typing import Any

import pytest

from pbckit.cli.deployment import policy_pack
from pbckit.sandbox.graph import UNKNOWN, Graph, Resource
from pbckit.sandbox.program import capture
from tests.conftest import ROOT, captured

TOPIC = "arn:aws:sns:eu-central-1:111111111111:oncall"
OWN_TOPIC = "arn:aws:sns:eu-central-1:111111111111:rewards-dev-platform_alarms"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
EMAIL = {"rewards:alarmEmail": "oncall@acme.example"}


@cache
def configured(*pairs: tuple[str, str]) -> Graph:
    return capture("dev", root=ROOT, config=dict(pairs))


def the(graph: Graph, token: str, name: str) -> Resource:
    (found,) = [one for one in graph.by_type(token) if one.inputs.get("name") == name]
    return found


def statements(resource: Resource, sid: str) -> list[dict[str, Any]]:
    return [one for one in json.loads(resource.inputs["policy"])["Statement"] if one["Sid"] == sid]


def test_the_bus_keeps_what_it_cannot_encrypt_or_decrypt(dev: Graph):
    queue = the(dev, "aws:sqs/queue:Queue", "rewards-dev-platform_bus-dlq")
    bus = the(dev, "aws:cloudwatch/eventBus:EventBus", "rewards-dev-platform_bus")
    arn = "arn:aws:sqs:eu-central-1:111111111111:rewards-dev-platform_bus-dlq"
    assert bus.inputs["deadLetterConfig"] == {"arn": arn}
    assert queue.urn in bus.dependencies
    assert queue.inputs["messageRetentionSeconds"] == 14 * 24 * 60 * 60
    (policy,) = [one for one in dev.by_type("aws:sqs/queuePolicy:QueuePolicy") if "BusDeadLetters" in one.urn]
    assert statements(policy, "KeepUndelivered") == [
        {
            "Sid": "KeepUndelivered",
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": ["sqs:SendMessage"],
            "Resource": [arn],
            "Condition": {"StringEquals": {"aws:SourceAccount": "111111111111"}},
        }
    ]


def test_a_key_of_the_bus_that_is_gone_does_not_take_its_dead_letter_queue_along(dev: Graph):
    (queue,) = [one for one in dev.by_type("aws:sqs/queue:Queue") if "BusDeadLetters" in one.urn]
    bus = the(dev, "aws:cloudwatch/eventBus:EventBus", "rewards-dev-platform_bus")
    (own,) = queue.property_dependencies["kmsMasterKeyId"]
    assert bus.inputs["kmsKeyIdentifier"] == UNKNOWN
    assert own not in bus.property_dependencies["kmsKeyIdentifier"]
    (statement,) = statements(dev.resource(own), "KeepUndelivered")
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert statement["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]


def test_whatever_lies_there_raises_an_alarm(dev: Graph):
    alarm = the(dev, ALARM, "rewards-dev-platform_bus-dlq-messages")
    assert alarm.inputs["dimensions"] == {"QueueName": "rewards-dev-platform_bus-dlq"}
    assert (alarm.inputs["threshold"], alarm.inputs["alarmActions"]) == (0, [OWN_TOPIC])


def test_nobody_is_subscribed_unless_configured(dev: Graph):
    assert dev.by_type(SUBSCRIPTION) == []


def test_an_email_is_subscribed_to_the_platforms_topic():
    found = configured(*EMAIL.items()).by_type(SUBSCRIPTION)
    assert [one.inputs for one in found] == [
        {"topic": topic, "protocol": "email", "endpoint": "oncall@acme.example"}
        for topic in (OWN_TOPIC, OWN_TOPIC.replace("_alarms", "_tickets"))
    ]


def test_with_an_existing_topic_there_is_no_other_and_every_alarm_goes_there():
    graph = configured(("rewards:alarmTopic", TOPIC))
    assert graph.by_type("aws:sns/topic:Topic") == []
    alarms = graph.by_type(ALARM)
    assert len(alarms) == len(captured("dev").by_type(ALARM))
    assert {(*one.inputs["alarmActions"], *one.inputs["okActions"]) for one in alarms} == {(TOPIC, TOPIC)}


@pytest.mark.parametrize("pairs", [tuple(EMAIL.items()), (("rewards:alarmTopic", TOPIC),)], ids=["email", "topic"])
def test_the_policy_pack_lets_both_pass(pairs: tuple[tuple[str, str], ...]):
    assert policy_pack.judge(configured(*pairs).export(), preview=True).violations == []


@pytest.mark.parametrize("stack", ["dev", "staging"])
def test_own_metrics_and_their_alarms_name_the_environment(stack: str):
    graph = captured(stack)
    functions = graph.by_type("aws:lambda/function:Function")
    written = {one.inputs["environment"]["variables"]["POWERTOOLS_METRICS_NAMESPACE"] for one in functions}
    written |= {
        one.inputs["metricTransformation"]["namespace"]
        for one in graph.by_type("aws:cloudwatch/logMetricFilter:LogMetricFilter")
    }
    read = {one.inputs["namespace"] for one in graph.by_type(ALARM) if not one.inputs["namespace"].startswith("AWS/")}
    shown = {
        metric[0]
        for one in graph.by_type("aws:cloudwatch/dashboard:Dashboard")
        for widget in json.loads(one.inputs["dashboardBody"])["widgets"]
        for metric in widget["properties"].get("metrics", [])
        if isinstance(metric[0], str) and not metric[0].startswith("AWS/")
    }
    assert written == read == shown == {f"rewards/{stack}"}
