"""The check that most isolation rules share: no principal has a way out of its unit by one class of actions."""

from collections.abc import Iterator

from pbc_isolation.analysis.context import Access, Analysis
from pbc_isolation.analysis.inventory import ProtectedResource
from pbc_isolation.analysis.reachability import Reachability
from pbc_isolation.iam.catalogue import display
from pbc_isolation.rules.rule import Check, Violation

OUTSIDE = "outside this stack"
NOBODY = "nobody"


def forbid_access(rule: str, fix: str, *action_classes: str) -> Check:
    """A check that finds every way out by some classes of actions."""

    def check(analysis: Analysis) -> Iterator[Violation]:
        closure = analysis.once(Reachability)
        for access in analysis.accesses:
            if access.action_class in action_classes:
                yield violation(rule, fix, access, closure)

    return check


def violation(rule: str, fix: str, access: Access, closure: Reachability) -> Violation:
    """What to tell about a way out."""
    principal, grant = access.principal, access.grant
    units = _units(access.targets)
    return Violation(
        rule=rule,
        urn=grant.statement.urn,
        message=(
            f"{principal.label} of {principal.unit or NOBODY} may {display(grant.action)} on "
            f"{reached(access)}, allowed by {grant.statement.source}"
        ),
        unit=principal.unit,
        store_unit=", ".join(units) or OUTSIDE,
        path=closure.path(access),
        fix=fix,
    )


def reached(access: Access) -> str:
    """What an access reaches: where the statement speaks of everything, that, with an example."""
    named = _named(access.targets, access.grant.resource)
    if "*" not in (access.grant.statement.resources or ()):
        return named
    return f"everything in the account, such as {named}" if access.targets else "everything in the account"


def _units(things: tuple[ProtectedResource, ...]) -> list[str]:
    return sorted({thing.unit or NOBODY for thing in things})


def _named(things: tuple[ProtectedResource, ...], example: str) -> str:
    if not things:
        return f"{example}, which is not its unit's"
    nearest = min(things, key=lambda thing: (not thing.kind.store, thing.label))
    others = [unit for unit in _units(things) if unit != (nearest.unit or NOBODY)]
    and_others = f", and on things of {', '.join(others)}" if others else ""
    return f"{nearest.label} of {nearest.unit or NOBODY}{and_others}"
