"""Traces."""

from collections.abc import Iterator

from pbc_isolation.analysis.context import Analysis
from pbc_isolation.rules.rule import Rule, Violation
from pbc_isolation.rules.samples import function, stack, thing

_ID = "operations-tracing"
_FIX = "Set tracing to Active."


_FUNCTION, _MACHINE = "aws:lambda/function:Function", "aws:sfn/stateMachine:StateMachine"


def _check(analysis: Analysis) -> Iterator[Violation]:
    untraced = [one for one in analysis.graph.by_type(_FUNCTION) if one.get("tracingConfig", "mode") != "Active"]
    untraced += [
        one for one in analysis.graph.by_type(_MACHINE) if one.get("tracingConfiguration", "enabled") is not True
    ]
    for one in untraced:
        owner = analysis.graph.owner(one)
        yield Violation(_ID, one.urn, f"{one.name} of {owner or 'nobody'} sends no traces", unit=owner, fix=_FIX)


RULE = Rule(
    id=_ID,
    title="Every function and workflow sends traces",
    why="A request crosses several units: without traces nobody sees where it stopped.",
    fix=_FIX,
    check=_check,
    types=(
        _FUNCTION,
        _MACHINE,
    ),
    compliant=[
        stack(function("orders", tracingConfig={"mode": "Active"})),
        stack(thing("orders", _MACHINE, "machine", {"tracingConfiguration": {"enabled": True}})),
    ],
    violating=[
        stack(function("orders")),
        stack(function("orders", tracingConfig={"mode": "PassThrough"})),
        stack(thing("orders", _MACHINE, "machine", {})),
    ],
)
