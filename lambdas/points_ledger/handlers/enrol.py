"""Capability `enrol`: since when a person is a member."""

from contracts.points_ledger import ENROL, ConflictingEnrolment, EnrolMember, Enrolment
from lambdas.points_ledger.model import membership
from lambdas.points_ledger.services.actors import named_actor
from lambdas.points_ledger.services.closed_account import refuse_closed
from lambdas.points_ledger.services.member_ledger import MemberLedger
from pbckit.contracts.definitions import InvalidRequest
from pbckit.runtime.capability import CallContext, capability
from pbckit.runtime.unit_of_work import retry_on_conflict


@capability(ENROL)
def handler(request: EnrolMember, call: CallContext) -> Enrolment:
    """Enrol a member, once. Who is enrolled already gets the first answer, unless another date is asked for."""
    return retry_on_conflict(lambda: _enrolled(request, call), call.runtime)


def _enrolled(request: EnrolMember, call: CallContext) -> Enrolment:
    actor = named_actor(call, f"enrolment of member {request.member_id}")
    books = MemberLedger.of(request.member_id, call.runtime, call.cause)
    account = books.account
    refuse_closed(account, "it cannot be enrolled again")
    if account.enrolled_at is not None and account.enrolled_by is not None:
        if request.enrolled_at not in (None, account.enrolled_at):
            raise ConflictingEnrolment(
                f"member {account.member_id} is enrolled since {account.enrolled_at.isoformat()}, "
                f"not since {request.enrolled_at.isoformat()}"
            )
        return Enrolment(member_id=account.member_id, enrolled_at=account.enrolled_at, actor=account.enrolled_by)
    at = request.enrolled_at or books.now
    if at > books.now:
        raise InvalidRequest(f"enrolled_at is {at.isoformat()}; allowed: up to now, {books.now.isoformat()}")
    work = call.unit_of_work()
    books.book(membership.enrolled(at, actor), work)
    work.commit()
    return Enrolment(member_id=account.member_id, enrolled_at=at, actor=actor)
