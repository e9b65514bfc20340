"""`rewards member hold`, `redeem`, `post`, `release`, `return`: points are set aside, spent, freed and given back."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from contracts.points_ledger import (
    HOLD,
    POST_HOLD,
    REVERSE_REDEMPTION,
    VOID_HOLD,
    Hold,
    PlaceHold,
    PostHold,
    ReverseRedemption,
    VoidHold,
)
from pbckit.cli.client.capabilities import CapabilityClient, capabilities_of
from pbckit.cli.client.session import LOCAL_STACK
from pbckit.cli.errors import Refused
from pbckit.cli.output import AsJson, Stack, out, print_json
from pbckit.cli.requests import request_of

MemberId = Annotated[str, typer.Argument(help="The member's id.")]
_HoldId = Annotated[str, typer.Argument(help="The hold's id.")]
_Points = Annotated[int, typer.Argument(help="How many points.")]
_What = Annotated[str, typer.Option("--for", help="What for: stands in the statement.")]
_Part = Annotated[int | None, typer.Option("--points", help="How many of them; without it all.")]
_A_REDEMPTION_MINUTES = 5


def hold(
    member_id: MemberId,
    points: _Points,
    hold_id: Annotated[str, typer.Option(help="Identity of the hold, and of a redemption that it becomes.")],
    what: _What,
    minutes: Annotated[int, typer.Option(min=1, help="After so many minutes the points are free again.")] = 15,
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Set points aside, until they are redeemed or released or their time is over."""
    answer = _held(capabilities_of(stack), member_id, points, hold_id, what, minutes)
    if as_json:
        print_json(answer)
    else:
        out.print(f"{hold_id}: {answer.points} points of {member_id} held until {answer.expires_at:%Y-%m-%d %H:%M} UTC")


def redeem(
    member_id: MemberId,
    points: _Points,
    redemption_id: Annotated[str, typer.Option(help="Identity of the redemption: the same one again changes nothing.")],
    what: _What,
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Spend points at once: they are held, and the hold is posted."""
    capabilities = capabilities_of(stack)
    try:
        _held(capabilities, member_id, points, redemption_id, what, _A_REDEMPTION_MINUTES)
    except Refused as refusal:
        # It came before, and differs in nothing but the end of its hold: the answer is that of then.
        if refusal.error != "ConflictingHold" or not refusal.message.endswith("with another expires_at"):
            raise
    answer = capabilities.ask(POST_HOLD, request_of(PostHold, hold_id=redemption_id))
    if as_json:
        print_json(answer)
    else:
        out.print(f"{redemption_id}: {answer.points} points of {answer.member_id} spent")


def post(hold_id: _HoldId, points: _Part = None, stack: Stack = LOCAL_STACK, as_json: AsJson = False) -> None:
    """Spend points that are held; the rest of the hold is free again."""
    answer = capabilities_of(stack).ask(POST_HOLD, request_of(PostHold, hold_id=hold_id, points=points))
    if as_json:
        print_json(answer)
    else:
        out.print(f"{hold_id}: {answer.points} points of {answer.member_id} spent, {answer.released_points} free again")


def release(hold_id: _HoldId, stack: Stack = LOCAL_STACK, as_json: AsJson = False) -> None:
    """Let held points go: they are free again."""
    answer = capabilities_of(stack).ask(VOID_HOLD, request_of(VoidHold, hold_id=hold_id))
    if as_json:
        print_json(answer)
    else:
        out.print(f"{hold_id}: {answer.points} points of {answer.member_id} free again")


def give_back(
    redemption_id: Annotated[str, typer.Argument(help="The redemption, by its id or that of its hold.")],
    return_id: Annotated[str, typer.Option(help="Identity of the return: the same one again changes nothing.")],
    points: _Part = None,
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Give spent points back, with the expiry that they had."""
    request = request_of(ReverseRedemption, reversal_id=return_id, hold_id=redemption_id, points=points)
    answer = capabilities_of(stack).ask(REVERSE_REDEMPTION, request)
    if as_json:
        print_json(answer)
    else:
        repaid = f", {answer.repaid_points} of them repaid a debt" if answer.repaid_points else ""
        out.print(f"{return_id}: {answer.points} points given back to {answer.member_id}{repaid}")


def _held(capabilities: CapabilityClient, member_id: str, points: int, hold_id: str, what: str, minutes: int) -> Hold:
    until = datetime.now(UTC) + timedelta(minutes=minutes)
    request = request_of(PlaceHold, hold_id=hold_id, member_id=member_id, points=points, expires_at=until, reason=what)
    return capabilities.ask(HOLD, request)
