"""The shortest history that fails: delta debugging over a history's purchases and faults."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from devtools.simulation.invariants import judge
from devtools.simulation.world import SimulatedSystem

T = TypeVar("T")


@dataclass(frozen=True)
class Shortest:
    """A failing history from which no purchase and no fault can be left out.

    Args:
        purchases: their numbers.
        faults: by name, in order.
        violations: what is wrong in the end.
        lines: the history itself.
    """

    purchases: tuple[int, ...]
    faults: tuple[str, ...]
    violations: tuple[str, ...]
    lines: tuple[str, ...]


def shortest(seed: int, purchases: Sequence[int]) -> Shortest:
    """Shrink the history of a seed, which must fail.

    Raises:
        ValueError: it does not fail.
    """
    world = _ran(seed, purchases, None)
    if not judge(world).violations:
        raise ValueError(f"the history of seed {seed} with {len(purchases)} purchases does not fail")
    parts: list[int | str] = [*purchases, *dict.fromkeys(world.decisions.struck)]
    parts = minimal(parts, lambda some: bool(judge(_of(seed, some)).violations))
    world = _of(seed, parts)
    return Shortest(
        purchases=tuple(part for part in parts if isinstance(part, int)),
        faults=tuple(world.decisions.struck),
        violations=judge(world).violations,
        lines=tuple(world.history.lines),
    )


def minimal(parts: Sequence[T], fails: Callable[[Sequence[T]], bool]) -> list[T]:
    """A part of a list that fails, and of which no single part can be left out (Zeller's ddmin).

    Args:
        parts: a list that fails.
        fails: whether some of it, in the same order, fails.
    """
    kept, size = list(parts), max(1, len(parts) // 2)
    while kept:
        shorter = _without_one_chunk(kept, size, fails)
        if shorter is not None:
            kept = shorter
            size = max(1, min(size, len(kept) // 2))
        elif size == 1:
            break
        else:
            size = max(1, size // 2)
    return kept


def _without_one_chunk(kept: list[T], size: int, fails: Callable[[Sequence[T]], bool]) -> list[T] | None:
    # From the end: what comes last needs what came before it, seldom the other way round.
    for start in reversed(range(0, len(kept), size)):
        rest = kept[:start] + kept[start + size :]
        if fails(rest):
            return rest
    return None


def _of(seed: int, parts: Sequence[int | str]) -> SimulatedSystem:
    faults = [part for part in parts if isinstance(part, str)]
    return _ran(seed, [part for part in parts if isinstance(part, int)], faults)


def _ran(seed: int, purchases: Sequence[int], only: Sequence[str] | None) -> SimulatedSystem:
    world = SimulatedSystem(seed, purchases, only=only)
    world.run()
    return world
