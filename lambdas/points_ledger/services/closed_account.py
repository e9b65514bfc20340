"""What is refused for an account that is closed."""

from contracts.points_ledger import ClosedMember
from lambdas.points_ledger.model.account import Account


def refuse_closed(account: Account, what: str) -> None:
    """Refuse something if the account is closed.

    Raises:
        ClosedMember: it is.
    """
    if account.closed is not None:
        merged = f", merged into {account.merged_into}" if account.merged_into else ""
        raise ClosedMember(
            f"the account of member {account.member_id} is closed since {account.closed.at:%Y-%m-%d}{merged}: {what}"
        )


def refuse_merged(account: Account, what: str) -> None:
    """Refuse something if the account was merged into another one.

    Raises:
        ClosedMember: it was.
    """
    if account.merged_into is not None:
        refuse_closed(account, what)


def refuse_erased(account: Account) -> None:
    """Refuse to book anything where the member was erased, or is being erased.

    Raises:
        ClosedMember: so it is.
    """
    if account.erased:
        raise ClosedMember(f"the member of account {account.member_id} is erased, or being erased: nothing is booked")
