"""Declared wiring: what a unit's resources refer to that is not the unit's own.

An event source mapping, a target, a filter or a replica that links two units moves data between them, and needs no
permission of whoever receives it. So a reference from one unit's resource to a store, function or role of another is a
violation, whatever the type of the resource. The exceptions are what contracts publish: the bus, and capabilities.
"""

from collections.abc import Iterable, Iterator
from functools import partial

from pbc_isolation.analysis import implicit_reach
from pbc_isolation.analysis.alarm_topics import in_alarm, mails_alarms, tells_platform
from pbc_isolation.analysis.context import Analysis
from pbc_isolation.analysis.flows import flows
from pbc_isolation.analysis.link import Link
from pbc_isolation.analysis.mentions import is_known_own, names, references
from pbc_isolation.analysis.observers import observed
from pbc_isolation.analysis.own_arns import account_of, is_own_arn
from pbc_isolation.stack.graph import Resource
from pbc_isolation.stack.link_types import (
    ALARMS,
    CONTENTS,
    GIVES,
    INSTEAD,
    LINKS,
    MAIL,
    NOT_REFERENCES,
    NOT_WIRING,
    OTHER_LANGUAGES,
    SUBSCRIPTION,
)
from pbc_isolation.stack.references import Leaf, leaves
from pbc_isolation.stack.type_data import HARMLESS, SHARED
from pbc_isolation.stack.values import UNKNOWN


def find(analysis: Analysis) -> tuple[Link, ...]:
    """Every link between two units, or of a unit to what nobody knows."""
    return tuple(
        link for one in analysis.graph.resources if may_link(analysis, one) for link in links_of(analysis, one)
    )


def may_link(analysis: Analysis, resource: Resource) -> bool:
    """Whether what a resource refers to matters. A component makes nothing."""
    if resource.type in LINKS:
        return True
    if resource.type.startswith(NOT_WIRING) or resource.type.startswith("pulumi:"):
        return False
    known = analysis.types.of(resource.type)
    return known.verdict != HARMLESS and (resource.type.startswith("aws:") or bool(known.refers))


def links_of(analysis: Analysis, resource: Resource) -> Iterator[Link]:
    """The links of one resource."""
    unit = analysis.graph.owner(resource)
    linking = LINKS.get(resource.type, ())
    unknown: dict[str, bool] = {}
    for leaf in _judged(analysis, resource):
        if leaf.value is UNKNOWN:
            unknown[leaf.key] = unknown.get(leaf.key, False) or _must_be_own(resource, leaf)
            continue
        found = list(references(analysis, resource, unit, leaf))
        yield from found or names(analysis, resource, unit, _linked(leaf, linking))
    for key, sure in unknown.items():
        yield from flows(analysis, resource, unit, key, sure=sure)
    for key in linking:
        if key not in resource.props and INSTEAD.get((resource.type, key)) not in resource.props:
            yield Link(resource, unit, key, "something that is not known", provable=False)
    yield from _unnamed(analysis, resource, unit)
    if resource.external:
        yield from _looked_up(analysis, resource, unit)
    elif unit is not None:
        yield from _computed(analysis, resource, unit)


def _judged(analysis: Analysis, resource: Resource) -> Iterator[Leaf]:
    """The properties that may refer to something, without those that tell the platform of alarms or mail these."""
    for leaf in (in_alarm(resource, one) for one in leaves(resource, analysis.types.of(resource.type))):
        of_alarms = tells_platform(analysis, resource, leaf) or (
            leaf.key == "topic" and mails_alarms(analysis, resource)
        )
        if _may_refer(resource, leaf) and not of_alarms:
            yield leaf


def _unnamed(analysis: Analysis, resource: Resource, unit: str | None) -> Iterator[Link]:
    """What a resource reaches without naming it: by its place, by what passes through, or by patterns of its own."""
    if resource.account not in (None, analysis.account) and not analysis.types.of(resource.type).shared:
        yield Link(resource, unit, "provider", f"account {resource.account}, in which its provider makes it")
    yield from observed(analysis, resource, unit)
    is_own, platform = partial(_means_own, analysis, resource, unit), analysis.is_platform(unit)
    for key, what in implicit_reach.found(resource, unit, is_own, platform=platform):
        yield Link(resource, unit, key, what)


def _computed(analysis: Analysis, resource: Resource, unit: str) -> Iterator[Link]:
    """What AWS computes, and is of another account or named after another unit."""
    return (
        Link(resource, unit, key, arn)
        for key in sorted(analysis.types.of(resource.type).computed & resource.props.keys())
        if isinstance(arn := resource.props[key], str) and arn.startswith("arn:")
        if _is_of_others(analysis, unit, arn, own=key == "arn")
    )


def _is_of_others(analysis: Analysis, unit: str, arn: str, *, own: bool) -> bool:
    """Whether an ARN that AWS tells is of another account, where it is the own one, or by its name another unit's."""
    if own and account_of(arn).isdigit() and account_of(arn) != analysis.account:
        return True
    named = [owner for _, _, owner in analysis.naming.names_in(arn) if not analysis.is_platform(owner)]
    return any(owner != unit for owner in named)


def _means_own(analysis: Analysis, resource: Resource, unit: str | None, text: str) -> bool:
    """Whether a name or ARN means something of the unit's own; one that ends in a wildcard, only such things."""
    if unit is None:
        return False
    if text.startswith("arn:"):
        return is_own_arn(analysis, unit, text)
    name, star, _ = text.partition("*")
    return analysis.naming.is_own(name, unit) or (not star and is_known_own(analysis, resource, unit, "any", name))


def _linked(leaf: Leaf, linking: Iterable[str]) -> Leaf:
    """A property that links two things refers to something, whatever the type's data says."""
    return leaf._replace(kind=leaf.kind or "any") if leaf.key in linking else leaf


def _must_be_own(resource: Resource, leaf: Leaf) -> bool:
    """Whether what is not known yet must come from the unit's own."""
    linking = LINKS.get(resource.type, ())
    if leaf.key in linking or any(INSTEAD.get((resource.type, key)) == leaf.key for key in linking):
        return True
    by_place = leaf.kind not in (None, SHARED) or GIVES.search(leaf.key) is not None
    return resource.asks(leaf.key) and by_place and leaf.kind != SHARED


def _may_refer(resource: Resource, leaf: Leaf) -> bool:
    if resource.type in ALARMS:
        return leaf.kind is not None
    if resource.type in OTHER_LANGUAGES and leaf.key in ("policy", "policyDocument"):
        return True
    if resource.type == SUBSCRIPTION and leaf.key == "endpoint" and resource.get("protocol") in MAIL:
        return False  # Its topic must be the unit's own like any other's.
    if leaf.kind is not None:
        return True
    return NOT_REFERENCES.isdisjoint(leaf.path.split(".")) and leaf.key not in CONTENTS.get(resource.type, ())


def _looked_up(analysis: Analysis, resource: Resource, unit: str | None) -> Iterator[Link]:
    """A thing that the program only looks up is whose its name says, whoever looks it up."""
    name = resource.id or str(resource.get("id") or "")
    if analysis.types.of(resource.type).shared:
        return
    if not _means_own(analysis, resource, unit, name):
        yield Link(resource, unit, "id", f"the {resource.kind} {name or resource.name!r}, which it looks up")
