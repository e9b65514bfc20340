"""What fails in a batch."""

from collections.abc import Iterator

from pbc_isolation.analysis.context import Analysis
from pbc_isolation.rules.rule import Rule, Violation
from pbc_isolation.rules.samples import stack, thing
from pbc_isolation.stack.values import texts

_ID = "operations-partial-batches"
_FIX = "Set function_response_types to ReportBatchItemFailures."


_MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
_REPORTS = "ReportBatchItemFailures"


def _check(analysis: Analysis) -> Iterator[Violation]:
    for mapping in analysis.graph.by_type(_MAPPING):
        if _REPORTS not in texts(mapping.get("functionResponseTypes")):
            owner = analysis.graph.owner(mapping)
            message = f"{mapping.name} of {owner or 'nobody'} does not report failures one by one"
            yield Violation(_ID, mapping.urn, message, unit=owner, fix=_FIX)


RULE = Rule(
    id=_ID,
    title="Consumers report which messages of a batch failed",
    why=(
        "Otherwise one bad message brings back all messages of its batch, and takes them to the dead-letter "
        "queue with it."
    ),
    fix=_FIX,
    check=_check,
    types=(_MAPPING,),
    compliant=[
        stack(thing("orders", _MAPPING, "mapping", {"functionResponseTypes": [_REPORTS]})),
    ],
    violating=[
        stack(thing("orders", _MAPPING, "mapping", {})),
    ],
)
