"""Which properties hold a resource's own ARN: AWS computes it, so it refers to nothing and gives nobody anything.

The data is generated from the AWS package's classes (`make docs`): `arn` and the like, where no program can set them.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_suffix(".json")


def is_own_identifier(token: str, key: str) -> bool:
    """True if a property of a type is the ARN of the resource itself. A type that is not known has none."""
    return key in _by_type().get(token, ())


@cache
def _by_type() -> Mapping[str, Sequence[str]]:
    return json.loads(_FILE.read_text())
