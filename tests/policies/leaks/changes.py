"""How the corpus changes the captured graph: as a developer would change the program."""

import json
import os
import pickle
from collections.abc import Callable, Sequence
from enum import Enum
from functools import cache
from typing import Any

from pbc_isolation.stack.graph import Resource
from tests.aws_shapes import SHAPES, created, filled, place, planned
from tests.conftest import captured
from tests.policies.reading import Reader

ACCOUNT, REGION = "111111111111", "eu-central-1"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
INVENTED = ("aws:brandnew/thing:Thing", "aws:iam/brandNew:BrandNew")
"""Types that do not exist, on purpose: what the pack says of types that are new."""
THIEF, VICTIM = "campaigns", "points-ledger"
THIEF_ROLE, VICTIM_ROLE = "rewards-dev-campaigns_bonuses", "rewards-dev-points-ledger_balance"


def arn(service: str, resource: str) -> str:
    region = "" if service in ("iam", "s3") else REGION
    return f"arn:aws:{service}:{region}:{ACCOUNT}:{resource}"


TABLE = arn("dynamodb", "table/rewards-dev-points-ledger_store")
OUTBOX = arn("dynamodb", "table/rewards-dev-points-ledger_outbox")
QUEUE = arn("sqs", "rewards-dev-points-ledger_post-points-queue")
QUEUE_URL = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/rewards-dev-points-ledger_post-points-queue"
FUNCTION = arn("lambda", "function:rewards-dev-points-ledger_statement")
OWN_TABLE = arn("dynamodb", "table/rewards-dev-campaigns_store")
OWN_QUEUE = arn("sqs", "rewards-dev-campaigns_relay-dlq")
OWN_FUNCTION = arn("lambda", "function:rewards-dev-campaigns_bonuses:live")
LOGS = arn("logs", "log-group:/aws/lambda/rewards-dev-points-ledger_statement:*")

Change = Callable[["Stack"], None]


class At(Enum):
    """When a changed program is judged."""

    FIRST_PREVIEW = "before anything exists"
    UP = "after `pulumi up`"
    NEXT_PREVIEW = "at the next preview of what exists"


CONCERNED = (THIEF, VICTIM, "earn-points", "operations", "platform")
"""Units that the corpus changes."""
IN_FULL = bool(os.environ.get("CORPUS_IN_FULL"))
"""Whether each change is tried in the whole program and in every state, as `make nightly` wants it; else in the units
that it concerns, which takes a fifth of the time, and in one state. What exists is always of these units."""


