"""Scheduled Lambda handler: rolls back what is worse than allowed, and takes the next step where that is automatic."""

from lambdas.categorization_facade.definition import steering
from pbckit.runtime.identifiers import uuid7
from pbckit.runtime.observability import observed
from pbckit.runtime.runtime import lambda_runtime
from pbckit.runtime.unit_of_work import Cause
from pbckit.strangler.steering import GUARD


def handler(_event: object, context: object) -> dict[str, int | str]:
    """What the scheduler calls."""
    with observed(context):
        runtime = lambda_runtime("STORE_TABLE", "OUTBOX_TABLE")
        cause = Cause(correlation_id=uuid7(runtime.clock.now(), runtime.random), actor=GUARD)
        routing = steering().guard(runtime, cause).routing
        return {"mode": routing.mode, "share": routing.share}
