"""Capability `set-campaign`."""

import msgspec

from contracts.campaigns import SET_CAMPAIGN, Campaign, CampaignChanged, SetCampaign
from contracts.merchant_categorization import require_categories
from lambdas.campaigns import model
from lambdas.campaigns.store import CampaignStore
from pbckit.runtime.capability import CallContext, capability
from pbckit.runtime.unit_of_work import retry_on_conflict


@capability(SET_CAMPAIGN)
def handler(request: SetCampaign, call: CallContext) -> Campaign:
    """Make a campaign, or change one."""
    model.validate(request)
    require_categories(request.categories, f"campaign {request.campaign_id}")
    return retry_on_conflict(lambda: _set(request, call), call.runtime)


def _set(request: SetCampaign, call: CallContext) -> Campaign:
    store = CampaignStore(call.runtime)
    # Read first what the transaction expects: a change that comes after this line makes it fail and decide anew.
    exclusive_changes = store.exclusive_changes()
    before = store.find(request.campaign_id)
    after = Campaign(
        **msgspec.structs.asdict(request),
        version=before.version + 1 if before else 1,
        changed_by=call.cause.actor,
        changed_at=call.runtime.clock.now(),
    )
    work = call.unit_of_work()
    if after.combination == "exclusive":
        model.require_alone(after, store.all())
        work.add(store.exclusive_change(exclusive_changes + 1))
    work.add(*store.change(before, after))
    work.publish(_event(after), sequence=after.version)
    work.commit()
    return after


def _event(after: Campaign) -> CampaignChanged:
    return CampaignChanged(
        campaign_id=after.campaign_id,
        starts_at=after.starts_at,
        ends_at=after.ends_at,
        categories=after.categories,
        card_products=after.card_products,
        bonus=model.bonus_of(after),
        version=after.version,
        changed_by=after.changed_by,
        changed_at=after.changed_at,
    )
