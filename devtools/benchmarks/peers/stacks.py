"""What the tools are asked about: the shipped stack, and the same with each leak of the corpus."""

import json
import re
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ops.repository import ROOT
from tests.conftest import captured
from tests.policies.leaks.changes import Stack
from tests.policies.leaks.corpus import LEAKS, Leak
from tests.policies.leaks.phases import KNOWN, Case, Phased
from tests.policies.leaks.samples import LEAKS_OF_KINDS

_ACCOUNT = re.compile(r"arn:aws:iam::(\d{12}):")
STACK = "dev"

States = list[dict[str, Any]]


class Clean(Enum):
    """A stack without a leak, that stacks with one are compared with."""

    SHIPPED = "as shipped"
    OPENED = "the boundary is open of the unit that leaks go out from"
    CONCERNED = "the units that the corpus changes, when everything is known"


@dataclass(frozen=True)
class Leaked:
    """A stack with one leak, beside the one that it is compared with."""

    title: str
    clean: Clean
    """The one that it is compared with: most leaks need an open boundary to be one."""
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


def compared_with(clean: Clean) -> States:
    """A stack without a leak."""
    if clean is Clean.CONCERNED:
        return Phased(KNOWN).states
    stack = Stack(whole=True)
    if clean is Clean.OPENED:
        stack.open_boundary()
    return stack.states


def leaked(every: int = 1) -> list[Leaked]:
    """The leaks of the corpus that the tests try the policy pack with, when all that can be known is known.

    Args:
        every: 1 for all, 5 for each fifth in their order.
    """
    of_kinds = (case for case in LEAKS_OF_KINDS if KNOWN in case.phases)
    chosen = [*LEAKS, *of_kinds][::every]
    return [_leaked(one) if isinstance(one, Leak) else _of_kind(one) for one in chosen]


def _of_kind(case: Case) -> Leaked:
    stack = Phased(KNOWN)
    case.change(stack)
    known = compared_with(Clean.CONCERNED)
    after = _difference(stack.states, known)
    changed = {state["urn"] for state in after}
    before = [state for state in known if state["urn"] in changed]
    return Leaked(f"{case.kind}: {case.what}", Clean.CONCERNED, stack.states, before, after)


def _leaked(leak: Leak) -> Leaked:
    stack = Stack(whole=True)
    leak.change(stack)
    opened = _difference(stack.states, compared_with(Clean.OPENED))
    shipped = _difference(stack.states, compared_with(Clean.SHIPPED))
    # With the open boundary there is less that differs; nothing at all where the open boundary is the leak.
    clean, after = (Clean.OPENED, opened) if 0 < len(opened) < len(shipped) else (Clean.SHIPPED, shipped)
    known = {state["urn"]: state for state in compared_with(clean)}
    before = [known[state["urn"]] for state in after if state["urn"] in known]
    return Leaked(f"{leak.number}: {leak.what}", clean, stack.states, before, after)


def _difference(states: States, others: States) -> States:
    known = {state["urn"]: state for state in others}
    return [state for state in states if state != known.get(state["urn"])]
