"""Event ids."""

import random
from datetime import UTC, datetime, timedelta
from uuid import RFC_4122, UUID

from hypothesis import given
from hypothesis import strategies as st

from pbckit.runtime.identifiers import uuid7

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
instants = st.integers(min_value=0, max_value=2**42).map(lambda number: EPOCH + timedelta(milliseconds=number))


@given(at=instants, seed=st.integers())
def test_it_is_a_version_7_uuid_with_the_time_in_front(at: datetime, seed: int):
    identity = UUID(uuid7(at, random.Random(seed)))

    assert (identity.version, identity.variant) == (7, RFC_4122)
    assert identity.int >> 80 == (at - EPOCH) // timedelta(milliseconds=1)


@given(earlier=instants, milliseconds=st.integers(min_value=1, max_value=10**9))
def test_ids_sort_by_time(earlier: datetime, milliseconds: int):
    chance = random.Random(0)

    assert uuid7(earlier, chance) < uuid7(earlier + timedelta(milliseconds=milliseconds), chance)


def test_ids_of_one_millisecond_differ():
    at, chance = datetime(2026, 6, 1, tzinfo=UTC), random.Random(0)

    assert len({uuid7(at, chance) for _ in range(1000)}) == 1000
