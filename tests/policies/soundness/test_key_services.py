"""The use of keys through services against an exact judge: what the pack calls confined admits no harmful request."""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pbc_isolation.engine import judge
from pbc_isolation.rules.samples import allow, document, role, stack, thing
from pbckit.judges.policy_evaluation import Context, Request, allowed

ACCOUNT, OTHER, REGION = "111111111111", "222222222222", "eu-central-1"
VIA, CALLER = "kms:ViaService", "kms:CallerAccount"
TABLE, QUEUE = "kms:EncryptionContext:aws:dynamodb:tableName", "kms:EncryptionContext:aws:sqs:arn"
OWN_TABLE, FOREIGN_TABLE = "shop-dev-inventory_store", "shop-dev-orders_store"
OWN_QUEUE, FOREIGN_QUEUE = (f"arn:aws:sqs:{REGION}:{ACCOUNT}:shop-dev-{unit}_queue" for unit in ("inventory", "orders"))
DYNAMODB, SQS, S3, ANOTHER = (f"{one}.{REGION}.amazonaws.com" for one in ("dynamodb", "sqs", "s3", "dynamo"))
RULES = {"isolation-declared-policies", "boundary-nothing-public"}

values: Mapping[str, list[str]] = {
    VIA: [DYNAMODB, SQS, S3, "dynamodb.*.amazonaws.com", "*", "*.amazonaws.com", "d*"],
    CALLER: [ACCOUNT, OTHER, "*"],
    TABLE: [OWN_TABLE, FOREIGN_TABLE, "shop-dev-inventory_*", "shop-dev-*", "*", "${aws:PrincipalTag/x}"],
    QUEUE: [OWN_QUEUE, FOREIGN_QUEUE, f"arn:aws:sqs:{REGION}:{ACCOUNT}:shop-dev-inventory_*", "arn:aws:sqs:*", "*"],
}
operators = st.sampled_from(
    [
        "StringEquals",
        "StringEquals",
        "StringLike",
        "StringLike",
        "StringNotEquals",
        "StringEqualsIfExists",
        "StringLikeIfExists",
        "ForAllValues:StringLike",
        "ForAnyValue:StringEquals",
    ]
)


def _tests(key: str) -> st.SearchStrategy["Tests"]:
    wanted = st.lists(st.sampled_from(values[key]), min_size=1, max_size=2, unique=True)
    return st.tuples(operators, st.just(key), wanted)


Tests = tuple[str, str, list[str]]
_CONFINED: Mapping[str, Tests] = {
    VIA: ("StringEquals", VIA, [DYNAMODB]),
    CALLER: ("StringEquals", CALLER, [ACCOUNT]),
    TABLE: ("StringLike", TABLE, ["shop-dev-inventory_*"]),
}
"""What confines. Half of the conditions are these with one of them changed or left out: near misses."""
anything = st.tuples(*(st.one_of(_tests(key), _tests(key), st.none()) for key in values))
near_misses = st.sampled_from(list(values)).flatmap(
    lambda key: st.one_of(_tests(key), st.none()).map(lambda one: tuple({**_CONFINED, key: one}.values()))
)
conditions = st.one_of(anything, near_misses).map(lambda tests: _condition([one for one in tests if one is not None]))
principals = st.sampled_from([f"arn:aws:iam::{ACCOUNT}:root", "*"])


def _condition(tests: list[Tests]) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    for operator, key, wanted in tests:
        found.setdefault(operator, {})[key] = wanted
    return found


def harmful(principal: str) -> Iterator[Request]:
    """What must not pass: a use of the key by whoever brings a ciphertext, for another's store, or of another account.

    DynamoDB and SQS name the store that they act for. Whoever calls KMS directly, S3, or a service that nobody knows,
    writes what they like.
    """
    callers = [ACCOUNT, OTHER] if principal == "*" else [ACCOUNT]
    for caller, via in product(callers, (None, S3, ANOTHER, DYNAMODB, SQS)):
        tables = [OWN_TABLE, FOREIGN_TABLE] if via == DYNAMODB else [None, OWN_TABLE, FOREIGN_TABLE]
        queues = [OWN_QUEUE, FOREIGN_QUEUE] if via == SQS else [None, OWN_QUEUE, FOREIGN_QUEUE]
        for table, queue in product(tables if via != SQS else [None], queues if via != DYNAMODB else [None]):
            own = (via == DYNAMODB and table == OWN_TABLE) or (via == SQS and queue == OWN_QUEUE)
            if not own or caller != ACCOUNT:
                given_keys = {VIA: via, CALLER: caller, TABLE: table, QUEUE: queue}
                context: Context = {key.lower(): value for key, value in given_keys.items() if value is not None}
                yield Request("kms:Decrypt", "key", context)


def admitted(principal: str, condition: dict[str, Any]) -> bool:
    """Whether the pack says that the key's policy lets somebody in."""
    statement = {**allow("kms:Decrypt"), "Principal": {"AWS": principal}, "Condition": condition}
    key = thing("inventory", "aws:kms/key:Key", "key", {"policy": document(statement)})
    return any(one.rule in RULES for one in judge(stack(key, role("inventory"))))


def passing(principal: str, condition: dict[str, Any]) -> list[Request]:
    """The harmful requests that a policy with this condition lets pass."""
    policy = {"Statement": [{**allow("kms:Decrypt"), "Condition": condition}]}
    return [one for one in harmful(principal) if allowed([policy], None, one)]


@given(principals, conditions)
@settings(max_examples=400)
def test_what_the_pack_calls_confined_admits_no_harmful_request(principal, condition):
    assert admitted(principal, condition) or not passing(principal, condition)


def test_both_answers_occur():
    """The comparison compares something: some conditions are confined, and many of the others let harm pass."""
    counted: Counter[tuple[bool, bool]] = Counter()

    @given(principals, conditions)
    @settings(max_examples=400, database=None, derandomize=True)
    def count(principal: str, condition: dict[str, Any]) -> None:
        counted[admitted(principal, condition), bool(passing(principal, condition))] += 1

    count()
    assert counted[False, True] == 0
    assert counted[False, False] > 20, counted
    assert counted[True, True] > counted[True, False] / 2, counted
