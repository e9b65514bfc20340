"""Whether an input changed, as the engine and the provider see it."""

import json
from typing import Any, cast

from pbckit.sandbox.graph import UNKNOWN

_DEFAULTS = "__defaults"
"""In a state, the inputs that the provider filled in by itself."""
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 tells a secret from other special objects


def given(inputs: dict[str, Any]) -> dict[str, Any]:
    """The inputs without what the provider filled in."""
    filled_in = {*cast("list[str]", inputs.get(_DEFAULTS, ())), _DEFAULTS}
    return {key: _given(value) for key, value in inputs.items() if key not in filled_in}


def differs(old: Any, new: Any) -> bool:
    """True where two values differ in what is known of both. A secret of a state cannot be compared: it is the same."""
    if UNKNOWN in (old, new) or _is_secret(old) or _is_secret(new):
        return False
    if isinstance(old, dict) and isinstance(new, dict):
        return _mappings_differ(cast("dict[str, Any]", old), cast("dict[str, Any]", new))
    if isinstance(old, list) and isinstance(new, list):
        olds, news = cast("list[Any]", old), cast("list[Any]", new)
        return len(olds) != len(news) or any(differs(*pair) for pair in zip(olds, news, strict=True))
    if isinstance(old, str) and isinstance(new, str):
        return old != new and _document(old) != _document(new)
    return bool(old != new)


def has_unknown(value: Any) -> bool:
    """True where a value, or a part of it, is computed later."""
    if isinstance(value, dict):
        return any(has_unknown(one) for one in cast("dict[str, Any]", value).values())
    if isinstance(value, list):
        return any(has_unknown(one) for one in cast("list[Any]", value))
    return value == UNKNOWN


def _given(value: Any) -> Any:
    if isinstance(value, dict):
        return given(cast("dict[str, Any]", value))
    return [_given(one) for one in cast("list[Any]", value)] if isinstance(value, list) else value


def _mappings_differ(old: dict[str, Any], new: dict[str, Any]) -> bool:
    if "hash" in old and "hash" in new and _SIGNATURE in old:
        return bool(old["hash"] != new["hash"])  # a file: its path says nothing
    return any(differs(old.get(key), new.get(key)) for key in {*old, *new})


def _is_secret(value: Any) -> bool:
    return isinstance(value, dict) and cast("dict[str, Any]", value).get(_SIGNATURE) == _SECRET


def _document(text: str) -> Any:
    """JSON by its contents: the provider sees no change in how it is written."""
    try:
        return json.loads(text)
    except ValueError:
        return text
