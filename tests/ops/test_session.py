"""The operator acts under the role of the unit that is asked, and hears in one line why that does not go."""

import getpass
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from contracts.earning_rates import LIST_RATES
from contracts.points_ledger import BALANCE
from ops.main import app
from pbckit.cli.client.session import Session, as_operator, current_actor, open_session
from pbckit.cli.errors import Unreachable
from pbckit.contracts.operating import unit_admin
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


@pytest.fixture
def as_ada(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "ada")


def opened(sts: Any) -> Session:
    caller: Any = Aws(sts=sts)
    return as_operator(caller, None, read_stack(ROOT, "dev"))


def roles(sts: ScriptedSts) -> list[str]:
    return [one["RoleArn"].rpartition("/")[2] for one in sts.assumed]


@pytest.mark.usefixtures("as_ada")
def test_a_units_role_in_the_stack_is_assumed_and_its_keys_are_used():
    session = opened(sts := ScriptedSts())
    assert sts.assumed == []
    acting = session.assume("points-ledger")
    role = f"arn:aws:iam::{session.names.account}:role/rewards-dev-points-ledger_operator"
    assert sts.assumed == [{"RoleArn": role, "RoleSessionName": "ada"}]
    credentials = acting.get_credentials()
    assert credentials is not None
    frozen = credentials.get_frozen_credentials()
    assert (frozen.access_key, frozen.secret_key, frozen.token) == tuple(KEYS.values())
    assert acting.region_name == session.names.region
    assert session.names.bus_name() == "rewards-dev-platform_bus"


def test_a_capability_is_asked_under_the_role_of_its_unit_and_a_unit_admin_under_that_of_operations():
    session = opened(sts := ScriptedSts())
    for capability in (BALANCE, LIST_RATES, unit_admin("points-ledger"), unit_admin("campaigns"), BALANCE):
        session.lambda_for(capability)
    session.client("events")
    assert roles(sts) == [
        "rewards-dev-points-ledger_operator",
        "rewards-dev-earning-rates_operator",
        "rewards-dev-operations_operator",
    ]


def test_a_role_is_assumed_once_however_many_ask_at_once():
    session = opened(sts := ScriptedSts())
    with ThreadPoolExecutor(max_workers=8) as threads:
        clients = list(threads.map(session.lambda_for, [unit_admin("campaigns")] * 16))
    assert roles(sts) == ["rewards-dev-operations_operator"]
    assert len({id(client) for client in clients}) == 1


def test_who_may_not_ask_one_unit_is_told_which_role_and_asks_others():
    class OneRefused(ScriptedSts):
        def assume_role(self, **request: str) -> dict[str, Any]:
            return (RefusingSts() if "points-ledger" in request["RoleArn"] else super()).assume_role(**request)

    session = opened(OneRefused())
    refused = r"cannot act as arn:aws:iam::.*:role/rewards-dev-points-ledger_operator, .* points-ledger: .*AccessDenied"
    with pytest.raises(Unreachable, match=refused):
        session.lambda_for(BALANCE)
    session.lambda_for(LIST_RATES)
    session.lambda_for(unit_admin("points-ledger"))


@pytest.mark.usefixtures("no_credentials")
def test_without_credentials_aws_is_not_reached():
    session = open_session("dev")
    with pytest.raises(Unreachable, match=r"cannot act as .*: Unable to locate credentials"):
        session.client("lambda")


def test_without_a_sandbox_local_is_not_reached(tmp_path: Path):
    with pytest.raises(Unreachable, match=r"no sandbox is running in .*start one with `pbc sandbox up`"):
        open_session("local", tmp_path)


@pytest.mark.parametrize("command", [["status"], ["events", "trace", "p-1"], ["dlq", "list"], ["sandbox", "status"]])
def test_every_command_means_the_sandbox_of_the_environment_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: list[str]
):
    monkeypatch.setenv("PBC_SANDBOX", str(tmp_path / "second"))
    result = CliRunner().invoke(app, command)

    assert result.exit_code == 2
    assert f"no sandbox is running in {tmp_path / 'second'}; start one with" in result.stderr


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
