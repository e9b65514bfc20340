"""State as AWS and its provider give it back after a resource is created, for every type that the program uses.

The embedded AWS leaves out much of it: defaults, computed ARNs, identifiers that AWS chooses. Readers of state are
tested with this instead. `created`, `refreshed` and `previewed` are whole stacks in the format of `pulumi stack
export`; `as_sdk` makes of such states what the policy SDK hands to a policy.
"""

from tests.aws_shapes.identifiers import Place
from tests.aws_shapes.shapes import SHAPES, filled
from tests.aws_shapes.stacks import as_sdk, created, encrypted, place, planned, previewed, refreshed

__all__ = [
    "SHAPES",
    "Place",
    "as_sdk",
    "created",
    "encrypted",
    "filled",
    "place",
    "planned",
    "previewed",
    "refreshed",
]
