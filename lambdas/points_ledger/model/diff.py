"""What two structures differ in: what a refusal of the same id with other content names."""

from collections.abc import Iterable

import msgspec


def differences(before: msgspec.Struct, now: msgspec.Struct, among: Iterable[str] | None = None) -> list[str]:
    """Names of the fields in which two structures differ.

    Args:
        before: the one that was there first.
        now: the other.
        among: fields that both have; None for all of the first one's.
    """
    names = before.__struct_fields__ if among is None else among
    return [name for name in names if getattr(before, name) != getattr(now, name)]
