"""An embedded AWS for the kernel's adapters, started only by tests that ask for it."""

from collections.abc import Iterator

import pytest

from pbckit.runtime.observability import metrics
from pbckit.sandbox.embedded_aws import ROOT_KEY, EmbeddedAws, running

REGION = "eu-central-1"


@pytest.fixture(autouse=True)
def no_metrics_of_others() -> None:
    """Tests that ran before in this process leave metrics that no handler has sent."""
    metrics.clear_metrics()


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedAws]:
    """An empty one."""
    with running(tmp_path_factory.mktemp("kit") / ".sandbox", region=REGION) as aws:
        yield aws


@pytest.fixture
def as_in_lambda(embedded: EmbeddedAws, monkeypatch: pytest.MonkeyPatch) -> EmbeddedAws:
    """The variables by which a function's clients find their services."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", embedded.endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ROOT_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", ROOT_KEY)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    return embedded
