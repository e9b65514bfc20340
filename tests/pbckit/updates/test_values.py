"""What counts as a change of an input."""

from typing import Any

import pytest

from pbckit.sandbox.graph import UNKNOWN
from pbckit.updates.values import differs, given, has_unknown

SIGNATURE = "4dabf18193072939515e22adb298388d"
ARCHIVE = {SIGNATURE: "0def7320c3a5731c473e5ecbe6d01bc7", "path": "dist/a.zip", "hash": "1"}
SECRET = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:abc"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (1, 1),
        ({"a": [1, {"b": UNKNOWN}]}, {"a": [1, {"b": 2}]}),
        (UNKNOWN, "x"),
        ('{"a": 1, "b": [2]}', '{"b":[2],"a":1}'),
        (ARCHIVE, {**ARCHIVE, "path": "elsewhere/a.zip"}),
        (SECRET, "the value"),
    ],
)
def test_the_same(old: Any, new: Any):
    assert not differs(old, new)
    assert not differs(new, old)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (1, 2),
        ([1], [1, 2]),
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": UNKNOWN, "b": 1}, {"a": 1, "b": 2}),
        ('{"a": 1}', '{"a": 2}'),
        ("text", "other text"),
        (ARCHIVE, {**ARCHIVE, "hash": "2"}),
    ],
)
def test_a_change(old: Any, new: Any):
    assert differs(old, new)
    assert differs(new, old)


def test_what_the_provider_filled_in_was_not_given():
    inputs = {
        "__defaults": ["forceDestroy"],
        "forceDestroy": False,
        "name": "n",
        "targets": [{"__defaults": ["enabled"], "enabled": True, "arn": "a"}],
    }
    assert given(inputs) == {"name": "n", "targets": [{"arn": "a"}]}


def test_unknown_parts_are_found():
    assert has_unknown({"a": [{"b": UNKNOWN}]})
    assert not has_unknown({"a": [{"b": "known"}]})
