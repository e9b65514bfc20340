"""Why each cell of the access matrix is as it is: the path from a principal, and the statement that allows it.

Beside the edges between units it has what each unit's principals may do with the stores of their own unit.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pbc_isolation.analysis.access_matrix import Call, Edge, Origin, with_origins
from pbc_isolation.analysis.context import Access, Analysis, possible_actions
from pbc_isolation.analysis.inventory import ProtectedResource
from pbc_isolation.analysis.link import Link
from pbc_isolation.analysis.reachability import Reachability
from pbc_isolation.iam.catalogue import HARMLESS, badness, class_of, display, entry
from pbc_isolation.iam.documents import Statement
from pbc_isolation.iam.evaluator import Grant, can
from pbc_isolation.iam.globs import Glob
from pbc_isolation.iam.principals import Principal
from pbc_isolation.iam.regions import Region
from pbc_isolation.stack.graph import Resource

READS, WRITES = "reads", "writes"
"""Kinds of what a unit does with its own stores, beside those of `Edge`."""
_NAME = 6
"""Place of a function's name in its ARN."""
_TARGET = "aws:cloudwatch/eventTarget:EventTarget"


@dataclass(frozen=True, order=True)
class Reason:
    """One way in which a unit reaches what is another's, or its own."""

    source: str
    """The unit that reaches."""
    target: str
    """The unit that is reached; the same for own stores."""
    kind: str
    """`calls`, `events` or `violation`, as of an `Edge`; `reads` or `writes` of own stores."""
    what: str
    """As of an `Edge`; of own stores, the kind of store."""
    path: tuple[str, ...]
    """From the principal to what is reached: nodes, with the edge between each two."""
    by: str
    """Where it is allowed, in words."""
    urn: str
    """URN of the resource that allows it."""
    statement: str
    """The statement or pattern that allows it, as JSON; of a reference, the property's value."""


def reasons(analysis: Analysis) -> list[Reason]:
    """Every reason of a stack, in order."""
    return sorted({*_between_units(analysis), *_own_stores(analysis)})


def _between_units(analysis: Analysis) -> Iterator[Reason]:
    closure = analysis.once(Reachability)
    for edge, origin in with_origins(analysis):
        yield _reason(edge, *_explained(analysis, edge, origin, closure))


def _reason(edge: Edge, path: tuple[str, ...], by: str, urn: str, statement: object) -> Reason:
    text = json.dumps(statement, ensure_ascii=False, default=str)
    return Reason(edge.source, edge.target, edge.kind, edge.what, path, by, urn, text)


def _explained(
    analysis: Analysis, edge: Edge, origin: Origin, closure: Reachability
) -> tuple[tuple[str, ...], str, str, object]:
    """Path, where it is allowed, by which resource, and the statement."""
    match origin:
        case Call(principal, grant, function):
            return _step(principal, grant, f"function {function.split(':')[_NAME]}"), *_allowed(grant)
        case Access(grant=grant):
            return closure.path(origin), *_allowed(grant)
        case Link(resource, _, key, what, things):
            end = things[0].label if things else what
            return (resource.name, key, end), f"property {key} of {resource.name}", resource.urn, resource.get(key)
        case Resource():
            targets = [_target(analysis, one) for one in analysis.graph.by_type(_TARGET) if _belongs(one, origin)]
            path = (edge.target, edge.what, f"rule {origin.name}", "sends to", ", ".join(targets) or "nothing")
            return path, f"the pattern of rule {origin.name}", origin.urn, _parsed(origin.get("eventPattern"))


def _step(principal: Principal, grant: Grant, end: str) -> tuple[str, ...]:
    return (principal.label, display(grant.action), end)


def _allowed(grant: Grant) -> tuple[str, str, object]:
    return grant.statement.source, grant.statement.urn, _as_document(grant.statement)


def _as_document(statement: Statement) -> Mapping[str, object]:
    """A statement as it stands in a policy document."""
    parts = {
        "Effect": statement.effect,
        "Action": statement.actions,
        "NotAction": statement.not_actions,
        "Resource": statement.resources,
        "NotResource": statement.not_resources,
        "Condition": statement.conditions or None,
    }
    return {name: value for name, value in parts.items() if value is not None}


def _belongs(target: Resource, rule: Resource) -> bool:
    return target.get("rule") == rule.get("name") and target.get("eventBusName") == rule.get("eventBusName")


def _target(analysis: Analysis, target: Resource) -> str:
    arn = target.get("arn")
    named = analysis.inventory.named_by(arn) if isinstance(arn, str) else []
    return named[0].label if named else target.name


def _parsed(pattern: object) -> object:
    try:
        return json.loads(pattern) if isinstance(pattern, str) else pattern
    except json.JSONDecodeError:
        return pattern


def _own_stores(analysis: Analysis) -> Iterator[Reason]:
    for principal in analysis.principals:
        actions = sorted(possible_actions(principal.documents), key=badness)
        for store in analysis.inventory.of_unit(principal.unit) if principal.unit else ():
            if store.kind.store:
                yield from _own(principal, store, [one for one in actions if one.startswith(f"{store.kind.service}:")])


def _own(principal: Principal, store: ProtectedResource, actions: Sequence[str]) -> Iterator[Reason]:
    """The worst that a principal may do with a store of its unit: one action that reads, and one that changes."""
    for kind in (READS, WRITES):
        for action in actions:
            if _kind(action) == kind and (grant := _may(principal, action, store.arns)) is not None:
                edge = Edge(principal.unit or "", store.unit or "", kind, store.kind.label)
                yield _reason(edge, _step(principal, grant, store.label), *_allowed(grant))
                break


def _kind(action: str) -> str | None:
    """Whether an action reads what a store holds or changes it; None for what is harmless."""
    if class_of(action) == HARMLESS:
        return None
    known = entry(action)
    return READS if known is not None and known.does == "reads" else WRITES


def _may(principal: Principal, action: str, arns: Sequence[Glob]) -> Grant | None:
    return next((grant for arn in arns if (grant := can(principal, action, Region((arn,)))) is not None), None)
