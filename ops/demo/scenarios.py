"""What the demo shows live. Each show breaks something, looks, mends it, and says whether the promise held."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from contracts.cards import PurchasePosted
from contracts.vocabulary import Merchant, Money
from ops.demo.compromise import Report, probe_all
from ops.demo.world import PBCS, DeployedSystem, wait_for


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    what: str
    expected: str
    found: str

    @property
    def held(self) -> bool:
        """True where it is as promised."""
        return self.expected == self.found


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A promise, and what was found of it."""

    title: str
    findings: Sequence[Finding]

    @property
    def held(self) -> bool:
        """True where every finding is as promised, and there are some."""
        return bool(self.findings) and all(finding.held for finding in self.findings)


def example_purchase(purchase_id: str, member_id: str, card_product: str = "gold") -> PurchasePosted:
    """A restaurant bill of 40 euros, in the middle of a September without campaigns."""
    return PurchasePosted(
        id=purchase_id,
        member_id=member_id,
        card_product=card_product,
        merchant=Merchant(id="show-bistro", name="Bistro Show", mcc="5812", country="DE"),
        amount=Money(minor_units=4000, currency="EUR"),
        posted_at=datetime(2026, 9, 15, 12, tzinfo=UTC),
    )


def duplicates(world: DeployedSystem, purchase: PurchasePosted, times: int) -> Scenario:
    """The same purchase several times, delivered as several events: posted once."""
    world.ingest([purchase] * times)
    calculation = world.wait_for_calculation(purchase.id)
    world.wait_for_postings({purchase.member_id: 1}, lambda _count: None)
    world.ingest([purchase])
    # A later purchase overtakes nothing: when it is posted, the duplicates before it have been handled.
    later = msgspec.structs.replace(purchase, id=f"{purchase.id}-later")
    world.ingest([later])
    world.wait_for_postings({purchase.member_id: 2}, lambda _count: None)
    return Scenario(
        title=f"One purchase, delivered {times + 1} times",
        findings=[
            Finding(
                what="postings of it and of one later purchase",
                expected="2",
                found=str(world.postings(purchase.member_id)),
            ),
            Finding(
                what="balance",
                expected=str(2 * calculation.points),
                found=str(world.balance(purchase.member_id)),
            ),
        ],
    )


def rate_lookup_broken(world: DeployedSystem, purchase: PurchasePosted, base_points: int) -> Scenario:
    """The rate lookup cannot run: the purchase earns the base rate, is flagged, and is not lost."""
    with world.broken("earning-rates", "rate"):
        world.ingest([purchase])
        calculation = world.wait_for_calculation(purchase.id)
    world.wait_for_postings({purchase.member_id: 1}, lambda _count: None)
    return Scenario(
        title="The rate lookup is broken",
        findings=[
            Finding(what="fallbacks recorded", expected="rate", found=", ".join(calculation.fallbacks)),
            Finding(what="points at the base rate", expected=str(base_points), found=str(calculation.points)),
            Finding(
                what="points posted",
                expected=str(base_points),
                found=str(world.balance(purchase.member_id)),
            ),
        ],
    )


def ledger_stopped(world: DeployedSystem, purchases: Sequence[PurchasePosted]) -> Scenario:
    """The ledger takes no messages: purchases are accepted and calculated, and posted when it is back."""
    member_id = purchases[0].member_id
    with world.stopped("points-ledger", "post-points"):
        world.ingest(purchases)
        calculations = [world.wait_for_calculation(purchase.id) for purchase in purchases]
        waiting = wait_for(
            lambda: waiting_messages(world, "points-ledger", "post-points-queue"),
            lambda count: count >= len(purchases),
            "messages for the ledger",
        )
        posted_meanwhile = world.postings(member_id)
    world.wait_for_postings({member_id: len(purchases)}, lambda _count: None)
    return Scenario(
        title="The ledger is stopped",
        findings=[
            Finding(
                what="accepted and calculated meanwhile", expected=str(len(purchases)), found=str(len(calculations))
            ),
            Finding(
                # More may wait: events of other purchases, or one that was published twice.
                what="waiting for the ledger",
                expected=str(len(purchases)),
                found=str(min(waiting, len(purchases))),
            ),
            Finding(what="posted meanwhile", expected="0", found=str(posted_meanwhile)),
            Finding(what="posted when it is back", expected=str(len(purchases)), found=str(world.postings(member_id))),
            Finding(
                what="points",
                expected=str(sum(calculation.points for calculation in calculations)),
                found=str(world.balance(member_id)),
            ),
        ],
    )


def compromised(world: DeployedSystem, on_function: Callable[[str, int], None]) -> tuple[Scenario, Report]:
    """Every function of every PBC turned into a probe that tries to read every other PBC's data."""
    report = probe_all(world.aws.client, world.session.names, PBCS, on_function)
    functions = {finding.function for finding in report.foreign}
    findings = [
        Finding(
            what=f"{unit}: tries by {len(functions)} functions of others, denied",
            expected=str(len(tries)),
            found=str(sum(finding.denied for finding in tries)),
        )
        for unit in PBCS
        for tries in [[finding for finding in report.foreign if finding.target_unit == unit]]
    ]
    sharp = Finding(
        what="functions whose probe cannot even read its own unit",
        expected="none",
        found=", ".join(report.blunt) or "none",
    )
    return Scenario(title="A compromised component", findings=[*findings, sharp]), report


def waiting_messages(world: DeployedSystem, unit: str, queue: str) -> int:
    """How many messages wait in a queue."""
    sqs = world.aws.client("sqs")
    url = sqs.get_queue_url(QueueName=world.names(unit).physical(queue, limit=80))["QueueUrl"]
    attribute = "ApproximateNumberOfMessages"
    return int(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[attribute])["Attributes"][attribute])
