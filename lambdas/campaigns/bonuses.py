"""Capability `bonuses`."""

from contracts.campaigns import BONUSES, Bonuses, FindBonuses
from lambdas.campaigns import model
from lambdas.campaigns.store import CampaignStore
from pbckit.runtime.capability import CallContext, capability


@capability(BONUSES)
def handler(request: FindBonuses, call: CallContext) -> Bonuses:
    """The campaigns that apply to a purchase, by rank."""
    campaigns = CampaignStore(call.runtime).looked_up_around(request.at)
    return Bonuses(bonuses=model.bonuses(campaigns, request.card_product, request.category, request.at))
