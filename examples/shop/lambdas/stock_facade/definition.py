"""What moves: `reservation`, keyed by the article. The legacy warehouse is asked in its own words."""

from functools import cache
from pathlib import Path

import msgspec

from contracts.inventory import RESERVATION, GetReservation, Reservation
from contracts.legacy_warehouse import Booked, Sku
from contracts.stock_facade import RESERVATION as FACADE
from contracts.stock_facade import MigrationRolledBack, RoutingChanged
from pbckit.strangler.facade import Migrating
from pbckit.strangler.handlers import FacadeHandlers
from pbckit.strangler.ramp import read_plans
from pbckit.strangler.sides import SideFailed, Transport


def ask_legacy(transport: Transport, request: GetReservation) -> Reservation:
    """The warehouse's answer in inventory's words."""
    body = transport.ask(msgspec.json.encode(Sku(sku=request.article.upper())))
    try:
        return Reservation(article=request.article, reserved=msgspec.json.decode(body, type=Booked).qty)
    except msgspec.DecodeError as error:
        raise SideFailed(f"outside its schema: {error}") from error


@cache
def facade() -> FacadeHandlers[GetReservation, Reservation]:
    """The facade in front of it."""
    migrating = Migrating(
        capability=RESERVATION,
        key=lambda request: request.article,
        parts=lambda request: {"article": request.article},
        ask_legacy=ask_legacy,
        rules=[],
        plans=read_plans(Path(__file__).with_name("plans.json")),
    )
    return FacadeHandlers(FACADE, migrating, RoutingChanged, MigrationRolledBack)
