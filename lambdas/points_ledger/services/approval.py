"""Four eyes: who approves something is another one than who does it."""

from contracts.points_ledger import ApprovalRequired


def require_another(what: str, actor: str, approver: str) -> None:
    """Refuse an approver who is the actor.

    Args:
        what: what is to be approved, for the message.
        actor: who does it.
        approver: who approves it, as the request says.

    Raises:
        ApprovalRequired: they are one person.
    """
    if approver.strip().casefold() == actor.strip().casefold():
        raise ApprovalRequired(f"{what}: the approver, {approver}, must be another one than {actor}")
