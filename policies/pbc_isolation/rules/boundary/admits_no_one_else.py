"""Resource policies that let others write."""

from collections.abc import Iterator

from pbc_isolation.analysis import resource_policies
from pbc_isolation.analysis.context import Analysis
from pbc_isolation.analysis.resource_policies import Admitted
from pbc_isolation.rules.admission import queue_with, told
from pbc_isolation.rules.rule import Rule, Violation
from pbc_isolation.rules.samples import arn, physical, role_arn, stack, thing

_ID = "boundary-admits-no-one-else"
_FIX = "Name the own unit's roles; for a service add ArnEquals aws:SourceArn = the unit's own rule, bucket or topic."


def _check(analysis: Analysis) -> Iterator[Violation]:
    for admission in analysis.once(resource_policies.find).admissions:
        if not admission.trust and not admission.reads and admission.who in (Admitted.PRINCIPAL, Admitted.SERVICE):
            yield told(admission, _ID, _FIX)


_EVENTS = {"Service": "events.amazonaws.com"}


def _from_rule(unit: str) -> dict[str, object]:
    return {"ArnEquals": {"aws:SourceArn": arn("events", f"rule/shop-dev-platform_bus/{physical(unit, 'rule')}")}}


RULE = Rule(
    id=_ID,
    title=("Queues, topics, buses, keys and functions admit their own unit only, and services that act for it"),
    why=(
        "Who can put messages into a unit's queue commands its consumer. A service that is let in without a "
        "source acts for whatever asks it."
    ),
    fix=_FIX,
    check=_check,
    compliant=[
        stack(
            queue_with(_EVENTS, "sqs:SendMessage", Condition=_from_rule("inventory")),
            thing(
                "inventory",
                "aws:cloudwatch/eventRule:EventRule",
                "rule",
                {"name": physical("inventory", "rule"), "eventBusName": "shop-dev-platform_bus"},
            ),
        ),
    ],
    violating=[
        stack(queue_with(_EVENTS, "sqs:SendMessage")),
        stack(queue_with(_EVENTS, "sqs:SendMessage", Condition=_from_rule("orders"))),
        stack(queue_with({"AWS": role_arn("orders")}, "sqs:SendMessage")),
    ],
)
