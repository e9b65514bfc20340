"""The platform: the bus that all units share, and where alarms are announced."""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_aws import cloudwatch, kms, schemas

from pbckit.infra.alarm_topic import make_alarm_topics
from pbckit.infra.alarms import Alarm
from pbckit.infra.bus_dead_letters import BusDeadLetters
from pbckit.infra.context import child_of
from pbckit.infra.deployment import DeploymentRole
from pbckit.infra.environment import EnvironmentConfig, tags
from pbckit.infra.iam import Statement, document
from pbckit.infra.key_policy import bus_of, keep_events, key_policy
from pbckit.infra.monitoring import make_alarm
from pbckit.infra.names import Names
from pbckit.infra.pipeline_identity import make_identity_provider

_THROTTLED = Alarm(
    thing="functions-throttled",
    kind="functions-throttled",
    severity="page",
    meaning="Lambda refused to run functions: the account ran as many in this region as it may.",
    namespace="AWS/Lambda",
    metric="Throttles",
    dimensions={},
    statistic="Sum",
    threshold=0,
)
"""Of all functions of the account in the region: they share one limit, so that one alarm rings when it is reached."""


class Platform(pulumi.ComponentResource):
    """Event bus with its own key, policy and schema registry; topic for alarms.

    Units know it by names only, so that it can be deployed alone, and first.
    """

    resources: list[pulumi.Resource]
    """What units of the same stack must wait for."""

    def __init__(
        self,
        name: str,
        config: EnvironmentConfig,
        deploys: Sequence[str] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the platform and, where a repository deploys, a role for its pipeline of each of some units."""
        super().__init__("pbckit:infra:Platform", name, {"unit": name}, opts)
        names, owner_tags = config.names(name), tags(config, name)
        key = kms.Key(
            f"{name}-key",
            description=f"Events on the bus and in its archive in {config.environment}",
            enable_key_rotation=True,
            policy=_bus_key_policy(names),
            tags=owner_tags,
            opts=child_of(self, protect=config.protected),
        )
        kms.Alias(f"{name}-key-alias", name=names.key_alias(), target_key_id=key.key_id, opts=child_of(self))
        dead_letters = BusDeadLetters(f"{name}-bus-dead-letters", config, names, owner_tags, child_of(self))
        bus = cloudwatch.EventBus(
            f"{name}-bus",
            name=names.bus_name(),
            description="Events between packaged business capabilities",
            kms_key_identifier=key.arn,
            dead_letter_config=cloudwatch.EventBusDeadLetterConfigArgs(arn=dead_letters.arn),
            tags=owner_tags,
            opts=child_of(self, depends_on=dead_letters.ready, protect=config.protected),
        )
        cloudwatch.EventBusPolicy(
            f"{name}-bus-policy",
            event_bus_name=bus.name,
            policy=_bus_policy(names),
            opts=child_of(self),
        )
        registry = [self._registry(names, owner_tags)] if config.has_schema_registry else []
        make_alarm_topics(self, config, names, owner_tags, key)
        make_alarm(self, config, names, owner_tags, _THROTTLED)
        log_delivery = cloudwatch.LogResourcePolicy(
            f"{name}-workflow-logs",
            policy_name=names.physical("workflow-logs"),
            policy_document=_workflow_log_policy(names),
            opts=child_of(self),
        )
        if config.repository is not None:
            identity = make_identity_provider(self, config, name)
            for unit in deploys:
                DeploymentRole(unit, config, config.repository, identity, child_of(self))
        self.resources = [bus, *registry, log_delivery]
        self.register_outputs({"bus_arn": bus.arn})

    def _registry(self, names: Names, owner_tags: Mapping[str, str]) -> schemas.Registry:
        return schemas.Registry(
            f"{names.unit}-events",
            name=names.physical("events"),
            description="Schemas of the events on the bus",
            tags=owner_tags,
            opts=child_of(self),
        )


def _bus_key_policy(names: Names) -> str:
    """EventBridge encrypts events with the key; alarms are announced on the topic, which has the same key.

    CloudWatch needs `Decrypt` and `GenerateDataKey` to publish to an encrypted topic (SNS Developer Guide, "Enable
    compatibility between event sources from AWS services and encrypted topics").
    """
    return key_policy(
        names,
        [bus_of(names)],
        [
            *keep_events(names, "EncryptEvents"),
            Statement(
                sid="AnnounceAlarms",
                principal={"Service": "cloudwatch.amazonaws.com"},
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=["*"],
                condition={"StringEquals": {"aws:SourceAccount": names.account}},
            ),
        ],
    )


def _bus_policy(names: Names) -> str:
    """Nobody outside the account publishes, and nobody at all sends the bus elsewhere by its policy."""
    return document(
        [
            Statement(
                sid="OnlyThisAccount",
                effect="Deny",
                principal={"AWS": "*"},
                actions=["events:PutEvents"],
                resources=[names.bus()],
                condition={"StringNotEquals": {"aws:PrincipalAccount": names.account}},
            )
        ]
    )


def _workflow_log_policy(names: Names) -> str:
    """Lets the log delivery service write the workflows' logs, so that no workflow needs to change log policies.

    The statement that CloudWatch Logs would add itself (CloudWatch Logs User Guide, "Logs sent to CloudWatch Logs",
    log group resource policy), for all workflows of the environment at once: decision 37.
    """
    log_groups = f"/aws/vendedlogs/states/{names.project}-{names.environment}-*"
    return document(
        [
            Statement(
                sid="DeliverWorkflowLogs",
                principal={"Service": "delivery.logs.amazonaws.com"},
                actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                resources=[names.log_group(log_groups)],
                condition={
                    "StringEquals": {"aws:SourceAccount": names.account},
                    "ArnLike": {"aws:SourceArn": names.arn("logs", "*")},
                },
            )
        ]
    )
