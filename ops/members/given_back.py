"""`rewards purchases match-refund` and `charge-back`: what is given back, asked of the programme at once."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from contracts.points_calculation import CHARGE_BACK, MATCH_REFUND, ChargeBack, MatchRefund, RefundedPoints
from ops.members.purchase_file import InvalidRow, minor_units
from pbckit.cli.client.capabilities import capabilities_of
from pbckit.cli.client.session import LOCAL_STACK
from pbckit.cli.errors import OperatorError
from pbckit.cli.output import AsJson, Stack, out, print_json
from pbckit.cli.requests import request_of

_At = Annotated[str | None, typer.Option("--at", help="When, RFC 3339 with an offset; now without it.")]


def match_refund(
    member_id: Annotated[str, typer.Argument(help="The member to whom it is given back.")],
    merchant_id: Annotated[str, typer.Argument(help="The merchant that gives it back.")],
    amount: Annotated[str, typer.Argument(help="How much is given back, for example 10.00.")],
    currency: Annotated[str, typer.Argument(help="Its currency, for example EUR.")],
    card_product: Annotated[str, typer.Option(help="The kind of card on whose account it is.")],
    refund_id: Annotated[str, typer.Option(help="Identity of the refund: the same one again changes nothing.")],
    at: _At = None,
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Take points back for a refund that names no purchase, if exactly one fits. A refusal lists those that fit."""
    try:
        money = {"minor_units": minor_units(amount, currency), "currency": currency}
    except InvalidRow as error:
        raise OperatorError(f"refund {refund_id}: {error}") from error
    refund = {
        "id": refund_id,
        "member_id": member_id,
        "card_product": card_product,
        "merchant_id": merchant_id,
        "amount": money,
        "refunded_at": at or datetime.now(UTC).isoformat(),
    }
    _show(capabilities_of(stack).ask(MATCH_REFUND, request_of(MatchRefund, refund=refund)), as_json=as_json)


def charge_back(
    purchase_id: Annotated[str, typer.Argument(help="The purchase that the issuer takes back.")],
    chargeback_id: Annotated[str, typer.Option(help="Identity of the chargeback: the same one again changes nothing.")],
    reason: Annotated[str, typer.Option(help="fraud, dispute, processing-error or authorization.")],
    at: _At = None,
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Take back the points of all that is left of a purchase. The reason stands in the statement."""
    chargeback = {
        "id": chargeback_id,
        "purchase_id": purchase_id,
        "reason": reason,
        "charged_back_at": at or datetime.now(UTC).isoformat(),
    }
    _show(capabilities_of(stack).ask(CHARGE_BACK, request_of(ChargeBack, chargeback=chargeback)), as_json=as_json)


def _show(answer: RefundedPoints, *, as_json: bool) -> None:
    if as_json:
        print_json(answer)
    else:
        out.print(f"{answer.refund_id}: {answer.points} points of purchase {answer.purchase_id}: {answer.text}")
