"""What is refused for an account that is closed."""

from contracts.points_ledger import ClosedMember
from lambdas.points_ledger.model.account import Account


def refuse_closed(account: Account, what: str) -> None:
    """Refuse something if the account is closed.

    Raises:
        ClosedMember: it is.
    """
    if account.closed is not None:
        raise ClosedMember(
            f"the account of member {account.member_id} is closed since {account.closed.at:%Y-%m-%d}: {what}"
        )
