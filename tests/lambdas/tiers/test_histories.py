"""Random postings in any order, some twice, with refunds and gifts, against an oracle that imports nothing of tiers."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.lambdas.tiers import oracle
from tests.lambdas.tiers.oracle import Posted
from tests.lambdas.tiers.unit import Tiers

BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
MOST = 9_000_000_000_000
NAMES = ["bronze", "silver", "gold", "platinum"]

instants = st.integers(min_value=0, max_value=26 * 30 * 24).map(lambda hours: BEGIN + timedelta(hours=hours))
points = st.one_of(st.integers(-3000, 3000), st.sampled_from([-MOST, MOST, 1000, -1000, 0]))
ladders = st.dictionaries(
    instants,
    st.lists(st.sampled_from([0, 1, 500, 1000, 2000, MOST]), min_size=1, max_size=4, unique=True).map(
        lambda thresholds: dict(zip(NAMES, thresholds, strict=False))
    ),
    max_size=3,
)


@st.composite
def histories(draw: st.DrawFn) -> list[Posted]:
    """Postings in the order of delivery; some come again."""
    times = draw(st.lists(st.tuples(points, instants, st.booleans()), min_size=1, max_size=12))
    once = [
        Posted(f"p-{number}", amount, at, is_gift=is_gift and amount != 0)
        for number, (amount, at, is_gift) in enumerate(times)
    ]
    again = draw(st.lists(st.sampled_from(once), max_size=6))
    return draw(st.permutations([*once, *again]))


def deliver(tiers: Tiers, posted: Posted, number: int, member_id: str = "m-1") -> None:
    if posted.is_gift:
        tiers.correct(posted.identity, posted.points, posted.at, "goodwill", member_id)
    elif number % 2:
        tiers.post(posted.identity, posted.points, posted.at, member_id)
    else:
        tiers.post(posted.identity, posted.points, posted.at, member_id, event_id=f"again-{number}")


@settings(max_examples=150)
@given(history=histories(), ladders=ladders, now=instants)
def test_the_tier_is_what_the_definition_says(
    history: list[Posted], ladders: dict[datetime, oracle.Ladder], now: datetime
):
    """What the ledger booked until now, seen now and in each of the following months."""
    history = [one for one in history if one.at <= now] or [Posted("p-0", 1, now)]
    tiers = Tiers(now)
    for at, ladder in ladders.items():
        tiers.set(at, ladder)
    for number, posted in enumerate(history):
        deliver(tiers, posted, number)
    assert tiers.world.dead_letters.sent == []
    counted = [one for one in history if not one.is_gift and oracle.months_since(one.at, now) <= 12]
    if not counted:
        return

    for months in (0, 1, 5, 13):
        later = now + timedelta(days=31 * months)
        tiers.now(later)
        answer = tiers.ask()
        assert answer.qualifying_points == oracle.points_at(history, later)
        assert answer.tier == oracle.tier_at(history, ladders, later)
        assert (answer.next_tier, answer.points_to_next) == oracle.next_at(history, ladders, later)
        assert answer.valid_until == oracle.until(history, ladders, later)


@settings(max_examples=150)
@given(history=histories(), ladder=ladders, merged_at=st.lists(st.integers(0, 20), min_size=1, max_size=3))
def test_points_of_merged_members_count_for_one_whenever_the_merge_becomes_known(
    history: list[Posted], ladder: dict[datetime, oracle.Ladder], merged_at: list[int]
):
    """Postings of both members before, between and after the merge, which is delivered once or more often."""
    now = BEGIN + timedelta(days=26 * 30)
    tiers = Tiers(now)
    for at, one in ladder.items():
        tiers.set(at, one)
    for number, posted in enumerate(history):
        for again in range(merged_at.count(number)):
            tiers.merge("m-1", "m-2", now, event_id=f"merged-{again}")
        deliver(tiers, posted, number, ("m-1", "m-2")[int(posted.identity[2:]) % 2])
    tiers.merge("m-1", "m-2", now, event_id="merged-late")

    assert tiers.world.dead_letters.sent == []
    answer = tiers.ask("m-2")
    assert answer.qualifying_points == oracle.points_at(history, now)
    assert answer.tier == oracle.tier_at(history, ladder, now)
    assert tiers.ask("m-1").qualifying_points == 0
    published = [one for one in tiers.caller.published() if one["metadata"]["aggregate_id"] == "m-2"]
    assert [one["metadata"]["sequence"] for one in published] == list(range(1, len(published) + 1))
    assert (published[-1]["data"]["tier"] if published else None) == answer.tier


@settings(max_examples=100)
@given(history=histories(), ladders=ladders, steps=st.lists(st.integers(0, 12), max_size=4))
def test_the_tier_that_was_published_last_is_the_tier_once_it_was_reviewed(
    history: list[Posted], ladders: dict[datetime, oracle.Ladder], steps: list[int]
):
    tiers = Tiers(BEGIN + timedelta(days=26 * 30))
    for at, ladder in ladders.items():
        tiers.set(at, ladder)
    for number, posted in enumerate(history):
        deliver(tiers, posted, number)
    for months in steps:
        tiers.now(tiers.world.clock.time + timedelta(days=30 * months, minutes=6))
        tiers.review()

    published = tiers.published()
    assert [number for *_, number in published] == list(range(1, len(published) + 1))
    assert all(before != after for before, after, _ in published)
    assert [before for before, *_ in published[1:]] == [after for _, after, _ in published[:-1]]
    if steps:
        expected = oracle.tier_at(
            [one for one in history if oracle.months_since(one.at, BEGIN + timedelta(days=26 * 30)) <= 12],
            ladders,
            tiers.world.clock.time,
        )
        was_counted = any(item["pk"] == "member#m-1" for item in tiers.world.store)
        last = published[-1][1] if published else None
        assert last == (expected if was_counted else None)