def concerned(states: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The resources of the units that the corpus changes."""
    return [one for one in states if one["urn"].split("::")[3].startswith(CONCERNED)]


def pickled(body: dict[str, Any], *, whole: bool) -> bytes:
    """The export of a stack, or of the units in it that the corpus changes."""
    if not whole:
        body["deployment"]["resources"] = concerned(body["deployment"]["resources"])
    return pickle.dumps(body)


@cache
def _pickled(at: At, whole: bool) -> bytes:
    return pickled(captured("dev").export() if at is At.FIRST_PREVIEW else created("dev"), whole=whole)


@cache
def _before(at: At, whole: bool) -> dict[str, Any]:
    return pickle.loads(_pickled(at, whole))  # noqa: S301


@cache
def _reader(at: At, whole: bool) -> Reader:
    return Reader(_before(at, whole))


def _resolve(state: dict[str, Any], by_urn: dict[str, dict[str, Any]]) -> None:
    """Give what flows from other resources its value, if they are all there."""
    for key, urns in state.get("propertyDependencies", {}).items():
        for side in ("inputs", "outputs"):
            if state[side].get(key) == UNKNOWN and urns and all(urn in by_urn for urn in urns):
                source = by_urn[urns[0]]["outputs"]
                state[side][key] = source.get("arn") or source.get("id") or source.get("name")


class Stack:
    """The captured graph as an export, and the changes that are made to it."""

    def __init__(self, at: At = At.FIRST_PREVIEW, *, whole: bool = IN_FULL) -> None:
        self.at = at
        self._whole = whole and at is At.FIRST_PREVIEW
        self.body: dict[str, Any] = pickle.loads(_pickled(at, self._whole))  # noqa: S301 ours, and faster than copying
        self._wanted_before = {
            state["urn"]: state.get("inputs", {}) for state in _before(at, self._whole)["deployment"]["resources"]
        }

    def resources(self) -> Sequence[Resource]:
        """The changed stack, as the pack reads it."""
        return _reader(self.at, self._whole).resources(self.body)

    def rewrite(self, *words: str) -> None:
        """Replace words in everything: pairs of the old and the new."""
        text = json.dumps([self.body, self._wanted_before])
        for old, new in zip(words[::2], words[1::2], strict=True):
            text = text.replace(old, new)
        self.body, self._wanted_before = json.loads(text)

    @property
    def known(self) -> bool:
        """True if all that the program sets is known."""
        return UNKNOWN not in json.dumps([state.get("inputs") for state in self.states])

    def settle(self) -> None:
        """Give what was changed the outputs that it has by then.

        After `pulumi up` everything is there, and what flows from other resources has a value. At the next preview
        what is there has its old outputs under what the program wants now.
        """
        if self.at is At.UP:
            by_urn = {one["urn"]: one for one in self.states}
            for state in self.states:
                _resolve(state, by_urn)
        for state in self.states:
            wanted = state.get("inputs", {})
            before = self._wanted_before.get(state["urn"])
            if before is None and state["type"] in SHAPES and self.at is At.UP:
                state["id"], state["outputs"] = filled(place("dev"), state["type"], state["urn"], wanted)
            elif before is None and state["type"] not in INVENTED and self.at is At.NEXT_PREVIEW:
                state["outputs"] = planned(state)["outputs"]
            elif before is not None and self.at is At.NEXT_PREVIEW:
                state["outputs"] |= {key: value for key, value in wanted.items() if before.get(key) != value}

    @property
    def states(self) -> list[dict[str, Any]]:
        return self.body["deployment"]["resources"]

    def find(self, token: str, **wanted: str) -> dict[str, Any]:
        """The one resource of a type whose inputs have these values."""
        [found] = [
            state
            for state in self.states
            if state["type"].endswith(token)
            and all(state.get("inputs", {}).get(key) == value for key, value in wanted.items())
        ]
        return found

    def update(self, state: dict[str, Any], **props: Any) -> None:
        """Set properties; None takes one away."""
        for side in ("inputs", "outputs"):
            kept = {**state.get(side, {}), **props}
            state[side] = {key: value for key, value in kept.items() if value is not None}

    def add(self, token: str, name: str, owner: str | None = THIEF, /, **props: Any) -> dict[str, Any]:
        """A new resource of a unit, or of nobody."""
        kind = {"earn-points": "Offering", "operations": "Operations", "platform": "Platform"}.get(owner or "", "Pbc")
        unit = f"pbckit:infra:{kind}"
        chain = token if owner is None else f"{unit}${token}"
        state = {
            "urn": f"urn:pulumi:dev::rewards::{chain}::{name}",
            "type": token,
            "custom": True,
            "inputs": props,
            "outputs": dict(props),
            "parent": f"urn:pulumi:dev::rewards::{unit}::{owner}" if owner else "",
        }
        self.states.append(state)
        return state

    def remove(self, state: dict[str, Any]) -> None:
        self.states.remove(state)

    def edit(self, state: dict[str, Any], key: str, change: Callable[[dict[str, Any]], None]) -> None:
        """Change a document."""
        document = json.loads(state["inputs"][key])
        change(document)
        self.update(state, **{key: json.dumps(document)})

    def open_boundary(self, unit: str = THIEF) -> None:
        """Make a unit's boundary allow everything, so that only what is under test holds its roles."""
        boundary = self.find(":Policy", name=f"rewards-dev-{unit}_boundary")
        self.update(boundary, policy=document(allow("*", on="*")))


def allow(*actions: str, on: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": on, **more}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def granted(*statements: dict[str, Any], bounded: bool = False) -> Change:
    """Statements added to the inline policy of a role of the thief, whose boundary is open unless `bounded`."""

    def change(stack: Stack) -> None:
        if not bounded:
            stack.open_boundary()
        policy = stack.find(":RolePolicy", role=THIEF_ROLE)
        stack.edit(policy, "policy", lambda body: body["Statement"].extend(statements))

    return change


def allowed(*actions: str, on: Any = "*", **more: Any) -> Change:
    """An Allow added to the inline policy of a role of the thief."""
    return granted(allow(*actions, on=on, **more))


def added(token: str, name: str, owner: str | None = THIEF, /, **props: Any) -> Change:
    """A resource added."""

    def change(stack: Stack) -> None:
        stack.add(token, name, owner, **props)

    return change


def both(*changes: Change) -> Change:
    """Several changes, one after the other."""

    def change(stack: Stack) -> None:
        for one in changes:
            one(stack)

    return change
