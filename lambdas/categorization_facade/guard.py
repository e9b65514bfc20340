"""Scheduled Lambda handler: rolls back what is worse than allowed, and takes the next step where that is automatic."""

from lambdas.categorization_facade.definition import steering
from lambdas.kit.identifiers import uuid7
from lambdas.kit.observability import observed
from lambdas.kit.runtime import lambda_runtime
from lambdas.kit.unit_of_work import Cause
from lambdas.strangler.steering import GUARD


def handler(_event: object, context: object) -> dict[str, int | str]:
    """What the scheduler calls."""
    with observed(context):
        runtime = lambda_runtime("STORE_TABLE", "OUTBOX_TABLE")
        cause = Cause(correlation_id=uuid7(runtime.clock.now(), runtime.random), actor=GUARD)
        routing = steering().guard(runtime, cause).routing
        return {"mode": routing.mode, "share": routing.share}
