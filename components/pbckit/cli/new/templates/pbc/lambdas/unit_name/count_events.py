"""Subscription `count-events`: each EventName changes a tally."""

from contracts.source_name import EventName
from contracts.unit_name import UnitNameChanged
from lambdas.unit_name.model import after_event
from lambdas.unit_name.store import TallyStore
from pbckit.runtime.subscriber import EventContext, Subscriber
from pbckit.runtime.unit_of_work import retry_on_conflict

handler = Subscriber()


@handler.on(EventName)
def count_event(event: EventName, context: EventContext) -> None:
    """Count it. State, event and the mark that it was handled are committed in one transaction."""
    retry_on_conflict(lambda: _count(event, context), context.runtime)


def _count(event: EventName, context: EventContext) -> None:
    tallies = TallyStore(context.runtime)
    before = tallies.find(event.field_name)
    after = after_event(before, event.field_name, context.occurred_at)
    work = context.unit_of_work()
    work.add(tallies.change(before, after))
    changed = UnitNameChanged(field_name=after.field_name, events=after.events, last_at=after.last_at)
    work.publish(changed, sequence=after.events)
    work.commit()
