"""Wiring between units."""

from collections.abc import Iterator

from pbc_isolation.analysis import wiring
from pbc_isolation.analysis.context import Analysis
from pbc_isolation.analysis.link import Link
from pbc_isolation.rules.rule import Rule, Violation
from pbc_isolation.rules.samples import (
    arn,
    function,
    function_arn,
    physical,
    queue,
    queue_arn,
    role_arn,
    stack,
    table,
    table_arn,
    thing,
)
from pbc_isolation.stack.graph import Resource
from pbc_isolation.stack.link_types import MAIL, SUBSCRIPTION

_ID = "isolation-declared-wiring"
_FIX = "Wire own things to own things. Units meet on the bus, and at the capabilities of their contracts."


def _check(analysis: Analysis) -> Iterator[Violation]:
    for link in analysis.once(wiring.find):
        if link.provable:
            resource_units = sorted({one.unit or "nobody" for one in link.things})
            yield Violation(
                rule=_ID,
                urn=link.resource.urn,
                message=f"{link.key} of {link.resource.name} of {link.unit or 'nobody'} refers to {link.what}, "
                + (
                    f"a {link.things[0].kind.label} of {resource_units[0]}"
                    if link.things
                    else "which is not its unit's"
                ),
                unit=link.unit,
                store_unit=", ".join(resource_units) or "outside this stack",
                path=(link.resource.name, link.key, link.things[0].label if link.things else link.what),
                fix=_fix_of(link),
            )


def _fix_of(link: Link) -> str:
    """What fits the case: most wiring has no place between units, but some ends may be other ones."""
    if link.resource.type == SUBSCRIPTION and link.resource.get("protocol") in MAIL:
        return "Subscribe to a topic of the own unit: mail and text messages from there are allowed."
    if link.resource.type in _INTEGRATIONS:
        return (
            "Integrate a function of the own unit, or call a service under a role of the own unit (credentialsArn, or "
            "credentials of a REST API): what that role may do is judged."
        )
    return _FIX


_INTEGRATIONS = ("aws:apigateway/integration:Integration", "aws:apigatewayv2/integration:Integration")
_ID_BY_AWS = "14e0db71-6a6a-4f5a-9d3a-6c1f1a9e2a11"
_MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"


def _subscription(topic_unit: str, protocol: str, endpoint: str) -> Resource:
    topic = arn("sns", physical(topic_unit, "alarms"))
    return thing("inventory", SUBSCRIPTION, "mail", {"topic": topic, "protocol": protocol, "endpoint": endpoint})


RULE = Rule(
    id=_ID,
    title="No unit's resource is wired to another unit's stores, functions or roles",
    why=(
        "An event source mapping, target, filter, replica or redrive moves data by itself: whoever receives "
        "it needs no permission. A resource under another unit's role acts as that unit."
    ),
    fix=_FIX,
    check=_check,
    compliant=[
        stack(
            thing(
                "orders",
                _MAPPING,
                "mapping",
                {"eventSourceArn": queue_arn("orders"), "functionName": function_arn("orders")},
            )
        ),
        stack(queue("orders", redrivePolicy='{"deadLetterTargetArn": "' + queue_arn("orders", "dlq") + '"}')),
        stack(
            thing(
                "orders",
                _MAPPING,
                "mapping",
                {
                    "arn": arn("lambda", f"event-source-mapping:{_ID_BY_AWS}"),
                    "eventSourceArn": queue_arn("orders"),
                    "functionName": function_arn("orders"),
                    "id": _ID_BY_AWS,
                },
            )
        ),
        stack(_subscription("inventory", "email", "oncall@acme.example")),
    ],
    violating=[
        stack(queue("orders"), thing("orders", "aws:sqs/queue:Queue", "looked-up", {"arn": queue_arn("inventory")})),
        stack(
            queue("orders", arn=queue_arn("orders")),
            thing(
                "orders",
                _MAPPING,
                "mapping",
                {
                    "arn": arn("lambda", f"event-source-mapping:{_ID_BY_AWS}").replace("1111", "2222"),
                    "eventSourceArn": queue_arn("orders"),
                    "functionName": function_arn("orders"),
                },
            ),
        ),
        stack(
            thing(
                "orders",
                _MAPPING,
                "mapping",
                {"eventSourceArn": queue_arn("inventory"), "functionName": function_arn("orders")},
            )
        ),
        stack(
            thing(
                "orders",
                _MAPPING,
                "mapping",
                {"eventSourceArn": table_arn("inventory") + "/stream/1", "functionName": "shop-dev-orders_worker"},
            ),
            table("inventory"),
        ),
        stack(queue("inventory", redrivePolicy='{"deadLetterTargetArn": "' + queue_arn("orders", "dlq") + '"}')),
        stack(function("orders", role=role_arn("inventory"))),
        stack(_subscription("orders", "email", "oncall@acme.example")),
        stack(_subscription("inventory", "https", "https://a1b2c3.execute-api.eu-central-1.amazonaws.com/dev")),
        stack(
            table("inventory"),
            thing(
                "orders",
                "aws:glue/crawler:Crawler",
                "crawler",
                {"dynamodbTargets": [{"path": physical("inventory", "store")}]},
            ),
        ),
    ],
)
