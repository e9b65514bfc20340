"""What the tools are asked about: the shipped stack, and the same with each leak of the corpus."""

import json
import re
from dataclasses import dataclass
from typing import Any

from ops.repository import ROOT
from tests.conftest import captured
from tests.policies.leaks.changes import Stack
from tests.policies.leaks.corpus import LEAKS, Leak

_ACCOUNT = re.compile(r"arn:aws:iam::(\d{12}):")
STACK = "dev"

States = list[dict[str, Any]]


@dataclass(frozen=True)
class Leaked:
    """A stack with one leak, beside the one that it is compared with."""

    title: str
    opened: bool
    """Whether it is compared with the stack whose boundary is open, as most leaks need it to be one."""
    states: States
    """The whole stack."""
    before: States
    """The resources that the leak changes, as they were."""
    after: States
    """The same as they are now, and those that the leak adds."""


def units() -> list[str]:
    """Keys of the PBCs and offerings of the stack."""
    graph = captured(STACK)
    return [one.name for kind in ("Pbc", "Offering") for one in graph.by_type(f"pbckit:infra:{kind}")]


def callers() -> dict[str, set[str]]:
    """Who may call some capability of a unit, by the contracts."""
    found: dict[str, set[str]] = {}
    for path in (ROOT / "contracts/schemas").glob("*.json"):
        found.setdefault(path.name.partition(".")[0], set()).update(json.loads(path.read_text()).get("x-callers", ()))
    return found


def account(states: States) -> str:
    """The number of the account that the resources are in."""
    return _ACCOUNT.findall(json.dumps(states))[0]


def compared_with(*, opened: bool) -> States:
    """The stack without a leak: as shipped, or with the boundary open of the unit that leaks go out from."""
    stack = Stack()
    if opened:
        stack.open_boundary()
    return stack.states


def leaked() -> list[Leaked]:
    """Every leak of the corpus that the tests try the policy pack with."""
    return [_leaked(leak) for leak in LEAKS]


def _leaked(leak: Leak) -> Leaked:
    stack = Stack()
    leak.change(stack)
    opened = _difference(stack.states, compared_with(opened=True))
    shipped = _difference(stack.states, compared_with(opened=False))
    # With the open boundary there is less that differs; nothing at all where the open boundary is the leak.
    smaller = 0 < len(opened) < len(shipped)
    after = opened if smaller else shipped
    clean = {state["urn"]: state for state in compared_with(opened=smaller)}
    before = [clean[state["urn"]] for state in after if state["urn"] in clean]
    return Leaked(f"{leak.number}: {leak.what}", smaller, stack.states, before, after)


def _difference(states: States, others: States) -> States:
    known = {state["urn"]: state for state in others}
    return [state for state in states if state != known.get(state["urn"])]
