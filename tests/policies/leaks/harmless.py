"""Harmless changes: what developers do every day. Each must pass all rules."""

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.policies.leaks.answers import METADATA
from tests.policies.leaks.changes import (
    LOGS,
    OWN_FUNCTION,
    OWN_TABLE,
    QUEUE,
    TABLE,
    THIEF,
    THIEF_ROLE,
    VICTIM,
    Change,
    Stack,
    allow,
    arn,
    document,
    granted,
)
from tests.policies.leaks.keys import KEY_USES
from tests.policies.leaks.own_things import OWN_THINGS


@dataclass(frozen=True)
class Harmless:
    """A change that gives nobody anything."""

    what: str
    change: Change


def _kept(*actions: str, on: Any = "*", **more: Any) -> Change:
    """An Allow added to a role of a unit, under its boundary as it is."""
    return granted(allow(*actions, on=on, **more), bounded=True)


def _denied(*actions: str, **more: Any) -> Change:
    return granted({"Effect": "Deny", "Action": list(actions), **(more or {"Resource": "*"})}, bounded=True)


def _set(token: str, wanted: dict[str, str], **props: Any) -> Change:
    def change(stack: Stack) -> None:
        stack.update(stack.find(token, **wanted), **props)

    return change


def _clone(token: str, name: str, new_name: str, **props: Any) -> Change:
    """One more of what the unit has already."""

    def change(stack: Stack) -> None:
        state = copy.deepcopy(stack.find(token, name=name))
        state["urn"] += "-more"
        stack.update(state, name=new_name, **props)
        stack.states.append(state)

    return change


def _edited(token: str, key: str, wanted: dict[str, str], edit: Callable[[dict[str, Any]], None]) -> Change:
    def change(stack: Stack) -> None:
        stack.edit(stack.find(token, **wanted), key, edit)

    return change


def _rewritten(rewrite: Callable[[dict[str, Any]], str]) -> Change:
    """The same inline policies, in other words."""

    def change(stack: Stack) -> None:
        for state in stack.states:
            if state["type"].endswith(":RolePolicy"):
                stack.update(state, policy=rewrite(json.loads(state["inputs"]["policy"])))

    return change


def _single_statements(body: dict[str, Any]) -> str:
    statements = body["Statement"]
    return json.dumps({**body, "Statement": statements[0] if len(statements) == 1 else statements})


def _plain_actions(body: dict[str, Any]) -> str:
    split = [{**one, "Action": action} for one in body["Statement"] for action in one["Action"]]
    return json.dumps({**body, "Statement": split})


def _without(unit: str) -> Change:
    def change(stack: Stack) -> None:
        own = [one for one in stack.states if one["urn"].split("::")[3].startswith(unit)]
        for state in own:
            stack.remove(state)

    return change


def _deployed(stack: Stack) -> None:
    """As after the creation: every role, table, queue and function knows its ARN."""
    services = {":Table": ("dynamodb", "table/"), ":Queue": ("sqs", ""), ":Role": ("iam", "role/")}
    for state in stack.states:
        for token, (service, before) in services.items():
            if state["type"].endswith(token) and state.get("custom"):
                state["outputs"]["arn"] = arn(service, before + state["inputs"]["name"])


def _attached(stack: Stack) -> None:
    name = "rewards-dev-campaigns_more"
    tags = stack.find(":Role", name=THIEF_ROLE)["inputs"]["tags"]
    policy = document(allow("dynamodb:Query", on=OWN_TABLE))
    stack.add("aws:iam/policy:Policy", "more", name=name, policy=policy, tags=tags)
    attachment = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
    stack.add(attachment, "more-on", role=THIEF_ROLE, policyArn=arn("iam", f"policy/{name}"))


def _queue_names_own_role(stack: Stack) -> None:
    policy = next(one for one in stack.states if one["urn"].endswith("post-points-inbound-queue-policy"))
    own = {"AWS": arn("iam", "role/rewards-dev-points-ledger_post-points")}
    statement = {**allow("sqs:ReceiveMessage", on=QUEUE), "Principal": own}
    stack.edit(policy, "policy", lambda body: body["Statement"].append(statement))


