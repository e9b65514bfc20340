"""cancel-order: the pieces of a cancelled order are free again."""

from pathlib import Path

from contracts.inventory import RELEASE
from contracts.orders import ORDER
from contracts.storefront import OrderCancelled
from pbckit.infra.offering import Offering


def define(offering: Offering) -> None:
    """Cancelled: what was ordered is asked of orders, and released by inventory."""
    offering.workflow(
        "cancel",
        starts_on=[OrderCancelled],
        definition=Path(__file__).with_name("workflow.asl.json"),
        asks=[ORDER, RELEASE],
        values={},
    )
