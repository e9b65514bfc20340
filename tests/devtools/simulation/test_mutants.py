"""Would the simulation notice? Each mistake in the design is found within a few histories, for what it is."""

import pytest

from devtools.simulation.invariants import judge
from devtools.simulation.shrink import shortest
from devtools.simulation.world import SimulatedSystem
from tests.devtools.simulation import mutants
from tests.devtools.simulation.mutants import FOUND_BY, PURCHASES, SEEDS, Mutate


def violations(seed: int) -> tuple[str, ...]:
    world = SimulatedSystem(seed, range(PURCHASES))
    world.run()
    return judge(world).violations


def first_found(words: str) -> int | None:
    return next((seed for seed in range(SEEDS) if any(words in one for one in violations(seed))), None)


@pytest.mark.parametrize("mutate", FOUND_BY, ids=lambda mutate: mutate.__name__)
def test_a_mistake_is_found(mutate: Mutate, monkeypatch: pytest.MonkeyPatch):
    mutate(monkeypatch)

    assert first_found(FOUND_BY[mutate]) is not None


def test_the_shortest_history_tells_the_mistake(monkeypatch: pytest.MonkeyPatch):
    """Removed before it is published: one purchase and what keeps it off the bus are enough."""
    mutants.remove_before_publish(monkeypatch)
    seed = first_found(FOUND_BY[mutants.remove_before_publish])
    assert seed is not None

    found = shortest(seed, range(PURCHASES))

    assert len(found.purchases) == 1
    assert len(found.faults) <= 3
    assert any("committed and never published" in one for one in found.violations)
