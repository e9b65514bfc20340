"""Scheduled: counts how many postings differ from what the ledger was told."""

from lambdas.points_calculation.services.reconciliation import differences
from pbckit.runtime.observability import count, logger, observed
from pbckit.runtime.runtime import Runtime, lambda_runtime

METRIC = "PostingDifferences"
_COUNTED = 1000


def handler(_event: object, context: object) -> dict[str, int]:
    """What the scheduler calls."""
    with observed(context):
        return {"differences": reconcile(lambda_runtime("STORE_TABLE"))}


def reconcile(runtime: Runtime) -> int:
    """Remove entries that are confirmed, and send the number of differences as a metric: above a thousand of a kind it
    is that or more.

    Returns:
        The number.
    """
    found = differences(runtime, _COUNTED, removing_confirmed=True)
    count(METRIC, len(found))
    for difference in found[:10]:
        logger.error("differs", posting_id=difference.posting_id, kind=difference.kind)
    return len(found)
