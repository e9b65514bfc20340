"""Resources of types that cannot be judged."""

from collections.abc import Iterator

from pbc_isolation.analysis.context import Analysis
from pbc_isolation.rules.rule import Rule, Violation
from pbc_isolation.rules.samples import platform_with, role, stack, table, thing
from pbc_isolation.stack.graph import Resource
from pbc_isolation.stack.type_data import REFUSED

_ID = "isolation-modelled-types"
_FIX = (
    "Use a type that the pack models, or teach it this one: a file of types says what it is, what its properties refer "
    "to, or why it is harmless (docs/teaching-the-pack.md); `pbc policy explain TYPE` says what is known of a type."
)


def _check(analysis: Analysis) -> Iterator[Violation]:
    for resource in analysis.graph.resources:
        if _is_made_by_a_provider(analysis, resource):
            known = analysis.types.of(resource.type)
            owner = analysis.graph.owner(resource)
            if known.verdict == REFUSED and not (known.platform and analysis.is_platform(owner)):
                message = f"{resource.name} of {owner or 'nobody'} is a {resource.type}: {known.reason}"
                yield Violation(_ID, resource.urn, message, unit=owner, store_unit="any", fix=_FIX)


def _is_made_by_a_provider(analysis: Analysis, resource: Resource) -> bool:
    """A component makes nothing by itself. Its type has no module and no name of its own in the token's middle."""
    in_middle = resource.type.partition(":")[2].rpartition(":")[0]
    return resource.custom or "/" in in_middle or resource.package in analysis.types.packages_of_providers


RULE = Rule(
    id=_ID,
    title="Every resource is of a type that the pack models",
    why=(
        "What a resource can reach follows from what its type is. A type that nobody has looked at may read, copy or "
        "show anything."
    ),
    fix=_FIX,
    check=_check,
    compliant=[
        stack(thing("orders", "random:index/randomId:RandomId", "suffix", {"byteLength": 4})),
        stack(thing("orders", "pbckit:infra:Store", "store", {}, custom=False)),
        stack(table("orders"), role("orders")),
        stack(platform_with("aws:cfg/recorder:Recorder", "recorder", {"name": "default"})),
    ],
    violating=[
        stack(thing("orders", "command:local:Command", "copy", {"create": "aws dynamodb scan"})),
        stack(thing("orders", "command:local:Command", "copy", {"create": "aws dynamodb scan"}, custom=False)),
        stack(thing("orders", "aws-native:iam:Role", "role", {"roleName": "shop-dev-orders_worker"})),
        stack(thing("orders", "docker:index/container:Container", "job", {"image": "job"}, custom=False)),
        stack(thing("orders", "aws:cfg/recorder:Recorder", "recorder", {"name": "default"})),
        stack(thing("orders", "aws:cloudformation/stack:Stack", "more", {"templateBody": "{}"})),
        stack(thing("orders", "aws:brandnew/thing:Thing", "more", {"name": "shop-dev-orders_thing"})),
        stack(
            thing("orders", "aws:bedrockmodel/invocationLoggingConfiguration:InvocationLoggingConfiguration", "log", {})
        ),
    ],
)
