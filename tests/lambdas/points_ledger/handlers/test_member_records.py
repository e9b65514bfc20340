"""What the ledger gives out about a member: every posting, and every hold, refused ones too."""

import pytest

from pbckit.testing.calls import RefusedCall
from tests.lambdas.points_ledger.outside import Ledger, adjusted, calculated


@pytest.fixture
def member(ledger: Ledger) -> Ledger:
    """m-1 has earned, spent, and been refused; m-2 has points."""
    ledger.post(calculated(points=30))
    ledger.post(calculated("p-2", "m-2"))
    ledger.redeem("h-1", 4)
    ledger.hold("h-2", 5)
    ledger.void_hold("h-2")
    with pytest.raises(RefusedCall, match="InsufficientPoints"):
        ledger.hold("h-3", 500)
    ledger.correct("case-1", 3)
    ledger.post(adjusted("a-1", points=-2))
    ledger.reverse("r-1", "h-1", points=1)
    ledger.enrol()
    return ledger


def test_every_posting_and_every_hold_is_given_out(member: Ledger):
    found = member.records()

    assert found.lines == member.statement(limit=100).lines
    assert (found.balance, found.forecast) == (member.balance(), member.forecast())
    holds = {one.hold_id: one for one in found.holds}
    assert sorted(holds) == ["h-1", "h-2", "h-3"]
    assert (holds["h-1"].spent_points, holds["h-1"].redeemed_at is not None) == (4, True)
    assert (holds["h-2"].points, holds["h-2"].voided_at is not None) == (5, True)
    assert holds["h-3"].refusal == "InsufficientPoints: member m-1 can spend 26 points, not 500"
    assert all(one.reason == "a toaster" for one in found.holds)


def test_pages_have_every_posting_and_hold_once(member: Ledger):
    pages = [member.records(limit=2)]
    while pages[-1].next is not None:
        pages.append(member.records(limit=2, before=pages[-1].next))

    whole = member.records()
    assert [line for page in pages for line in page.lines] == whole.lines
    held = [hold.hold_id for page in pages for hold in page.holds]
    assert sorted(held) == ["h-1", "h-2", "h-3"]


def test_a_refused_hold_of_who_has_no_account_is_given_out_and_of_nobody_nothing(ledger: Ledger):
    with pytest.raises(RefusedCall, match="UnknownMember"):
        ledger.hold("h-1", 5, "m-9")

    found = ledger.records("m-9")
    assert (found.balance, found.forecast, found.lines) == (None, None, [])
    assert [one.hold_id for one in found.holds] == ["h-1"]
    with pytest.raises(RefusedCall, match="UnknownMember"):
        ledger.records("nobody")
