"""Declared wiring: what a unit's resources refer to that is not the unit's own.

An event source mapping, a target, a filter or a replica that links two units moves data between them, and needs no
permission of whoever receives it. So a reference from one unit's resource to a store, function or role of another is a
violation, whatever the type of the resource. The exceptions are what contracts publish: the bus, and capabilities.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from pbc_isolation.analysis import implicit_reach
from pbc_isolation.analysis.context import Analysis
from pbc_isolation.analysis.inventory import Thing
from pbc_isolation.analysis.naming import of_service
from pbc_isolation.iam.globs import Glob, example
from pbc_isolation.stack.graph import Resource
from pbc_isolation.stack.link_types import (
    BY_NAME,
    CONTENTS,
    EVERYTHING,
    GIVES,
    LINKED_SERVICES,
    LINKS,
    MAIL,
    NAMED_BY_AWS,
    NOT_REFERENCES,
    NOT_WIRING,
    OTHER_LANGUAGES,
    SUBSCRIPTION,
)
from pbc_isolation.stack.values import has_unknown, texts

_ARN = re.compile(r"(?=(arn:[a-z-]+:[a-z0-9-]+(?::[^\s\"'\\,{}\[\]]*)?))")
"""Wherever one begins, also within another: integrations of API Gateway carry the function's ARN in their own."""
_QUEUE_URL = re.compile(r"https://sqs\.[a-z0-9.-]+/[0-9]*/([A-Za-z0-9_.-]+)")
_SERVICE_ROLE = ":role/aws-service-role/"
_BUS, _ARCHIVE = "event bus", "aws:cloudwatch/eventArchive:EventArchive"
_SHORT = 3
"""Colons of an ARN that has no account."""


@dataclass(frozen=True, eq=False)
class Link:
    """A reference of a unit's resource to what is not the unit's."""

    resource: Resource
    unit: str | None
    key: str
    what: str
    things: tuple[Thing, ...] = ()
    provable: bool = True
    """False where it is not known what is referred to."""


def find(analysis: Analysis) -> tuple[Link, ...]:
    """Every link between two units, or of a unit to what nobody knows."""
    return tuple(
        link
        for resource in analysis.graph.resources
        if resource.type in LINKS or (resource.type.startswith("aws:") and not resource.type.startswith(NOT_WIRING))
        for link in _links(analysis, resource)
    )


def _links(analysis: Analysis, resource: Resource) -> Iterator[Link]:
    unit = analysis.graph.owner(resource)
    linking = LINKS.get(resource.type, ())
    for key, value in resource.props.items():
        if not _may_refer(resource, key):
            continue
        for text in _texts(value):
            yield from _references(analysis, resource, unit, key, text)
            if resource.type == SUBSCRIPTION and text.startswith(("http:", "https:")):
                yield Link(resource, unit, key, text)
            if key in linking and not text.startswith(("arn:", "https:", "{")):
                yield from _name(analysis, resource, unit, key, text)
        if has_unknown(value):
            asked = resource.asks(key) and GIVES.search(key) is not None
            yield from _flows(analysis, resource, unit, key, sure=key in linking or asked)
    for key in linking:
        if key not in resource.props:
            yield Link(resource, unit, key, "something that is not known", provable=False)
    for key, what in implicit_reach.found(resource, unit):
        yield Link(resource, unit, key, what)


def _may_refer(resource: Resource, key: str) -> bool:
    if resource.type in OTHER_LANGUAGES and key in ("policy", "policyDocument"):
        return True
    if resource.type == SUBSCRIPTION and key == "endpoint" and resource.get("protocol") in MAIL:
        return False  # Its topic must be the unit's own like any other's.
    # An id is put together from other properties, or AWS draws it; no program can set it.
    return key != "id" and key not in NOT_REFERENCES and key not in CONTENTS.get(resource.type, ())


