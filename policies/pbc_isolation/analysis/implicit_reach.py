"""Declared things that reach every resource of the account unless they say otherwise, and name none."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast

from pbc_isolation.stack.graph import OWNER_TAG, Resource
from pbc_isolation.stack.values import UNKNOWN, items, read

Reach = Iterator[tuple[str, str]]
"""Properties, and what each reaches, in words."""


def found(resource: Resource, unit: str | None) -> Reach:
    """What a resource of a unit reaches without naming it."""
    find = _FINDERS.get(resource.type)
    return find(resource, unit) if find is not None else iter(())


def _backed_up(selection: Resource, unit: str | None) -> Reach:
    excluded = selection.get("notResources")
    # What the program leaves out is filled in by AWS, and unknown until then: with nothing.
    if selection.asks("notResources") if excluded is UNKNOWN else items(excluded):
        yield "notResources", "everything but what is named"
    for tag in items(selection.get("selectionTags")):
        if (read(tag, "key"), read(tag, "value")) != (OWNER_TAG, unit):
            yield "selectionTags", f"whatever is tagged {read(tag, 'key')!r}: {read(tag, 'value')!r}"


def _account_logs(policy: Resource, _unit: str | None) -> Reach:
    if policy.get("policyType") not in _WITHOUT_COPIES:
        yield "policyType", "every log group of the account"


def _recorded(trail: Resource, _unit: str | None) -> Reach:
    for selector in items(trail.get("advancedEventSelectors")):
        fields = {read(field, "field"): field for field in items(read(selector, "fieldSelectors"))}
        named = any(items(read(fields.get("resources.ARN"), one)) for one in ("equals", "startsWiths"))
        if "Data" in items(read(fields.get("eventCategory"), "equals")) and not named:
            yield "advancedEventSelectors", "whatever is read or written in the account"


_WITHOUT_COPIES: Sequence[Any] = ("DATA_PROTECTION_POLICY", "FIELD_INDEX_POLICY")
"""Policies for all log groups that send nothing anywhere."""
_FINDERS = cast(
    "Mapping[str, Callable[[Resource, str | None], Reach]]",
    {
        "aws:backup/selection:Selection": _backed_up,
        "aws:cloudtrail/eventDataStore:EventDataStore": _recorded,
        "aws:cloudtrail/trail:Trail": _recorded,
        "aws:cloudwatch/logAccountPolicy:LogAccountPolicy": _account_logs,
    },
)
