"""Every rule against its own samples: what complies passes, what violates is found."""

import pytest

from pbc_isolation.analysis.context import Settings
from pbc_isolation.engine import judge
from pbc_isolation.rules import every_rule
from pbc_isolation.stack.contract_edges import Capability

SETTINGS = Settings(
    capabilities=(Capability("inventory", "stock", ("operations",)),),
    protected_environments=("dev",),
    deletion_protected_environments=("dev",),
)
COMPLIANT = [(rule, index) for rule in every_rule() for index in range(len(rule.compliant))]
VIOLATING = [(rule, index) for rule in every_rule() for index in range(len(rule.violating))]


def _id(value: object) -> str:
    return value.id if hasattr(value, "id") else str(value)


@pytest.mark.parametrize(("rule", "index"), COMPLIANT, ids=_id)
def test_a_compliant_sample_passes(rule, index):
    assert [found.text for found in judge(rule.compliant[index], SETTINGS, [rule])] == []


@pytest.mark.parametrize(("rule", "index"), VIOLATING, ids=_id)
def test_a_violating_sample_is_found(rule, index):
    found = judge(rule.violating[index], SETTINGS, [rule])
    assert found, f"{rule.id} does not see its own sample {index}"
    for violation in found:
        assert violation.rule == rule.id
        assert violation.message
        assert violation.fix
        assert violation.urn in {resource.urn for resource in rule.violating[index]}


@pytest.mark.parametrize("rule", every_rule(), ids=_id)
def test_a_rule_explains_itself(rule):
    assert rule.title
    assert rule.why
    assert rule.fix
    assert rule.compliant
    assert rule.violating