def _added(token: str, urn_name: str, /, **props: Any) -> Change:
    def change(stack: Stack) -> None:
        stack.add(token, urn_name, THIEF, **props)

    return change


def _environment(**variables: str) -> Change:
    def change(stack: Stack) -> None:
        function = stack.find(":Function", name=THIEF_ROLE)
        present = function["inputs"]["environment"]["variables"]
        stack.update(function, environment={"variables": {**present, **variables}})

    return change


def _admitting(principal: Any, **more: Any) -> Change:
    """A statement in the policy of a queue of the victim."""

    def change(stack: Stack) -> None:
        policy = next(one for one in stack.states if one["urn"].endswith("post-points-inbound-queue-policy"))
        statement = {**allow("sqs:SendMessage", on=QUEUE, **more), "Principal": principal}
        stack.edit(policy, "policy", lambda body: body["Statement"].append(statement))

    return change


def _everywhere(*words: str) -> Change:
    """Words replaced in everything: pairs of the old and the new."""
    return lambda stack: stack.rewrite(*words)


_FROM_REPOSITORY = {
    "Effect": "Allow",
    "Principal": {"Federated": arn("iam", "oidc-provider/token.actions.githubusercontent.com")},
    "Action": "sts:AssumeRoleWithWebIdentity",
    "Condition": {"StringEquals": {"token.actions.githubusercontent.com:sub": "repo:acme/rewards:environment:dev"}},
}
_STORE = {"name": "rewards-dev-campaigns_store"}
_FUNCTION = {"name": THIEF_ROLE}
_ROLE = {"name": THIEF_ROLE}
_BOUNDARY = {"name": "rewards-dev-campaigns_boundary"}
_KEY = {"description": "Everything that campaigns stores in dev"}
_RULE = {"name": "rewards-dev-points-ledger_post-points"}
_OWN_QUEUE = {"name": "rewards-dev-campaigns_relay-dlq"}
_TRUST_SELF = {
    "Effect": "Allow",
    "Principal": {"AWS": arn("iam", "role/rewards-dev-campaigns_relay")},
    "Action": "sts:AssumeRole",
}
_KEY_FOR_OWN = {
    "Effect": "Allow",
    "Principal": {"AWS": arn("iam", "role/rewards-dev-campaigns_relay")},
    "Action": "kms:Decrypt",
    "Resource": "*",
}
_DENY_ALL_TABLES = {"Effect": "Deny", "Action": "dynamodb:*", "Resource": TABLE}

