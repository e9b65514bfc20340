"""Violations as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from rules.rule import Violation


def report(violations: Sequence[Violation]) -> str:
    """The violations as a list of objects."""
    return json.dumps([asdict(violation) for violation in violations], indent=2) + "\n"
