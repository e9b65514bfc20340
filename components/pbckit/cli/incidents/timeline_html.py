"""A timeline as a page that needs nothing besides itself, and as lines for a terminal."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from html import escape

from pbckit.cli.incidents.timeline import Hop

_BAR = 24
_STYLE = """
body { font: 14px/1.4 system-ui, sans-serif; margin: 2rem; color: #1b1f24; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #d8dee4; vertical-align: top; }
td.way { width: 45%; }
.lane { position: relative; height: .9rem; background: #f3f5f7; }
.bar { position: absolute; top: 0; height: 100%; min-width: 2px; background: #2f6f9f; }
.bar.published { background: #b07d2b; } .bar.wrong { background: #b3261e; } .bar.call { background: #8fb8d4; }
small { color: #57606a; } .wrong { color: #b3261e; }
"""


def page(title: str, way: Sequence[Hop]) -> str:
    """The timeline as HTML."""
    first, last = _span(way)
    rows = "\n".join(_row(hop, first, last) for hop in way)
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style></head>
<body><h1>{escape(title)}</h1>
<p>{len(way)} hops in {(last - first).total_seconds():.3f} s, from {first.isoformat()}.</p>
<table><thead><tr><th>after</th><th>unit</th><th>hop</th><th>outcome</th><th>took</th><th>when</th></tr></thead>
<tbody>
{rows}
</tbody></table></body></html>
"""


def lines(way: Sequence[Hop]) -> Iterator[tuple[str, str, str, str, str, str]]:
    """After, unit, hop, outcome, took and a bar, for each hop."""
    first, last = _span(way)
    for hop in way:
        left, width = _place(hop.started, hop.ended, first, last)
        start = min(round(left * _BAR), _BAR - 1)
        bar = " " * start + "█" * max(1, round(width * _BAR))
        after = f"{(hop.started - first).total_seconds() * 1000:.0f} ms"
        yield after, hop.unit, f"{hop.what} {hop.name}", _outcome(hop), f"{hop.milliseconds:.0f} ms", bar[:_BAR]


def _row(hop: Hop, first: datetime, last: datetime) -> str:
    wrong = "wrong" if hop.outcome.startswith(("failed", "refused")) or hop.outcome == "set aside" else ""
    kind = wrong or ("published" if hop.what == "published" else "")
    calls = "".join(
        f'<div class="lane" title="{escape(call.what)}">{_bar(call.started, call.ended, first, last, "call")}</div>'
        f"<small>{escape(call.what)}, {(call.ended - call.started).total_seconds() * 1000:.0f} ms</small>"
        for call in hop.calls
    )
    return (
        f"<tr><td>{(hop.started - first).total_seconds() * 1000:.0f} ms</td><td>{escape(hop.unit)}</td>"
        f"<td>{escape(hop.what)} <b>{escape(hop.name)}</b><br><small>{escape(hop.event_id or '')}</small></td>"
        f'<td class="{wrong}">{escape(_outcome(hop))}</td><td>{hop.milliseconds:.0f} ms</td>'
        f'<td class="way"><div class="lane">{_bar(hop.started, hop.ended, first, last, kind)}</div>{calls}</td></tr>'
    )


def _bar(started: datetime, ended: datetime, first: datetime, last: datetime, kind: str) -> str:
    left, width = _place(started, ended, first, last)
    return f'<div class="bar {kind}" style="left:{left * 100:.2f}%;width:{width * 100:.2f}%"></div>'


def _outcome(hop: Hop) -> str:
    return f"{hop.outcome} ({hop.detail})" if hop.detail else hop.outcome


def _span(way: Sequence[Hop]) -> tuple[datetime, datetime]:
    return min(hop.started for hop in way), max(hop.ended for hop in way)


def _place(started: datetime, ended: datetime, first: datetime, last: datetime) -> tuple[float, float]:
    """Left edge and width, as parts of the whole."""
    whole = (last - first).total_seconds() or 1.0
    left = max(0.0, (started - first).total_seconds() / whole)
    return left, min(1.0 - left, (ended - started).total_seconds() / whole)
