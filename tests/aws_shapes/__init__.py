"""State as AWS and its provider give it back after a resource is created, for every type that the program uses.

The embedded AWS leaves out much of it: defaults, computed ARNs, identifiers that AWS chooses. Readers of state are
tested with this instead. `created` is a whole stack, as `pulumi stack export` writes it.
"""

from tests.aws_shapes.identifiers import Place
from tests.aws_shapes.shapes import SHAPES, filled
from tests.aws_shapes.stacks import created, encrypted, place, refreshed

__all__ = ["SHAPES", "Place", "created", "encrypted", "filled", "place", "refreshed"]
