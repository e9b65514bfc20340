"""From where a value comes that is not known yet, and what it may have become on the way.

What AWS computes of an own thing is the unit's own. What makes nothing in AWS, such as a shuffled list, hands on what
it is given: it proves nothing, and what it holds of another unit's is a link. What code does between two resources
cannot be seen; before the resource is created its value is known, and judged then.
"""

from collections.abc import Iterator
from dataclasses import replace

from pbc_isolation.analysis.context import Analysis
from pbc_isolation.analysis.link import Link
from pbc_isolation.analysis.mentions import references
from pbc_isolation.stack.graph import Resource
from pbc_isolation.stack.references import leaves
from pbc_isolation.stack.values import UNKNOWN

_PASSING = frozenset({"random", "std", "time", "tls", "pulumi"})
"""Packages whose resources make nothing in AWS."""
_OTHER_STACK = "pulumi:pulumi:StackReference"
"""What it is called says nothing of what another stack hands out."""


def flows(analysis: Analysis, resource: Resource, unit: str | None, key: str, *, sure: bool) -> Iterator[Link]:
    """What is not known yet, by where it comes from."""
    sources = analysis.graph.flows_from(resource, key)
    for source in sources:
        owner = analysis.graph.owner(source)
        thing = analysis.inventory.by_urn.get(source.urn)
        held = _held(analysis, unit, source, frozenset())
        if owner != unit and _matters(analysis, source, owner, sure=sure):
            label = thing.label if thing is not None else f"{source.kind} {source.name}"
            yield Link(resource, unit, key, label, (thing,) if thing is not None else ())
        elif held is not None:
            yield replace(held, resource=resource, key=key, what=f"{held.what}, by way of {source.kind} {source.name}")
    known = len(sources) == len(resource.property_dependencies.get(key, ()))
    if sure and not (known and any(_proves(analysis, unit, source) for source in sources)):
        yield Link(resource, unit, key, "something that is not known before it is created", provable=False)


def _proves(analysis: Analysis, unit: str | None, source: Resource) -> bool:
    """Whether what flows from a resource is the unit's own: AWS tells it of an own thing, or it has an own name."""
    if analysis.graph.owner(source) != unit or source.external or source.type == _OTHER_STACK:
        return False
    if not _passes_on(source):
        return True
    texts_in = [leaf.value for leaf in leaves(source, analysis.types.of(source.type)) if leaf.value is not UNKNOWN]
    own = any(owner == unit for text in texts_in for _, _, owner in analysis.naming.names_in(text))
    return own or any(_proves(analysis, unit, one) for one in _sources(analysis, source))


def _held(analysis: Analysis, unit: str | None, source: Resource, passed: frozenset[str]) -> Link | None:
    """What of another unit's a resource holds that passes on what it is given, or whatever flows into it."""
    if not _passes_on(source) or source.urn in passed:
        return None
    for leaf in leaves(source, analysis.types.of(source.type)):
        if leaf.value is not UNKNOWN:
            found = next(references(analysis, source, unit, leaf._replace(kind="any")), None)
            if found is not None:
                return found
    for one in _sources(analysis, source):
        owner = analysis.graph.owner(one)
        thing = analysis.inventory.by_urn.get(one.urn)
        if owner != unit and _matters(analysis, one, owner, sure=True):
            label = thing.label if thing is not None else f"{one.kind} {one.name}"
            return Link(source, unit, "", label, (thing,) if thing is not None else ())
        found = _held(analysis, unit, one, passed | {source.urn})
        if found is not None:
            return found
    return None


def _sources(analysis: Analysis, resource: Resource) -> list[Resource]:
    urns = {urn for values in resource.property_dependencies.values() for urn in values}
    return [analysis.graph.by_urn[urn] for urn in sorted(urns) if urn in analysis.graph.by_urn]


def _passes_on(resource: Resource) -> bool:
    """Whether a resource hands on the values that it is given: it makes nothing in AWS, such as a shuffled list."""
    return resource.type.partition(":")[0] in _PASSING


def _matters(analysis: Analysis, source: Resource, owner: str | None, *, sure: bool) -> bool:
    """Whether it matters that a value comes from another owner: networks and the like are shared by all."""
    if source.type.startswith("aws:") and analysis.types.of(source.type).shared:
        return not (owner is None or analysis.is_platform(owner))
    return source.urn in analysis.inventory.by_urn or sure or not (owner is None or analysis.is_platform(owner))
