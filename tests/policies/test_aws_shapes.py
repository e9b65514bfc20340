"""The pack on a system that exists: state in AWS's shape, after creation, after a refresh, and at later previews."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from pbc_isolation.engine import judge
from pbc_isolation.pack_process import PackProcess
from pbc_isolation.stack.graph import from_export, from_sdk
from tests.aws_shapes import as_sdk, created, encrypted, previewed, refreshed
from tests.conftest import STACKS
from tests.policies.leaks.changes import (
    FUNCTION,
    QUEUE,
    TABLE,
    THIEF_ROLE,
    VICTIM_ROLE,
    At,
    Stack,
    allow,
    arn,
    document,
)
from tests.policies.leaks.corpus import LEAKS
from tests.policies.test_engine import SETTINGS

Export = dict[str, Any]


def states_of(body: Export) -> list[dict[str, Any]]:
    return body["deployment"]["resources"]


STATES: tuple[Callable[[str], Export], ...] = (created, refreshed)


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
@pytest.mark.parametrize("stack", [*STACKS, "migration"])
def test_the_system_passes_every_rule(stack, state):
    found = judge(from_export(state(stack)).resources, SETTINGS)
    assert [f"{one.rule}: {one.text}" for one in found] == []


@pytest.mark.parametrize(
    ("state", "preview"),
    [(previewed, True), (created, False), (created, True), (refreshed, True)],
    ids=["first preview", "up", "next preview", "next preview after a refresh"],
)
def test_the_system_passes_over_the_protocol_of_the_engine(state, preview):
    """Each resource by its inputs, then the stack by its outputs, in which AWS's part is there or unknown."""
    with PackProcess("rewards", "dev", preview=preview) as pack:
        assert pack.judge(states_of(state("dev"))) == []


@pytest.mark.parametrize("at", [At.UP, At.NEXT_PREVIEW], ids=lambda at: at.name)
def test_leaks_are_blocked_over_the_protocol_of_the_engine(at):
    with PackProcess("rewards", "dev", preview=at is At.NEXT_PREVIEW) as pack:
        for what, rule in OVER_THE_PROTOCOL.items():
            stack = Stack(at)
            next(leak for leak in LEAKS if leak.what == what).change(stack)
            stack.settle()
            found = pack.judge(stack.states)
            assert {one.message.partition("]")[0] for one in found if one.mandatory} >= {f"[{rule}"}, what


OVER_THE_PROTOCOL = {
    "an exact ARN": "isolation-direct-read",
    "a queue policy for everyone": "boundary-nothing-public",
    "a trust policy that names the role": "isolation-trust-policies",
    "its role": "isolation-pass-role",
    "an unknown key policy": "known-documents",
}
"""Some leaks, and by what they are blocked; all are tried without the protocol, which takes less time."""


@pytest.mark.parametrize("side", ["inputs", "outputs"])
def test_an_encrypted_policy_is_unprovable_over_the_protocol_too(side):
    """Unlike the policy that a provider will fill in, it stands for something that is there."""
    states = [one for one in states_of(created("dev")) if "campaigns" in one["urn"]]
    queue = next(one for one in states if one["type"] == "aws:sqs/queue:Queue")
    queue[side]["policy"] = encrypted()
    with PackProcess("rewards", "dev", preview=False) as pack:
        assert [one.urn for one in pack.judge(states) if "policy" in one.message and one.urn == queue["urn"]]


PUBLIC = document({**allow("sqs:ReceiveMessage", on=QUEUE), "Principal": "*"})
TOPIC = arn("sns", "rewards-dev-platform_alarms")
VICTIMS_ROLE = arn("iam", f"role/{VICTIM_ROLE}")
SUBSCRIBED = document({**allow("sns:Subscribe", on=TOPIC), "Principal": "*"})
DRIFT = [
    (":RolePolicy", {"role": THIEF_ROLE}, "policy", document(allow("*", on="*"))),
    (":Role", {"name": THIEF_ROLE}, "inlinePolicies", [{"name": "x", "policy": document(allow("*", on="*"))}]),
    (":Role", {"name": THIEF_ROLE}, "managedPolicyArns", ["arn:aws:iam::aws:policy/AdministratorAccess"]),
    (":Role", {"name": THIEF_ROLE}, "permissionsBoundary", ""),
    (":Role", {"name": VICTIM_ROLE}, "assumeRolePolicy", document({**allow("sts:AssumeRole"), "Principal": "*"})),
    (":Queue", {"name": "rewards-dev-points-ledger_post-points-queue"}, "policy", PUBLIC),
    (":Queue", {"name": "rewards-dev-points-ledger_post-points-queue"}, "redrivePolicy", json.dumps({"x": TABLE})),
    (":Topic", {"name": "rewards-dev-platform_alarms"}, "policy", SUBSCRIBED),
    (":Function", {"name": "rewards-dev-campaigns_bonuses"}, "role", VICTIMS_ROLE),
    (":EventSourceMapping", "campaigns-outbox-stream", "functionArn", FUNCTION),
    (":EventSourceMapping", "campaigns-outbox-stream", "eventSourceArn", f"{TABLE}/stream/1"),
    (":EventTarget", "earn-points-earn-inbound-target", "arn", QUEUE),
    (":Schedule", "campaigns-outbox-sweeper-schedule", "target", {"arn": QUEUE, "roleArn": VICTIMS_ROLE}),
]
"""What somebody changed by hand: a resource, by its inputs or the end of its URN, a property, and what it became."""


@pytest.mark.parametrize("sdk", [False, True], ids=["export", "next preview"])
@pytest.mark.parametrize(("token", "which", "key", "value"), DRIFT, ids=lambda one: one if isinstance(one, str) else "")
def test_what_was_changed_by_hand_is_found(token, which, key, value, sdk):
    """The program still says what it said: only outputs show it."""
    stack = Stack(At.UP)
    if isinstance(which, str):
        state = next(one for one in stack.states if one["type"].endswith(token) and one["urn"].endswith(which))
    else:
        state = stack.find(token, **which)
    assert state["outputs"][key] != value
    state["outputs"][key] = value
    resources = from_sdk(as_sdk(stack.states)).resources if sdk else from_export(stack.body).resources
    assert judge(resources, SETTINGS)
