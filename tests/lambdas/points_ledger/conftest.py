"""What the ledger's tests share."""

from collections.abc import Callable

import pytest

from lambdas.points_ledger.handlers import post_points
from lambdas.points_ledger.model.policy import Policy
from tests.lambdas.points_ledger.outside import FAR_AHEAD, Ledger


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def decide(monkeypatch: pytest.MonkeyPatch) -> Callable[[Policy], None]:
    """Let the programme have another policy."""
    return lambda policy: monkeypatch.setattr(post_points, "policy", lambda: policy)


@pytest.fixture(autouse=True)
def _far_ahead(decide: Callable[[Policy], None]) -> None:
    """Let purchases of months to come be booked: lots of several months are seen without waiting for them."""
    decide(FAR_AHEAD)
