"""Each test of the runtime starts without metrics that others have left."""

import pytest

from pbckit.runtime.observability import metrics


@pytest.fixture(autouse=True)
def no_metrics_of_others() -> None:
    metrics.clear_metrics()
