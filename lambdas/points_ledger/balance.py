"""Capability `balance`."""

from contracts.points_ledger import BALANCE, Balance, GetBalance, UnknownMember
from lambdas.kit.capability import Asked, capability
from lambdas.points_ledger.store import Ledger


@capability(BALANCE)
def handler(request: GetBalance, asked: Asked) -> Balance:
    """What a member has."""
    account = Ledger(asked.runtime).account(request.member_id)
    if account is None:
        raise UnknownMember(f"the ledger has no account for member {request.member_id!r}")
    return Balance(member_id=account.member_id, balance_points=account.balance_points, version=account.version)
