"""A timeline as a page that needs nothing besides itself, and as lines for a terminal.

Its bars stand in the rows of a table, beside the figures that they show."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from html import escape

from pbckit.cli.incidents.timeline import Hop, Stretch, stretches
from pbckit.cli.reports.style import document

_BAR = 24
STYLE = """
td.way { width: 45%; min-width: 16rem; }
.lane { position: relative; height: .9rem; margin: .2rem 0; background: var(--ground); }
.lane .bar { position: absolute; top: 0; height: 100%; min-width: 3px; background: var(--one); }
.lane .published { background: var(--two); } .lane .wrong { background: var(--wrong); }
.lane .call { background: var(--weak); }
th.later { text-align: center; color: var(--quiet); }
small { color: var(--quiet); } td.wrong { color: var(--wrong); }
"""
"""Of the timetable, in a report or in the console."""


def page(title: str, way: Sequence[Hop]) -> str:
    """The timeline as HTML."""
    table = f'<div class="wide" tabindex="0" role="region" aria-label="Hops">{timetable(way)}</div>'
    return document(title, table, STYLE + "main { max-width: none; } body { max-width: 90rem; }")


def timetable(way: Sequence[Hop], log: Callable[[Hop], str] | None = None) -> str:
    """The hops as a table with bars. After a long pause the bars begin anew, and a row says how long it was.

    Args:
        way: the hops.
        log: what stands in a last column about the log of each, as HTML; without it there is no such column.
    """
    parts = stretches(way)
    first, last = parts[0].started, max(part.ended for part in parts)
    bodies = "\n".join(_body(part, first, log) for part in parts)
    columns = ("after", "unit", "hop", "outcome", "took", "when", *(["log"] if log else []))
    head = "".join(f"<th>{name}</th>" for name in columns)
    return f"""<p>{len(way)} hops in {_spoken(last - first)}, from {first.isoformat()}.</p>
<table><thead><tr>{head}</tr></thead>
{bodies}
</table>"""


def lines(way: Sequence[Hop]) -> Iterator[tuple[str, str, str, str, str, str]]:
    """After, unit, hop, outcome, took and a bar, for each hop. After a long pause the bars begin anew."""
    parts = stretches(way)
    for part in parts:
        for hop in part.hops:
            left, width = _place(hop.started, hop.ended, part.started, part.ended)
            start = min(round(left * _BAR), _BAR - 1)
            bar = " " * start + "█" * max(1, round(width * _BAR))
            after = _after(hop.started - parts[0].started)
            yield after, hop.unit, f"{hop.what} {hop.name}", _outcome(hop), f"{hop.milliseconds:.0f} ms", bar[:_BAR]


def _body(part: Stretch, first: datetime, log: Callable[[Hop], str] | None) -> str:
    columns = 7 if log else 6
    pause = f'<tr><th colspan="{columns}" class="later">{_spoken(part.later)} later</th></tr>' if part.later else ""
    rows = "\n".join(_row(hop, first, part, f"<td>{log(hop)}</td>" if log else "") for hop in part.hops)
    return f"<tbody>{pause}{rows}</tbody>"


def _spoken(length: timedelta) -> str:
    """`1 d 2 h`, `3 min 5 s`: the two largest units; below a minute with thousandths."""
    if length < timedelta(minutes=1):
        return f"{length.total_seconds():.3f} s"
    rest, found = int(length.total_seconds()), list[str]()
    for seconds, unit in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        number, rest = divmod(rest, seconds)
        if number:
            found.append(f"{number} {unit}")
    return " ".join(found[:2])


def _after(length: timedelta) -> str:
    return f"{_milliseconds(length)} ms" if length < timedelta(minutes=1) else _spoken(length)


def _milliseconds(length: timedelta) -> str:
    return f"{length / timedelta(milliseconds=1):.0f}"


def _row(hop: Hop, first: datetime, part: Stretch, log: str) -> str:
    wrong = "wrong" if hop.wrong else ""
    kind = wrong or ("published" if hop.what == "published" else "")
    calls = "".join(
        f'<div class="lane" title="{escape(call.what)}">{_bar(call.started, call.ended, part, "call")}</div>'
        f"<small>{escape(call.what)}, {_milliseconds(call.ended - call.started)} ms</small>"
        for call in hop.calls
    )
    return (
        f"<tr><td>{_after(hop.started - first)}</td><td>{escape(hop.unit)}</td>"
        f"<td>{escape(hop.what)} <b>{escape(hop.name)}</b><br><small>{escape(hop.event_id or '')}</small></td>"
        f'<td class="{wrong}">{escape(_outcome(hop))}</td><td>{hop.milliseconds:.0f} ms</td>'
        f'<td class="way"><div class="lane">{_bar(hop.started, hop.ended, part, kind)}</div>{calls}</td>{log}</tr>'
    )


def _bar(started: datetime, ended: datetime, part: Stretch, kind: str) -> str:
    left, width = _place(started, ended, part.started, part.ended)
    return f'<div class="bar {kind}" style="left:{left * 100:.2f}%;width:{width * 100:.2f}%"></div>'


def _outcome(hop: Hop) -> str:
    return f"{hop.outcome} ({hop.detail})" if hop.detail else hop.outcome


def _place(started: datetime, ended: datetime, first: datetime, last: datetime) -> tuple[float, float]:
    """Left edge and width, as parts of the whole."""
    whole = (last - first).total_seconds() or 1.0
    left = max(0.0, (started - first).total_seconds() / whole)
    return left, min(1.0 - left, (ended - started).total_seconds() / whole)
