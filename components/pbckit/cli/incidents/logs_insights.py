"""Queries of CloudWatch Logs Insights for what a function logged during a step, and links that open them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from pbckit.cli.incidents.timeline import Hop

_AROUND = timedelta(seconds=30)
"""Before a hop began and after it was noted: an invocation is longer than the hop in it."""
_FIELDS = "fields @timestamp, level, message, @message"


def log_group(hop: Hop) -> str:
    """The log group that has the note of a hop."""
    return hop.function if hop.function.startswith("/") else f"/aws/lambda/{hop.function}"


def query(hop: Hop) -> str:
    """Everything that the invocation logged; of an older note without its id, everything with the correlation id."""
    if hop.request_id:
        wanted = f'function_request_id = "{_text(hop.request_id)}" or @requestId = "{_text(hop.request_id)}"'
    else:
        wanted = f'@message like "{_text(hop.correlation_id)}"'
    return f"{_FIELDS}\n| filter {wanted}\n| sort @timestamp asc\n| limit 1000"


def link(hop: Hop, region: str) -> str:
    """The address of the AWS console that opens the query on the log group and time of a hop.

    The encoding is documented nowhere: it is what the AWS console itself writes into its address.
    """
    values = (
        ("end", _quoted(_instant(hop.ended + _AROUND))),
        ("start", _quoted(_instant(hop.started - _AROUND))),
        ("timeType", _quoted("ABSOLUTE")),
        ("tz", _quoted("UTC")),
        ("editorString", _quoted(query(hop))),
        ("isLiveTail", "false"),
        ("source", _list([log_group(hop)])),
    )
    detail = "~(" + "~".join(f"{name}~{value}" for name, value in values) + ")"
    inner = quote(detail, safe="*").replace("~", "%7E")
    fragment = quote(f"?queryDetail={inner}", safe="*").replace("%", "$")
    return f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}#logsV2:logs-insights{fragment}"


def _text(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"


def _quoted(text: str) -> str:
    """A text as a value of such an address: a quote before it, and percent signs of its escapes as stars."""
    return "'" + quote(text, safe="").replace("~", "%7E").replace("%", "*")


def _list(texts: Sequence[str]) -> str:
    return "(" + "".join(f"~{_quoted(one)}" for one in texts) + ")"
