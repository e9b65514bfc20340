"""Values of resource properties as plain data, with an explicit UNKNOWN that can be read without harm."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
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
_SHORTEST: Final = min(map(len, SENTINELS))

SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
"""Key of an object that stands for a value of another kind: its value says of which."""
SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 Pulumi's mark of a secret, not one
_OUTPUT: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_AS_THEY_ARE: Final = {
    "c44067f5952c0a294b673a41bacd8c17": "asset",
    "0def7320c3a5731c473e5ecbe6d01bc7": "archive",
    "5cf8f73096256a8f31e491e813e4eb8e": "resource reference",
}
"""Kinds of objects whose fields are read: paths and hashes, a URN and an id."""
_BOOKKEEPING: Final = frozenset({"__defaults", "__meta", "__pulumi_raw_state_delta"})
"""What providers that are bridged from Terraform keep in a state for themselves: it says nothing of the resource."""


class UnknownForm(ValueError):
    """An object of Pulumi's protocol that stands for something nobody knows. The message says what it looks like."""


def plain(value: object) -> Any:
    """A value of Pulumi's protocol or of an export as plain data: mappings, lists, text, whole numbers, UNKNOWN.

    A secret becomes its value where that can be read; one that is encrypted is UNKNOWN.

    Raises:
        UnknownForm: an object in it is of a kind, or a secret in a form, that is not known.
    """
    if isinstance(value, str):
        # A text that only contains a sentinel was put together from an unknown: it is not known either.
        return UNKNOWN if len(value) >= _SHORTEST and any(sentinel in value for sentinel in SENTINELS) else value
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if is_mapping(value):
        return _plain_mapping(cast("Mapping[str, object]", value))
    if isinstance(value, Sequence):
        return [plain(item) for item in cast("Sequence[object]", value)]
    return value


def is_mapping(value: object) -> bool:
    """True for an object, plain or not. Nearly all are dictionaries, which need no look at their bases."""
    return type(value) is dict or isinstance(value, Mapping)


class Plain(Mapping[str, Any]):
    """Properties as plain data, made when somebody looks: at most of what a program sets nobody ever does.

    Args:
        sent: gives them as they were sent.
    """

    def __init__(self, sent: Callable[[], Mapping[str, Any]]) -> None:
        self._sent = sent

    @cached_property
    def _values(self) -> Mapping[str, Any]:
        return plain(self._sent())

    def __getitem__(self, key: str) -> Any:
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def _plain_mapping(value: Mapping[str, object]) -> Any:
    kind = value.get(SIGNATURE)
    if kind == SECRET:
        return _opened(value)
    if kind == _OUTPUT:
        return plain(value["value"]) if "value" in value else UNKNOWN
    if kind is not None and kind not in _AS_THEY_ARE:
        raise UnknownForm(f"an object of the unknown kind {kind!r}")
    return {key: plain(item) for key, item in value.items() if key != SIGNATURE and key not in _BOOKKEEPING}


def _opened(secret: Mapping[str, object]) -> Any:
    if "value" in secret:
        return plain(secret["value"])
    if isinstance(text := secret.get("plaintext"), str):
        try:
            return plain(json.loads(text))
        except json.JSONDecodeError as error:
            raise UnknownForm("a secret whose plaintext is not JSON") from error
    if isinstance(secret.get("ciphertext"), str):
        return UNKNOWN
    fields = ", ".join(sorted(secret.keys() - {SIGNATURE})) or "nothing"
    raise UnknownForm(f"a secret in an unknown form: it has {fields}, neither ciphertext nor plaintext")


def read(value: Any, *path: str) -> Any:
    """The value below a path of keys, UNKNOWN where a step on the way is, None where there is none.

    A list on the way is looked through to its only element: providers wrap single blocks so.
    """
    for key in path:
        if isinstance(value, list) and len(cast("list[Any]", value)) == 1:
            value = cast("list[Any]", value)[0]
        if value is UNKNOWN:
            return UNKNOWN
        if not is_mapping(cast("object", value)):
            return None
        value = cast("Mapping[str, Any]", value).get(key)
    return value


def texts_by_path(value: Any) -> list[tuple[str, Any]]:
    """Every text and unknown in a value, with the path of keys that leads to it; lists are looked through.

    A key that is no property's name, but text that somebody chose, counts as a text too.
    """
    found: list[tuple[str, Any]] = []
    _add_texts(value, "", found.append)
    return found


def _add_texts(value: Any, path: str, add: Callable[[tuple[str, Any]], None]) -> None:
    if isinstance(value, str) or value is UNKNOWN:
        add((path, value))
    elif isinstance(value, list):
        for item in cast("list[Any]", value):
            _add_texts(item, path, add)
    elif is_mapping(value):
        for key, item in cast("Mapping[str, Any]", value).items():
            if not key.isidentifier():
                add((path, key))
            _add_texts(item, f"{path}.{key}" if path else key, add)


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
