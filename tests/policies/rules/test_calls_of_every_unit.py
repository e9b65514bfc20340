"""One pattern for a capability that every unit opens to a caller, and when it is not let through."""

from collections.abc import Sequence

import pytest

from pbc_isolation.analysis.context import Settings
from pbc_isolation.engine import judge
from pbc_isolation.rules.samples import allow, arn, function, role, stack
from pbc_isolation.stack.contract_edges import Capability
from pbc_isolation.stack.graph import Resource

RULE = "isolation-functions"
OPEN = [Capability("inventory", "unit-admin", ("operations",)), Capability("orders", "unit-admin", ("operations",))]
EVERY = "function:shop-dev-*_unit-admin:live"


def verdict(pattern: str, capabilities: Sequence[Capability] = OPEN, *more: Resource) -> bool:
    """True where operations may call what the pattern covers."""
    parts = [role("operations", allow("lambda:InvokeFunction", on=arn("lambda", pattern)))]
    admins = [function(one.unit, "unit-admin") for one in capabilities]
    found = judge(stack(*parts, *admins, *more), Settings(capabilities=tuple(capabilities)))
    return RULE not in {one.rule for one in found}


def test_one_pattern_stands_for_a_capability_that_every_unit_opens():
    assert verdict(EVERY)


@pytest.mark.parametrize(
    "pattern",
    [
        "function:shop-dev-*:live",
        "function:shop-dev-*_unit-admin",
        "function:shop-dev-*_unit-*:live",
        "function:shop-*_unit-admin:live",
        "function:*_unit-admin:live",
    ],
)
def test_a_wider_pattern_is_a_violation(pattern: str):
    assert not verdict(pattern)


def test_a_unit_that_opens_it_to_others_only_is_in_the_way():
    assert not verdict(EVERY, [*OPEN, Capability("billing", "unit-admin", ("orders",))])


def test_a_function_of_that_name_without_a_contract_is_in_the_way():
    assert not verdict(EVERY, OPEN, function("billing", "unit-admin"))
    assert verdict(EVERY, OPEN, function("billing", "worker"))


def test_a_capability_of_one_unit_gets_no_pattern():
    assert not verdict(EVERY, OPEN[:1])
