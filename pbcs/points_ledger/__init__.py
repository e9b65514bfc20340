"""points-ledger: who owns how many points, by double entry. See README.md."""

from contracts.cards import AuthorisationReversed
from contracts.points_calculation import PointsAdjusted, PointsCalculated, PointsEstimated
from contracts.points_ledger import (
    BALANCE,
    BLOCK,
    CLOSE,
    CORRECT,
    ENROL,
    ERASE,
    FORECAST,
    HOLD,
    MEMBER_RECORDS,
    MEMBERS,
    MERGE,
    PENDING,
    POST_HOLD,
    RELEASE_BLOCK,
    REPAIR,
    REVERSE_REDEMPTION,
    STATEMENT,
    TOTALS,
    VERIFY,
    VOID_HOLD,
    HoldRefused,
    HoldReleased,
    MemberClosed,
    MemberEnrolled,
    MemberErased,
    MemberMerged,
    PointsBlocked,
    PointsCorrected,
    PointsExpired,
    PointsHeld,
    PointsPosted,
    PointsRedeemed,
    PointsReversed,
    PointsUnblocked,
    RedemptionReversed,
)
from pbckit.infra.iam import Grant
from pbckit.infra.pbc import InTime, Pbc
from pbckit.infra.service_levels import AnswerLevel, ServiceLevel
from settings import RewardsSettings

_JOBS_EVERY_MINUTES = 2
_JOB_SECONDS = 15 * 60
"""What Lambda allows. Runs overlap, and share the shards."""
_WHOLE_BOOKS_SECONDS = 60
_HOUR_SECONDS = 60 * 60

_EVENTS_IN_TIME = (
    ServiceLevel(
        event=PointsCalculated,
        within_seconds=60,
        percent=99.5,
        promise="A purchase stands in its member's balance within a minute of being accepted.",
    ),
    ServiceLevel(
        event=PointsAdjusted,
        within_seconds=15 * 60,
        percent=99,
        promise="A refund or a changed rule stands in the balance within a quarter of an hour.",
    ),
)
_HOLDS_IN_TIME = AnswerLevel(
    capability=HOLD,
    within_ms=1000,
    percent=99,
    promise="Who pays with points hears within a second whether they suffice.",
)
LEVELS = (*_EVENTS_IN_TIME, _HOLDS_IN_TIME)


def define(pbc: Pbc) -> None:
    """Owns members' books: accounts, lines, holds, and what was told once and for all."""
    ledger = pbc.store()
    outbox = pbc.publishes(
        PointsPosted,
        PointsReversed,
        PointsHeld,
        HoldRefused,
        HoldReleased,
        PointsRedeemed,
        RedemptionReversed,
        PointsExpired,
        PointsCorrected,
        MemberEnrolled,
        MemberClosed,
        MemberMerged,
        MemberErased,
        PointsBlocked,
        PointsUnblocked,
    )
    settings = RewardsSettings.load()
    books = [ledger.write(), outbox.append()]
    policy = Grant(
        statements=[],
        environment={
            "EXPIRY_MONTHS": settings.expiry_months,
            "SHORTFALL": settings.shortfall,
            "CORRECTION_LIMIT": str(settings.correction_limit),
            "POINTS_ON_CLOSING": settings.points_on_closing,
            **settings.instant_bounds(),
        },
    )
    pbc.subscribes(
        PointsCalculated, PointsAdjusted, handler="post-points", grants=[*books, policy], levels=_EVENTS_IN_TIME
    )
    pbc.subscribes(PointsEstimated, handler="keep-pending", grants=[ledger.write(), policy])
    pbc.subscribes(AuthorisationReversed, handler="release-pending", grants=[ledger.write()])
    pbc.exposes(HOLD, books, level=_HOLDS_IN_TIME)
    for command in (POST_HOLD, VOID_HOLD, REVERSE_REDEMPTION):
        pbc.exposes(command, books)
    pbc.exposes(CORRECT, [*books, policy])
    pbc.exposes(ENROL, books)
    pbc.exposes(CLOSE, [*books, policy])
    pbc.exposes(MERGE, books)
    pbc.exposes(ERASE, books, timeout_seconds=_WHOLE_BOOKS_SECONDS)
    pbc.exposes(BLOCK, books, timeout_seconds=_WHOLE_BOOKS_SECONDS)
    pbc.exposes(RELEASE_BLOCK, books)
    pbc.exposes(REPAIR, books, timeout_seconds=_WHOLE_BOOKS_SECONDS)
    for question in (BALANCE, STATEMENT, PENDING, FORECAST, MEMBERS, TOTALS):
        pbc.exposes(question, [ledger.read()])
    pbc.exposes(MEMBER_RECORDS, [ledger.read()], timeout_seconds=_WHOLE_BOOKS_SECONDS)
    pbc.exposes(VERIFY, [ledger.read()], timeout_seconds=_WHOLE_BOOKS_SECONDS)
    pbc.scheduled(
        "settle-due",
        every_minutes=_JOBS_EVERY_MINUTES,
        grants=books,
        timeout_seconds=_JOB_SECONDS,
        in_time=InTime(
            metric="SettlementBehind",
            within_seconds=6 * _HOUR_SECONDS,
            meaning="expiries and ends of holds are not told to others.",
        ),
    )
    pbc.scheduled(
        "reconcile",
        every_minutes=_JOBS_EVERY_MINUTES,
        # It looks at books and changes none: what it writes is its cursor.
        grants=[ledger.write()],
        must_be_zero={
            "UnbalancedPoints": "Debits and credits of the ledger differ: `rewards ledger reconcile`.",
            "BrokenBooks": "Members' accounts are not what their lines say: `rewards ledger verify`.",
        },
        severity="page",
        timeout_seconds=_JOB_SECONDS,
        in_time=InTime(
            metric="ReconciliationBehind",
            within_seconds=24 * _HOUR_SECONDS,
            meaning="books that are wrong are not found.",
        ),
    )
