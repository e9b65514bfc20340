"""Exemptions: each must be in force, needed, and for one resource."""

from datetime import date, timedelta

import pytest

from pbc_isolation.exemptions import RULE, Exemption, InvalidExemptions, apply, load
from pbc_isolation.rules.rule import Violation

TODAY = date(2030, 1, 15)
URN = "urn:pulumi:dev::rewards::aws:dynamodb/table:Table::store"
TRACING = "operations-tracing"
FOUND = [Violation(TRACING, URN, "sends no traces")]


def exemption(**changes: object) -> Exemption:
    values = {"rule": TRACING, "resource": URN, "reason": "r", "owner": "o", "expires": TODAY + timedelta(days=5)}
    return Exemption(**{**values, **changes})


def remaining(*exemptions: Exemption, found=FOUND, stack="dev", rules=(TRACING,)):
    return apply(found, exemptions, stack=stack, rules=rules, today=TODAY)


def test_an_exemption_in_force_lets_its_violation_pass():
    assert remaining(exemption()) == []
    assert remaining(exemption(expires=TODAY)) == []


def test_it_lets_nothing_else_pass():
    other = Violation(TRACING, URN + "2", "sends no traces")
    assert remaining(exemption(), found=[*FOUND, other]) == [other]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"expires": TODAY - timedelta(days=1)}, "expired"),
        ({"expires": TODAY + timedelta(days=91)}, "too long"),
        ({"resource": "urn:pulumi:dev::rewards::aws:dynamodb/table:Table::*"}, "too broad"),
        ({"resource": "urn:pulumi:dev::rewards::aws:dynamodb/table:Table::other"}, "not needed"),
        ({"rule": "operations-nothing"}, "does not exist"),
        ({"rule": "isolation-unprovable"}, "there is none"),
    ],
)
def test_a_wrong_exemption_fails_and_the_violation_stays(changes, message):
    found = remaining(exemption(**changes), rules=(TRACING, "isolation-unprovable"))
    assert FOUND[0] in found
    assert any(one.rule == RULE and message in one.message for one in found)


def test_exemptions_of_other_stacks_and_rules_are_left_alone():
    elsewhere = exemption(resource=URN.replace(":dev:", ":prod:"))
    assert remaining(elsewhere) == FOUND
    assert remaining(exemption(rule="operations-tags")) == FOUND


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "needs a list"),
        ("exemptions: {}", "needs a list"),
        ("exemptions: [{rule: x}]", "lacks resource, reason, owner, expires"),
        ("exemptions: [{rule: x, resource: u, reason: r, owner: o, expires: soon}]", "not a date"),
        ("exemptions: [", "not YAML"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path, content, message):
    path = tmp_path / "exemptions.yaml"
    path.write_text(content)
    with pytest.raises(InvalidExemptions, match=message):
        load(path)
