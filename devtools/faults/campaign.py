"""A campaign from its first purchase to its last posting: the stages, and the mending after them."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from contracts.cards import PurchasePosted
from devtools.faults.fault_injector import FaultInjector
from devtools.faults.plan import CALCULATION, LEDGER, Fault, Plan
from devtools.faults.streams import stream_given_up_soon, stream_unread
from devtools.faults.verdict import damage, expected_letter, findings, stream_failures, waiting
from ops.demo.expected import Expectation
from ops.demo.scenarios import Finding, example_purchase
from ops.demo.world import DeployedSystem
from pbckit.cli.client.unit_admins import QueueName, UnitAdmins
from pbckit.cli.errors import OperatorError
from pbckit.cli.incidents.dead_letters import Pace, go_through
from pbckit.cli.waiting import wait_for
from pbckit.contracts.operating import DeadLetter, Selection

RELAY_FAILURES = QueueName(unit=CALCULATION, queue="relay-dlq")

_VISIBILITY_SECONDS = {"earn-points": 60, CALCULATION: 10, LEDGER: 10}
"""By unit, for its queues: a message of a consumer that died comes again after minutes otherwise, or half an hour."""
_LOOK_SECONDS = 2.0
_CALM_LOOKS = 3
"""After so many at which nothing was on its way, nothing comes any more."""

OnProgress = Callable[[str, int], None]
"""Told the name of a stage and how far it is."""


@dataclass(kw_only=True)
class Campaign:
    """A plan, carried out on a deployed system."""

    world: DeployedSystem
    unit_admins: UnitAdmins
    plan: Plan
    fault_injector: FaultInjector
    purchases: Sequence[PurchasePosted]
    expectation: Expectation
    on_progress: OnProgress
    redriven: int = 0
    """Letters that were sent back."""
    injected: dict[Fault, int] = field(default_factory=dict[Fault, int])

    def run(self) -> list[Finding]:
        """All stages, then recovery; says what was found.

        Raises:
            NothingHappens: the system does not come to rest.
        """
        self._hurry()
        first, second = self.plan.expired, self.plan.expired + self.plan.given_up
        with self.world.stopped(LEDGER, "post-points"):
            self._expire(self.purchases[:first])
            self._give_up(self.purchases[first:second])
            self._rage(self.purchases[second:])
            self._poison()
            self.injected[Fault.DOWN] = 1
        self._recover()
        self.injected |= {fault: count for fault, count in self.fault_injector.struck().items() if count}
        return findings(self.world, self.unit_admins, self.plan, self.expectation, self._letters())

    def run_naive(self) -> list[Finding]:
        """The stages that concern a design without outbox and stream, then recovery; says what was lost and doubled.

        Raises:
            NothingHappens: the system does not come to rest.
        """
        self._hurry()
        with self.world.stopped(LEDGER, "post-points"):
            self._rage(self.purchases)
            self._poison()
            self.injected[Fault.DOWN] = 1
        self._come_to_rest()
        self.injected |= {fault: count for fault, count in self.fault_injector.struck().items() if count}
        return damage(self.world, self.expectation)

    def _hurry(self) -> None:
        """Wait for a minute where the system waits for several: nothing else is changed in it."""
        sqs = self.world.aws.client("sqs")
        for unit, seconds in _VISIBILITY_SECONDS.items():
            for queue in self.unit_admins.health(unit).queues:
                name = self.world.names(unit).physical(queue.depth.queue, limit=80)
                url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
                sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": str(seconds)})
        for unit in (CALCULATION, LEDGER):
            self._sweep_after_a_minute(unit)

    def _sweep_after_a_minute(self, unit: str) -> None:
        lambda_, sweeper = self.world.aws.client("lambda"), self.world.names(unit).physical("sweeper")
        variables = lambda_.get_function_configuration(FunctionName=sweeper)["Environment"]["Variables"]
        lambda_.update_function_configuration(
            FunctionName=sweeper, Environment={"Variables": {**variables, "PENDING_MINUTES": "1"}}
        )
        version = lambda_.publish_version(FunctionName=sweeper)["Version"]
        lambda_.update_alias(FunctionName=sweeper, Name="live", FunctionVersion=version)

    def _expire(self, purchases: Sequence[PurchasePosted]) -> None:
        """Commit events while nobody reads the stream, then begin to read it behind them: as after 24 hours."""
        with stream_unread(self.world, CALCULATION):
            self._bring_in(purchases)
        self.injected[Fault.EXPIRED] = len(purchases)

    def _give_up(self, purchases: Sequence[PurchasePosted]) -> None:
        """Kill the relay every time, until Lambda gives up and puts a pointer into the on-failure queue."""
        with self.fault_injector.stuck(CALCULATION), stream_given_up_soon(self.world, CALCULATION):
            self._bring_in(purchases)
            given_up = wait_for(
                lambda: stream_failures(self._look(RELAY_FAILURES), RELAY_FAILURES),
                lambda count: count >= len(purchases),
                "stream records given up",
                every_seconds=_LOOK_SECONDS,
            )
        self.injected[Fault.GIVEN_UP] = given_up

    def _rage(self, purchases: Sequence[PurchasePosted]) -> None:
        """Bring all others in, good and bad, while strikes fall."""
        half = len(purchases) // 2
        self.world.ingest(purchases[:half])
        self._publish_bad()
        self.world.ingest(purchases[half:])
        self._wait_for_calculations(len(self.purchases))

    def _publish_bad(self) -> None:
        for bad in self.plan.bad:
            good = msgspec.to_builtins(example_purchase(bad.purchase_id, "nobody"))
            metadata = {
                "event_id": bad.purchase_id,
                "occurred_at": datetime.now(UTC).isoformat(),
                "schema_version": 1,
                "aggregate_id": bad.purchase_id,
                "sequence": 1,
                "correlation_id": bad.purchase_id,
            }
            entry = {
                "EventBusName": self.world.session.names.bus_name(),
                "Source": PurchasePosted.source,
                "DetailType": PurchasePosted.detail_type(),
                "Detail": json.dumps({"metadata": metadata, "data": {**good, **bad.changes}}),
            }
            self.world.session.client("events").put_events(Entries=[entry])

    def _poison(self) -> None:
        sqs = self.world.aws.client("sqs")
        name = self.world.names(LEDGER).physical("post-points-queue", limit=80)
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        for body in self.plan.poison:
            sqs.send_message(QueueUrl=url, MessageBody=body)
        self.injected[Fault.POISON] = len(self.plan.poison)

    def _bring_in(self, purchases: Sequence[PurchasePosted]) -> None:
        before = self._calculated()
        self.world.ingest(purchases)
        self._wait_for_calculations(before + len(purchases))

    def _wait_for_calculations(self, count: int) -> None:
        """Wait until so many purchases are calculated. Whose workflow failed too often is sent back meanwhile."""

        def look() -> int:
            self._redrive(lambda queue: queue != RELAY_FAILURES)
            found = self._calculated()
            self.on_progress("calculated", found)
            return found

        wait_for(look, lambda found: found >= count, "calculations", every_seconds=_LOOK_SECONDS)

    def _recover(self) -> None:
        """Do what an operator does, until the system is at rest and nothing is missing."""

        def look() -> tuple[int, ...]:
            for unit in (CALCULATION, LEDGER):
                self._sweep(unit)
            moving = self._mend()
            posted = self._posted()
            self.on_progress("posted", posted)
            pending = sum(one.pending_events for one in self.unit_admins.all_health())
            return len(self.purchases) - posted, pending, *moving

        wait_for(look, lambda seen: not any(seen), "missing, pending, waiting, dead", every_seconds=_LOOK_SECONDS)

    def _come_to_rest(self) -> None:
        """Do what an operator does, until nothing is on its way: what is missing then is lost."""

        calm = 0

        def look() -> tuple[int, ...]:
            nonlocal calm
            moving = self._mend()
            calm = 0 if any(moving) else calm + 1
            posted = self._posted()
            self.on_progress("posted", posted)
            return calm, posted, *moving

        wait_for(look, lambda seen: seen[0] == _CALM_LOOKS, "calm, posted, waiting, dead", every_seconds=_LOOK_SECONDS)

    def _mend(self) -> tuple[int, int]:
        """Redrive what is dead; how many messages wait, and how many letters are left that should not be."""
        self.fault_injector.release()
        self._redrive(lambda _queue: True)
        others = sum(not expected_letter(self.plan, letter) for letter in self._letters())
        return waiting(self.unit_admins.all_health()), others

    def _sweep(self, unit: str) -> None:
        """Have a sweeper run that the schedule would call a little later. Where it is struck, it runs again."""
        sweeper = self.world.names(unit).physical("sweeper")
        self.world.aws.client("lambda").invoke(FunctionName=f"{sweeper}:live", Payload=b"{}")

    def _redrive(self, of: Callable[[QueueName], bool]) -> None:
        """Send back each letter that tells of no fault of its own."""
        for queue in filter(of, self.unit_admins.queues_with_dead_letters()):
            mendable = [letter.id for letter in self._look(queue) if not expected_letter(self.plan, letter)]
            if not mendable:
                continue
            try:
                for _ in go_through(self.unit_admins, queue, "redrive", Selection(ids=tuple(mendable)), Pace()):
                    self.redriven += 1
            except OperatorError:
                return  # The sweeper behind it was struck. The letter is still there, and is sent back next time.

    def _look(self, queue: QueueName) -> list[DeadLetter]:
        return list(go_through(self.unit_admins, queue, "look", Selection(), Pace()))

    def _letters(self) -> list[DeadLetter]:
        return [letter for queue in self.unit_admins.queues_with_dead_letters() for letter in self._look(queue)]

    def _calculated(self) -> int:
        return self._count(CALCULATION, "purchase#fault-")

    def _posted(self) -> int:
        return self._count(LEDGER, "posting#fault-")

    def _count(self, unit: str, prefix: str) -> int:
        pages = (
            self.world.aws.client("dynamodb")
            .get_paginator("scan")
            .paginate(
                TableName=self.world.names(unit).physical("store"),
                Select="COUNT",
                FilterExpression="begins_with(pk, :prefix) AND NOT begins_with(sk, :correction)",
                ExpressionAttributeValues={":prefix": {"S": prefix}, ":correction": {"S": "adjustment#"}},
            )
        )
        return sum(page["Count"] for page in pages)


def stores(world: DeployedSystem, units: Sequence[str]) -> Mapping[str, str]:
    """Units by the names of their stores."""
    return {world.names(unit).physical("store"): unit for unit in units}


def write_purchases(plan: Plan, folder: Path) -> Path:
    """The valid purchases as a file of purchases."""
    file = folder / "purchases.csv"
    plan.write(file)
    return file
