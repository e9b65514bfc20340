"""The capabilities of this PBC and what it publishes, in a world in memory."""

from typing import Any

import msgspec

from contracts.campaigns import Bonus
from contracts.cards import ChargebackReason, PurchaseChargedBack, PurchasePosted, PurchaseRefunded, RefundPosted
from contracts.earning_rates import Rate
from contracts.points_calculation import (
    BASIS,
    BONUS_PROGRESS,
    CALCULATE,
    CHARGE_BACK,
    DIFFERENCES,
    ESTIMATE,
    EXPLAIN,
    LIST_REFUSED,
    MATCH_REFUND,
    MEMBER_PURCHASES,
    RECALCULATE,
    REFUND,
    REPORTED_POSTINGS,
    SETTLE_DIFFERENCE,
    Basis,
    BonusProgress,
    Calculate,
    Calculation,
    CalculationOutdated,
    Difference,
    Estimate,
    EstimatePoints,
    MemberPurchases,
    PointsAdjusted,
    PointsCalculated,
    PointsEstimated,
    RefundedPoints,
    RefusedPurchase,
    ReportedPostings,
)
from contracts.vocabulary import Money
from lambdas.points_calculation.handlers import (
    basis,
    bonus_progress,
    calculate,
    charge_back,
    differences,
    estimate,
    explain,
    list_refused,
    match_refund,
    member_purchases,
    recalculate,
    refund,
    reported_postings,
    settle_difference,
)
from pbckit.testing.calls import Caller
from pbckit.testing.world import BEGIN, World


def refund_of(posted: PurchasePosted, minor_units: int, refund_id: str = "r-1", **changes: Any) -> PurchaseRefunded:
    """A refund of a purchase, in its currency."""
    amount = Money(minor_units=minor_units, currency=posted.amount.currency)
    given = PurchaseRefunded(id=refund_id, purchase_id=posted.id, amount=amount, refunded_at=BEGIN)
    return msgspec.structs.replace(given, **changes)


def posted_refund_of(posted: PurchasePosted, minor_units: int, refund_id: str = "r-1", **changes: Any) -> RefundPosted:
    """A refund of a purchase that does not name it."""
    given = RefundPosted(
        id=refund_id,
        member_id=posted.member_id,
        card_product=posted.card_product,
        merchant_id=posted.merchant.id,
        amount=Money(minor_units=minor_units, currency=posted.amount.currency),
        refunded_at=BEGIN,
    )
    return msgspec.structs.replace(given, **changes)


def chargeback_of(
    posted: PurchasePosted, chargeback_id: str = "cb-1", reason: ChargebackReason = "fraud", **changes: Any
) -> PurchaseChargedBack:
    given = PurchaseChargedBack(id=chargeback_id, purchase_id=posted.id, reason=reason, charged_back_at=BEGIN)
    return msgspec.structs.replace(given, **changes)


class Programme:
    """Asks as the offerings and operators do."""

    def __init__(self, there: World) -> None:
        self.world = there
        self._caller = Caller(there, actor="earn-points")

    def calculate(self, asked: Calculate) -> Calculation:
        return self._caller.ask(calculate.handler, CALCULATE, **msgspec.to_builtins(asked))

    def estimate(self, asked: EstimatePoints) -> Estimate:
        return self._caller.ask(estimate.handler, ESTIMATE, **msgspec.to_builtins(asked))

    def explain(self, purchase_id: str) -> Calculation:
        return self._caller.ask(explain.handler, EXPLAIN, purchase_id=purchase_id)

    def progress(self, *bonuses: Bonus, member_id: str = "m-1") -> list[BonusProgress]:
        asked = {"member_id": member_id, "bonuses": msgspec.to_builtins(bonuses)}
        return self._caller.ask(bonus_progress.handler, BONUS_PROGRESS, **asked).bonuses

    def refused(self, limit: int = 100) -> list[RefusedPurchase]:
        return self._caller.ask(list_refused.handler, LIST_REFUSED, limit=limit).refused

    def of_member(self, member_id: str, *purchase_ids: str) -> MemberPurchases:
        return self._caller.ask(
            member_purchases.handler, MEMBER_PURCHASES, member_id=member_id, purchase_ids=list(purchase_ids)
        )

    def refund(self, given: PurchaseRefunded) -> RefundedPoints:
        return self._caller.ask(refund.handler, REFUND, refund=msgspec.to_builtins(given))

    def match_refund(self, given: RefundPosted) -> RefundedPoints:
        return self._caller.ask(match_refund.handler, MATCH_REFUND, refund=msgspec.to_builtins(given))

    def charge_back(self, given: PurchaseChargedBack) -> RefundedPoints:
        return self._caller.ask(charge_back.handler, CHARGE_BACK, chargeback=msgspec.to_builtins(given))

    def basis(self, purchase_id: str) -> Basis:
        return self._caller.ask(basis.handler, BASIS, purchase_id=purchase_id)

    def recalculate(
        self, of: Basis, *, rate: Rate | None = None, bonuses: list[Bonus] | None = None, category: str | None = None
    ) -> Calculation:
        """Complete a basis with other answers."""
        answers = {
            "category": msgspec.structs.replace(of.category, category=category or of.category.category, basis="mcc"),
            "rate": rate or of.rate,
            "bonuses": of.bonuses if bonuses is None else bonuses,
        }
        return self._caller.ask(
            recalculate.handler,
            RECALCULATE,
            purchase_id=of.purchase.id,
            version=of.version,
            asked_at=BEGIN.isoformat(),
            **{name: msgspec.to_builtins(answer) for name, answer in answers.items()},
        )

    def reported_postings(self, month: str, limit: int = 100) -> list[ReportedPostings]:
        """Every page of a month."""
        pages = [self._caller.ask(reported_postings.handler, REPORTED_POSTINGS, month=month, limit=limit)]
        while pages[-1].next is not None:
            pages.append(
                self._caller.ask(
                    reported_postings.handler, REPORTED_POSTINGS, month=month, limit=limit, after=pages[-1].next
                )
            )
        return pages

    def differences(self, limit: int = 100) -> list[Difference]:
        return self._caller.ask(differences.handler, DIFFERENCES, limit=limit).differences

    def settle(self, posting_id: str, reason: str = "mended") -> Difference:
        return self._caller.ask(settle_difference.handler, SETTLE_DIFFERENCE, posting_id=posting_id, reason=reason)

    def published(self) -> list[dict[str, Any]]:
        return self._caller.published()

    def adjusted(self) -> list[PointsAdjusted]:
        """What the ledger was told after the first calculations, in the order of committing."""
        return self._events(PointsAdjusted)

    def calculated(self) -> list[PointsCalculated]:
        """What the ledger was told first of each purchase."""
        return self._events(PointsCalculated)

    def estimated(self) -> list[PointsEstimated]:
        """What the ledger was told of authorisations."""
        return self._events(PointsEstimated)

    def outdated(self) -> list[CalculationOutdated]:
        """What was told to be made anew."""
        return self._events(CalculationOutdated)

    def _events(self, kind: Any) -> list[Any]:
        return [
            msgspec.convert(event["data"], kind) for event in self.published() if event["type"] == kind.detail_type()
        ]
