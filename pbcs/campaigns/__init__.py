"""campaigns: extra points for a while. See README.md."""

from contracts.campaigns import BONUSES, CAMPAIGN_HISTORY, LIST_CAMPAIGNS, SET_CAMPAIGN, CampaignChanged
from pbckit.infra.pbc import Pbc


def define(pbc: Pbc) -> None:
    """Owns the campaigns and their history."""
    campaigns = pbc.store()
    outbox = pbc.publishes(CampaignChanged)
    pbc.exposes(BONUSES, [campaigns.read()])
    pbc.exposes(LIST_CAMPAIGNS, [campaigns.read()])
    pbc.exposes(SET_CAMPAIGN, [campaigns.write(), outbox.append()])
    pbc.exposes(CAMPAIGN_HISTORY, [campaigns.read()])
