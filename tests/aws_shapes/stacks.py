"""Whole stacks in AWS's shape."""

import copy
import json
from collections.abc import Iterable
from functools import cache
from types import SimpleNamespace
from typing import Any

from pbckit.sandbox.program import capture
from pbckit.sandbox.stack_config import read_stack
from tests.aws_shapes.classes import UNKNOWN, filled_in
from tests.aws_shapes.identifiers import Place
from tests.aws_shapes.shapes import SHAPES, provider
from tests.conftest import ROOT, captured

Export = dict[str, Any]
State = dict[str, Any]
"""A resource as it stands in an export."""
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
    callers = read_stack(ROOT, stack).values.get("rewards:readApiCallers")
    if callers is not None:
        config["rewards:readApiCallers"] = callers.replace(at.account, _ACCOUNT)
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


def previewed(stack: str) -> Export:
    """A stack at its first preview, as the engine hands it over: what the provider will fill in is unknown."""
    body = captured(stack).export()
    return {**body, "deployment": {"resources": [planned(state) for state in body["deployment"]["resources"]]}}


def planned(state: State) -> State:
    """The state of a resource that is not there yet."""
    if not state["type"].startswith("aws:"):
        return state
    return {**state, "outputs": {**dict.fromkeys(filled_in(state["type"]), UNKNOWN), **state["inputs"]}}


def refreshed(stack: str) -> Export:
    """The export of a stack after `pulumi refresh`: documents as AWS writes them.

    What resources of their own set, such as the policy of a queue, shows on what it is set on.
    """
    body = created(stack)
    states = [state for state in body["deployment"]["resources"] if state["type"] in SHAPES]
    there = {(one["type"], one["outputs"].get(key)): one["outputs"] for one in states for key in ("arn", "url", "name")}
    for state in states:
        outputs = state["outputs"]
        if state["type"] == "aws:sns/topicPolicy:TopicPolicy":
            there["aws:sns/topic:Topic", outputs["arn"]]["policy"] = outputs["policy"]
        elif state["type"] == "aws:sqs/queuePolicy:QueuePolicy":
            there["aws:sqs/queue:Queue", outputs["queueUrl"]]["policy"] = outputs["policy"]
        elif state["type"] == "aws:iam/rolePolicy:RolePolicy":
            inline = {"name": outputs["name"], "policy": outputs["policy"]}
            there["aws:iam/role:Role", outputs["role"]]["inlinePolicies"].append(inline)
    for state in states:
        state["outputs"] = {key: _as_aws_writes(value) for key, value in state["outputs"].items()}
    return body


def _as_aws_writes(value: Any) -> Any:
    """JSON in a text with its keys in order and lists of one without brackets, as AWS gives documents back."""
    try:
        body = json.loads(value) if isinstance(value, str) and value.startswith("{") else None
    except json.JSONDecodeError:
        body = None  # A pattern of a metric filter begins so, too.
    if body is None:
        return value
    return json.dumps(_collapsed(body) if "Statement" in body else body, sort_keys=True, separators=(",", ":"))


def _collapsed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _collapsed(item) for key, item in value.items()}
    if isinstance(value, list):
        return _collapsed(value[0]) if len(value) == 1 else [_collapsed(item) for item in value]
    return value


def as_sdk(states: Iterable[State]) -> list[Any]:
    """The resources as the policy SDK hands them to a stack policy."""
    made = {
        state["urn"]: SimpleNamespace(
            resource_type=state["type"],
            urn=state["urn"],
            name=state["urn"].split("::")[3],
            props=state.get("outputs", {}),
            parent=None,
            dependencies=[],
            property_dependencies={},
            provider=SimpleNamespace(props={}) if state.get("custom") else None,
            opts=SimpleNamespace(parent=state.get("parent", ""), protect=state.get("protect", False)),
        )
        for state in states
    }
    for state in states:
        made[state["urn"]].property_dependencies = {
            key: [made[urn] for urn in urns if urn in made]
            for key, urns in state.get("propertyDependencies", {}).items()
        }
    return list(made.values())


def encrypted() -> dict[str, str]:
    """A secret as `pulumi stack export` writes it."""
    kind, secret = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"
    return {kind: secret, "ciphertext": "v1:8Xy1T7mUWqlsQb2M:3nJkQv9tYl0bXk1pZ0o="}
