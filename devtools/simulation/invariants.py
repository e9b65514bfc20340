"""What must hold at the end of every history."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from devtools.simulation.purchases import Arrival
from devtools.simulation.world import SimulatedSystem
from pbckit.runtime.ports import Item
from pbckit.testing.tables import STORE


@dataclass(frozen=True)
class Verdict:
    """A history in numbers, and what is wrong with its end."""

    purchases: int
    """Valid purchases that were made."""
    lost: int
    """Valid purchases that were never posted, or whose posting the last consumer never heard of."""
    doubled: int
    """Valid purchases that were posted, or counted by the last consumer, more than once."""
    violations: tuple[str, ...]


def judge(world: SimulatedSystem) -> Verdict:
    """Look at a world that came to its end."""
    postings = [
        item
        for item in world.ledger.tables.all(STORE)
        if item["sk"].startswith("line#") and item["kind"] in ("earned", "adjusted")
    ]
    counted = [
        posting
        for item in world.tally.tables.all(STORE)
        if item["pk"].startswith("tally#")
        for posting in item["postings"]
    ]
    posted, heard = Counter(one["id"] for one in postings), Counter(one["id"] for one in counted)
    valid = sorted({arrival.purchase_id for arrival in world.arrivals if arrival.points is not None})
    violations = [
        *_at_rest(world),
        *_posted_right(world, postings),
        *_counted_right(postings, counted),
        *_confirmed(world.calculation.tables.all(STORE)),
        *_set_aside(world, postings),
        *_published(world),
        *_sums(world.ledger.tables.all(STORE), postings),
    ]
    return Verdict(
        purchases=len(valid),
        lost=sum(1 for one in valid if not posted[one] or not heard[one]),
        doubled=sum(1 for one in valid if posted[one] > 1 or heard[one] > 1),
        violations=tuple(violations),
    )


def _at_rest(world: SimulatedSystem) -> Iterator[str]:
    if not world.rested:
        yield "it never came to rest"


def _posted_right(world: SimulatedSystem, postings: list[Item]) -> Iterator[str]:
    """Every valid purchase is posted once, with its points; nothing else is posted."""
    by_id = {item["id"]: _points(item) for item in postings}
    for purchase_id, variants in _by_id(world).items():
        allowed = {arrival.points for arrival in variants} - {None}
        points = by_id.pop(purchase_id, None)
        if points not in (allowed or {None}):
            yield f"{purchase_id} has {_told(points)} posted instead of {_told(*allowed)}"
    for posting_id in by_id:
        yield f"{posting_id} is posted, and nobody made that purchase"


def _counted_right(postings: list[Item], counted: list[dict[str, Any]]) -> Iterator[str]:
    """The last consumer heard of every posting, once."""
    told = Counter((item["id"], _points(item)) for item in postings)
    heard = Counter((one["id"], one["points"]) for one in counted)
    for (posting_id, points), times in sorted((told - heard).items()):
        yield f"posting {posting_id} of {points} points was not counted ({times} missing)"
    for (posting_id, points), times in sorted((heard - told).items()):
        yield f"posting {posting_id} of {points} points was counted {times} times too often"


def _confirmed(store: list[Item]) -> Iterator[str]:
    """Whoever told the ledger knows that it posted the same, and nothing else."""
    for item in store:
        if item["pk"].startswith("unconfirmed#"):
            yield f"{item['sk']} is posted, and its entry in the list of what is unconfirmed is still there"
        if item["pk"] == "differences":
            yield f"{item['sk']} is posted as it was told, and taken for a difference ({item['kind']})"


def _set_aside(world: SimulatedSystem, postings: list[Item]) -> Iterator[str]:
    """What is invalid lies in a dead-letter queue, with its reason; nothing else lies there."""
    letters = [
        (letter.body, letter.attributes.get("reason", "")) for queue in world.letters for letter in queue.letters
    ]
    by_id = {item["id"]: _points(item) for item in postings}
    expected = {arrival.body: reason for arrival in world.arrivals if (reason := _reason(arrival, by_id))}
    poison = [*world.network.poison, *(one for _, one in world.network.to_reuse)]
    expected |= {one.body: one.reason for one in poison}
    for body, reason in expected.items():
        reasons = [found for other, found in letters if other == body]
        if not reasons:
            yield f"not set aside ({reason}): {body[:200]}"
        elif not all(found.startswith(reason) for found in reasons):
            yield f"set aside for {reasons} instead of {reason}: {body[:200]}"
    for body, reason in letters:
        if body not in expected:
            yield f"set aside, though nothing is wrong with it ({reason}): {body[:200]}"


def _reason(arrival: Arrival, points_by_id: dict[str, int]) -> str | None:
    """Why an arrival is set aside; of two that conflict, the one that was not posted."""
    if arrival.conflicts:
        return "ConflictingPurchase" if points_by_id.get(arrival.purchase_id) != arrival.points else None
    return arrival.reason


def _published(world: SimulatedSystem) -> Iterator[str]:
    """Everything that was committed was published, and marked."""
    for unit in world.units:
        for event_id, name in unit.committed.items():
            if event_id not in world.network.taken:
                yield f"{name} of {unit.name} was committed and never published"
        for item in unit.pending:
            yield f"{unit.committed[item['event_id']]} of {unit.name} is still pending"


def _sums(store: list[Item], postings: list[Item]) -> Iterator[str]:
    """Entries add up to zero; balances and statements are what the postings say."""
    if sum(entry["amount_points"] for item in postings for entry in item["entries"]) != 0:
        yield "the entries of all postings do not add up to zero"
    balances: Counter[str] = Counter()
    for item in postings:
        balances[item["pk"]] += _points(item)
    for item in store:
        if item["sk"] == "account":
            lines = sorted(
                (one for one in store if one["pk"] == item["pk"] and one["sk"].startswith("line#")),
                key=lambda one: one["sequence"],
            )
            points = sum(item.get("lots", {}).values())
            if points != balances[item["pk"]]:
                yield f"{item['pk']} has {points} points; its postings say {balances[item['pk']]}"
            if [one["sequence"] for one in lines] != list(range(1, item["version"] + 1)):
                yield f"the statement of {item['pk']} has gaps"


def _by_id(world: SimulatedSystem) -> dict[str, list[Arrival]]:
    found: dict[str, list[Arrival]] = {}
    for arrival in world.arrivals:
        found.setdefault(arrival.purchase_id, []).append(arrival)
    return found


def _points(posting: Item) -> int:
    return sum(entry["amount_points"] for entry in posting["entries"] if entry["account"].startswith("member:"))


def _told(*points: int | None) -> str:
    return " or ".join("nothing" if one is None else f"{one} points" for one in points) or "nothing"
