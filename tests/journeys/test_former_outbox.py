"""What a former release left in an outbox drains while new events go the new way, and none is lost."""

from datetime import UTC, datetime, timedelta
from typing import Any

from boto3.dynamodb.types import TypeSerializer

from contracts.points_calculation import Line, PointsCalculated
from ops.demo import scenarios
from ops.demo.world import DeployedSystem
from pbckit.contracts.envelope import EventMetadata
from pbckit.runtime.outbox import outbox_item
from pbckit.runtime.ports import Item
from tests.journeys.test_operator import relay_stopped

UNIT, MEMBER = "points-calculation", "former-outbox"
_serializer = TypeSerializer()


def as_former_releases_stored_it(purchase_id: str, *, published: bool) -> Item:
    """An event of ten minutes ago: pending, or marked as published, to expire in 30 days."""
    at = datetime.now(UTC) - timedelta(minutes=10)
    line = Line(kind="base", text="2 points per EUR", points=7)
    event = PointsCalculated(
        purchase_id=purchase_id,
        member_id=MEMBER,
        points=7,
        category="restaurants",
        fallbacks=[],
        lines=[line],
        posted_at=at,
    )
    metadata = EventMetadata(
        event_id=f"id-of-{purchase_id}",
        occurred_at=at,
        schema_version=1,
        aggregate_id=purchase_id,
        sequence=1,
        correlation_id=purchase_id,
    )
    item = outbox_item(event, metadata)
    if published:
        del item["pending"]
        expires = int((at + timedelta(days=30)).timestamp())
        # Nobody takes events of this kind: it cannot be booked, should the stream bring it.
        item |= {"dispatched_at": at.isoformat(), "expires_at": expires, "detail_type": "NotTaken"}
    return item


def test_what_a_former_release_left_drains_beside_new_events(world: DeployedSystem):
    dynamodb, outbox = world.aws.client("dynamodb"), world.names(UNIT).physical("outbox")

    def put(item: Item) -> None:
        dynamodb.put_item(TableName=outbox, Item={name: _serializer.serialize(value) for name, value in item.items()})

    def left() -> set[str]:
        items: list[dict[str, Any]] = dynamodb.scan(TableName=outbox)["Items"]
        return {item["aggregate_id"]["S"] for item in items if item["aggregate_id"]["S"].startswith(MEMBER)}

    pending, marked, new = f"{MEMBER}-pending", f"{MEMBER}-marked", scenarios.example_purchase(f"{MEMBER}-new", MEMBER)
    with relay_stopped(world, world.names(UNIT).physical("relay")):
        put(as_former_releases_stored_it(pending, published=False))
        put(as_former_releases_stored_it(marked, published=True))
        world.ingest([new])
        world.wait_for_calculation(new.id)
        world.run_scheduled(UNIT, "sweeper")
        world.wait_for_postings({MEMBER: 1}, lambda _count: None)
        # The new one is too young for a sweeper, and the marked one is only waiting for its end.
        assert left() == {marked, new.id}
    world.wait_for_postings({MEMBER: 2}, lambda _count: None)
    world.run_scheduled(UNIT, "sweeper")
    assert (world.postings(MEMBER), world.balance(MEMBER)) == (2, 107)
