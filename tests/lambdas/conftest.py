"""What tests of runtimes share."""

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def no_metrics_of_others() -> Iterator[None]:
    """Metrics are collected until an invocation ends, and most tests call what is inside of one."""
    from pbckit.runtime.observability import metrics

    metrics.clear_metrics()
    yield
    metrics.clear_metrics()
