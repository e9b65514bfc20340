"""Finding a message's way: everything that units noted under the correlation ids that an id is known by."""

from collections.abc import Sequence

from pbckit.cli.client.unit_admins import UnitAdmins
from pbckit.cli.errors import NotFound
from pbckit.cli.incidents.timeline import Hop, Segment, correlation_ids, hops
from pbckit.cli.time_options import window
from pbckit.contracts.operating import Record


def trace(unit_admins: UnitAdmins, wanted: str, since: str, segments: Sequence[Segment] = ()) -> list[Hop]:
    """The hops of a message.

    Args:
        unit_admins: of all units.
        wanted: an id from outside, a correlation id or an event id.
        since: how far to look back, for example `1d`.
        segments: trace segments, for the calls beneath each hop.

    Raises:
        NotFound: no unit has noted the id within that time.
        OperatorError: `since` is no length of time, or the id is too long to search for.
    """
    span = window(since)

    def found(text: str) -> list[Record]:
        return unit_admins.records(unit_admins.units, "hop", span.start, span.end, text)

    known = correlation_ids(found(wanted), wanted)
    if not known:
        raise NotFound(f"nobody has noted {wanted!r} within {since}; a longer --since looks further back")
    records = [record for one in sorted(known) for record in found(one) if record.correlation_id == one]
    return hops(records, segments)
