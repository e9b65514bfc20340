"""Keys sort as time does, and shards spread."""

from collections import Counter
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbckit.runtime.keys import shard_of, sortable

BEGIN = datetime(1000, 1, 2, tzinfo=UTC)
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))])
INSTANTS = st.builds(
    lambda after, zone: (BEGIN + timedelta(microseconds=after)).astimezone(zone), st.integers(0, 28 * 10**16), ZONES
)


@given(INSTANTS, INSTANTS)
def test_text_sorts_as_the_instants_do(one: datetime, other: datetime):
    assert (sortable(one) < sortable(other)) == (one < other)
    assert (sortable(one) == sortable(other)) == (one == other)


@pytest.mark.parametrize("shards", [1, 4, 8, 256])
def test_keys_spread_over_all_shards_and_stay_where_they_are(shards: int):
    found = Counter(shard_of(f"member-{number}", shards) for number in range(100 * shards))
    assert set(found) == set(range(shards))
    assert max(found.values()) < 200
    assert shard_of("member-1", shards) == shard_of("member-1", shards)
