"""What an event makes of a tally."""

from datetime import datetime

from contracts.unit_name import Tally


def after_event(before: Tally | None, field_name: str, occurred_at: datetime) -> Tally:
    """The tally after one more event. In whichever order events come, the last tally is the same."""
    if before is None:
        return Tally(field_name=field_name, events=1, last_at=occurred_at)
    return Tally(field_name=field_name, events=before.events + 1, last_at=max(before.last_at, occurred_at))
