"""How a migration went, as one HTML page that needs no other file."""

from collections.abc import Sequence
from datetime import datetime
from html import escape

from pbckit.cli.migration.terminal import request_text, routed, setting_line
from pbckit.cli.reports import charts
from pbckit.cli.reports.markup import table
from pbckit.cli.reports.style import document
from pbckit.contracts.migration import Migration, Mismatch, Period, Side

_ROUTING_COLUMNS = (
    "version", "since (UTC)", "routing", "taken back", "compared", "differ", "for a reason", "errors legacy",
    "errors candidate", "answered by candidate", "by", "why",
)  # fmt: skip
_MISMATCH_COLUMNS = ("key", "request", "difference", "last seen (UTC)", "version")
_DRAWN = 12
"""Routings in the charts, the newest; the table of routings has all."""


def page(stack: str, migration: Migration, mismatches: Sequence[Mismatch], now: datetime) -> str:
    """The page.

    Args:
        stack: where it happened.
        migration: how it stands, with its history.
        mismatches: answers that differed without a reason.
        now: the time of the report, in UTC.
    """
    state = f"{escape(setting_line(migration.now.setting))}<br>As of {now:%Y-%m-%d %H:%M:%S} UTC."
    return document(f"Migration of {stack}", f"<p>{state}</p>{sections(migration, mismatches, now)}")


def sections(migration: Migration, mismatches: Sequence[Mismatch], now: datetime) -> str:
    """Charts and tables, as HTML: shares, mismatches, failures, times to answer, and every routing."""
    periods = [*reversed(migration.history), migration.now]
    observed = [one for one in periods if one.evidence.observed][-_DRAWN:]
    labels = [f"{one.setting.routing.version}: {routed(one.setting.routing).split(',')[0]}" for one in observed]
    compared = charts.Series(name="mismatches", values=[_mismatch(one) for one in observed])

    def drawn(title: str, series: Sequence[charts.Series], unit: str) -> str:
        return charts.bars(title, "routing", labels, series, unit)

    both: Sequence[Side] = ("legacy", "candidate")
    return "".join(
        [
            _share(periods, now),
            drawn("Answers that differ, in percent", [compared], "%"),
            drawn("Calls that fail, in percent", [_errors(side, observed) for side in both], "%"),
            drawn("Time to answer, p50, in ms", [_times(side, observed, "p50_ms") for side in both], "ms"),
            drawn("Time to answer, p99, in ms", [_times(side, observed, "p99_ms") for side in both], "ms"),
            table("Every routing", _ROUTING_COLUMNS, (_row(periods, number) for number in range(len(periods)))),
            table("Mismatches", _MISMATCH_COLUMNS, map(_mismatch_row, mismatches)),
        ]
    )


def _share(periods: Sequence[Period], now: datetime) -> str:
    points = [
        charts.Point(
            at=one.setting.effective_at,
            value=_moved(one),
            title=f"{routed(one.setting.routing)}: {one.setting.reason}",
            marked=_went_back(periods, number),
        )
        for number, one in enumerate(periods)
    ]
    return charts.steps("Share of the keys that the candidate answers, in percent", points, now, 100, "%")


def _moved(period: Period) -> int:
    """Percent of the keys that the candidate answers for."""
    routing = period.setting.routing
    return {"legacy": 0, "shadow": 0, "canary": routing.share, "new": 100}[routing.mode]


def _went_back(periods: Sequence[Period], number: int) -> bool:
    return number > 0 and _moved(periods[number]) < _moved(periods[number - 1])


def _mismatch(period: Period) -> float:
    return period.evidence.mismatch_percent


def _errors(side: Side, periods: Sequence[Period]) -> charts.Series:
    seen = [one.evidence.legacy if side == "legacy" else one.evidence.candidate for one in periods]
    return charts.Series(name=side, values=[100 * one.errors / one.calls if one.calls else None for one in seen])


def _times(side: Side, periods: Sequence[Period], which: str) -> charts.Series:
    seen = [one.evidence.legacy if side == "legacy" else one.evidence.candidate for one in periods]
    return charts.Series(name=side, values=[one.p50_ms if which == "p50_ms" else one.p99_ms for one in seen])


def _row(periods: Sequence[Period], number: int) -> list[object]:
    setting, seen = periods[number].setting, periods[number].evidence
    return [
        setting.routing.version,
        f"{setting.effective_at:%Y-%m-%d %H:%M:%S}",
        routed(setting.routing),
        "taken back" if _went_back(periods, number) else "",
        seen.compared,
        seen.different,
        seen.ignored,
        seen.legacy.errors,
        seen.candidate.errors,
        seen.served_by_candidate,
        setting.changed_by,
        setting.reason,
    ]


def _mismatch_row(one: Mismatch) -> list[object]:
    return [one.key, request_text(one), one.difference, f"{one.seen_at:%Y-%m-%d %H:%M:%S}", one.version]
