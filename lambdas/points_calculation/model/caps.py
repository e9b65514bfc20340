"""Caps: what limits leave of a line's points.

A cap counts points in a counter, or stands for one purchase alone. What a purchase once counted stays its own: lowering
a limit takes none of it away. A refund gives nothing back to a counter: what was granted counts, so that nobody empties
a budget's meaning by buying and returning.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import msgspec

from contracts.points_calculation import Line

_TEXTS = {
    "purchase": "capped at {most} points for one purchase",
    "member-month": "capped at {most} points a month",
    "budget": "as much as the campaign's budget still held",
}


@dataclass(frozen=True, kw_only=True)
class Cap:
    """A limit on the points of one line."""

    kind: Literal["purchase", "member-month", "budget"]
    most: int
    counter: str | None = None
    """Key of the counter in which it counts; None for a cap on each purchase alone."""


@dataclass(frozen=True, kw_only=True)
class Earning:
    """A line before its caps."""

    line: Line
    caps: Sequence[Cap] = ()


def counters(earnings: Sequence[Earning]) -> list[str]:
    """Keys of the counters that must be known, each once."""
    found = (cap.counter for earning in earnings for cap in earning.caps)
    return list(dict.fromkeys(counter for counter in found if counter is not None))


def budgets(earnings: Sequence[Earning]) -> dict[str, int]:
    """The points of each budget, by its counter."""
    found = (cap for earning in earnings for cap in earning.caps)
    return {cap.counter: cap.most for cap in found if cap.kind == "budget" and cap.counter is not None}


def with_budgets(earnings: Sequence[Earning], points: Mapping[str, int]) -> list[Earning]:
    """The lines with other budgets, by counter."""
    return [
        replace(earning, caps=[replace(cap, most=points.get(cap.counter or "", cap.most)) for cap in earning.caps])
        for earning in earnings
    ]


def apply(
    earnings: Sequence[Earning], used: Mapping[str, int], own: Mapping[str, int]
) -> tuple[list[Line], dict[str, int]]:
    """Cap each line, in order.

    Args:
        earnings: the lines before their caps.
        used: points in each counter, the purchase's own among them.
        own: points that this very purchase counts already.

    Returns:
        The lines as they earn, and the points that the purchase now counts in each counter.
    """
    taken = dict.fromkeys(counters(earnings), 0)
    lines: list[Line] = []
    for earning in earnings:
        line = earning.line
        for cap in earning.caps:
            line = _capped(line, cap, _left(cap, used, own, taken))
        for cap in earning.caps:
            if cap.counter is not None:
                taken[cap.counter] += line.points
        lines.append(_told(line, earning.caps))
    return lines, taken


def _left(cap: Cap, used: Mapping[str, int], own: Mapping[str, int], taken: Mapping[str, int]) -> int:
    if cap.counter is None:
        return cap.most
    mine = own.get(cap.counter, 0)
    others = used.get(cap.counter, 0) - mine
    return max(cap.most - others, mine) - taken[cap.counter]


def _capped(line: Line, cap: Cap, left: int) -> Line:
    if line.points <= left:
        return line
    before = line.points if line.uncapped_points is None else line.uncapped_points
    return msgspec.structs.replace(line, points=left, uncapped_points=before, capped_by=cap.kind)


def _told(line: Line, caps: Sequence[Cap]) -> Line:
    """The line with the cap that bound it in its text."""
    for cap in caps:
        if cap.kind == line.capped_by:
            return msgspec.structs.replace(line, text=f"{line.text}, {_TEXTS[cap.kind].format(most=cap.most)}")
    return line
