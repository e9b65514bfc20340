"""Whole stacks in AWS's shape."""

import copy
import json
from functools import cache
from typing import Any

from pbckit.sandbox.program import capture
from pbckit.sandbox.stack_config import read_stack
from tests.aws_shapes.identifiers import Place
from tests.aws_shapes.shapes import provider
from tests.conftest import ROOT

Export = dict[str, Any]
_ACCOUNT = "444455556666"
"""Where it is deployed: the program refuses the placeholders of the stack files. Then the account is renamed."""


@cache
def _created(stack: str) -> Export:
    at = place(stack)
    config = {
        "rewards:account": _ACCOUNT,
        "aws:allowedAccountIds": json.dumps([_ACCOUNT]),
        "rewards:repository": "acme/rewards",
    }
    made = provider(Place(_ACCOUNT, at.region))
    export = capture(stack, preview=False, provision=made, root=ROOT, config=config).export()
    for state in export["deployment"]["resources"]:
        if state["type"].startswith("aws:"):
            state["inputs"]["__defaults"] = []
    return json.loads(json.dumps(export).replace(_ACCOUNT, at.account))


def place(stack: str) -> Place:
    """Where a stack is deployed, by its configuration."""
    config = read_stack(ROOT, stack)
    return Place(config.value("rewards:account"), config.value("aws:region"))


def created(stack: str) -> Export:
    """The export of a stack right after its first `pulumi up`."""
    return copy.deepcopy(_created(stack))


_POLICIES = {
    "aws:sns/topicPolicy:TopicPolicy": ("arn", "aws:sns/topic:Topic", "arn"),
    "aws:sqs/queuePolicy:QueuePolicy": ("queueUrl", "aws:sqs/queue:Queue", "url"),
}
"""Policies that are resources of their own: the property by which they name what they are for, and its type and key."""


def refreshed(stack: str) -> Export:
    """The export of a stack after `pulumi refresh`: what was set by resources of their own shows where it is set."""
    body = created(stack)
    states = body["deployment"]["resources"]
    for state in states:
        if state["type"] in _POLICIES:
            key, token, own = _POLICIES[state["type"]]
            for one in states:
                if one["type"] == token and one["outputs"][own] == state["outputs"][key]:
                    one["outputs"]["policy"] = state["outputs"]["policy"]
    return body


def encrypted() -> dict[str, str]:
    """A secret as `pulumi stack export` writes it."""
    kind, secret = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"
    return {kind: secret, "ciphertext": "v1:8Xy1T7mUWqlsQb2M:3nJkQv9tYl0bXk1pZ0o="}
