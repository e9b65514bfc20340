"""What a leak of the corpus is."""

from dataclasses import dataclass

from tests.policies.leaks.changes import Change


@dataclass(frozen=True)
class Leak:
    """One way to get at another unit's data."""

    number: int
    """Class, 1 to 19."""
    what: str
    change: Change
    rule: str
    path: tuple[str, ...] = ()
    """Words that the path must contain, in this order."""
