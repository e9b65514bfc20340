"""What the rules about resource policies share: how an admission is told, and samples of queues with policies."""

from typing import Any

from pbc_isolation.analysis.resource_policies import Admission
from pbc_isolation.iam.catalogue import badness, display, expand_all
from pbc_isolation.rules.rule import Violation
from pbc_isolation.rules.samples import allow, document, queue, queue_arn, role, thing
from pbc_isolation.stack.graph import Resource


def told(admission: Admission, rule: str, fix: str) -> Violation:
    """The violation that an admission is."""
    actions = sorted(expand_all(admission.statement.actions or ("*",)), key=badness)
    more = f" and {len(actions) - 1} more" if len(actions) > 1 else ""
    return Violation(
        rule=rule,
        urn=admission.resource.urn,
        message=(
            f"{admission.statement.source} of {admission.unit or 'nobody'} lets in {admission.who.value}, "
            f"{admission.name}, for {display(actions[0])}{more}"
        ),
        store_unit=admission.unit,
        path=(admission.name, display(actions[0]), admission.resource.name),
        fix=fix,
    )


def queue_with(principal: Any, *actions: str, **more: Any) -> list[Resource]:
    """The queue of `inventory`, with a policy that lets a principal in."""
    statement = {**allow(*actions, on=queue_arn("inventory"), **more), "Principal": principal}
    policy = {"queueUrl": "https://sqs.eu-central-1.amazonaws.com/111111111111/shop-dev-inventory_queue"}
    return [
        queue("inventory"),
        thing("inventory", "aws:sqs/queuePolicy:QueuePolicy", "policy", {**policy, "policy": document(statement)}),
        *role("inventory"),
    ]
