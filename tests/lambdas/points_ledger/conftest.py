"""What the ledger's tests share."""

from collections.abc import Callable

import pytest

from lambdas.points_ledger.handlers import post_points
from lambdas.points_ledger.model.policy import Policy
from tests.lambdas.points_ledger.outside import Ledger


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def decide(monkeypatch: pytest.MonkeyPatch) -> Callable[[Policy], None]:
    """Let the programme have another policy."""
    return lambda policy: monkeypatch.setattr(post_points, "policy", lambda: policy)
