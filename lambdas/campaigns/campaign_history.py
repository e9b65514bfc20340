"""Capability `campaign-history`."""

from contracts.campaigns import CAMPAIGN_HISTORY, CampaignHistory, GetCampaignHistory, UnknownCampaign
from lambdas.campaigns.store import CampaignStore
from pbckit.runtime.capability import CallContext, capability


@capability(CAMPAIGN_HISTORY)
def handler(request: GetCampaignHistory, call: CallContext) -> CampaignHistory:
    """Every change of a campaign: who, when, before and after."""
    changes = CampaignStore(call.runtime).audit(request.campaign_id)
    if not changes:
        raise UnknownCampaign(f"there is no campaign {request.campaign_id!r}")
    return CampaignHistory(changes=changes)
