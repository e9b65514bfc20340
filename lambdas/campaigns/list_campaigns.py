"""Capability `list-campaigns`."""

from contracts.campaigns import LIST_CAMPAIGNS, Campaigns, ListCampaigns
from lambdas.campaigns.model import by_rank
from lambdas.campaigns.store import CampaignStore
from pbckit.runtime.capability import CallContext, capability


@capability(LIST_CAMPAIGNS)
def handler(request: ListCampaigns, call: CallContext) -> Campaigns:
    """All campaigns, or those that run at an instant, by rank."""
    store, at = CampaignStore(call.runtime), request.at
    if at is None:
        return Campaigns(campaigns=by_rank(store.all()))
    return Campaigns(campaigns=by_rank(one for one in store.around(at) if one.starts_at <= at < one.ends_at))
