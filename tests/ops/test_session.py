"""The operator acts under the operator's role, and hears in one line why that does not go."""

import getpass
from pathlib import Path
from typing import Any

import pytest

from pbckit.cli.client.session import as_operator, current_actor, open_session
from pbckit.cli.errors import Unreachable
from pbckit.sandbox.stack_config import read_stack
from tests.conftest import ROOT
from tests.ops.aws import Aws, client_error

KEYS = {"AccessKeyId": "operator-key", "SecretAccessKey": "operator-secret", "SessionToken": "operator-token"}


class ScriptedSts:
    """The token service's client."""

    def __init__(self) -> None:
        self.assumed: list[dict[str, str]] = []

    def assume_role(self, **request: str) -> dict[str, Any]:
        self.assumed.append(request)
        return {"Credentials": KEYS}


class RefusingSts:
    """The token service's client, for somebody who may not."""

    def assume_role(self, **_request: str) -> dict[str, Any]:
        raise client_error("AccessDenied", "not authorized to perform: sts:AssumeRole", "AssumeRole")


@pytest.fixture
def no_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))


def test_the_operators_role_of_the_stack_is_assumed_and_its_keys_are_used(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(getpass, "getuser", lambda: "ada")
    sts = ScriptedSts()
    caller: Any = Aws(sts=sts)
    session = as_operator(caller, None, read_stack(ROOT, "dev"))
    account = session.names.account
    assert sts.assumed == [
        {"RoleArn": f"arn:aws:iam::{account}:role/rewards-dev-operations_operator", "RoleSessionName": "ada"}
    ]
    credentials = session.boto.get_credentials().get_frozen_credentials()
    assert (credentials.access_key, credentials.secret_key, credentials.token) == tuple(KEYS.values())
    assert session.boto.region_name == session.names.region
    assert session.names.bus_name() == "rewards-dev-platform_bus"


def test_a_caller_who_may_not_is_told_so():
    caller: Any = Aws(sts=RefusingSts())
    with pytest.raises(Unreachable, match=r"cannot act as arn:aws:iam::.*operations_operator: .*AccessDenied"):
        as_operator(caller, None, read_stack(ROOT, "dev"))


@pytest.mark.usefixtures("no_credentials")
def test_without_credentials_aws_is_not_reached():
    with pytest.raises(Unreachable, match=r"cannot act as .*: Unable to locate credentials"):
        open_session("dev")


def test_without_a_sandbox_local_is_not_reached(tmp_path: Path):
    with pytest.raises(Unreachable, match=r"no sandbox is running in .*start one with `pbc sandbox up`"):
        open_session("local", tmp_path)


def test_a_stack_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(
        Unreachable, match=r"'production' does not exist; there are: dev, local, migration, prod, staging"
    ):
        open_session("production")


def test_a_client_is_made_once(aws: Aws):
    session = aws.session()
    assert session.client("lambda") is session.client("lambda")


@pytest.mark.parametrize(
    ("user", "actor"),
    [("ada", "ada"), ("ACME\\ada lovelace", "ACME-ada-lovelace"), ("a", "a-"), ("ädä", "-d-"), ("x" * 80, "x" * 64)],
)
def test_a_users_name_becomes_one_that_a_role_session_can_have(user: str, actor: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(getpass, "getuser", lambda: user)
    assert current_actor() == actor


@pytest.mark.parametrize("error", [KeyError("getpwuid(): uid not found: 1234"), OSError("No username set")])
def test_a_user_without_a_name_acts_by_number(error: Exception, monkeypatch: pytest.MonkeyPatch):
    def nameless() -> str:
        raise error

    monkeypatch.setattr(getpass, "getuser", nameless)
    monkeypatch.setattr("os.getuid", lambda: 1234)
    assert current_actor() == "uid-1234"
