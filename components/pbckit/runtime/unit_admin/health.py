"""How a unit is: what waits in its outbox and its queues."""

from datetime import datetime

from pbckit.contracts.operating import Health, InboundQueue, QueueDepth
from pbckit.runtime.outbox import pending_pages
from pbckit.runtime.ports import Item
from pbckit.runtime.runtime import Runtime
from pbckit.runtime.unit_admin.inventory import Inventory
from pbckit.runtime.unit_admin.ports import UnitAdminPorts

_COUNTED = 1000


def health(runtime: Runtime, inventory: Inventory, ports: UnitAdminPorts) -> Health:
    """Count what is pending, and measure the queues."""
    now = runtime.clock.now()
    waiting = _pending(runtime, now) if runtime.outbox_table else []
    return Health(
        unit=runtime.unit,
        pending_events=min(len(waiting), _COUNTED),
        more_pending=len(waiting) > _COUNTED,
        oldest_pending_seconds=max((_age_seconds(item, now) for item in waiting), default=None),
        queues=[
            InboundQueue(depth=_depth(ports, thing, queue.url), rule_arn=queue.rule, source=queue.source)
            for thing, queue in sorted(inventory.queues.items())
        ],
        dead_letters=[_depth(ports, thing, queue.url) for thing, queue in sorted(inventory.dead_letters.items())],
    )


def _pending(runtime: Runtime, now: datetime) -> list[Item]:
    """What is pending; of very much, no more than it takes to know that it is."""
    found: list[Item] = []
    for items in pending_pages(runtime, now, _COUNTED):
        found += items
        if len(found) > _COUNTED:
            break
    return found


def _depth(ports: UnitAdminPorts, thing: str, url: str) -> QueueDepth:
    depth = ports.queues.depth(url)
    return QueueDepth(queue=thing, waiting=depth.waiting, in_flight=depth.in_flight, delayed=depth.delayed)


def _age_seconds(item: Item, now: datetime) -> float:
    return (now - datetime.fromisoformat(item["occurred_at"])).total_seconds()
