"""The bare chain: its functions call one another on the embedded AWS, from the bus to the posting."""

from pathlib import Path

from devtools.benchmarks.bare_chain import BareChain
from pbckit.sandbox.embedded_aws import running


def test_a_purchase_goes_through_the_chain(tmp_path: Path):
    with running(tmp_path, region="eu-central-1") as aws:
        BareChain(aws).earn("one")
        store = aws.client("dynamodb").scan(TableName="bare-store")["Items"]
        assert sorted(item["pk"]["S"] for item in store) == ["account#one", "calculated#one", "posting#one"]
        assert aws.client("dynamodb").scan(TableName="bare-outbox")["Count"] == 0
