"""Configuration: one clear line for whatever is wrong."""

import json
from collections.abc import Iterator, Mapping

import pulumi
import pytest

from pbckit.infra.configuration import InvalidConfiguration
from pbckit.infra.environment import EnvironmentConfig

TOPIC = "arn:aws:sns:eu-central-1:111111111111:oncall"
CALLER = "arn:aws:iam::111111111111:role/apps/member-app"
KNOWN = ("platform", "points-ledger", "campaigns")
VALID = {
    "aws:region": "eu-central-1",
    "rewards:environment": "dev",
    "rewards:account": "111111111111",
    "rewards:logRetentionDays": "14",
    "rewards:archiveRetentionDays": "30",
    "rewards:architecture": "arm64",
    "rewards:maximumConcurrency": "5",
    "rewards:repository": "example/rewards",
}


@pytest.fixture(autouse=True)
def _project(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(pulumi, "get_project", lambda: "rewards")
    yield
    pulumi.runtime.set_all_config({})


def load(**changes: str | None) -> EnvironmentConfig:
    values: Mapping[str, str | None] = {**VALID, **{key.replace("__", ":"): value for key, value in changes.items()}}
    pulumi.runtime.set_all_config({key: value for key, value in values.items() if value is not None})
    return EnvironmentConfig.load(KNOWN)


@pytest.mark.parametrize("repository", ["acme/rewards.web", "acme-inc@1234/rewards_2@56"])
def test_a_repository_is_named_as_in_the_subject_of_its_tokens(repository: str):
    assert load(rewards__repository=repository).repository == repository


def test_valid_values_are_typed():
    config = load()
    assert (config.environment, config.region, config.log_retention_days) == ("dev", "eu-central-1", 14)
    assert config.units == KNOWN


@pytest.mark.parametrize(
    ("environment", "protected", "deletion_protection"),
    [("local", False, False), ("dev", False, False), ("staging", False, True), ("prod", True, True)],
)
def test_care_grows_with_the_environment(environment: str, protected: bool, deletion_protection: bool):
    config = load(rewards__environment=environment)
    assert (config.protected, config.deletion_protection) == (protected, deletion_protection)


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("aws:region", None, "an AWS region"),
        ("aws:region", "Frankfurt", "an AWS region"),
        ("rewards:environment", "production", "local, migration, dev, staging, prod"),
        ("rewards:account", "12345", "12 digits"),
        ("rewards:logRetentionDays", "8", "1, 3, 5, 7, 14"),
        ("rewards:logRetentionDays", "two weeks", "1, 3, 5, 7, 14"),
        ("rewards:archiveRetentionDays", "0", "1 to 9999"),
        ("rewards:architecture", "arm", "arm64, x86_64"),
        ("rewards:maximumConcurrency", "1", "2 to 1000"),
        ("rewards:maximumConcurrency", "1001", "2 to 1000"),
        ("rewards:repository", "*/*", "owner/name"),
        ("rewards:lambdaConcurrencyQuota", "0", "a whole number from 1 to 1000000"),
        ("rewards:lambdaConcurrencyQuota", "many", "a whole number from 1 to 1000000"),
        ("rewards:lambdaConcurrencyQuota", "1000001", "a whole number from 1 to 1000000"),
        ("rewards:repository", "acme@1/rewards", "owner@id/name@id with both ids"),
        ("rewards:repository", "acme/rewards@2", "owner@id/name@id with both ids"),
        ("rewards:repository", "acme@one/rewards@2", "owner@id/name@id with both ids"),
        ("rewards:repository", "acme@1/rewards@2:ref:refs/heads/main", "owner@id/name@id with both ids"),
        ("rewards:outboxIndex", "yes", "removed, kept"),
        ("rewards:oidcProvider", "arn:aws:iam::1:oidc-provider/x", "managed, existing"),
        ("rewards:alarmEmail", "oncall", "one e-mail address"),
        ("rewards:alarmEmail", "a@b.example, c@d.example", "one e-mail address"),
        ("rewards:alarmEmail", "a@b", "one e-mail address"),
        ("rewards:alarmTopic", "alarms", "a standard SNS topic of account 111111111111 in eu-central-1"),
        ("rewards:alarmTopic", f"{TOPIC}.fifo", "a standard SNS topic of account 111111111111 in eu-central-1"),
        ("rewards:alarmTopic", TOPIC.replace("1" * 12, "2" * 12), "of account 111111111111 in eu-central-1"),
        ("rewards:alarmTopic", TOPIC.replace("eu-central", "eu-west"), "of account 111111111111 in eu-central-1"),
        ("rewards:alarmTopic", TOPIC.replace(":sns:", ":sqs:"), "a standard SNS topic"),
        ("rewards:readApiCallers", "member-app", "a list of ARNs of IAM roles of account 111111111111"),
        ("rewards:readApiCallers", '["member-app"]', "a list of ARNs of IAM roles of account 111111111111"),
        ("rewards:readApiCallers", f'["{CALLER.replace("1" * 12, "2" * 12)}"]', "of account 111111111111"),
        ("rewards:readApiCallers", f'["{CALLER.replace("role/", "user/")}"]', "ARNs of IAM roles"),
        ("rewards:readApiCallers", '["arn:aws:iam::111111111111:role/*"]', "ARNs of IAM roles"),
        ("rewards:readApiCallers", '["arn:aws:iam::111111111111:role/rewards-dev-campaigns_x"]', "that are no unit's"),
        ("rewards:readApiCallers", '["arn:aws:iam::111111111111:role/a/rewards-dev-x"]', "that are no unit's"),
        ("rewards:readApiRequestsPerSecond", "0", "a whole number from 1 to 5000"),
        ("rewards:readApiRequestsPerSecond", "5001", "a whole number from 1 to 5000"),
        ("rewards:units", '["points-leger"]', "platform, points-ledger, campaigns"),
        ("rewards:units", "[]", "platform, points-ledger, campaigns"),
        ("rewards:units", "points-ledger", "platform, points-ledger, campaigns"),
    ],
)
def test_a_wrong_value_is_one_line_with_key_value_and_what_is_allowed(key: str, value: str | None, allowed: str):
    with pytest.raises(InvalidConfiguration) as error:
        load(**{key: value})
    line = str(error.value)
    assert "\n" not in line
    assert key in line
    assert allowed in line
    assert "is missing" in line if value is None else value.strip('[]"') in line


