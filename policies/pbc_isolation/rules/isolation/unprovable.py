"""What cannot be judged."""

from collections.abc import Iterator

from pbc_isolation.analysis import wiring
from pbc_isolation.analysis.context import Analysis
from pbc_isolation.analysis.inventory import KINDS
from pbc_isolation.rules.problems import problems_of, told
from pbc_isolation.rules.rule import Rule, Violation
from pbc_isolation.rules.samples import document, role, stack, table, thing
from pbc_isolation.stack.graph import Resource
from pbc_isolation.stack.values import UNKNOWN

_ID = "isolation-unprovable"
_FIX = (
    "Build names and ARNs as plain strings, so that the document is known at the first preview; keep "
    "policies in this stack."
)


def _check(analysis: Analysis) -> Iterator[Violation]:
    for found in problems_of(analysis):
        if not found.problem.malformed:
            yield told(_ID, found, _FIX)
    for store in analysis.inventory.nameless:
        if _begins_as_own(analysis, store):
            continue
        message = f"the name of {store.kind} {store.name} is not known before it is created, or is a pattern"
        owner = analysis.graph.owner(store)
        yield Violation(_ID, store.urn, message, unit=owner, store_unit=owner, fix=_FIX)
    for link in analysis.once(wiring.find):
        if not link.provable:
            message = f"{link.key} of {link.resource.name} of {link.unit or 'nobody'} refers to {link.what}"
            yield Violation(_ID, link.resource.urn, message, unit=link.unit, store_unit="any", fix=_FIX)


def _begins_as_own(analysis: Analysis, store: Resource) -> bool:
    """Whether AWS makes the name of a beginning that is the unit's own: whatever follows, the name is its own, too."""
    unit = analysis.graph.owner(store)
    beginnings = [store.get(key) for key in _BEGINNINGS if store.get(key) not in (None, "")]
    name = store.get(KINDS[store.type].name)
    return (
        unit is not None
        and (name is None or (name is UNKNOWN and not store.asks(KINDS[store.type].name)))
        and len(beginnings) == 1
        and isinstance(beginnings[0], str)
        and analysis.naming.is_own(beginnings[0], unit)
    )


_BEGINNINGS = ("bucketPrefix", "namePrefix")
_MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"

RULE = Rule(
    id=_ID,
    title="Every document and every link is known before it is created",
    why=(
        "Of a document that is not known nothing can be proved: it may allow everything. The same holds for "
        "a policy that is managed elsewhere."
    ),
    fix=_FIX,
    check=_check,
    exemptible=False,
    compliant=[
        stack(thing("orders", "aws:s3/bucket:Bucket", "bucket", {"bucketPrefix": "shop-dev-orders--exports-"})),
        stack(role("orders", {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"})),
        stack(
            thing(
                "orders",
                _MAPPING,
                "mapping",
                {"eventSourceArn": UNKNOWN, "functionName": "shop-dev-orders_worker"},
                property_dependencies={"eventSourceArn": [table("orders").urn]},
            ),
            table("orders"),
        ),
    ],
    violating=[
        stack(thing("orders", "aws:s3/bucket:Bucket", "bucket", {"bucketPrefix": "shop-dev-"})),
        stack(thing("orders", "aws:s3/bucket:Bucket", "bucket", {"bucketPrefix": "shop-dev-inventory--"})),
        stack(thing("orders", "aws:ssm/parameter:Parameter", "all", {"name": "*"})),
        stack(thing("orders", "aws:dynamodb/table:Table", "store", {"name": UNKNOWN})),
        stack(thing("orders", "aws:iam/role:Role", "role", {"assumeRolePolicy": document()})),
        stack(
            thing(
                "orders",
                "aws:iam/rolePolicy:RolePolicy",
                "policy",
                {"role": "shop-dev-orders_worker", "policy": UNKNOWN},
            )
        ),
        stack(role("orders", trust=UNKNOWN)),
        stack(role("orders", managedPolicyArns=["arn:aws:iam::aws:policy/AdministratorAccess"])),
        stack(role("orders", permissionsBoundary=UNKNOWN)),
        stack(thing("orders", "aws:sqs/queuePolicy:QueuePolicy", "policy", {"queueUrl": "x", "policy": UNKNOWN})),
        stack(
            thing("orders", _MAPPING, "mapping", {"eventSourceArn": UNKNOWN, "functionName": "shop-dev-orders_worker"})
        ),
    ],
)
