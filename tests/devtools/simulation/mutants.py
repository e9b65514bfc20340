"""Mistakes in the design, each put into the running code: what the simulation must be able to find."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

import pytest

from contracts.points_calculation import ReportedPosting
from devtools.simulation.queues import Queue
from devtools.simulation.scheduler import Ended
from devtools.simulation.tables import SimulatedTables
from lambdas.points_calculation.handlers import confirm_posting
from lambdas.points_calculation.storage.confirmations import ConfirmationStore
from lambdas.points_calculation.storage.records import Confirmation
from pbckit.runtime import outbox, relay, subscriber, sweeper, unit_of_work
from pbckit.runtime.keys import shard_of
from pbckit.runtime.outbox import Outgoing
from pbckit.runtime.ports import Item, Operation, Put
from pbckit.runtime.runtime import Runtime
from pbckit.runtime.subscriber import EventContext, Subscriber
from pbckit.runtime.unit_of_work import AlreadyHandled, UnitOfWork
from pbckit.testing.tables import OUTBOX

Mutate = Callable[[pytest.MonkeyPatch], None]

SEEDS = 80
"""Within so many histories every mistake is found."""

PURCHASES = 30


def remove_before_publish(patch: pytest.MonkeyPatch) -> None:
    def dispatch(batch: Sequence[Outgoing], runtime: Runtime) -> dict[str, str]:
        for event in batch:
            outbox._remove(event.event_id, runtime)
        return outbox._publish(batch, runtime)

    for module in (relay, sweeper):
        patch.setattr(module, "dispatch", dispatch)


def whole_batch_removed(patch: pytest.MonkeyPatch) -> None:
    """The bus answered, so the batch is done: what it refused is reported, and removed with the others."""

    def dispatch(batch: Sequence[Outgoing], runtime: Runtime) -> dict[str, str]:
        refused = outbox._publish(batch, runtime)
        for event in batch:
            outbox._remove(event.event_id, runtime)
        return refused

    for module in (relay, sweeper):
        patch.setattr(module, "dispatch", dispatch)


def removed_when_the_bus_does_not_answer(patch: pytest.MonkeyPatch) -> None:
    """A request that fails as a whole is taken for one whose answer got lost."""
    publish = outbox._publish

    def hopeful(batch: Sequence[Outgoing], runtime: Runtime) -> dict[str, str]:
        refused = publish(batch, runtime)
        return {} if len(refused) == len(batch) else refused

    patch.setattr(outbox, "_publish", hopeful)


def refused_entries_removed(patch: pytest.MonkeyPatch) -> None:
    """PutEvents answers with 200, so all is well."""

    def publish(batch: Sequence[Outgoing], runtime: Runtime) -> dict[str, str]:
        assert runtime.bus is not None
        runtime.bus.put([event.entry for event in batch])
        return {}

    patch.setattr(outbox, "_publish", publish)


def no_inbox(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(UnitOfWork, "_marker", lambda _self: None)
    patch.setattr(subscriber, "check_inbox", lambda *_: None)


def inbox_looked_up_but_not_in_the_transaction(patch: pytest.MonkeyPatch) -> None:
    """The marker is written after the commit."""
    commit, marker = UnitOfWork.commit, UnitOfWork._marker

    def later(self: UnitOfWork) -> None:
        late = marker(self)
        commit(self)
        if late is not None:
            self._runtime.tables.transact([late])

    patch.setattr(UnitOfWork, "_marker", lambda _self: None)
    patch.setattr(UnitOfWork, "commit", later)


def inbox_before_the_transaction(patch: pytest.MonkeyPatch) -> None:
    """The marker is written first: who dies after it never comes again."""
    commit, marker = UnitOfWork.commit, UnitOfWork._marker

    def early(self: UnitOfWork) -> None:
        first = marker(self)
        if first is not None:
            self._runtime.tables.transact([replace(first, expect={})])
        commit(self)

    patch.setattr(UnitOfWork, "_marker", lambda _self: None)
    patch.setattr(UnitOfWork, "commit", early)


def reused_ids_dropped(patch: pytest.MonkeyPatch) -> None:
    """An id that is known is a duplicate, whatever its content."""
    patch.setattr(subscriber, "fingerprint", lambda _content: "the same")


def event_in_a_transaction_of_its_own(patch: pytest.MonkeyPatch) -> None:
    transact = SimulatedTables.transact

    def apart(self: SimulatedTables, operations: Sequence[Operation]) -> None:
        transact(self, [one for one in operations if one.table != OUTBOX])
        events = [one for one in operations if one.table == OUTBOX]
        if events:
            transact(self, events)

    patch.setattr(SimulatedTables, "transact", apart)


def no_conditions(patch: pytest.MonkeyPatch) -> None:
    """Who reads first and writes last wins."""
    transact = SimulatedTables.transact
    patch.setattr(
        SimulatedTables,
        "transact",
        lambda self, operations: transact(self, [replace(one, expect={}) for one in operations]),
    )


def no_condition_on_what_was_read(patch: pytest.MonkeyPatch) -> None:
    """New items are protected, changed ones are not."""
    transact = SimulatedTables.transact

    def unchecked(self: SimulatedTables, operations: Sequence[Operation]) -> None:
        transact(self, [one if isinstance(one, Put) else replace(one, expect={}) for one in operations])

    patch.setattr(SimulatedTables, "transact", unchecked)


def sweeper_off(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sweeper, "sweep", lambda _runtime: 0)


def sweeper_gives_up_at_a_refusal(patch: pytest.MonkeyPatch) -> None:
    """What is pending for more than an hour is taken for hopeless."""

    def young(runtime: Runtime, until: datetime, size: int) -> Iterator[list[Item]]:
        begin = (until - timedelta(hours=1)).isoformat()
        for items in outbox.pending_pages(runtime, until, size):
            yield [item for item in items if item["occurred_at"] > begin]

    patch.setattr(sweeper, "pending_pages", young)


def sweeper_reads_only_the_first_page(patch: pytest.MonkeyPatch) -> None:
    def first(runtime: Runtime, until: datetime, size: int) -> Iterator[list[Item]]:
        yield next(outbox.pending_pages(runtime, until, size))

    patch.setattr(sweeper, "pending_pages", first)


def an_empty_page_ends_the_sweep(patch: pytest.MonkeyPatch) -> None:
    """A page is taken for what was found instead of what was read."""

    def until_empty(runtime: Runtime, until: datetime, size: int) -> Iterator[list[Item]]:
        yield from takewhile(bool, outbox.pending_pages(runtime, until, size))

    patch.setattr(sweeper, "pending_pages", until_empty)


def sweeper_reads_half_of_the_table(patch: pytest.MonkeyPatch) -> None:
    """Two were to share the table, and only one is there."""

    def half(runtime: Runtime, until: datetime, size: int) -> Iterator[list[Item]]:
        for items in outbox.pending_pages(runtime, until, size):
            yield [item for item in items if shard_of(item["event_id"], 2) == 0]

    patch.setattr(sweeper, "pending_pages", half)


def sweeper_removes_what_is_old(patch: pytest.MonkeyPatch) -> None:
    """What is pending for more than an hour must have been published, only its removal failed."""
    dispatch = outbox.dispatch

    def tidy(batch: Sequence[Outgoing], runtime: Runtime) -> dict[str, str]:
        old = runtime.clock.now() - timedelta(hours=1)
        for event in batch:
            if event.entry.time < old:
                outbox._remove(event.event_id, runtime)
        return dispatch([event for event in batch if event.entry.time >= old], runtime)

    patch.setattr(sweeper, "dispatch", tidy)


def events_written_without_the_mark_that_is_looked_for(patch: pytest.MonkeyPatch) -> None:
    """As where the sweeper is deployed before its writers."""
    make = unit_of_work.outbox_item

    def unmarked(event: Any, metadata: Any, **more: Any) -> Item:
        return {name: value for name, value in make(event, metadata, **more).items() if name != outbox.PENDING}

    patch.setattr(unit_of_work, "outbox_item", unmarked)


def expires_from_its_commit_on(patch: pytest.MonkeyPatch) -> None:
    """TTL is set when an event is written, not when it is on the bus."""
    make = unit_of_work.outbox_item

    def expiring(event: Any, metadata: Any, **more: Any) -> Item:
        expires = metadata.occurred_at + timedelta(hours=1)
        return {**make(event, metadata, **more), "expires_at": int(expires.timestamp())}

    patch.setattr(unit_of_work, "outbox_item", expiring)


def acknowledged_before_it_is_handled(patch: pytest.MonkeyPatch) -> None:
    ended = Queue._ended

    def forgiving(self: Queue, batch: Any, how: Ended[Mapping[str, Any]], visible_again: float) -> None:
        ended(self, batch, Ended(value={"batchItemFailures": []}) if how.error else how, visible_again)

    patch.setattr(Queue, "_ended", forgiving)


def failures_of_a_batch_not_told(patch: pytest.MonkeyPatch) -> None:
    """The function answers with nothing: the queue takes all messages for handled."""
    answer = Subscriber.answer

    def silent(self: Subscriber, event: dict[str, Any], runtime: Runtime, context: Any = None) -> Any:
        answer(self, event, runtime, context)
        return {"batchItemFailures": []}

    patch.setattr(Subscriber, "answer", silent)


def poison_not_isolated(patch: pytest.MonkeyPatch) -> None:
    """Whatever cannot be handled is left to the queue, which gives no reason."""
    patch.setattr(
        Subscriber,
        "consume",
        lambda self, body, runtime, attempts=1: self._handle(body, runtime),  # noqa: ARG005 the real one's
    )


def inbox_forgets_within_an_hour(patch: pytest.MonkeyPatch) -> None:
    marker = UnitOfWork._marker

    def brief(self: UnitOfWork) -> Put | None:
        made = marker(self)
        if made is None:
            return None
        expires = self._runtime.clock.now() + timedelta(minutes=1)
        return replace(made, item={**made.item, "expires_at": int(expires.timestamp())})

    patch.setattr(UnitOfWork, "_marker", brief)


def entry_removed_before_it_is_confirmed(patch: pytest.MonkeyPatch) -> None:
    """Who dies in between gets an event again of which nothing is expected any more."""

    def first(store: ConfirmationStore, told: ReportedPosting, context: EventContext) -> bool:
        context.runtime.tables.delete(store.confirmed(told))
        context.runtime.tables.put(replace(store.confirms(told.posting_id, context.cause), expect={}))
        return True

    patch.setattr(confirm_posting, "_confirmed_first", first)


def entry_removed_and_no_event_remembered(patch: pytest.MonkeyPatch) -> None:
    """What is gone from the list is confirmed, so what for is there a confirmation?"""

    def only(store: ConfirmationStore, told: ReportedPosting, context: EventContext) -> bool:
        context.runtime.tables.delete(store.confirmed(told))
        return True

    patch.setattr(confirm_posting, "_confirmed_first", only)


def confirmation_that_comes_again_dropped(patch: pytest.MonkeyPatch) -> None:
    """A known event is done with: so is what its function did not come to."""
    confirmation = ConfirmationStore.confirmation

    def dropped(self: ConfirmationStore, posting_id: str) -> Confirmation | None:
        found = confirmation(self, posting_id)
        if found is not None:
            raise AlreadyHandled(posting_id)
        return None

    patch.setattr(ConfirmationStore, "confirmation", dropped)


FOUND_BY: Mapping[Mutate, str] = {
    remove_before_publish: "committed and never published",
    refused_entries_removed: "committed and never published",
    whole_batch_removed: "committed and never published",
    removed_when_the_bus_does_not_answer: "committed and never published",
    no_inbox: "too often",
    inbox_looked_up_but_not_in_the_transaction: "too often",
    inbox_before_the_transaction: "was not counted",
    reused_ids_dropped: "not set aside (ConflictingMessage)",
    event_in_a_transaction_of_its_own: "instead of",
    no_conditions: "has nothing posted instead of",
    no_condition_on_what_was_read: "was not counted",
    sweeper_off: "is still pending",
    sweeper_gives_up_at_a_refusal: "is still pending",
    sweeper_reads_only_the_first_page: "is still pending",
    an_empty_page_ends_the_sweep: "is still pending",
    sweeper_reads_half_of_the_table: "is still pending",
    sweeper_removes_what_is_old: "committed and never published",
    events_written_without_the_mark_that_is_looked_for: "is still pending",
    expires_from_its_commit_on: "committed and never published",
    acknowledged_before_it_is_handled: "instead of",
    failures_of_a_batch_not_told: "instead of",
    poison_not_isolated: "set aside for ['']",
    inbox_forgets_within_an_hour: "too often",
    entry_removed_before_it_is_confirmed: "taken for a difference",
    entry_removed_and_no_event_remembered: "taken for a difference",
    confirmation_that_comes_again_dropped: "is still there",
}
"""Every mutant, and words of the violation that must come up."""
