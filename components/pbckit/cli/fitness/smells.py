"""Signs that units become one system again: pure functions from what is known to signs, with evidence and advice."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

CALLS, EVENTS, VIOLATION = "calls", "events", "violation"
PBC, OFFERING = "Pbc", "Offering"

LONGEST_CHAIN = 1
"""Synchronous hops that a request may take between units: from an offering to a PBC."""
MOST_EDGES = 6
"""Capabilities and events, both ways, that two units may have with each other."""
LOCKSTEP_SHARE, LOCKSTEP_COMMITS = 0.5, 5
"""Two units move in lockstep if so large a share of the commits of one touches the other too, and so many do."""
SWEEP = 0.5
"""A commit that touches more than this share of all units (a new kernel, a renaming) says nothing of two."""
MOST_CHANGES = 10
"""Commits in the period that may change a unit's contracts."""


@dataclass(frozen=True, order=True)
class Smell:
    """One sign."""

    name: str
    where: str
    """The units that it is about."""
    evidence: str
    advice: str


@dataclass(frozen=True)
class Edge:
    """That one unit gets something from another."""

    source: str
    target: str
    kind: str
    what: str


@dataclass(frozen=True, kw_only=True)
class System:
    """What is known about a system."""

    kinds: Mapping[str, str]
    """Every unit, and what it is: `Pbc`, `Offering`, …"""
    edges: Sequence[Edge] = ()
    commits: Sequence[frozenset[str]] = ()
    """The units that each commit of the period touches."""
    deployments: Sequence[frozenset[str]] = ()
    """The units that were deployed together, each time."""
    contract_changes: Mapping[str, int] = field(default_factory=dict[str, int])
    """How many commits of the period changed a unit's contracts."""
    imports: Sequence[tuple[str, str]] = ()
    """Modules of the runtimes that import another unit's: the importer and the imported."""

    def between_pbcs(self, kind: str) -> list[Edge]:
        """The edges of a kind whose ends are PBCs or offerings: people's commands are not the system's."""
        business = {unit for unit, what in self.kinds.items() if what in (PBC, OFFERING)}
        return [one for one in self.edges if one.kind == kind and {one.source, one.target} <= business]


def all_smells(system: System) -> list[Smell]:
    """Every smell of a system, in order."""
    return sorted({smell for find in DETECTORS for smell in find(system)})


def shared_stores(system: System) -> Iterator[Smell]:
    for edge in system.edges:
        if edge.kind == VIOLATION:
            yield Smell(
                "shared store",
                f"{edge.source}, {edge.target}",
                f"{edge.source} can reach what {edge.target} owns: {edge.what}",
                "Ask by a capability of the owner's contract, or keep a copy from its events.",
            )


def call_chains(system: System) -> Iterator[Smell]:
    """The longest chains of synchronous calls; a chain that comes back to where it was is one too."""
    calls: dict[str, set[str]] = {}
    for edge in system.between_pbcs(CALLS):
        calls.setdefault(edge.source, set()).add(edge.target)
    chains = [chain for unit in sorted(calls) for chain in _chains(calls, (unit,))]
    for chain in chains:
        inside = any(chain != other and "→".join(chain) in "→".join(other) for other in chains)
        if len(chain) - 1 > LONGEST_CHAIN and not inside:
            yield Smell(
                "synchronous chain",
                f"{chain[0]}, {chain[-1]}",
                f"{' → '.join(chain)}: {len(chain) - 1} hops, each waits for the next; all must be up",
                "Let an offering ask each of them, or let the last publish what the first needs.",
            )