def _texts(value: Any) -> Iterator[str]:
    """Every text in a value, wherever a reference may stand; also where it is the key of something."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in cast("list[Any]", value):
            yield from _texts(item)
    elif isinstance(value, Mapping):
        for key, item in cast("Mapping[str, Any]", value).items():
            if key not in NOT_REFERENCES:
                if not key.isidentifier():
                    yield key
                yield from _texts(item)


def _references(analysis: Analysis, resource: Resource, unit: str | None, key: str, text: str) -> Iterator[Link]:
    for arn in _ARN.findall(text):
        if _is_foreign(analysis, resource, unit, key, arn):
            yield Link(resource, unit, key, arn, tuple(_foreign_things(analysis, unit, arn)))
    for name in _QUEUE_URL.findall(text):
        things = tuple(_foreign_things(analysis, unit, name))
        if things or (unit is not None and not name.startswith(analysis.naming.prefix(unit))):
            yield Link(resource, unit, key, f"queue {name}", things)
    things = tuple(thing for thing in _foreign_things(analysis, unit, text) if thing.kind.store or key in BY_NAME)
    if things and not text.startswith("arn:") and not _has_own(analysis, unit, text):
        yield Link(resource, unit, key, text, things)
    if not things and (text == "*" and EVERYTHING.search(key)):
        yield Link(resource, unit, key, "everything in the account")
    meant = analysis.graph.by_urn.get(text)
    if meant is not None and analysis.graph.owner(meant) != unit:
        yield Link(resource, unit, key, f"{meant.kind} {meant.name}")
    if not things:
        yield from (Link(resource, unit, key, name) for name in _foreign_names(analysis, resource, unit, key, text))


def _foreign_names(analysis: Analysis, resource: Resource, unit: str | None, key: str, text: str) -> Iterator[str]:
    """Names in a text that by the convention are another unit's, whatever they name and wherever that is.

    What stands in an ARN of a service that is linked has been judged with the ARN. Of others only buses may be named.
    """
    judged = [found.span(1) for found in _ARN.finditer(text) if _service(found[1]) in LINKED_SERVICES]
    for start, name, owner in analysis.naming.names_in(text):
        if owner != unit and not any(begin <= start < end for begin, end in judged):
            bus = key == "eventBusName" or text[:start].endswith((":event-bus/", ":rule/"))
            if not (bus and _may_name_bus(analysis, resource, unit) and _is_shared_bus(analysis, owner, name)):
                yield name


def _may_name_bus(analysis: Analysis, resource: Resource, unit: str | None) -> bool:
    """An archive keeps all that everybody publishes: only operations may have one, who replays it to its consumers."""
    return resource.type != _ARCHIVE or analysis.is_operations(unit)


def _is_shared_bus(analysis: Analysis, owner: str, name: str) -> bool:
    """Whether a name is that of the bus that all units share; without the platform in the stack, whether it may be."""
    if any(thing.kind.label == _BUS for thing in analysis.inventory.named_by(name)):
        return analysis.is_platform(owner)
    return owner not in analysis.graph.units and owner not in {one.unit for one in analysis.settings.capabilities}


def _is_foreign(analysis: Analysis, resource: Resource, unit: str | None, key: str, arn: str) -> bool:
    service, account = _service(arn), _account(arn)
    if service == "events":
        return account not in ("", analysis.account)  # A bus of another account: whatever is sent there is gone.
    if service == "kms":
        return key in LINKS.get(resource.type, ()) and unit not in analysis.once(_owners_by_arn).get(arn, ())
    if service not in LINKED_SERVICES or (service != "s3" and account in ("", "aws") and arn.count(":") > _SHORT):
        return False  # Not a resource of an account, for example arn:aws:states:::lambda:invoke.
    if unit is None or key == "layers":
        # A layer of another account is somebody's library; one of another unit is a part of that unit.
        named = any(thing.unit != unit for thing in analysis.inventory.named_by(arn))
        return named or (unit is None and ":role/" in arn)
    if _is_own_identifier(analysis, resource, key):
        return _names_another(analysis, unit, arn)
    return not _is_own(analysis, unit, arn)


def _is_own_identifier(analysis: Analysis, resource: Resource, key: str) -> bool:
    """Whether a property is the ARN of the resource itself: only AWS sets it, so it refers to nothing."""
    return key in analysis.types.of(resource.type).computed and key.lower() in ("arn", f"{resource.kind.lower()}arn")


def _names_another(analysis: Analysis, unit: str, arn: str) -> bool:
    """Whether the ARN of a resource itself says that it is not its unit's: that is so where a program looks it up."""
    here = _account(arn) in ("", analysis.account)
    foreign = any(True for _ in _foreign_things(analysis, unit, arn)) and not _has_own(analysis, unit, arn)
    return not here or foreign or any(owner != unit for _, _, owner in analysis.naming.names_in(arn))


