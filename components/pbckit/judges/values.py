"""Values of inputs: what is computed later, and what stands at a path."""

import json
from collections.abc import Mapping
from typing import Any, cast

from pbckit.sandbox.graph import UNKNOWN

_SIGNATURE = "4dabf18193072939515e22adb298388d"
"""Key of Pulumi's special objects; in a program's inputs these are files."""


def is_unknown(value: object) -> bool:
    """True for a value that is computed later, or a text made from one."""
    return isinstance(value, str) and UNKNOWN in value


def is_file(value: object) -> bool:
    """True for an asset or archive, which the provider sends as bytes."""
    return isinstance(value, Mapping) and _SIGNATURE in value


def at(value: Any, path: str) -> Any:
    """The value at a dotted path, None where there is none. A step leads into JSON text too."""
    for key in path.split("."):
        if isinstance(value, str) and not is_unknown(value):
            value = _json(value)
        if not isinstance(value, Mapping):
            return value if is_unknown(value) else None
        value = cast("Mapping[str, Any]", value).get(key)
    return value


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
