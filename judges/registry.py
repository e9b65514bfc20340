"""All judges. A new one is a module with a `JUDGE`, and a line here."""

from collections.abc import Mapping, Sequence

from judges import api_models, handlers
from judges.finding import Finding, Judge
from sandbox.graph import Graph

JUDGES: Mapping[str, Judge] = {
    judge.name: judge
    for judge in (
        api_models.JUDGE,
        handlers.JUDGE,
    )
}  # fmt: skip
"""The judges by name, in the order in which they run."""


def findings(graph: Graph, names: Sequence[str] = ()) -> dict[str, list[Finding]]:
    """The findings of each judge, sorted and without repetition.

    Args:
        graph: a stack as captured at preview.
        names: judges to ask; all by default.

    Raises:
        KeyError: there is no judge of a name.
    """
    return {name: sorted(set(JUDGES[name].judge(graph))) for name in names or JUDGES}
