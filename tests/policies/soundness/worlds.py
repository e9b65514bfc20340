"""Random policies over a small world: few tables, few actions, few context keys, so that every request can be tried."""

from collections.abc import Iterator
from itertools import product
from typing import Any

from hypothesis import strategies as st

from pbckit.judges.policy_evaluation import Request

ACCOUNT, REGION = "111111111111", "eu-central-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/shop-dev-orders_worker"
ACTIONS = ("dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", "sqs:ReceiveMessage")
OWN, FOREIGN, INDEX = (
    f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/shop-dev-{name}"
    for name in ("orders_store", "inventory_store", "inventory_store/index/pending")
)
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:shop-dev-inventory_queue"
RESOURCES = (OWN, FOREIGN, INDEX, QUEUE)
TAG, VPC, KEYS = "aws:principaltag/unit", "aws:sourcevpc", "dynamodb:leadingkeys"

action_patterns = st.sampled_from(
    [
        *ACTIONS,
        "DYNAMODB:getitem",
        "dynamodb:*",
        "dynamodb:Get*",
        "dynamodb:?etItem",
        "dynamodb:*Item",
        "*",
        "sqs:*",
        "s3:*",
    ]
)
resource_patterns = st.sampled_from(
    [
        *RESOURCES,
        "*",
        "arn:aws:dynamodb",
        "arn:aws:dynamodb:*:*:table/*",
        f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/shop-dev-*_store",
        f"{FOREIGN}*",
        f"{FOREIGN}/index/*",
        OWN.replace("orders", "??????"),
        OWN.replace("orders", "${aws:PrincipalTag/unit}"),
        f"arn:aws:dynamodb:*:table/shop-dev-{'?' * 6}_store",
        "arn:aws:*:*:*:*inventory*",
    ]
)
operators = st.sampled_from(
    [
        "StringEquals",
        "StringNotEquals",
        "StringLike",
        "StringNotLike",
        "StringEqualsIfExists",
        "StringNotEqualsIfExists",
        "StringEqualsIgnoreCase",
        "ForAllValues:StringEquals",
        "ForAnyValue:StringEquals",
        "ForAllValues:StringLike",
        "ForAnyValue:StringNotEquals",
    ]
)
conditions = st.one_of(
    st.builds(
        lambda operator, key, wanted: {operator: {key: wanted}},
        operators,
        st.sampled_from(["aws:PrincipalTag/unit", "aws:SourceVpc", "dynamodb:LeadingKeys"]),
        st.lists(
            st.sampled_from(["inventory", "orders", "vpc-1", "*", "i*", "INVENTORY", "${aws:PrincipalTag/unit}"]),
            min_size=1,
            max_size=2,
        ),
    ),
    st.builds(
        lambda operator, wanted: {operator: {"aws:PrincipalArn": wanted}},
        st.sampled_from(
            ["ArnLike", "ArnNotLike", "ArnEquals", "StringEquals", "StringNotEquals", "StringLike", "ArnLikeIfExists"]
        ),
        st.sampled_from(
            [
                ROLE,
                ROLE.replace("orders", "inventory"),
                "arn:aws:iam::*:role/shop-dev-*",
                "*",
                ROLE.replace("_worker", "_*"),
            ]
        ),
    ),
    st.builds(
        lambda key, wanted: {"Null": {key: wanted}},
        st.sampled_from(["aws:PrincipalTag/unit", "aws:SourceVpc", "aws:PrincipalArn"]),
        st.sampled_from(["true", "false"]),
    ),
)
conditioned = st.one_of(
    st.none(), st.none(), conditions, st.builds(lambda one, other: {**one, **other}, conditions, conditions)
)


def _statement(effect: str, act: tuple[str, Any], on: tuple[str, Any], condition: Any) -> dict[str, Any]:
    statement = {"Effect": effect, act[0]: act[1], on[0]: on[1]}
    return {**statement, "Condition": condition} if condition else statement


def _element(name: str, patterns: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, Any]]:
    several = st.lists(patterns, min_size=1, max_size=2)
    return st.tuples(st.sampled_from([name, name, name, f"Not{name}"]), st.one_of(patterns, several))


statements = st.builds(
    _statement,
    st.sampled_from(["Allow", "Allow", "Deny"]),
    _element("Action", action_patterns),
    _element("Resource", resource_patterns),
    conditioned,
)
policies = st.lists(statements, min_size=1, max_size=3)
boundaries = st.one_of(st.none(), policies)


def requests() -> Iterator[Request]:
    """Every request of the small world: each action on each resource in each context."""
    for action, resource in product(ACTIONS, RESOURCES):
        if action.split(":")[0] != resource.split(":")[2]:
            continue
        for tag, vpc, keys in product(
            [None, "inventory", "orders"], [None, "vpc-1"], [None, ["inventory"], ["inventory", "x"]]
        ):
            given = {TAG: tag, VPC: vpc, KEYS: keys, "aws:principalarn": ROLE}
            yield Request(action, resource, {key: value for key, value in given.items() if value is not None})


REQUESTS = tuple(requests())
