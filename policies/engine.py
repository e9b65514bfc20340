"""The pack as a plain function: resources in, violations out. It needs no engine and no server."""

from collections.abc import Iterable, Sequence

from analysis import Analysis, Settings
from graph import Graph, Resource
from rules import every_rule
from rules.rule import Rule, Violation


def judge(
    resources: Iterable[Resource], settings: Settings | None = None, rules: Sequence[Rule] | None = None
) -> list[Violation]:
    """Every violation of a stack, by rule and resource.

    Args:
        resources: the stack, for example `graph.load(path).resources`.
        settings: what the pack is told; its defaults without it.
        rules: those to check; all without it.
    """
    analysis = Analysis(Graph(resources), settings or Settings())
    return [violation for rule in rules or every_rule() for violation in found_by(rule, analysis)]


def found_by(rule: Rule, analysis: Analysis) -> list[Violation]:
    """The violations of one rule, each once."""
    return sorted(set(rule.check(analysis)), key=lambda one: (one.urn, one.message))
