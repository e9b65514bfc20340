"""Numbers for people."""

_LARGE = 100


def number(value: float) -> str:
    """Whole where it is large, else with what tells it from its neighbours: `1,250`, `0.4`."""
    return f"{value:,.0f}" if value >= _LARGE else f"{value:,.4g}"
