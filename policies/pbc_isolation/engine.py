"""The pack as a plain function: resources in, violations out. It needs no engine and no server."""

from collections.abc import Iterable, Sequence

from pbc_isolation.analysis.context import Analysis, Settings
from pbc_isolation.rules import every_rule
from pbc_isolation.rules.rule import Rule, Violation
from pbc_isolation.stack.graph import Graph, Resource, views


def judge(
    resources: Iterable[Resource], settings: Settings | None = None, rules: Sequence[Rule] | None = None
) -> list[Violation]:
    """Every violation of a stack, by rule and resource.

    Args:
        resources: the stack, for example `graph.load(path).resources`.
        settings: what the pack is told; its defaults without it.
        rules: those to check; all without it.
    """
    analyses = [Analysis(Graph(view), settings or Settings()) for view in views(tuple(resources))]
    return [violation for rule in rules or every_rule() for violation in found_by(rule, *analyses)]


def found_by(rule: Rule, *analyses: Analysis) -> list[Violation]:
    """The violations of one rule in a stack, each once, in whatever view of the stack it is found."""
    found = {violation for analysis in analyses for violation in rule.check(analysis)}
    return sorted(found, key=lambda one: (one.urn, one.message))
