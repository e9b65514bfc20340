"""Values of resource properties as plain data, with an explicit UNKNOWN that can be read without harm."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast


class Unknown:
    """A value that is computed later. Nothing can be said about it, not even whether it is empty."""

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        raise TypeError("an unknown value is neither true nor false: compare it with UNKNOWN first")


UNKNOWN: Final = Unknown()

SENTINELS: Final = frozenset(
    {
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # boolean
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # string
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # list
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)
"""What stands for an unknown of each type in Pulumi's protocol and exports."""

_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 Pulumi's mark of a secret, not one
_OUTPUT: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"


def plain(value: object) -> Any:
    """A value of Pulumi's protocol as plain data: mappings, lists, text, whole numbers, UNKNOWN.

    A secret becomes its value where that can be read, else UNKNOWN.
    """
    if isinstance(value, str):
        # A text that only contains a sentinel was put together from an unknown: it is not known either.
        return UNKNOWN if any(sentinel in value for sentinel in SENTINELS) else value
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, Mapping):
        return _plain_mapping(cast("Mapping[str, object]", value))
    if isinstance(value, Sequence):
        return [plain(item) for item in cast("Sequence[object]", value)]
    return value


def _plain_mapping(value: Mapping[str, object]) -> Any:
    kind = value.get(_SIGNATURE)
    if kind == _SECRET:
        return _opened(value)
    if kind == _OUTPUT:
        return plain(value["value"]) if "value" in value else UNKNOWN
    return {key: plain(item) for key, item in value.items()}


def _opened(secret: Mapping[str, object]) -> Any:
    text = secret.get("plaintext")
    if isinstance(text, str):
        try:
            return plain(json.loads(text))
        except json.JSONDecodeError:
            return UNKNOWN
    return plain(secret["value"]) if "value" in secret else UNKNOWN


def read(value: Any, *path: str) -> Any:
    """The value below a path of keys, UNKNOWN where a step on the way is, None where there is none.

    A list on the way is looked through to its only element: providers wrap single blocks so.
    """
    for key in path:
        if isinstance(value, list) and len(cast("list[Any]", value)) == 1:
            value = cast("list[Any]", value)[0]
        if value is UNKNOWN:
            return UNKNOWN
        if not isinstance(value, Mapping):
            return None
        value = cast("Mapping[str, Any]", value).get(key)
    return value


def items(value: Any) -> list[Any]:
    """A value as a list: none for None, itself where it is one, UNKNOWN kept as an element."""
    if value is None:
        return []
    return cast("list[Any]", value) if isinstance(value, list) else [value]


def texts(value: Any) -> list[str]:
    """The texts in a value that is one text or a list; what is unknown or of another type is left out."""
    return [item for item in items(value) if isinstance(item, str)]


def has_unknown(value: Any) -> bool:
    """True if the value, or anything in it, is unknown."""
    if value is UNKNOWN:
        return True
    if isinstance(value, Mapping):
        return any(has_unknown(item) for item in cast("Mapping[str, Any]", value).values())
    if isinstance(value, list):
        return any(has_unknown(item) for item in cast("list[Any]", value))
    return False
