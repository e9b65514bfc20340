"""A reference between two units."""

from dataclasses import dataclass

from pbc_isolation.analysis.inventory import ProtectedResource
from pbc_isolation.stack.graph import Resource


@dataclass(frozen=True, eq=False)
class Link:
    """A reference of a unit's resource to what is not the unit's."""

    resource: Resource
    unit: str | None
    key: str
    what: str
    things: tuple[ProtectedResource, ...] = ()
    provable: bool = True
    """False where it is not known what is referred to."""
    by_name: bool = True
    """False where it hangs on an id that AWS draws: whose that is, only the stack as a whole tells."""
    owners: tuple[str, ...] = ()
    """The units of what is referred to, where they are known and it is no thing of the inventory."""
