"""Protection from deletion."""

from collections.abc import Iterator

from pbc_isolation.analysis.context import Analysis
from pbc_isolation.rules.rule import Rule, Violation
from pbc_isolation.rules.samples import stack, thing

_ID = "operations-deletion-protection"
_FIX = "Set deletion_protection_enabled, and the resource option protect, by the environment."


_TABLE = "aws:dynamodb/table:Table"
_PROTECTED = (
    _TABLE,
    "aws:kms/key:Key",
    "aws:cloudwatch/eventBus:EventBus",
    "aws:cloudwatch/eventArchive:EventArchive",
    "aws:s3/bucket:Bucket",
)


def _check(analysis: Analysis) -> Iterator[Violation]:
    graph, settings = analysis.graph, analysis.settings
    if analysis.environment in settings.deletion_protected_environments:
        for one in graph.by_type(_TABLE):
            if one.get("deletionProtectionEnabled") is not True:
                message = f"AWS would delete table {one.name} of {graph.owner(one) or 'nobody'}"
                yield Violation(_ID, one.urn, message, unit=graph.owner(one), fix=_FIX)
    if analysis.environment in settings.protected_environments:
        for one in graph.by_type(*_PROTECTED):
            if not one.protect:
                message = f"Pulumi would delete {one.kind} {one.name} of {graph.owner(one) or 'nobody'}"
                yield Violation(_ID, one.urn, message, unit=graph.owner(one), fix=_FIX)


RULE = Rule(
    id=_ID,
    title="Where an environment asks for it, AWS and Pulumi refuse to delete stores",
    why="A store that a mistaken deployment deletes is gone, and with it what other units rely on.",
    fix=_FIX,
    check=_check,
    types=(*_PROTECTED,),
    compliant=[
        stack(thing("orders", _TABLE, "store", {"deletionProtectionEnabled": True}, protect=True)),
    ],
    violating=[
        stack(thing("orders", _TABLE, "store", {"deletionProtectionEnabled": True})),
        stack(thing("orders", _TABLE, "store", {"deletionProtectionEnabled": False}, protect=True)),
    ],
)
