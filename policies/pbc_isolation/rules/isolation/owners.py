"""Things without an owner, or with another's name."""

from collections.abc import Iterator

from pbc_isolation.analysis.context import Analysis
from pbc_isolation.analysis.inventory import Thing
from pbc_isolation.rules.rule import Rule, Violation
from pbc_isolation.rules.samples import physical, role, stack, table, thing

_ID = "isolation-owners"
_FIX = "Create it below its unit's component, and give it a name with the unit's prefix."


def _check(analysis: Analysis) -> Iterator[Violation]:
    units = {analysis.naming.prefix(unit): unit for unit in _units(analysis)}
    lengths = {len(prefix) for prefix in units}
    for one in analysis.inventory.things:
        if one.unit is None:
            yield _violation(one, f"{one.label} belongs to no unit", "nobody")
        else:
            name = one.name.rpartition("/")[2]
            claimed = min((units[name[:length]] for length in lengths if name[:length] in units), default=None)
            if claimed is not None and claimed != one.unit:
                yield _violation(one, f"{one.label} of {one.unit} bears a name of {claimed}", claimed)


def _units(analysis: Analysis) -> list[str]:
    """Units of this stack, and others that contracts name."""
    return sorted({*analysis.graph.units, *(one.unit for one in analysis.settings.capabilities)})


def _violation(one: Thing, message: str, store_unit: str) -> Violation:
    return Violation(_ID, one.resource.urn, message, unit=one.unit, store_unit=store_unit, fix=_FIX)


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
        stack(role(None)),
        stack(
            thing("orders", "aws:dynamodb/table:Table", "store", {"name": physical("inventory", "store")}),
            table("inventory"),
        ),
    ],
)
