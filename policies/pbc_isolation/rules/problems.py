"""What the rules about documents that cannot be judged share."""

from collections.abc import Iterator
from dataclasses import dataclass

from pbc_isolation.analysis import resource_policies
from pbc_isolation.analysis.context import Analysis
from pbc_isolation.iam.documents import Problem
from pbc_isolation.rules.rule import Violation


@dataclass(frozen=True, eq=False)
class Found:
    """A problem, and whose it is."""

    urn: str
    unit: str | None
    name: str
    """Of the resource that has the document."""
    problem: Problem


def problems_of(analysis: Analysis) -> Iterator[Found]:
    """Every document of a stack of which nothing can be proved."""
    for principal in analysis.identities.principals:
        for problem in principal.problems:
            yield Found(principal.urn, principal.unit, principal.label, problem)
    for resource, problem in [*analysis.identities.problems, *analysis.once(resource_policies.find).problems]:
        yield Found(resource.urn, analysis.graph.owner(resource), resource.name, problem)


def told(rule: str, found: Found, fix: str) -> Violation:
    """The violation that such a document is: whoever it speaks for may reach any store."""
    message = f"{found.problem.source} of {found.name} {found.problem.reason}"
    return Violation(rule, found.urn, message, unit=found.unit, store_unit="any", fix=found.problem.fix or fix)
