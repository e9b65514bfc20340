"""Violations in SARIF 2.1.0, for code scanning. Each points to the URN of its resource, and to no line of code."""

import json
from hashlib import sha256
from typing import Any

from pbc_isolation.result import Verdict
from pbc_isolation.rules import every_rule
from pbc_isolation.rules.rule import Rule, Violation

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_PROGRAM = "__main__.py"
"""What code scanning shows a resource beside: it wants a file."""


def report(verdict: Verdict) -> str:
    """The violations as a SARIF log."""
    driver = {"name": "unit-isolation", "rules": [_rule(rule) for rule in every_rule()]}
    run = {"tool": {"driver": driver}, "results": [_result(one) for one in verdict.violations]}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {"text": rule.fix},
        "defaultConfiguration": {"level": "error"},
    }


def _result(violation: Violation) -> dict[str, Any]:
    place = {"artifactLocation": {"uri": _PROGRAM}, "region": {"startLine": 1}}
    identity = f"{violation.rule}\n{violation.urn}\n{violation.message}"
    return {
        "ruleId": violation.rule,
        "level": "error",
        "message": {"text": violation.text},
        "locations": [{"physicalLocation": place, "logicalLocations": [{"fullyQualifiedName": violation.urn}]}],
        "partialFingerprints": {"violation/v1": sha256(identity.encode()).hexdigest()},
    }
