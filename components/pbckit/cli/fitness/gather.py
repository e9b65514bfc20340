"""What is known about the system: from the program's graph, the access matrix, git and the histories of deployments."""

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pbckit.cli.delivery.commits import Commit, Commits
from pbckit.cli.delivery.history import ALL_UNITS, Deployment
from pbckit.cli.delivery.measures import Period, owner_of
from pbckit.cli.deployment import policy_pack
from pbckit.cli.fitness.smells import CALLS, VIOLATION, Edge, System

_TOGETHER = timedelta(hours=1)
"""Deployments of one commit that end so shortly after each other are one."""
_SHARED = ("pbckit.runtime", "pbckit.strangler")
"""Code that knows no business: what all functions run on, and what all facades do."""
_CONTRACTS = "contracts/"


def system(
    export: dict[str, Any], root: Path, commits: Commits, deployments: Sequence[Deployment], period: Period
) -> System:
    """Everything that the smells are looked for in.

    Args:
        export: the program's graph in the format of `pulumi stack export`.
        root: the project's root, whose runtimes are read.
        commits: of the repository.
        deployments: of one environment; may be empty.
        period: commits and deployments outside of it are left out.
    """
    kinds = unit_kinds(export)
    inside = [commit for commit in commits.ordered if period.holds(commit.made_at)]
    return System(
        kinds=kinds,
        edges=[_edge(one) for one in policy_pack.access_edges(export)],
        commits=[touched(commit, kinds) for commit in inside],
        deployments=list(_together([one for one in deployments if period.holds(one.ended_at)], list(kinds))),
        contract_changes=_contract_changes(inside, kinds),
        imports=sorted(_foreign_imports(root / "lambdas")),
    )


def _edge(one: policy_pack.Edge) -> Edge:
    """An edge of the access matrix. A call that no contract names is a call all the same."""
    called = one.kind == VIOLATION and one.what.startswith("lambda:Invoke")
    return Edge(one.source, one.target, CALLS if called else one.kind, one.what)


def unit_kinds(export: dict[str, Any]) -> dict[str, str]:
    """Every unit of a graph, and what kind of component it is."""
    components = [one for one in export["deployment"]["resources"] if not one.get("custom")]
    return {
        one["urn"].split("::")[-1]: kind
        for one in components
        if (kind := one["type"].rpartition(":")[2]) in ("Pbc", "Offering", "Strangler", "Operations", "Platform")
    }


def touched(commit: Commit, units: Iterable[str]) -> frozenset[str]:
    """The units that a commit touches."""
    return frozenset(owner for path in commit.paths if (owner := owner_of(path, units)) is not None)


def _together(deployments: Sequence[Deployment], units: Sequence[str]) -> Iterator[frozenset[str]]:
    started: dict[str, tuple[datetime, set[str]]] = {}
    for one in deployments:
        first, names = started.get(one.commit, (one.ended_at, set[str]()))
        if one.ended_at - first > _TOGETHER:
            yield frozenset(names)
            first, names = one.ended_at, set[str]()
        names.update(units if one.unit == ALL_UNITS else [one.unit])
        started[one.commit] = (first, names)
    yield from (frozenset(names) for _, names in started.values())


def _contract_changes(commits: Iterable[Commit], units: Iterable[str]) -> Counter[str]:
    return Counter(
        unit
        for commit in commits
        for unit in {owner_of(path, units) for path in commit.paths if path.startswith(_CONTRACTS)}
        if unit is not None
    )


def _foreign_imports(runtimes: Path) -> Iterator[tuple[str, str]]:
    """Modules of a unit's runtime that import another unit's, and modules of the library that import any unit's."""
    for path in sorted(runtimes.rglob("*.py")):
        importer = ".".join(path.relative_to(runtimes.parent).with_suffix("").parts)
        own = ".".join(importer.split(".")[:2])
        for imported in _imports(path):
            home = ".".join(imported.split(".")[:2])
            if imported.startswith("lambdas.") and home not in (own, *_SHARED):
                yield importer, imported


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from lambdas import x` imports the module as well.
            found.update({node.module} if node.module != "lambdas" else {f"lambdas.{one.name}" for one in node.names})
    return found


@dataclass(frozen=True, kw_only=True)
class Month:
    """How things stood in one month."""

    month: str
    commits: int
    """Commits that touch a unit."""
    across: float
    """Share of these that touch more than one."""
    edges: int | None
    """Capabilities and events between units at its end, by the committed access matrix; None before there was one."""


def trend(commits: Commits, units: Sequence[str], matrices: dict[str, int]) -> list[Month]:
    """Month by month, oldest first.

    Args:
        commits: of the repository.
        units: all there are.
        matrices: number of edges in the committed access matrix, by the commit that changed it.
    """
    months: dict[str, list[Commit]] = {}
    for commit in commits.ordered:
        months.setdefault(f"{commit.made_at:%Y-%m}", []).append(commit)
    found: list[Month] = []
    edges: int | None = None
    for month, made in months.items():
        edges = next((matrices[one.id] for one in reversed(made) if one.id in matrices), edges)
        sizes = [size for one in made if (size := len(touched(one, units)))]
        across = sum(size > 1 for size in sizes) / len(sizes) if sizes else 0.0
        found.append(Month(month=month, commits=len(sizes), across=across, edges=edges))
    return found
