"""How a migration went, as one HTML page that needs no other file."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape

from pbckit.cli.migration import charts
from pbckit.cli.migration.terminal import request_text, routed, setting_line
from pbckit.contracts.migration import Migration, Mismatch, Period, Side

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #222; max-width: 900px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; font-size: 13px; }
th, td { text-align: left; padding: 4px 8px; border-bottom: 1px solid #ddd; vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
svg text { font: 11px system-ui, sans-serif; fill: #555; }
tr.back td { background: #fbe9ea; }
"""
_ROUTING_COLUMNS = (
    "version", "since (UTC)", "routing", "compared", "differ", "for a reason", "errors legacy", "errors candidate",
    "answered by candidate", "by", "why",
)  # fmt: skip


def page(stack: str, migration: Migration, mismatches: Sequence[Mismatch], now: datetime) -> str:
    """The page.

    Args:
        stack: where it happened.
        migration: how it stands, with its history.
        mismatches: answers that differed without a reason.
        now: the time of the report, in UTC.
    """
    periods = [*reversed(migration.history), migration.now]
    observed = [one for one in periods if one.evidence.observed]
    labels = [f"{one.setting.routing.version}: {routed(one.setting.routing).split(',')[0]}" for one in observed]
    parts = [
        f"<h1>Migration of {escape(stack)}</h1>",
        f"<p>{escape(setting_line(migration.now.setting))}<br>As of {now:%Y-%m-%d %H:%M:%S} UTC.</p>",
        "<h2>Share of the keys that the candidate answers</h2>",
        _share(periods, now),
        "<h2>Answers that differ</h2>",
        charts.bars(labels, [charts.Series(name="mismatches", values=[_mismatch(one) for one in observed])], "%"),
        "<h2>Calls that fail</h2>",
        charts.bars(labels, [_errors("legacy", observed), _errors("candidate", observed)], "%"),
        "<h2>Time to answer, p50</h2>",
        charts.bars(labels, [_times("legacy", observed, "p50_ms"), _times("candidate", observed, "p50_ms")], "ms"),
        "<h2>Time to answer, p99</h2>",
        charts.bars(labels, [_times("legacy", observed, "p99_ms"), _times("candidate", observed, "p99_ms")], "ms"),
        "<h2>Every routing</h2>",
        _table(_ROUTING_COLUMNS, map(_row, periods), [_went_back(periods, number) for number in range(len(periods))]),
        "<h2>Mismatches</h2>",
        _mismatches(mismatches),
    ]
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Migration of {escape(stack)}</title>'
        f"<style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>\n"
    )


def _share(periods: Sequence[Period], now: datetime) -> str:
    begin = periods[0].setting.effective_at
    points = [
        charts.Point(
            at=max(0.0, (one.setting.effective_at - begin).total_seconds()),
            value=_moved(one),
            title=f"{routed(one.setting.routing)}: {one.setting.reason}",
            marked=_went_back(periods, number),
        )
        for number, one in enumerate(periods)
    ]
    return charts.steps(points, max((now - begin).total_seconds(), points[-1].at), 100, "%")


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


def _row(period: Period) -> list[object]:
    setting, seen = period.setting, period.evidence
    return [
        setting.routing.version,
        f"{setting.effective_at:%Y-%m-%d %H:%M:%S}",
        routed(setting.routing),
        seen.compared,
        seen.different,
        seen.ignored,
        seen.legacy.errors,
        seen.candidate.errors,
        seen.served_by_candidate,
        setting.changed_by,
        setting.reason,
    ]


def _mismatches(mismatches: Sequence[Mismatch]) -> str:
    if not mismatches:
        return "<p>None.</p>"
    rows = [
        [one.key, request_text(one), one.difference, f"{one.seen_at:%Y-%m-%d %H:%M:%S}", one.version]
        for one in mismatches
    ]
    return _table(("key", "request", "difference", "last seen (UTC)", "version"), rows, [False] * len(rows))


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]], marked: Sequence[bool]) -> str:
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "".join(
        f"<tr{' class=back' if mark else ''}>{''.join(map(_cell, row))}</tr>"
        for row, mark in zip(rows, marked, strict=True)
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(value: object) -> str:
    return f"<td{' class=number' if isinstance(value, int) else ''}>{escape(str(value))}</td>"
