"""What a purchase makes of a member's standing."""

from datetime import datetime

from contracts.unit_name import Standing


def after_purchase(before: Standing | None, member_id: str, posted_at: datetime) -> Standing:
    """The standing after one more purchase. In whichever order purchases come, the last standing is the same."""
    if before is None:
        return Standing(member_id=member_id, purchases=1, last_posted_at=posted_at)
    return Standing(
        member_id=member_id,
        purchases=before.purchases + 1,
        last_posted_at=max(before.last_posted_at, posted_at),
    )