HARMLESS = (
    Harmless("nothing at all", lambda _stack: None),
    # What a unit may do with its own
    Harmless("one more read of the own table", _kept("dynamodb:GetItem", on=OWN_TABLE)),
    Harmless("a write to the own table", _kept("dynamodb:UpdateItem", on=OWN_TABLE)),
    Harmless("a query on an own index", _kept("dynamodb:Query", on=f"{OWN_TABLE}/index/by-window")),
    Harmless("reading the own stream", _kept("dynamodb:GetRecords", on=f"{OWN_TABLE}/stream/*")),
    Harmless("odd casing", _kept("DynamoDB:getitem", on=OWN_TABLE)),
    Harmless("the own prefix", _kept("dynamodb:GetItem", on=arn("dynamodb", "table/rewards-dev-campaigns_*"))),
    Harmless("the own table in any region", _kept("dynamodb:GetItem", on=OWN_TABLE.replace("eu-central-1", "*"))),
    Harmless("receiving from an own queue", _kept("sqs:ReceiveMessage", on=arn("sqs", "rewards-dev-campaigns_more"))),
    Harmless("invoking an own function", _kept("lambda:InvokeFunction", on=OWN_FUNCTION)),
    Harmless(
        "a condition on top",
        _kept("dynamodb:GetItem", on=OWN_TABLE, Condition={"Bool": {"aws:SecureTransport": "true"}}),
    ),
    Harmless(
        "a table that does not exist yet",
        _kept("dynamodb:GetItem", on=arn("dynamodb", "table/rewards-dev-campaigns_next")),
    ),
    # What harms nobody
    Harmless("publishing a metric", _kept("cloudwatch:PutMetricData")),
    Harmless("traces", _kept("xray:PutTraceSegments")),
    Harmless("who am I", _kept("sts:GetCallerIdentity")),
    Harmless("listing tables", _kept("dynamodb:ListTables")),
    # What the boundary takes away again
    Harmless("another unit's table, under the boundary", _kept("dynamodb:GetItem", on=TABLE)),
    Harmless("another unit's logs, under the boundary", _kept("logs:FilterLogEvents", on=LOGS)),
    Harmless("writing policies, under the boundary", _kept("iam:PutRolePolicy", on=arn("iam", "role/x"))),
    # Denials
    Harmless("a denial of everything else", _denied("s3:*")),
    Harmless("a denial but for the own", _denied("dynamodb:*", NotResource=OWN_TABLE)),
    Harmless(
        "one more denial in the boundary",
        _edited(":Policy", "policy", _BOUNDARY, lambda body: body["Statement"].append(_DENY_ALL_TABLES)),
    ),
    # The same in other words
    Harmless("a document on many lines", _rewritten(lambda body: json.dumps(body, indent=4))),
    Harmless(
        "statements in another order",
        _rewritten(lambda body: json.dumps({**body, "Statement": body["Statement"][::-1]})),
    ),
    Harmless("a statement without a list", _rewritten(_single_statements)),
    Harmless("an action in each statement", _rewritten(_plain_actions)),
    Harmless(
        "without names of statements",
        _rewritten(
            lambda body: json.dumps(
                {**body, "Statement": [{k: v for k, v in one.items() if k != "Sid"} for one in body["Statement"]]}
            )
        ),
    ),
    Harmless(
        "the older version of the language", _rewritten(lambda body: json.dumps({**body, "Version": "2008-10-17"}))
    ),
    Harmless("an attached policy of its own", _attached),
    Harmless("a role's empty list of inline policies", _set(":Role", _ROLE, inlinePolicies=[])),
    # Whom resources admit
    Harmless("a queue that names its own unit's role", _queue_names_own_role),
    Harmless(
        "a role that trusts a role of its own unit",
        _edited(":Role", "assumeRolePolicy", _ROLE, lambda body: body["Statement"].append(_TRUST_SELF)),
    ),
    Harmless(
        "a key that names its own unit's role",
        _edited(":Key", "policy", _KEY, lambda body: body["Statement"].append(_KEY_FOR_OWN)),
    ),
    # Names that give nothing
    Harmless("another unit's table in the environment", _environment(ELSEWHERE="rewards-dev-points-ledger_store")),
    Harmless("another unit's ARN in a description", _set(":Function", _FUNCTION, description=f"not {TABLE}")),
    Harmless(
        "another unit's name in a tag",
        lambda stack: stack.update(
            stack.find(":Table", **_STORE), tags={**stack.find(":Table", **_STORE)["inputs"]["tags"], "beside": VICTIM}
        ),
    ),
    Harmless(
        "a dashboard of another unit's metrics",
        _added(
            "aws:cloudwatch/dashboard:Dashboard",
            "board",
            dashboardName="rewards-dev-campaigns_board",
            dashboardBody=json.dumps({"of": TABLE}),
        ),
    ),
    # More of the same
    Harmless("one more table", _clone("table:Table", "rewards-dev-campaigns_store", "rewards-dev-campaigns_more")),
    Harmless(
        "one more queue", _clone("queue:Queue", "rewards-dev-campaigns_relay-dlq", "rewards-dev-campaigns_more-dlq")
    ),
    Harmless(
        "one more log group",
        _clone("logGroup:LogGroup", f"/aws/lambda/{THIEF_ROLE}", "/aws/lambda/rewards-dev-campaigns_more"),
    ),
    Harmless(
        "one more parameter",
        _added("aws:ssm/parameter:Parameter", "rate", name="/rewards-dev-campaigns_rate", value="1"),
    ),
    Harmless(
        "one more event of another unit",
        _set(
            ":EventRule", _RULE, eventPattern=json.dumps({"source": ["campaigns"], "detail-type": ["CampaignChanged"]})
        ),
    ),
    # Sizes
    Harmless("more memory", _set(":Function", _FUNCTION, memorySize=1024)),
    Harmless("longer logs", _set(":LogGroup", {"name": f"/aws/lambda/{THIEF_ROLE}"}, retentionInDays=365)),
    Harmless("shorter retention of dead letters", _set(":Queue", _OWN_QUEUE, messageRetentionSeconds=86400)),
    # Other stacks
    Harmless("without a unit that nobody needs here", _without(VICTIM)),
    Harmless("without the unit itself", _without(THIEF)),
    Harmless("as after the creation", _deployed),
    # Whom resources admit, in other words
    Harmless(
        "a queue that leaves it to the account's identity policies",
        _admitting({"AWS": "arn:aws:iam::111111111111:root"}),
    ),
    Harmless(
        "a queue for the account, by its number",
        _admitting({"AWS": "111111111111"}),
    ),
    Harmless(
        "a queue for a session of its own role",
        _admitting({"AWS": "arn:aws:sts::111111111111:assumed-role/rewards-dev-points-ledger_post-points/s"}),
    ),
    Harmless(
        "a queue for its own roles by pattern",
        _admitting("*", Condition={"ArnLike": {"aws:PrincipalArn": arn("iam", "role/rewards-dev-points-ledger_*")}}),
    ),
    Harmless(
        "a queue for a service that acts for the own function",
        _admitting(
            {"Service": "lambda.amazonaws.com"},
            Condition={
                "ArnEquals": {"aws:SourceArn": arn("lambda", "function:rewards-dev-points-ledger_post-points")},
                "StringEquals": {"aws:SourceAccount": "111111111111"},
            },
        ),
    ),
    # More own things
    Harmless(
        "a public library's layer",
        _set(":Function", _FUNCTION, layers=["arn:aws:lambda:eu-central-1:017000801446:layer:AWSLambdaPowertools:1"]),
    ),
    Harmless("a random suffix", _added("random:index/randomId:RandomId", "suffix", byteLength=4)),
    Harmless(
        "a subscription of the own topic by the own queue",
        _added(
            "aws:sns/topicSubscription:TopicSubscription",
            "own",
            topic=arn("sns", "rewards-dev-campaigns_news"),
            protocol="sqs",
            endpoint=arn("sqs", "rewards-dev-campaigns_relay-dlq"),
        ),
    ),
    Harmless(
        "an e-mail subscription of the own topic",
        _added(
            "aws:sns/topicSubscription:TopicSubscription",
            "mail",
            topic=arn("sns", "rewards-dev-campaigns_news"),
            protocol="email",
            endpoint="oncall@acme.example",
        ),
    ),
    Harmless(
        "a rotation of an own secret by an own function",
        _added(
            "aws:secretsmanager/secretRotation:SecretRotation",
            "own",
            secretId=arn("secretsmanager", "secret:rewards-dev-campaigns_key-abc"),
            rotationLambdaArn=OWN_FUNCTION,
        ),
    ),
    Harmless(
        "a role for one branch of the own repository",
        _edited(":Role", "assumeRolePolicy", _ROLE, lambda body: body["Statement"].append(_FROM_REPOSITORY)),
    ),
    # Elsewhere
    Harmless("another region", _everywhere("eu-central-1", "us-east-1")),
    Harmless("another account", _everywhere("111111111111", "333333333333")),
    Harmless("another partition", _everywhere("arn:aws:", "arn:aws-us-gov:")),
    Harmless("another project", _everywhere("rewards-dev-", "loyalty-dev-", "::rewards::", "::loyalty::")),
    Harmless("resources in another order", lambda stack: stack.states.reverse()),
    *(Harmless(what, change) for what, change in (*OWN_THINGS, *KEY_USES, *METADATA)),
)