def _is_own(analysis: Analysis, unit: str, arn: str) -> bool:
    if unit in analysis.once(_owners_by_arn).get(arn, ()) or _SERVICE_ROLE in arn:
        return True  # The roles of AWS's services are AWS's own: nobody can be given them.
    if _account(arn).isdigit() and _account(arn) != analysis.account:
        return False
    allowed = (*of_service(analysis.own(unit), _service(arn)), *analysis.allowed_calls(unit))
    return example([Glob(arn)], allowed) is None


def _service(arn: str) -> str:
    return (arn.split(":") + [""] * 3)[2]


def _account(arn: str) -> str:
    return (arn.split(":") + [""] * 5)[4]


def _owners_by_arn(analysis: Analysis) -> dict[str, set[str | None]]:
    """Whose a resource is that AWS names, by its ARN or id."""
    found: dict[str, set[str | None]] = {}
    for resource in analysis.graph.resources:
        if resource.type.startswith(NAMED_BY_AWS):
            for name in texts([resource.get("arn"), resource.get("keyId")]):
                found.setdefault(name, set()).add(analysis.graph.owner(resource))
    return found


def _has_own(analysis: Analysis, unit: str | None, text: str) -> bool:
    return any(thing.unit == unit for thing in analysis.inventory.named_by(text))


def _foreign_things(analysis: Analysis, unit: str | None, text: str) -> Iterator[Thing]:
    return (thing for thing in analysis.inventory.named_by(text) if thing.unit != unit)


def _name(analysis: Analysis, resource: Resource, unit: str | None, key: str, name: str) -> Iterator[Link]:
    """A plain name in a property that links: it must be the unit's."""
    known = analysis.inventory.named_by(name)
    if known or unit is None:
        return  # Judged as a reference.
    if unit not in analysis.once(_owners_by_arn).get(name, ()) and analysis.naming.prefix(unit) not in name:
        yield Link(resource, unit, key, name)


def _flows(analysis: Analysis, resource: Resource, unit: str | None, key: str, *, sure: bool) -> Iterator[Link]:
    """What is not known yet, by where it comes from."""
    sources = analysis.graph.flows_from(resource, key)
    for source in sources:
        owner = analysis.graph.owner(source)
        thing = analysis.inventory.by_urn.get(source.urn)
        if owner != unit and _matters(analysis, thing, owner, sure=sure):
            label = thing.label if thing is not None else f"{source.kind} {source.name}"
            yield Link(resource, unit, key, label, (thing,) if thing is not None else ())
    if sure and (not sources or len(sources) < len(resource.property_dependencies[key])):
        yield Link(resource, unit, key, "something that is not known before it is created", provable=False)


def _matters(analysis: Analysis, thing: Thing | None, owner: str | None, *, sure: bool) -> bool:
    """Whether it matters that a value comes from another owner: networks and the like are shared by all."""
    if thing is not None:
        return thing.kind.label != _BUS
    return sure or not (owner is None or analysis.is_platform(owner))
