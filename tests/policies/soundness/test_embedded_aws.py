"""The evaluator against the embedded AWS's own decisions: real roles, real sessions, real calls.

The embedded AWS knows no policy variables; policies with one are left to the exact judge.
"""

import contextlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings

from pbckit.sandbox.embedded_aws import ACCOUNT, EmbeddedAws, running
from tests.policies.soundness.test_oracle import Statements, claimed, principal
from tests.policies.soundness.worlds import ACCOUNT as SMALL_WORLD
from tests.policies.soundness.worlds import ACTIONS, FOREIGN, OWN, QUEUE, REGION, ROLE, boundaries, policies

pytestmark = pytest.mark.journey

ASKED = [(action, one) for action in ACTIONS[:3] for one in (OWN, FOREIGN)] + [(ACTIONS[3], QUEUE)]
"""The calls that are made under each role."""
ROLES = 40
NAME = ROLE.rpartition("/")[2]


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedAws]:
    folder: Path = tmp_path_factory.mktemp("soundness") / ".sandbox"
    with running(folder, region=REGION) as started:
        session = started.session()
        for arn in (OWN, FOREIGN):
            session.client("dynamodb", endpoint_url=started.endpoint).create_table(
                TableName=arn.rpartition("/")[2],
                AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
                KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
                BillingMode="PAY_PER_REQUEST",
            )
        session.client("sqs", endpoint_url=started.endpoint).create_queue(QueueName=QUEUE.rpartition(":")[2])
        yield started


def random_policies(number: int) -> list[tuple[Statements, Statements | None]]:
    """Random documents without variables, always the same."""
    found: list[tuple[Statements, Statements | None]] = []

    @settings(max_examples=number * 3, database=None, derandomize=True)
    @given(policies, boundaries)
    def collect(identity: Statements, boundary: Statements | None) -> None:
        if "${" not in json.dumps([identity, boundary]):
            found.append((identity, boundary))

    collect()
    return found[:number]


@dataclass(frozen=True)
class Decision:
    """What both said about a call."""

    action: str
    resource: str
    identity: Statements
    boundary: Statements | None
    embedded: bool
    evaluator: bool


@pytest.fixture(scope="module")
def decisions(aws: EmbeddedAws) -> list[Decision]:
    iam = aws.session().client("iam", endpoint_url=aws.endpoint)
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}
    role = iam.create_role(RoleName=NAME, AssumeRolePolicyDocument=_document([trust]))["Role"]["Arn"]
    found: list[Decision] = []
    for number, (identity, boundary) in enumerate(random_policies(ROLES)):
        iam.put_role_policy(RoleName=NAME, PolicyName="x", PolicyDocument=_document(identity))
        if boundary is None:
            with contextlib.suppress(iam.exceptions.NoSuchEntityException):
                iam.delete_role_permissions_boundary(RoleName=NAME)
        else:
            policy = iam.create_policy(PolicyName=f"boundary-{number}", PolicyDocument=_document(boundary))["Policy"]
            iam.put_role_permissions_boundary(RoleName=NAME, PermissionsBoundary=policy["Arn"])
        session, said = _session(aws, role), claimed(principal(identity, boundary))
        for action, resource in ASKED:
            passed = _passes(session, aws.endpoint, action, resource)
            found.append(Decision(action, resource, identity, boundary, passed, (action, resource) in said))
    return found


def _document(statements: Statements) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements}).replace(SMALL_WORLD, ACCOUNT)


def _session(aws: EmbeddedAws, role: str) -> boto3.Session:
    sts = aws.session().client("sts", endpoint_url=aws.endpoint)
    keys = sts.assume_role(RoleArn=role, RoleSessionName="random")["Credentials"]
    return boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], region_name=REGION)


def _passes(session: boto3.Session, endpoint: str, action: str, resource: str) -> bool:
    name = resource.replace("/", ":").split(":")[-1]
    key = {"pk": {"S": "x"}}
    try:
        match action:
            case "dynamodb:GetItem":
                session.client("dynamodb", endpoint_url=endpoint).get_item(TableName=name, Key=key)
            case "dynamodb:PutItem":
                session.client("dynamodb", endpoint_url=endpoint).put_item(TableName=name, Item=key)
            case "dynamodb:Query":
                session.client("dynamodb", endpoint_url=endpoint).query(
                    TableName=name, KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": {"S": "x"}}
                )
            case _:
                url = f"{endpoint}/{ACCOUNT}/{name}"
                session.client("sqs", endpoint_url=endpoint).receive_message(QueueUrl=url)
    except ClientError as error:
        if "AccessDenied" not in error.response["Error"]["Code"]:
            raise
        return False
    return True


def test_the_evaluator_never_says_cannot_where_the_embedded_aws_lets_pass(decisions: list[Decision]):
    unsound = [one for one in decisions if one.embedded and not one.evaluator]
    assert not unsound, "\n".join(map(str, unsound))


def test_both_say_yes_and_both_say_no(decisions: list[Decision]):
    """Neither judge is stuck: the comparison compares something."""
    counted = Counter((one.embedded, one.evaluator) for one in decisions)
    print(counted)
    assert counted[True, True] > len(decisions) / 20
    assert counted[False, False] > len(decisions) / 5
