"""What records or takes over what passes through a thing that all units share: a network, a balancer, a firewall.

Units may use what is shared. Whoever records its traffic, or takes all of it, has what is the others'; that is the
platform's work.
"""

from collections.abc import Iterator

from pbc_isolation.analysis.context import Analysis
from pbc_isolation.analysis.link import Link
from pbc_isolation.analysis.mentions import is_known_own
from pbc_isolation.analysis.own_arns import is_own_arn
from pbc_isolation.stack.graph import Resource
from pbc_isolation.stack.link_types import OBSERVED
from pbc_isolation.stack.values import UNKNOWN, items, read

_RULE = "aws:lb/listenerRule:ListenerRule"
_EVERYTHING = frozenset({"*", "/*"})


def observed(analysis: Analysis, resource: Resource, unit: str | None) -> Iterator[Link]:
    """The things that a resource of a unit observes and that its unit does not make."""
    if resource.type == _RULE and not _takes_everything(resource):
        return
    for key in sorted(OBSERVED.get(resource.type, ())) if not analysis.is_platform(unit) else ():
        value = resource.get(key)
        if value not in (None, "") and not _is_own(analysis, resource, unit, key):
            what = "something that others use, too" if value is UNKNOWN else f"{value}, which others use, too"
            yield Link(resource, unit, key, what, by_name=False)


def _is_own(analysis: Analysis, resource: Resource, unit: str | None, key: str) -> bool:
    value = resource.get(key)
    if value is UNKNOWN:
        sources = analysis.graph.flows_from(resource, key)
        return not resource.asks(key) or (bool(sources) and all(analysis.graph.owner(one) == unit for one in sources))
    if not isinstance(value, str):
        return False
    return is_known_own(analysis, resource, unit, "any", value) or (
        unit is not None and value.startswith("arn:") and is_own_arn(analysis, unit, value)
    )


def _takes_everything(rule: Resource) -> bool:
    """Whether a balancer's rule is for requests of whatever host and path: of a condition's values one is enough."""
    wanted = [
        items(read(condition, field, "values"))
        for condition in items(rule.get("conditions"))
        for field in ("hostHeader", "pathPattern")
    ]
    return not any(values and all(map(_is_a_part, values)) for values in wanted)


def _is_a_part(value: object) -> bool:
    return isinstance(value, str) and value not in _EVERYTHING
