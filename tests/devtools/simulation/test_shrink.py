"""Delta debugging: what is left fails, and nothing of it can be left out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtools.simulation.shrink import minimal, shortest


@given(st.lists(st.integers(0, 60), unique=True, min_size=1), st.data())
def test_exactly_what_is_needed_is_left(parts: list[int], data: st.DataObject):
    needed = data.draw(st.sets(st.sampled_from(parts), min_size=1))

    assert minimal(parts, lambda some: needed <= set(some)) == [part for part in parts if part in needed]


@given(st.lists(st.integers(0, 9), min_size=3))
def test_no_single_part_of_what_is_left_can_be_left_out(parts: list[int]):
    """Also where leaving out two at once would have worked: the parts here fail in an odd number."""

    def fails(some: object) -> bool:
        return len(list(some)) % 2 == len(parts) % 2  # type: ignore[call-overload]

    kept = minimal(parts, fails)

    assert fails(kept)
    assert not any(fails(kept[:place] + kept[place + 1 :]) for place in range(len(kept)))


def test_what_fails_without_anything_is_left_empty():
    assert minimal([1, 2, 3], lambda _some: True) == []


def test_a_history_that_does_not_fail_has_no_shortest():
    with pytest.raises(ValueError, match="seed 1 with 5 purchases does not fail"):
        shortest(1, range(5))
