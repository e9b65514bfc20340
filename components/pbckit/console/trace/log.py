"""The log of a step: what its function noted, which the unit admin gives, and where the rest of its log is."""

from collections.abc import Callable, Iterator
from html import escape

from pbckit.cli.incidents.logs_insights import link, log_group, query
from pbckit.cli.incidents.timeline import Hop


def log_of(region: str | None) -> Callable[[Hop], str]:
    """HTML of the log of a hop, closed until somebody opens it.

    The console reads no log itself: people's roles cannot, and lines may hold personal data, which notes never do.

    Args:
        region: of AWS, for links to its console; None for a sandbox, which has none.
    """

    def shown(hop: Hop) -> str:
        facts = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in _facts(hop))
        address = _link(hop, region) if region else ""
        name = escape(f"Query for the log of {hop.unit} {hop.name}")
        return (
            f'<details class="folded"><summary>log</summary><dl>{facts}</dl>{address}'
            f'<div class="body" tabindex="0" role="region" aria-label="{name}">{escape(query(hop))}</div></details>'
        )

    return shown


def _link(hop: Hop, region: str) -> str:
    return f'<a href="{escape(link(hop, region))}" target="_blank" rel="noreferrer">Logs Insights</a>'


def _facts(hop: Hop) -> Iterator[tuple[str, str]]:
    yield "log group", log_group(hop)
    yield "noted at", hop.ended.isoformat()
    yield "outcome", f"{hop.outcome} ({hop.detail})" if hop.detail else hop.outcome
    for name, value in (
        ("invocation", hop.request_id),
        ("correlation id", hop.correlation_id),
        ("event", hop.event_id),
        ("trace", hop.trace_id),
    ):
        if value:
            yield name, value
