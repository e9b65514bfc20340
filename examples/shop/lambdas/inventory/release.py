"""Capability `release`."""

from contracts.inventory import RELEASE, NotReserved, PiecesReleased, Release, Reservation
from pbckit.runtime.capability import CallContext, capability
from pbckit.runtime.ports import KeyOnly, Put
from pbckit.runtime.unit_of_work import retry_on_conflict


@capability(RELEASE)
def handler(request: Release, call: CallContext) -> Reservation:
    """Free the pieces of an order. Asked again for the same order, it changes nothing."""
    return retry_on_conflict(lambda: _release(request, call), call.runtime)


def _release(request: Release, call: CallContext) -> Reservation:
    tables, table = call.runtime.tables, call.runtime.store_table
    key, mark = {"pk": f"article#{request.article}", "sk": "reservation"}, {"pk": request.order_id, "sk": "released"}
    found = tables.get(table, key)
    reserved = found["reserved"] if found else 0
    if tables.get(table, mark) is not None:
        return Reservation(article=request.article, reserved=reserved)
    if reserved < request.quantity:
        raise NotReserved(f"{reserved} pieces of {request.article!r} are reserved, not {request.quantity}")
    left = reserved - request.quantity
    work = call.unit_of_work()
    work.add(
        Put(
            table=table,
            item={**key, "article": request.article, "reserved": left},
            read_as=Reservation,
            expect={"reserved": reserved},
        ),
        Put(table=table, item=mark, read_as=KeyOnly, expect={"pk": None}),
    )
    released = PiecesReleased(order_id=request.order_id, article=request.article, quantity=request.quantity)
    work.publish(released, sequence=1)
    work.commit()
    return Reservation(article=request.article, reserved=left)
