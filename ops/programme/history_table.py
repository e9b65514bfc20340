"""Audit trails as tables: who changed what, and when."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from pbckit.cli.output import print_table

_ABOUT_THE_CHANGE = {"changed_by", "changed_at", "version"}


def print_changes(title: str, changes: Sequence[tuple[msgspec.Struct | None, msgspec.Struct]]) -> None:
    """Print changes, each with the fields that it changed.

    Args:
        title: what was changed.
        changes: each before (None where there was nothing) and after; `after` says who and when.
    """
    rows: list[tuple[object, ...]] = []
    for before, after in changes:
        now = msgspec.structs.asdict(after)
        what = "\n".join(_differences(msgspec.structs.asdict(before) if before else {}, now))
        rows.append((f"{now['changed_at']:%Y-%m-%d %H:%M}", now["changed_by"], what))
    print_table(title, ["changed at", "changed by", "what"], rows)


def _differences(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    for name, value in after.items():
        if name not in _ABOUT_THE_CHANGE and value != before.get(name):
            yield f"{name}: {_written(before.get(name))} → {_written(value)}"


def _written(value: object) -> str:
    return "none" if value is None else str(value)