@pytest.mark.parametrize("key", ["aws:region", "rewards:environment", "rewards:account", "rewards:logRetentionDays",
                                 "rewards:archiveRetentionDays", "rewards:architecture",
                                 "rewards:maximumConcurrency"])  # fmt: skip
def test_a_missing_value_is_one_line(key: str):
    with pytest.raises(InvalidConfiguration) as error:
        load(**{key: None})
    assert str(error.value).startswith(f"{key} is missing; allowed: ")


def test_a_read_api_is_there_only_where_its_callers_are_configured():
    assert load().read_api_callers is None
    assert load(rewards__readApiCallers="[]").read_api_callers == ()
    twice = f'["{CALLER}", "{CALLER}", "arn:aws:iam::111111111111:role/rewards-development"]'
    assert load(rewards__readApiCallers=twice).read_api_callers == (
        CALLER,
        "arn:aws:iam::111111111111:role/rewards-development",
    )


def test_alarms_go_to_the_platforms_topic_or_to_one_that_is_there():
    own = "arn:aws:sns:eu-central-1:111111111111:rewards-dev-platform_"
    topics = {
        (): (f"{own}alarms", f"{own}tickets"),
        ("alarmTopic",): (TOPIC, TOPIC),
        ("ticketTopic",): (f"{own}alarms", TOPIC),
    }
    for keys, (pages, tickets) in topics.items():
        config = load(**{f"rewards__{key}": TOPIC for key in keys})
        assert (config.topic_arn("page"), config.topic_arn("ticket")) == (pages, tickets)


def test_tickets_go_to_somebody_else_only_where_that_is_said():
    one = load(rewards__alarmEmail="oncall@acme.example")
    two = load(rewards__alarmEmail="oncall@acme.example", rewards__ticketEmail="team@acme.example")
    assert [config.email(severity) for config in (one, two) for severity in ("page", "ticket")] == [
        "oncall@acme.example",
        "oncall@acme.example",
        "oncall@acme.example",
        "team@acme.example",
    ]
    assert load(rewards__alarmEmail="oncall@acme.example").alarm_email == "oncall@acme.example"


def test_who_names_a_topic_subscribes_to_it_there():
    with pytest.raises(
        InvalidConfiguration, match=r"^rewards:alarmEmail is 'oncall@acme\.example'; .*; subscribe there$"
    ):
        load(rewards__alarmTopic=TOPIC, rewards__alarmEmail="oncall@acme.example")


def test_environments_of_one_account_have_metrics_apart():
    assert load().metric_namespace == "rewards/dev"
    assert load(rewards__environment="staging").metric_namespace == "rewards/staging"


def test_a_wrong_value_ends_the_program_without_a_traceback():
    assert issubclass(InvalidConfiguration, pulumi.RunError)


def test_units_keep_the_order_of_the_program():
    assert load(rewards__units=json.dumps(["campaigns", "platform"])).units == ("platform", "campaigns")


@pytest.mark.parametrize(
    ("stack", "units"),
    [("dev", KNOWN), ("dev-points-ledger", ("points-ledger",)), ("dev-platform", ("platform",)), ("acme", KNOWN)],
)
def test_a_stack_named_after_a_unit_manages_that_unit(
    monkeypatch: pytest.MonkeyPatch, stack: str, units: tuple[str, ...]
):
    monkeypatch.setattr(pulumi, "get_stack", lambda: stack)
    assert load().units == units


def test_the_name_of_a_stack_overrides_what_its_environment_configures(monkeypatch: pytest.MonkeyPatch):
    """Its configuration is that of its environment, whose own stack manages other units."""
    monkeypatch.setattr(pulumi, "get_stack", lambda: "dev-points-ledger")
    assert load(rewards__units='["platform"]').units == ("points-ledger",)


def test_a_stack_of_a_unit_that_does_not_exist_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pulumi, "get_stack", lambda: "dev-vouchers")
    with pytest.raises(InvalidConfiguration, match="name is 'dev-vouchers'; allowed: dev, or dev- and one of platform"):
        load()
