"""The outcome of judging a stack: what every report is made from."""

from collections.abc import Sequence
from dataclasses import dataclass

from pbc_isolation.analysis.access_matrix import Edge
from pbc_isolation.rules.rule import Violation


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What was found in a stack."""

    project: str
    stack: str
    units: Sequence[str]
    resources: int
    """How many resources were judged."""
    violations: Sequence[Violation]
    edges: Sequence[Edge]
    """The access matrix."""
    added: Sequence[Edge] | None = None
    """Edges that were not there before; None where nothing was compared."""
    removed: Sequence[Edge] | None = None

    @property
    def subject(self) -> str:
        """What was judged, in words."""
        return f"{self.project}/{self.stack}"
