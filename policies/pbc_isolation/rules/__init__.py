"""The rules of the pack, one a file. A rule is found by being in one of the folders here."""

import importlib
import pkgutil
from functools import cache
from types import ModuleType

from pbc_isolation.rules.rule import Rule

GROUPS = ("isolation", "boundary", "operations")
"""Folders of rules, in the order in which they are reported."""


class DuplicateRule(ValueError):
    """Two rules have the same id."""


@cache
def every_rule() -> tuple[Rule, ...]:
    """All rules, by group and id.

    Raises:
        DuplicateRule: two have the same id.
    """
    found: dict[str, Rule] = {}
    for group in GROUPS:
        package = importlib.import_module(f"{__name__}.{group}")
        for module in sorted(_modules(package), key=lambda one: one.__name__):
            rule: Rule = module.RULE
            if rule.id in found:
                raise DuplicateRule(rule.id)
            found[rule.id] = rule
    return tuple(found.values())


def _modules(package: ModuleType) -> list[ModuleType]:
    return [
        importlib.import_module(f"{package.__name__}.{info.name}") for info in pkgutil.iter_modules(package.__path__)
    ]
