"""Calendar months, UTC."""

from datetime import UTC, datetime

_OF_A_YEAR = 12


def month_of(at: datetime) -> str:
    """The month of an instant: `2026-06`."""
    return _written(_number(at))


def months(first: datetime, last: datetime) -> list[str]:
    """The months from that of one instant to that of another; none where the last lies before the first."""
    return [_written(number) for number in range(_number(first), _number(last) + 1)]


def _number(at: datetime) -> int:
    """Months since year 0, so that counting on needs no calendar."""
    utc = at.astimezone(UTC)
    return utc.year * _OF_A_YEAR + utc.month - 1


def _written(number: int) -> str:
    year, month = divmod(number, _OF_A_YEAR)
    return f"{year:04d}-{month + 1:02d}"
