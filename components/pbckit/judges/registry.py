"""All judges. A new one is a module with a `JUDGE`, and a line here."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import msgspec

from pbckit.judges import (
    api_models,
    handlers,
    iam_catalogue,
    key_rights,
    provider_calls,
    provider_schema,
    replacements,
    sizes,
    workflows,
)
from pbckit.judges.finding import Finding, Judge
from pbckit.sandbox.graph import Graph

_ACCEPTED = Path(__file__).parent / "data" / "accepted.yaml"
JUDGES: Mapping[str, Judge] = {
    judge.name: judge
    for judge in (
        api_models.JUDGE,
        handlers.JUDGE,
        iam_catalogue.JUDGE,
        key_rights.JUDGE,
        provider_calls.JUDGE,
        replacements.JUDGE,
        sizes.JUDGE,
        workflows.JUDGE,
    )
}
"""The quick judges by name, in the order in which they run."""
WITH_PROGRAMS: Mapping[str, Judge] = {provider_schema.JUDGE.name: provider_schema.JUDGE}
"""Judges that need a program which not everybody has: asked by name only."""


class Accepted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Findings that are meant to be. All but judge and reason are patterns with `*`."""

    judge: str
    resource: str
    property: str
    problem: str
    reason: str

    def covers(self, found: Finding) -> bool:
        """True if the finding is one of these."""
        pairs = ((found.resource, self.resource), (found.property, self.property), (found.problem, self.problem))
        return all(fnmatchcase(text, pattern.replace("[", "[[]")) for text, pattern in pairs)


@cache
def accepted() -> Sequence[Accepted]:
    """The contents of `data/accepted.yaml`."""
    return msgspec.yaml.decode(_ACCEPTED.read_bytes(), type=list[Accepted])


def findings(graph: Graph, names: Sequence[str] = ()) -> dict[str, list[Finding]]:
    """The findings of each judge that are not accepted, sorted and without repetition.

    Args:
        graph: a stack as captured at preview.
        names: judges to ask; all quick ones by default.

    Raises:
        KeyError: there is no judge of a name.
        CannotJudge: a judge lacks something that it needs.
    """
    every = {**JUDGES, **WITH_PROGRAMS}
    return {name: sorted(_not_accepted(every[name], graph)) for name in names or JUDGES}


def _not_accepted(judge: Judge, graph: Graph) -> set[Finding]:
    known = [one for one in accepted() if one.judge == judge.name]
    return {found for found in judge.judge(graph) if not any(one.covers(found) for one in known)}
