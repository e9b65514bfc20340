"""Under the role that deploys the ledger: its own things change; everything else is denied, by IAM itself."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from typer.testing import CliRunner

from ops.demo.world import DeployedSystem
from ops.main import app
from pbckit.cli.deployment import release
from pbckit.infra.iam import Statement, document, trust
from pbckit.infra.names import DEPLOYMENT, Names

UNIT, NEIGHBOUR = "points-ledger", "campaigns"
Move = Callable[["Deployer"], Any]
DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError")
TRUST = trust("lambda.amazonaws.com", "000000000000")
EVERYTHING = document([Statement(sid="All", actions=["*"], resources=["*"])])
ACCOUNT_ITSELF = document(
    [Statement(sid="Account", principal={"AWS": "arn:aws:iam::000000000000:root"}, actions=["sts:AssumeRole"])]
)


class Deployer:
    """A session of the deployment role."""

    def __init__(self, world: DeployedSystem) -> None:
        self.own: Names = world.names(UNIT)
        self.other: Names = world.names(NEIGHBOUR)
        name = self.own.of(DEPLOYMENT).physical(UNIT)
        # Nobody here signs tokens for pipelines: for the time of the tests the account itself may become the role.
        world.aws.client("iam").update_assume_role_policy(RoleName=name, PolicyDocument=ACCOUNT_ITSELF)
        self._aws = world.aws.under(self.own.role(name))

    def client(self, service: str) -> Any:
        return self._aws.client(service)

    def create_role(self, names: Names, thing: str, **more: str) -> Any:
        name = names.physical(thing)
        return self.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=TRUST, **more)

    def boundary(self, names: Names) -> str:
        return names.policy(names.physical("boundary"))

    def queue_url(self, names: Names, thing: str) -> str:
        return f"{self._aws.endpoint}/{names.account}/{names.physical(thing)}"

    def create_table(self, names: Names, thing: str) -> Any:
        return self.client("dynamodb").create_table(
            TableName=names.physical(thing),
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )


@pytest.fixture(scope="module")
def deployer(world: DeployedSystem) -> Deployer:
    return Deployer(world)


ALLOWED: dict[str, Move] = {
    "look at its function": lambda it: it.client("lambda").get_function(FunctionName=it.own.physical("balance")),
    "configure its function": lambda it: it.client("lambda").update_function_configuration(
        FunctionName=it.own.physical("balance"), Description="anew"
    ),
    "publish a version": lambda it: it.client("lambda").publish_version(FunctionName=it.own.physical("balance")),
    "move the alias": lambda it: it.client("lambda").update_alias(
        FunctionName=it.own.physical("balance"), Name="live", Description="anew"
    ),
    "make a table": lambda it: it.create_table(it.own, "deployed"),
    "make a queue": lambda it: it.client("sqs").create_queue(QueueName=it.own.physical("deployed")),
    "make a role under the boundary": lambda it: it.create_role(
        it.own, "deployed", PermissionsBoundary=it.boundary(it.own)
    ),
}
FORBIDDEN: dict[str, Move] = {
    "configure a neighbour's function": lambda it: it.client("lambda").update_function_configuration(
        FunctionName=it.other.physical("bonuses"), Description="taken"
    ),
    "delete a neighbour's function": lambda it: it.client("lambda").delete_function(
        FunctionName=it.other.physical("bonuses")
    ),
    "move a neighbour's alias": lambda it: it.client("lambda").update_alias(
        FunctionName=it.other.physical("bonuses"), Name="live", FunctionVersion="1"
    ),
    "make a neighbour's table": lambda it: it.create_table(it.other, "taken"),
    "delete a neighbour's table": lambda it: it.client("dynamodb").delete_table(TableName=it.other.physical("store")),
    "make a neighbour's queue": lambda it: it.client("sqs").create_queue(QueueName=it.other.physical("taken")),
    "make a role without a boundary": lambda it: it.create_role(it.own, "unconfined"),
    "make a role under another's boundary": lambda it: it.create_role(
        it.own, "strange", PermissionsBoundary=it.boundary(it.other)
    ),
    "make a neighbour's role": lambda it: it.create_role(it.other, "taken", PermissionsBoundary=it.boundary(it.other)),
    "write a neighbour's role": lambda it: it.client("iam").put_role_policy(
        RoleName=it.other.physical("bonuses"), PolicyName="taken", PolicyDocument=EVERYTHING
    ),
    "lift a boundary from a role": lambda it: it.client("iam").delete_role_permissions_boundary(
        RoleName=it.own.physical("balance")
    ),
    "edit the boundary": lambda it: it.client("iam").create_policy_version(
        PolicyArn=it.boundary(it.own), PolicyDocument=EVERYTHING, SetAsDefault=True
    ),
    "delete the boundary": lambda it: it.client("iam").delete_policy(PolicyArn=it.boundary(it.own)),
    "pass a neighbour's role": lambda it: it.client("lambda").update_function_configuration(
        FunctionName=it.own.physical("balance"), Role=it.own.role(it.other.physical("bonuses"))
    ),
    "have its function fed by a neighbour's": lambda it: it.client("lambda").create_event_source_mapping(
        EventSourceArn=it.own.queue(it.own.physical("post-points")), FunctionName=it.other.physical("bonuses")
    ),
    "own what carries a neighbour's tag": lambda it: it.client("lambda").tag_resource(
        Resource=it.own.function(it.own.physical("balance")), Tags={"pbc": NEIGHBOUR}
    ),
    "write its own rights": lambda it: it.client("iam").put_role_policy(
        RoleName=it.own.of(DEPLOYMENT).physical(UNIT), PolicyName="deploy", PolicyDocument=EVERYTHING
    ),
    "read its unit's data": lambda it: it.client("dynamodb").scan(TableName=it.own.physical("store")),
    "read a neighbour's data": lambda it: it.client("dynamodb").scan(TableName=it.other.physical("store")),
    "write its unit's data": lambda it: it.client("dynamodb").put_item(
        TableName=it.own.physical("store"), Item={"pk": {"S": "x"}, "sk": {"S": "x"}}
    ),
    "invoke its unit's function": lambda it: it.client("lambda").invoke(FunctionName=it.own.physical("balance")),
}


@pytest.mark.parametrize("move", ALLOWED)
def test_its_own_unit_it_changes(deployer: Deployer, move: str):
    ALLOWED[move](deployer)


@pytest.mark.parametrize("move", FORBIDDEN)
def test_everything_else_is_denied(deployer: Deployer, move: str):
    with pytest.raises(ClientError) as caught:
        FORBIDDEN[move](deployer)
    assert caught.value.response["Error"]["Code"] in DENIED


def test_it_releases_new_code_and_takes_it_back_when_an_alarm_rings(
    deployer: Deployer, world: DeployedSystem, monkeypatch: pytest.MonkeyPatch
):
    """`rewards release` under the deployment role, on the embedded AWS."""
    monkeypatch.setattr(release, "_clients", lambda _stack: deployer.client)
    function, alarm = deployer.own.physical("balance"), deployer.own.physical("balance-errors")
    deployer.client("lambda").update_function_configuration(FunctionName=function, Description="a release")
    newest = deployer.client("lambda").publish_version(FunctionName=function)["Version"]

    def run() -> tuple[int, str]:
        result = CliRunner().invoke(app, ["release", UNIT, "--minutes", "0", "--json"])
        alias = deployer.client("lambda").get_alias(FunctionName=function, Name="live")
        assert "RoutingConfig" not in alias
        return result.exit_code, alias["FunctionVersion"]

    def state(value: str) -> None:
        world.aws.client("cloudwatch").set_alarm_state(AlarmName=alarm, StateValue=value, StateReason="a test")

    state("ALARM")
    assert run()[1] != newest
    state("OK")
    assert run() == (0, newest)
