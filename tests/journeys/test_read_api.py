"""An application that signs with a configured role reads over HTTP what operators are told, and nobody else does."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from botocore.awsrequest import AWSRequest
from botocore.httpsession import URLLib3Session
from typer.testing import CliRunner

from ops.demo import scenarios
from ops.demo.world import DeployedSystem, wait_for
from ops.main import app
from pbckit.cli.client.read_api import ReadApis, chosen
from pbckit.cli.client.session import LOCAL_STACK, place_of
from pbckit.sandbox.callers import make_callers

MEMBER_APP, OTHER_APP = (f"arn:aws:iam::000000000000:role/{name}" for name in ("member-app", "other-app"))
MEMBER = "read-api-member"
QUESTIONS = ("points-ledger.balance", "points-ledger.forecast", "points-ledger.statement", "tiers.tier")

Rewards = Callable[..., tuple[int, Any]]


@pytest.fixture
def rewards(world: DeployedSystem, monkeypatch: pytest.MonkeyPatch) -> Rewards:
    """Runs the command in the sandbox's folder; gives the exit code, and the answer or what is wrong."""
    monkeypatch.chdir(world.aws.folder.parent)

    def run(*arguments: str) -> tuple[int, Any]:
        result = CliRunner().invoke(app, arguments)
        return result.exit_code, json.loads(result.stdout) if result.stdout else result.stderr

    return run


@pytest.fixture(scope="module")
def member(world: DeployedSystem) -> str:
    """A member with points, and so with a tier."""
    world.ingest([scenarios.example_purchase("read-api-1", MEMBER)])
    world.wait_for_postings({MEMBER: 1}, lambda _count: None)
    wait_for(
        lambda: ReadApis(place_of(LOCAL_STACK, world.aws.folder)).routes(),
        lambda routes: len(routes) == len(QUESTIONS),
        "routes",
    )
    return MEMBER


def get(rewards: Rewards, name: str, *fields: str, role: str = MEMBER_APP) -> tuple[int, Any]:
    return rewards("api", "get", name, *fields, "--role", role)


def test_it_says_what_operators_are_told(rewards: Rewards, member: str):
    for question in ("balance", "statement", "forecast"):
        code, answer = get(rewards, f"points-ledger.{question}", f"member_id={member}")
        assert (code, answer) == rewards("member", question, member, "--json")
        assert answer["member_id"] == member
    tier = wait_for(lambda: get(rewards, "tiers.tier", f"member_id={member}"), lambda it: it[0] == 0, "a tier")
    assert tier == rewards("member", "tier", member, "--json")


def test_query_parameters_are_fields_of_the_question(rewards: Rewards, member: str):
    _, whole = get(rewards, "points-ledger.statement", f"member_id={member}")
    code, page = get(rewards, "points-ledger.statement", f"member_id={member}", "limit=1")
    assert (code, page["lines"]) == (0, whole["lines"][:1])


def test_a_member_who_is_not_there_is_not_found(rewards: Rewards):
    for question in QUESTIONS:
        code, said = get(rewards, question, "member_id=read-api-nobody")
        assert code == 1
        assert re.search("404 UnknownMember", said)


@pytest.mark.parametrize("wrong", ["at=yesterday", "colour=red"])
def test_a_wrong_request_is_refused(rewards: Rewards, member: str, wrong: str):
    code, said = get(rewards, "points-ledger.balance", f"member_id={member}", wrong)
    assert (code, "400 InvalidRequest" in said) == (1, True)


def test_who_does_not_sign_is_refused(world: DeployedSystem, member: str):
    routes = ReadApis(place_of(LOCAL_STACK, world.aws.folder)).routes()
    for question in QUESTIONS:
        address = chosen(routes, question).address.replace("{member_id}", member)
        answer = URLLib3Session().send(AWSRequest("GET", address).prepare())
        assert (answer.status_code, json.loads(answer.content)) == (403, {"message": "Missing Authentication Token"})


def test_a_role_that_is_not_configured_is_refused_though_iam_allows_it(
    world: DeployedSystem, rewards: Rewards, member: str
):
    make_callers(world.aws, [OTHER_APP])
    for question in QUESTIONS:
        code, said = get(rewards, question, f"member_id={member}", role=OTHER_APP)
        assert (code, "403: " in said) == (1, True)
        assert "explicit deny in a resource-based policy" in said


def test_a_role_that_iam_does_not_allow_is_refused_though_it_is_configured(
    world: DeployedSystem, rewards: Rewards, member: str
):
    iam = world.aws.client("iam")
    name = MEMBER_APP.rpartition("/")[2]
    [policy] = iam.list_role_policies(RoleName=name)["PolicyNames"]
    kept = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
    iam.delete_role_policy(RoleName=name, PolicyName=policy)
    try:
        code, said = get(rewards, "points-ledger.balance", f"member_id={member}")
    finally:
        iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(kept))
    assert (code, "no identity-based policy allows the execute-api:Invoke action" in said) == (1, True)


def test_the_list_has_an_address_and_a_permission_for_each_question(rewards: Rewards):
    code, routes = rewards("api", "list", "--json")
    assert (code, [f"{one['unit']}.{one['capability']}" for one in routes]) == (0, list(QUESTIONS))
    for one in routes:
        pattern = rf"arn:aws:execute-api:eu-central-1:000000000000:\w+/v1/GET/members/\*/{one['capability']}"
        assert re.fullmatch(pattern, one["invoke"])
