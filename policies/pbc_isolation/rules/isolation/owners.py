"""Things without an owner, or with another's name."""

from collections.abc import Iterator, Mapping

from pbc_isolation.analysis.context import Analysis
from pbc_isolation.analysis.inventory import ProtectedResource
from pbc_isolation.analysis.naming import last_part
from pbc_isolation.rules.rule import Rule, Violation
from pbc_isolation.rules.samples import physical, role, stack, table, thing
from pbc_isolation.stack.graph import Resource
from pbc_isolation.stack.known_names import names_made

_ID = "isolation-owners"
_FIX = "Create it below its unit's component, and give it a name with the unit's prefix."


def _check(analysis: Analysis) -> Iterator[Violation]:
    prefixes = {prefix: unit for unit in _units(analysis) for prefix in analysis.naming.prefixes(unit)}
    for one in analysis.inventory.things:
        if one.unit is None:
            yield _violation(one.resource, f"{one.label} belongs to no unit", None, "nobody")
    for resource in analysis.graph.resources:
        owner = analysis.graph.owner(resource)
        for name in names_made(resource, analysis.types) if owner is not None and not resource.external else ():
            units = _claimed(analysis, prefixes, name, deploys=_deploys(analysis, resource))
            claimed = next((unit for unit in units if unit != owner), None)
            if claimed is not None:
                message = f"{_called(analysis, resource)} {name} of {owner} bears a name of {claimed}"
                yield _violation(resource, message, owner, claimed)
    yield from _claimed_twice(analysis)
    for component in analysis.graph.rivals:
        message = f"{component.name} is not the only component that claims to be this unit, or the {component.kind}"
        yield _violation(component, message, component.name, "any")


def _claimed(analysis: Analysis, prefixes: Mapping[str, str], name: str, *, deploys: bool) -> Iterator[str]:
    """The units whose prefix a name begins with: those that are known, and whatever unit has such a name elsewhere.

    The roles that deploy units are called alike, and are no unit's by their names.
    """
    last = last_part(name)
    lengths = {len(prefix) for prefix in prefixes}
    yield from sorted(prefixes[last[:length]] for length in lengths if last[:length] in prefixes)
    if not deploys:
        yield from (unit for start, _, unit in analysis.naming.names_in(last) if start == 0)


def _deploys(analysis: Analysis, resource: Resource) -> bool:
    component = analysis.graph.by_urn.get(resource.parent)
    return component is not None and analysis.graph.deploys(component)


def _claimed_twice(analysis: Analysis) -> Iterator[Violation]:
    """Where units make things of one kind, region and name, AWS has only one of them: whose it is cannot be told."""
    claims: dict[tuple[str, str, str], list[ProtectedResource]] = {}
    for one in analysis.inventory.things:
        place = "" if one.kind.service in ("iam", "s3") else analysis.region_of(one.resource)
        claims.setdefault((one.kind.label, one.name, place), []).append(one)
    for same in claims.values():
        units = sorted({one.unit or "nobody" for one in same})
        for one in same if len(units) > 1 else ():
            message = f"{one.label} of {one.unit or 'nobody'} is made by {' and '.join(units)}"
            yield _violation(one.resource, message, one.unit, ", ".join(units))


def _called(analysis: Analysis, resource: Resource) -> str:
    thing = analysis.inventory.by_urn.get(resource.urn)
    return thing.kind.label if thing is not None else resource.kind


def _units(analysis: Analysis) -> list[str]:
    """Units of this stack, and others that contracts name."""
    return sorted({*analysis.graph.units, *(one.unit for one in analysis.settings.capabilities)})


def _violation(resource: Resource, message: str, unit: str | None, store_unit: str) -> Violation:
    return Violation(_ID, resource.urn, message, unit=unit, store_unit=store_unit, fix=_FIX)


RULE = Rule(
    id=_ID,
    title="Every store, function and role belongs to a unit, and its name says to which",
    why=(
        "What belongs to nobody is in nobody's proof. Names tell the owner also of things in other stacks, so"
        " a name in another unit's namespace would be trusted as that unit's."
    ),
    fix=_FIX,
    check=_check,
    compliant=[
        stack(table("orders"), role("orders")),
    ],
    violating=[
        stack(table(None)),
        stack(
            thing("orders", "aws:s3/bucket:Bucket", "bucket", {"bucket": "exports"}),
            thing("inventory", "aws:s3/bucket:Bucket", "bucket", {"bucket": "exports"}),
        ),
        stack(
            thing("orders", "aws:rds/cluster:Cluster", "db", {"clusterIdentifier": "shop-dev-inventory_db"}),
            table("inventory"),
        ),
        stack(role(None)),
        stack(thing("orders", "aws:dynamodb/table:Table", "store", {"name": physical("vouchers", "store")})),
        stack(thing("orders", "aws:iam/role:Role", "role", {"namePrefix": physical("vouchers", "")})),
        stack(
            thing("orders", "aws:dynamodb/table:Table", "store", {"name": physical("inventory", "store")}),
            table("inventory"),
        ),
    ],
)
