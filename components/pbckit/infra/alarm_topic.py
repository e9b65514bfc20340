"""Where alarms are announced, and who hears of them."""

from collections.abc import Mapping

import pulumi
from pulumi_aws import kms, sns

from pbckit.infra.context import child_of
from pbckit.infra.environment import EnvironmentConfig
from pbckit.infra.iam import Statement, document
from pbckit.infra.names import Names


def make_alarm_topic(
    parent: pulumi.Resource, config: EnvironmentConfig, names: Names, tags: Mapping[str, str], key: kms.Key
) -> None:
    """Make the platform's topic, and the subscription of `alarmEmail`, who must confirm it by the mail that AWS
    sends. Nothing at all where `alarmTopic` names a topic that is there already.
    """
    if config.alarm_topic is not None:
        return
    topic = sns.Topic(
        f"{names.unit}-alarms",
        name=names.physical("alarms"),
        kms_master_key_id=key.arn,
        tags=tags,
        opts=child_of(parent),
    )
    policy = sns.TopicPolicy(
        f"{names.unit}-alarms-policy",
        arn=topic.arn,
        policy=_only_alarms(names, config.alarm_topic_arn),
        opts=child_of(parent),
    )
    if config.alarm_email is not None:
        sns.TopicSubscription(
            f"{names.unit}-alarms-email",
            topic=config.alarm_topic_arn,
            protocol="email",
            endpoint=config.alarm_email,
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
