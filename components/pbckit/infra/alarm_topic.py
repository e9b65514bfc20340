"""Where alarms are announced, and who hears of them."""

from collections.abc import Mapping

import pulumi
from pulumi_aws import kms, sns

from pbckit.infra.alarms import TOPICS, Severity
from pbckit.infra.context import child_of
from pbckit.infra.environment import EnvironmentConfig
from pbckit.infra.iam import Statement, document
from pbckit.infra.names import Names


def make_alarm_topics(
    parent: pulumi.Resource, config: EnvironmentConfig, names: Names, tags: Mapping[str, str], key: kms.Key
) -> None:
    """Make the platform's topic of each severity, and the subscription of who gets mail, who must confirm it by the
    mail that AWS sends. Nothing for a severity whose topic is there already.
    """
    for severity, thing in TOPICS.items():
        if config.given_topic(severity) is None:
            _make_topic(parent, config, names, tags, key, severity=severity, thing=thing)


def _make_topic(
    parent: pulumi.Resource,
    config: EnvironmentConfig,
    names: Names,
    tags: Mapping[str, str],
    key: kms.Key,
    *,
    severity: Severity,
    thing: str,
) -> None:
    topic = sns.Topic(
        f"{names.unit}-{thing}",
        name=names.physical(thing),
        kms_master_key_id=key.arn,
        tags=tags,
        opts=child_of(parent),
    )
    policy = sns.TopicPolicy(
        f"{names.unit}-{thing}-policy",
        arn=topic.arn,
        policy=_only_alarms(names, config.topic_arn(severity)),
        opts=child_of(parent),
    )
    email = config.email(severity)
    if email is not None:
        sns.TopicSubscription(
            f"{names.unit}-{thing}-email",
            topic=config.topic_arn(severity),
            protocol="email",
            endpoint=email,
            opts=child_of(parent, depends_on=[topic, policy]),
        )


def _only_alarms(names: Names, topic_arn: str) -> str:
    return document(
        [
            Statement(
                sid="OnlyAlarmsOfThisAccount",
                principal={"Service": "cloudwatch.amazonaws.com"},
                actions=["sns:Publish"],
                resources=[topic_arn],
                condition={"ArnLike": {"aws:SourceArn": names.arn("cloudwatch", "alarm:*")}},
            )
        ]
    )
