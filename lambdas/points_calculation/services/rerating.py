"""Going through the purchases that a change of the programme touches, a page and a transaction at a time."""

from datetime import datetime, timedelta

import msgspec

from contracts.vocabulary import FURTHEST_DAYS_BACK
from lambdas.points_calculation.model.earning import ANY_CATEGORY
from lambdas.points_calculation.model.months import months
from lambdas.points_calculation.services.outdated_events import outdate, recalculation_id
from lambdas.points_calculation.storage.calculations import CalculationStore, partitions
from lambdas.points_calculation.storage.changes import SETTLED_AFTER, ChangeStore
from lambdas.points_calculation.storage.records import PostedPurchase, ProgrammeChange
from pbckit.runtime.keys import sortable
from pbckit.runtime.runtime import Runtime

_PURCHASES_OF_A_PAGE = 50
"""Each can be an event, and a transaction takes a hundred."""
_CLOCKS_APART = timedelta(minutes=1)
"""How far clocks may differ, and how long a change may take to be committed, at most."""


def follow(change: ProgrammeChange, runtime: Runtime, pages: int) -> int:
    """Go on with a pass, for so many pages at most.

    Returns:
        How many calculations were told to be outdated.

    Raises:
        ConditionFailed: somebody else follows the change at this moment.
    """
    told = 0
    change = _begun(change, runtime)
    for page in range(1, pages + 1):
        touched, after = _page(change, runtime)
        is_over = after is None or after.pass_began_at is None
        if touched or is_over or page == pages:
            _commit(change, after, touched, runtime)
            told += len(touched)
            revision = change.revision + 1
        else:
            # Nothing to tell: what was passed over need not be remembered.
            revision = change.revision
        if after is None or is_over:
            break
        change = msgspec.structs.replace(after, revision=revision)
    return told


def _commit(
    change: ProgrammeChange, after: ProgrammeChange | None, touched: list[tuple[str, str]], runtime: Runtime
) -> None:
    store = ChangeStore(runtime)
    work = outdate(runtime, change.correlation_id, touched, [change.outdated])
    work.add(store.ended(change) if after is None else store.moved(change, after))
    work.commit()


def _begun(change: ProgrammeChange, runtime: Runtime) -> ProgrammeChange:
    if change.pass_began_at is not None:
        return change
    return msgspec.structs.replace(change, pass_began_at=runtime.clock.now(), partition=None, entry=None)


def _page(change: ProgrammeChange, runtime: Runtime) -> tuple[list[tuple[str, str]], ProgrammeChange | None]:
    """The purchases of a page, and where the change stands after it; None where it has been followed to its end."""
    began_at = change.pass_began_at or runtime.clock.now()
    places = _places(change, began_at)
    if not places:
        return [], _passed(change, began_at)
    place = change.partition or places[0]
    until = change.until or runtime.clock.now()
    entries, more = CalculationStore(runtime).posted(
        place, after=change.entry or sortable(change.since), until=until, limit=_PURCHASES_OF_A_PAGE
    )
    occasion = f"{change.change_id} {began_at.isoformat()}"
    touched = [
        (recalculation_id(posted.purchase_id, occasion), posted.purchase_id)
        for _, posted in entries
        if _touches(change, posted)
    ]
    if more:
        return touched, msgspec.structs.replace(change, partition=place, entry=entries[-1][0])
    following = places[places.index(place) + 1 :]
    if following:
        return touched, msgspec.structs.replace(change, partition=following[0], entry=None)
    return touched, _passed(change, began_at)


def _passed(change: ProgrammeChange, began_at: datetime) -> ProgrammeChange | None:
    """What follows a pass: another one when all that was under way has ended, or nothing."""
    settled_at = change.changed_at + SETTLED_AFTER
    if began_at >= settled_at:
        return None
    return msgspec.structs.replace(change, pass_began_at=None, partition=None, entry=None, next_at=settled_at)


def _places(change: ProgrammeChange, began_at: datetime) -> list[str]:
    """The index's partitions that a pass goes through: none of months in which no purchase can have been posted."""
    first = max(change.since, began_at - timedelta(days=FURTHEST_DAYS_BACK))
    last = min(change.until or began_at, began_at)
    return [place for month in months(first, last) for place in partitions(month)]


def _touches(change: ProgrammeChange, posted: PostedPurchase) -> bool:
    if posted.asked_at > change.changed_at + _CLOCKS_APART:
        return False
    return not {ANY_CATEGORY, posted.card_product}.isdisjoint(change.card_products) and not {
        ANY_CATEGORY,
        posted.category,
    }.isdisjoint(change.categories)
