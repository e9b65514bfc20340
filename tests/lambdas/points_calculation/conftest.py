"""What the tests of points-calculation share."""

import pytest

from lambdas.points_calculation.handlers import calculate, charge_back, match_refund, refund
from lambdas.points_calculation.services.bounds import Bounds


@pytest.fixture(autouse=True)
def _far_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let purchases of months to come be calculated: caps of several months are seen without waiting for them."""
    for handler in (calculate, refund, match_refund, charge_back):
        monkeypatch.setattr(handler, "bounds", lambda: Bounds(days_ahead=366))
