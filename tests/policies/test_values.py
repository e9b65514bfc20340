"""Values of Pulumi's protocol and of exports, of every kind, as plain data."""

import pytest

from pbc_isolation.stack.values import SENTINELS, UNKNOWN, UnknownForm, plain

KIND = "4dabf18193072939515e22adb298388d"
SECRET, OUTPUT = "1b47061264138c4ac30d75fd1eb44270", "d0e6a833031e9bbcd3f4e8bde6ca49a4"
ASSET, ARCHIVE = "c44067f5952c0a294b673a41bacd8c17", "0def7320c3a5731c473e5ecbe6d01bc7"
REFERENCE = "5cf8f73096256a8f31e491e813e4eb8e"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({KIND: SECRET, "ciphertext": "v1:abc"}, UNKNOWN),
        ({KIND: SECRET, "plaintext": '"open"'}, "open"),
        ({KIND: SECRET, "plaintext": '{"a": [1.0]}'}, {"a": [1]}),
        ({KIND: SECRET, "plaintext": "null"}, None),
        ({KIND: SECRET, "plaintext": '"open"', "ciphertext": "v1:abc"}, "open"),
        ({KIND: SECRET, "value": "open"}, "open"),
        ({KIND: SECRET, "value": {KIND: OUTPUT}}, UNKNOWN),
        ({KIND: OUTPUT, "value": 1}, 1),
        ({KIND: OUTPUT, "secret": True, "dependencies": []}, UNKNOWN),
        ({KIND: ASSET, "path": "x.py", "hash": "1"}, {"path": "x.py", "hash": "1"}),
        ({KIND: ARCHIVE, "assets": {"x": {KIND: ASSET, "text": "y"}}}, {"assets": {"x": {"text": "y"}}}),
        ({KIND: REFERENCE, "urn": "urn:x", "id": ""}, {"urn": "urn:x", "id": ""}),
        ({"a": {KIND: SECRET, "ciphertext": "v1:abc"}, "b": 1}, {"a": UNKNOWN, "b": 1}),
        ({"name": "x", "__defaults": ["name"], "__meta": "{}", "__pulumi_raw_state_delta": {"obj": {}}}, {"name": "x"}),
        (f"arn:{min(SENTINELS)}", UNKNOWN),
    ],
)
def test_each_kind_is_read(value, expected):
    assert plain(value) == expected


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({KIND: SECRET, "sealed": "v2:abc"}, "a secret in an unknown form: it has sealed, neither ciphertext nor"),
        ({KIND: SECRET}, "a secret in an unknown form: it has nothing"),
        ({KIND: SECRET, "ciphertext": 7}, "a secret in an unknown form: it has ciphertext"),
        ({KIND: SECRET, "plaintext": "{"}, "a secret whose plaintext is not JSON"),
        ({KIND: "0" * 32, "value": 1}, f"an object of the unknown kind '{'0' * 32}'"),
        ([{"deep": {KIND: "new"}}], "an object of the unknown kind 'new'"),
    ],
)
def test_what_nobody_knows_is_named_and_never_let_pass(value, message):
    with pytest.raises(UnknownForm, match=message.replace("(", r"\(")):
        plain(value)
