"""Sums over the accounts of several members."""

from lambdas.points_ledger.model.account import Account, Sides


def sums(accounts: list[Account]) -> dict[str, Sides]:
    """What was debited and credited in some members' accounts, by account."""
    found: dict[str, Sides] = {}
    for account in accounts:
        for name, sides in account.totals.items():
            before = found.get(name, Sides())
            found[name] = Sides(before.debits + sides.debits, before.credits + sides.credits)
    return found
