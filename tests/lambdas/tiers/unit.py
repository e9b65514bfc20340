"""The unit in a world in memory: postings are delivered, questions asked, and the clock is moved."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from contracts.points_ledger import MemberErased, MemberMerged, PointsCorrected, PointsPosted
from contracts.tiers import SET_TIERS, TIER, MemberTier, TierSet
from lambdas.tiers import count_points, review_members, set_tiers, tier
from pbckit.contracts.examples import event_example
from pbckit.testing.calls import Caller
from pbckit.testing.deliveries import bus_event
from pbckit.testing.world import World, world

LADDER = {"bronze": 0, "silver": 1000, "gold": 5000}


class Tiers:
    """One unit, at an instant."""

    def __init__(self, now: datetime) -> None:
        self.world: World = world("tiers")
        self.caller = Caller(self.world)
        self.now(now)

    def now(self, instant: datetime) -> None:
        """Let it be another time."""
        self.world.clock.time = instant

    def set(self, at: datetime, ladder: Mapping[str, int] = LADDER, *, replace: bool = False) -> TierSet:
        tiers = [{"name": name, "threshold_points": points} for name, points in ladder.items()]
        return self.caller.ask(
            set_tiers.handler, SET_TIERS, effective_from=at.isoformat(), tiers=tiers, replace=replace
        )

    def post(
        self, identity: str, points: int, at: datetime, member_id: str = "m-1", *, event_id: str | None = None
    ) -> None:
        """The ledger booked the points of a purchase or refund."""
        data = event_example(PointsPosted)["data"]
        event = msgspec.convert(
            {**data, "posting_id": identity, "member_id": member_id, "points": points}, PointsPosted
        )
        self._deliver(bus_event(event, event_id=event_id or f"posted-{identity}", occurred_at=at))

    def correct(self, reference: str, points: int, at: datetime, reason: str, member_id: str = "m-1") -> None:
        """A person corrected the points."""
        data = event_example(PointsCorrected)["data"]
        event = msgspec.convert(
            {**data, "reference": reference, "member_id": member_id, "points": points, "reason": reason},
            PointsCorrected,
        )
        self._deliver(bus_event(event, event_id=f"corrected-{reference}", occurred_at=at))

    def merge(self, member_id: str, into: str, at: datetime, *, event_id: str | None = None) -> None:
        """The ledger merged a member's account into another's."""
        data = event_example(MemberMerged)["data"]
        event = msgspec.convert({**data, "source_member_id": member_id, "member_id": into}, MemberMerged)
        self._deliver(bus_event(event, event_id=event_id or f"merged-{member_id}", occurred_at=at))

    def erase(self, member_id: str, *postings: str, corrections: list[str], event_id: str = "erased") -> None:
        """The ledger erased a member."""
        event = MemberErased(
            reference="letter-7",
            member_id=member_id,
            purchase_ids=[],
            posting_ids=list(postings),
            corrections=corrections,
        )
        self._deliver(bus_event(event, event_id=event_id, occurred_at=self.world.clock.time))

    def ask(self, member_id: str = "m-1") -> MemberTier:
        return self.caller.ask(tier.handler, TIER, member_id=member_id)

    def review(self) -> int:
        return review_members.review(self.world.runtime)

    def published(self) -> list[tuple[str | None, str | None, int]]:
        """Of each event: the tier before, the tier after, and its number."""
        events = self.caller.published()
        return [(one["data"]["previous_tier"], one["data"]["tier"], one["metadata"]["sequence"]) for one in events]

    def _deliver(self, body: str) -> None:
        count_points.handler.consume(body, self.world.runtime)