def _chains(calls: Mapping[str, Iterable[str]], path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    following = sorted(calls.get(path[-1], ()))
    if not following or path[-1] in path[:-1]:
        yield path
        return
    for unit in following:
        yield from _chains(calls, (*path, unit))


def event_cycles(system: System) -> Iterator[Smell]:
    """Units that hear each other, directly or by others. Each cycle is told once, from its first unit on."""
    hears: dict[str, set[str]] = {}
    for edge in system.between_pbcs(EVENTS):
        hears.setdefault(edge.target, set()).add(edge.source)
    found: set[tuple[str, ...]] = set()
    for unit in sorted(hears):
        for chain in _chains(hears, (unit,)):
            if chain[-1] in chain[:-1]:
                cycle = chain[chain.index(chain[-1]) : -1]
                first = cycle.index(min(cycle))
                found.add((*cycle[first:], *cycle[:first]))
    for cycle in sorted(found):
        yield Smell(
            "event cycle",
            ", ".join(cycle),
            f"events go {' → '.join((*cycle, cycle[0]))}",
            "Find which of them decides; let the others only follow. A cycle can loop for ever.",
        )


def chatty_pairs(system: System) -> Iterator[Smell]:
    edges = [*system.between_pbcs(CALLS), *system.between_pbcs(EVENTS)]
    pairs: dict[tuple[str, ...], list[str]] = {}
    for edge in edges:
        pairs.setdefault(tuple(sorted((edge.source, edge.target))), []).append(edge.what)
    for pair, what in pairs.items():
        if len(what) > MOST_EDGES:
            yield Smell(
                "chatty pair",
                ", ".join(pair),
                f"{len(what)} capabilities and events between them: {', '.join(sorted(what))}",
                "Ask whether they are one business capability; if not, offer coarser capabilities.",
            )


def one_caller(system: System) -> Iterator[Smell]:
    """A capability that one other PBC alone calls. An offering is there to call, and is no sign of anything."""
    callers: dict[tuple[str, str], set[str]] = {}
    for edge in system.between_pbcs(CALLS):
        callers.setdefault((edge.target, edge.what), set()).add(edge.source)
    for (unit, capability), names in callers.items():
        if len(names) == 1 and all(system.kinds[name] == PBC for name in names):
            [caller] = names
            yield Smell(
                "capability for one",
                f"{caller}, {unit}",
                f"only {caller} calls {capability} of {unit}",
                f"Move it to {caller}, or let {unit} publish what {caller} needs.",
            )


def lockstep_changes(system: System) -> Iterator[Smell]:
    commits = [units for units in system.commits if len(units) <= SWEEP * len(system.kinds)]
    yield from _lockstep(commits, "lockstep changes", "commits", _ONE_OWNER)


_ONE_OWNER = "Look at what they always change together: it has one owner."


def lockstep_deployments(system: System) -> Iterator[Smell]:
    advice = "Deploy them apart; where that breaks, a contract is missing."
    yield from _lockstep(system.deployments, "lockstep deployments", "deployments", advice)


def _lockstep(together: Sequence[frozenset[str]], name: str, what: str, advice: str) -> Iterator[Smell]:
    each = Counter(unit for units in together for unit in units)
    pairs = Counter(pair for units in together for pair in combinations(sorted(units), 2))
    for pair, count in pairs.items():
        fewest = min(each[unit] for unit in pair)
        if count >= LOCKSTEP_COMMITS and count / fewest >= LOCKSTEP_SHARE:
            yield Smell(name, ", ".join(pair), f"{count} of {fewest} {what} of one are the other's too", advice)


def shared_domain_code(system: System) -> Iterator[Smell]:
    for importer, imported in system.imports:
        yield Smell(
            "shared domain code",
            f"{importer.split('.')[1]}, {imported.split('.')[1]}",
            f"{importer} imports {imported}",
            "Copy what is small; put what is a fact into a contract, and what is technical into the kit.",
        )


def contract_churn(system: System) -> Iterator[Smell]:
    for unit, changes in system.contract_changes.items():
        if changes > MOST_CHANGES:
            yield Smell(
                "contract churn",
                unit,
                f"{changes} commits changed what {unit} publishes or exposes",
                "Let the contract say what the business does, not how the unit does it today.",
            )


DETECTORS: tuple[Callable[[System], Iterator[Smell]], ...] = (
    shared_stores,
    call_chains,
    event_cycles,
    chatty_pairs,
    one_caller,
    lockstep_changes,
    lockstep_deployments,
    shared_domain_code,
    contract_churn,
)
