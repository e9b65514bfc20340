"""A person gets the rights of one unit and not of another, on the embedded AWS, and no store by any of them."""

import json
from collections.abc import Iterator

import boto3
import pytest
from botocore.exceptions import ClientError

from contracts.earning_rates import LIST_RATES, ListRates
from contracts.points_ledger import BALANCE, TOTALS, GetBalance, GetTotals
from ops.demo import scenarios
from ops.demo.world import DeployedSystem
from pbckit.cli.client.capabilities import LambdaCapabilities
from pbckit.cli.client.session import LOCAL_STACK, OPERATIONS, Session, as_operator
from pbckit.cli.errors import Unreachable
from pbckit.contracts import catalogue
from pbckit.contracts.operating import AdminRequest, GetHealth, unit_admin
from pbckit.infra.iam import Statement, document
from pbckit.sandbox.embedded_aws import EmbeddedAws
from pbckit.sandbox.stack_config import read_stack
from tests.conftest import ROOT

LEDGER = "points-ledger"
NAME = "back-office"


@pytest.fixture
def back_office(aws: EmbeddedAws, world: DeployedSystem) -> Iterator[Session]:
    """A person of the ledger's back office: may assume the ledger's role for people, and nothing else."""
    iam, names = aws.client("iam"), world.names(LEDGER)
    right = Statement(sid="", actions=["sts:AssumeRole"], resources=[names.role(names.physical("operator"))])
    iam.create_user(UserName=NAME)
    iam.put_user_policy(UserName=NAME, PolicyName="ledger", PolicyDocument=document([right]))
    key = iam.create_access_key(UserName=NAME)["AccessKey"]
    caller = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name=names.region)
    yield as_operator(caller, aws.endpoint, read_stack(ROOT, LOCAL_STACK))
    iam.delete_access_key(UserName=NAME, AccessKeyId=key["AccessKeyId"])
    iam.delete_user_policy(UserName=NAME, PolicyName="ledger")
    iam.delete_user(UserName=NAME)


def test_the_back_office_of_the_ledger_asks_the_ledger_and_nobody_else(world: DeployedSystem, back_office: Session):
    world.ingest([scenarios.example_purchase("people-1", "people-member")])
    world.wait_for_postings({"people-member": 1}, lambda _count: None)
    capabilities = LambdaCapabilities(back_office)
    assert capabilities.ask(BALANCE, GetBalance(member_id="people-member")).balance_points == 100
    assert capabilities.ask(TOTALS, GetTotals())
    with pytest.raises(Unreachable, match=r"cannot act as .*role/rewards-local-earning-rates_operator, .*AccessDenied"):
        capabilities.ask(LIST_RATES, ListRates())
    with pytest.raises(Unreachable, match=r"cannot act as .*role/rewards-local-operations_operator, .*AccessDenied"):
        capabilities.ask(unit_admin(LEDGER), AdminRequest(question=GetHealth()))


@pytest.mark.parametrize(
    "unit", sorted({one.unit for one in catalogue.callable_by(OPERATIONS)} & {*catalogue.publishers()})
)
def test_who_acts_as_a_unit_reads_no_store_of_it_and_invokes_nothing_internal(world: DeployedSystem, unit: str):
    names, session = world.names(unit), world.session
    with pytest.raises(ClientError, match="AccessDenied"):
        session.client("dynamodb", unit).scan(TableName=names.physical("store"))
    with pytest.raises(ClientError, match="AccessDenied"):
        session.client("lambda", unit).invoke(FunctionName=names.capability("relay"), Payload=json.dumps({}))
