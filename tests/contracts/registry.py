"""What a published definition says of a change: Confluent's Schema Registry, JSON Schema, compatibility policy LENIENT.

The registry names each difference between two schemas and has a list of those that are compatible; a change is BACKWARD
compatible if all its differences are, FORWARD if those of the way back are, and FULL if both. Here are the differences
that the changes of `test_compatibility.py` make, under their published names (`SchemaDiff`, `Difference.Type`). LENIENT
is the policy that takes fields in open objects as these contracts do; under STRICT none can ever be added to one.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

COMPATIBLE = frozenset(
    {
        "DESCRIPTION_CHANGED",
        "DEFAULT_CHANGED",
        "TYPE_EXTENDED",
        "MAX_LENGTH_INCREASED",
        "MAX_LENGTH_REMOVED",
        "MIN_LENGTH_DECREASED",
        "MIN_LENGTH_REMOVED",
        "PATTERN_REMOVED",
        "MAXIMUM_INCREASED",
        "MAXIMUM_REMOVED",
        "MINIMUM_DECREASED",
        "MINIMUM_REMOVED",
        "MAX_ITEMS_INCREASED",
        "MAX_ITEMS_REMOVED",
        "ENUM_ARRAY_EXTENDED",
        "SUM_TYPE_EXTENDED",
        "REQUIRED_ATTRIBUTE_REMOVED",
        "REQUIRED_ATTRIBUTE_WITH_DEFAULT_ADDED",
        "OPTIONAL_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL",
        "REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_UNOPEN_CONTENT_MODEL",
        "PROPERTY_REMOVED_FROM_OPEN_CONTENT_MODEL",
        "PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL",  # LENIENT only
    }
)
_LIMITS = {"maximum": "MAXIMUM", "minimum": "MINIMUM", "maxLength": "MAX_LENGTH", "maxItems": "MAX_ITEMS"}


def allows(before: Schema, after: Schema, mode: str, *, closed: bool) -> bool:
    """Whether the registry lets a change of an object through.

    Args:
        before: the older schema of the object.
        after: the newer one.
        mode: `BACKWARD`, `FORWARD` or `FULL`.
        closed: whether fields that are not declared are refused.
    """
    ways = {"BACKWARD": [(before, after)], "FORWARD": [(after, before)]}
    wanted = ways.get(mode) or ways["BACKWARD"] + ways["FORWARD"]
    return all(set(differences(old, new, closed=closed)) <= COMPATIBLE for old, new in wanted)


def differences(old: Schema, new: Schema, *, closed: bool) -> Iterator[str]:
    """The published names of what is different in an object."""
    model = "UNOPEN" if closed else "OPEN"
    fields, others = old["properties"], new["properties"]
    if fields.keys() - others.keys():
        yield f"PROPERTY_REMOVED_FROM_{'CLOSED' if closed else 'OPEN'}_CONTENT_MODEL"
    for name in others.keys() - fields.keys():
        required = "REQUIRED_" if name in new["required"] else "OPTIONAL_"
        yield f"{required if closed else ''}PROPERTY_ADDED_TO_{model}_CONTENT_MODEL"
    for name in fields.keys() & others.keys():
        yield from _required(name in old["required"], name in new["required"], others[name])
        yield from _changed(fields[name], others[name])


def _required(was: bool, is_: bool, field: Schema) -> Iterator[str]:
    if was and not is_:
        yield "REQUIRED_ATTRIBUTE_REMOVED"
    elif is_ and not was:
        yield "REQUIRED_ATTRIBUTE_WITH_DEFAULT_ADDED" if "default" in field else "REQUIRED_ATTRIBUTE_ADDED"


def _changed(old: Schema, new: Schema) -> Iterator[str]:
    kinds = _kinds(old), _kinds(new)
    if len(kinds[0]) == 1 < len(kinds[1]):
        inner = [list(_changed(old, one)) for one in kinds[1]]
        yield "SUM_TYPE_EXTENDED" if any(set(one) <= COMPATIBLE for one in inner) else "TYPE_CHANGED"
        return
    if _kind(old) != _kind(new):
        widened = (old.get("type"), new.get("type")) == ("integer", "number")
        yield "TYPE_EXTENDED" if widened else "TYPE_CHANGED"
        if not widened:
            return
    if old.get("description") != new.get("description"):
        yield "DESCRIPTION_CHANGED"
    if old.get("default") != new.get("default"):
        yield "DEFAULT_CHANGED"
    yield from _limits(old, new)
    yield from _values(old.get("enum", []), new.get("enum", []))
    if "items" in old and "items" in new:
        yield from _changed(old["items"], new["items"])


def _kinds(schema: Schema) -> list[Schema]:
    """The alternatives of a field."""
    if "anyOf" in schema:
        return schema["anyOf"]
    listed = schema.get("type")
    return [{**schema, "type": kind} for kind in listed] if isinstance(listed, list) else [schema]


def _kind(schema: Schema) -> str:
    """What the registry takes a schema for; it compares only what is of one kind."""
    several = len(_kinds(schema)) > 1
    return "sum" if several else "enum" if "enum" in schema else "reference" if "$ref" in schema else schema["type"]


def _limits(old: Schema, new: Schema) -> Iterator[str]:
    for keyword, name in _LIMITS.items():
        before, after = old.get(keyword), new.get(keyword)
        if before is None and after is not None:
            yield f"{name}_ADDED"
        elif before is not None and after is None:
            yield f"{name}_REMOVED"
        elif before != after:
            yield f"{name}_{'INCREASED' if after > before else 'DECREASED'}"
    if old.get("pattern") != new.get("pattern"):
        yield "PATTERN_REMOVED" if "pattern" not in new else "PATTERN_CHANGED" if "pattern" in old else "PATTERN_ADDED"


def _values(old: list[Any], new: list[Any]) -> Iterator[str]:
    if old != new:
        yield "ENUM_ARRAY_EXTENDED" if set(old) <= set(new) else "ENUM_ARRAY_NARROWED"
