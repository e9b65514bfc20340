"""Booking into a member's books: what is due first, then what is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.points_ledger import UnknownMember
from lambdas.points_ledger.model.account import Account
from lambdas.points_ledger.model.due import settled
from lambdas.points_ledger.model.postings import Draft, Line
from lambdas.points_ledger.services.closed_account import refuse_erased
from lambdas.points_ledger.services.events import events
from lambdas.points_ledger.storage.ledger import Ledger
from pbckit.runtime.runtime import Runtime
from pbckit.runtime.unit_of_work import MessageContext, UnitOfWork

_DUE_OF_A_TRANSACTION = 10


@dataclass(frozen=True, kw_only=True)
class MemberLedger:
    """A member's account at one moment, with nothing due, and what is booked next."""

    ledger: Ledger
    account: Account
    now: datetime

    @classmethod
    def of(cls, member_id: str, runtime: Runtime, cause: MessageContext) -> "MemberLedger":
        """A member's books; new ones where there are none. What is due is booked by this.

        Raises:
            ClosedMember: the member is being erased.
            ConditionFailed: somebody else booked something meanwhile.
        """
        ledger = Ledger(runtime)
        account = ledger.account(member_id)
        if account is None:
            return cls(ledger=ledger, account=Account(member_id=member_id), now=runtime.clock.now())
        refuse_erased(account)
        return cls._with_nothing_due(ledger, account, runtime, cause)

    @classmethod
    def known(cls, member_id: str, runtime: Runtime, cause: MessageContext) -> "MemberLedger":
        """The books of a member who has some.

        Raises:
            UnknownMember: there are none.
            ConditionFailed: somebody else booked something meanwhile.
        """
        books = cls.of(member_id, runtime, cause)
        if books.account.version == 0:
            raise UnknownMember(f"the ledger has no account for member {member_id!r}")
        return books

    @classmethod
    def following(cls, member_id: str, runtime: Runtime, cause: MessageContext) -> "MemberLedger":
        """The books in which a member's points are: those of another one, where the account was merged into it.

        Raises:
            ConditionFailed: somebody else booked something meanwhile.
        """
        books = cls.of(member_id, runtime, cause)
        into = books.account.merged_into
        return cls.of(into, runtime, cause) if into else books

    def book(self, draft: Draft, work: UnitOfWork) -> Line:
        """Let a transaction book one posting, and tell of it."""
        line, after = self.account.booked(draft, self.now)
        _book(self.ledger, self.account, after, [line], work)
        return line

    @classmethod
    def _with_nothing_due(
        cls, ledger: Ledger, account: Account, runtime: Runtime, cause: MessageContext
    ) -> "MemberLedger":
        while True:
            now = runtime.clock.now()
            after, lines = settled(account, now, _DUE_OF_A_TRANSACTION)
            if not lines:
                return cls(ledger=ledger, account=account, now=now)
            # A transaction of its own: the cause's event is not handled by it.
            work = UnitOfWork(
                runtime,
                MessageContext(correlation_id=cause.correlation_id, causation_id=cause.causation_id, actor=cause.actor),
            )
            _book(ledger, account, after, lines, work)
            work.commit()
            account = after


def standing(ledger: Ledger, member_id: str, now: datetime) -> Account:
    """A member's account as if all that is due were booked. Nothing is.

    Raises:
        UnknownMember: there is none.
    """
    return settled(booked(ledger, member_id), now)[0]


def owner(ledger: Ledger, member_id: str) -> str:
    """Whose account what is reported for a member comes to: another's, where the account was merged into it."""
    account = ledger.account(member_id)
    return (account.merged_into if account else None) or member_id


def booked(ledger: Ledger, member_id: str) -> Account:
    """A member's account as it is booked, whatever is due.

    Raises:
        UnknownMember: there is none.
    """
    account = ledger.account(member_id)
    if account is None:
        raise UnknownMember(f"the ledger has no account for member {member_id!r}")
    return account


def _book(ledger: Ledger, before: Account, after: Account, lines: Sequence[Line], work: UnitOfWork) -> None:
    work.add(*ledger.book(before, after, lines))
    told = [event for line in lines for event in events(line, after.member_id)]
    for sequence, event in enumerate(told, start=before.events + 1):
        work.publish(event, sequence=sequence)
