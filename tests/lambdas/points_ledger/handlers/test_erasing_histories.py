"""Random histories that end with erasures: the oracle says who can be erased, and that no sum changes by it."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from unittest.mock import patch

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from lambdas.points_ledger.handlers import erase
from lambdas.points_ledger.services import erasure
from pbckit.testing.calls import RefusedCall
from pbckit.testing.world import BEGIN
from tests.lambdas.points_ledger.handlers.test_histories import (
    _HISTORIES,  # pyright: ignore[reportPrivateUsage]
    Authorisation,
    Correction,
    Play,
    Purchase,
    authorisations,
    corrections,
    members,
    merges,
    purchases,
    steps,
)
from tests.lambdas.points_ledger.outside import adjusted, calculated


class Ending(Play):
    """A history, and what is erased after it."""

    def settle(self) -> None:
        """End what is under way: holds and authorisations by time, accounts by closing, debts by gifts."""
        self.step(partial(Play.wait, hours=24 * 40))
        for member_id in list(self.oracle.members):
            debt = self.oracle.standing(member_id, self.now)[2]
            if debt and self.oracle.members[member_id].closing is None:
                self.ledger.correct(f"gift-{member_id[2:]}", debt, member_id, approver="Grace")
                self.oracle.members[member_id].debt = 0
                self.oracle.given_by_hand += debt
            if self.oracle.members[member_id].closing is None:
                self.step(partial(Play.close, member_id=member_id, reason="inactive", points="forfeit"))

    def can_be_erased(self, member_id: str) -> bool:
        member = self.oracle.members.get(member_id)
        if member is None or member.closing is None or member.merged_into is not None:
            return False
        return self.oracle.standing(member_id, self.now) == (0, 0, 0) and not self.oracle.pending(member_id, self.now)

    def erase(self, member_id: str) -> bool:
        """Erase one, in as many calls as it takes, and say whether it could be."""
        self.ledger.wait_until(self.now)
        self.ledger.settle_due()
        expected, before = self.can_be_erased(member_id), self.sums()
        try:
            while not self.ledger.erase(member_id, f"case-{member_id[2:]}").is_done:
                assert self.sums() == before
        except RefusedCall:
            assert not expected
            return False
        assert expected
        assert self.sums() == before
        return True

    def merged_into(self, member_id: str) -> list[str]:
        return [one for one, known in self.oracle.members.items() if known.merged_into == member_id]

    def sums(self) -> list[tuple[str, int, int]]:
        return [(one.account, one.debits_points, one.credits_points) for one in self.ledger.totals().accounts]

    def require_forgotten(self, member_id: str) -> None:
        said = [msgspec.json.encode(item).decode() for item in self.ledger.world.store]
        found = [one for one in said if f'{member_id}"' in one or f"{member_id}#" in one]
        assert [one for one in found if '"sk":"authorisation"' not in one] == []

    def tell_again(self) -> None:
        """All that was booked comes again, by the same events and by others."""
        before = self.sums()
        for purchase_id, (member_id, points, _) in self.oracle.purchases.items():
            told = self.purchases[int(purchase_id[2:])]
            self.ledger.post(
                calculated(purchase_id, member_id, points, BEGIN + timedelta(days=told.day)), event_id="again"
            )
        for correction_id in self.oracle.corrections:
            correction = self.corrections[int(correction_id[2:])]
            purchase_id = f"p-{correction.purchase % len(self.purchases)}"
            member_id = self.oracle.purchases[purchase_id][0]
            self.ledger.post(
                adjusted(correction_id, purchase_id, member_id, correction.points), event_id=f"again-{correction_id}"
            )
        assert self.sums() == before
        assert len(self.ledger.refusals()) == self.refused


@settings(max_examples=_HISTORIES)
@given(
    purchases=st.lists(purchases, min_size=1, max_size=6),
    corrections=st.lists(corrections, max_size=6),
    authorisations=st.lists(authorisations, max_size=3),
    steps=st.lists(steps | merges, max_size=15),
    early=members,
    at_once=st.integers(min_value=1, max_value=4),
    calls=st.sampled_from([1, 25]),
)
def test_who_is_erased_is_gone_and_the_books_are_what_they_were(
    purchases: list[Purchase],
    corrections: list[Correction],
    authorisations: list[Authorisation],
    steps: list[Callable[[Play], None]],
    early: str,
    at_once: int,
    calls: int,
):
    play = Ending(purchases, corrections, authorisations)
    for number in range(len(purchases) // 2 + 1):
        play.step(partial(Play.purchase, number=number))
    play.step(partial(Play.hold, number=8, member_id=early, points=1, hours=3))
    play.step(partial(Play.void_hold, number=8))
    for step in steps:
        play.step(step)
    with patch.object(erasure, "MOST_ERASED_AT_ONCE", at_once), patch.object(erase, "STEPS_OF_A_CALL", calls):
        gone = {early} if play.erase(early) else set[str]()
        gone.update(play.merged_into(early) if gone else [])
        if not gone:
            play.settle()
            for member_id in ("m-1", "m-2", "m-3"):
                if member_id not in gone and play.erase(member_id):
                    gone.update([member_id, *play.merged_into(member_id)])
    for member_id in gone:
        play.require_forgotten(member_id)
    assert [play.ledger.verify(one).fault for one in play.ledger.all_members()] == [None] * len(
        play.ledger.all_members()
    )
    assert len(play.ledger.all_members()) == len(play.oracle.members)
    play.tell_again()
