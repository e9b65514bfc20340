"""When purchases and refunds may have been posted, as far as the command knows it."""

from datetime import UTC, datetime

from contracts.vocabulary import FURTHEST_DAYS_AHEAD, FURTHEST_DAYS_BACK, require_in_range


def require_possible(field: str, instant: datetime) -> None:
    """Refuse an instant that no programme allows. The bounds of a stack may be narrower; its capabilities know them.

    Raises:
        InstantOutOfRange: the message names the field, the instant, and what is allowed.
    """
    require_in_range(field, instant, datetime.now(UTC), days_back=FURTHEST_DAYS_BACK, days_ahead=FURTHEST_DAYS_AHEAD)
