"""What a purchase earns.

All arithmetic is exact. A line is rounded once, at its end, down to whole points and on its own: so the lines that a
member reads add up to the total, and no order of adding changes it.
"""

from collections.abc import Sequence
from datetime import UTC
from decimal import Decimal
from fractions import Fraction

import iso4217

from contracts.campaigns import Bonus
from contracts.cards import PurchasePosted
from contracts.points_calculation import Calculate, ForeignCurrency, Line, UnknownCurrency
from contracts.vocabulary import MOST_POINTS, Money
from lambdas.points_calculation.model.caps import Cap, Earning
from lambdas.points_calculation.model.months import month_of
from lambdas.points_calculation.model.refunds import written
from pbckit.contracts.definitions import InvalidRequest

ANY_CATEGORY = "*"


def earnings(request: Calculate) -> list[Earning]:
    """The reasons for points before any cap, the base first, then campaigns by rank.

    Raises:
        UnknownCurrency: the currency is not in ISO 4217 or has no minor unit.
        InvalidRequest: a bonus has no sense, or the points are more than the ledger books at once.
    """
    if _is_foreign(request):
        return [Earning(line=Line(kind="base", text=f"no points: {_foreign(request)}", points=0))]
    nothing = earns_nothing(request)
    if nothing is not None:
        return [Earning(line=Line(kind="base", text=nothing, points=0))]
    base = major_units(request.purchase.amount) * Fraction(request.rate.points_per_unit)
    found = [
        Earning(line=_base_line(base, request), caps=_base_caps(request)),
        *(
            Earning(line=_campaign_line(base, bonus), caps=_campaign_caps(bonus, request.purchase))
            for bonus in combine([one for one in request.bonuses if not is_earned_once(one)])
        ),
    ]
    total = sum(earning.line.points for earning in found)
    if total > MOST_POINTS:
        raise InvalidRequest(f"purchase {request.purchase.id} earns {total} points; at most {MOST_POINTS} are allowed")
    return found


def require_billing_currency(request: Calculate) -> None:
    """Refuse a purchase in another currency than its card product bills in.

    Raises:
        UnknownCurrency: the currency is not in ISO 4217 or has no minor unit: no card bills in it.
        ForeignCurrency: it is another one. The message names both.
    """
    if _is_foreign(request):
        major_units(request.purchase.amount)
        raise ForeignCurrency(f"purchase {request.purchase.id}: {_foreign(request)}")


def earns_nothing(request: Calculate) -> str | None:
    """Why the earning rules let a purchase earn nothing, from no rate and no campaign; None where it earns."""
    amount, minimum = request.purchase.amount, request.rate.minimum_minor_units
    if request.rate.is_excluded:
        return f"{request.category.category.capitalize()} purchases earn nothing."
    if minimum is not None and amount.minor_units < minimum:
        return f"Purchases below {written(Money(minor_units=minimum, currency=amount.currency))} earn nothing."
    return None


def _is_foreign(request: Calculate) -> bool:
    """A rate that fell back names no billing currency: such a purchase is judged when the rate is known."""
    return request.rate.billing_currency not in (None, request.purchase.amount.currency)


def _foreign(request: Calculate) -> str:
    purchase, billed = request.purchase, request.rate.billing_currency
    return f"its amount is in {purchase.amount.currency}, and {purchase.card_product} bills in {billed}"


def major_units(amount: Money) -> Fraction:
    """The amount in its currency's major unit: 1999 cents are 19.99 euros, 1999 yen are 1999 yen.

    Raises:
        UnknownCurrency: the currency is not in ISO 4217 or has no minor unit.
    """
    try:
        digits = iso4217.Currency(amount.currency).exponent
    except ValueError as error:
        raise UnknownCurrency(f"{amount.currency!r} is not a currency of ISO 4217") from error
    if digits is None:
        raise UnknownCurrency(f"{amount.currency!r} has no minor unit in ISO 4217")
    return Fraction(amount.minor_units, 10**digits)


def is_earned_once(bonus: Bonus) -> bool:
    """Whether a bonus has a condition: a member earns it once, and it stands on no line of a purchase."""
    return bonus.first_purchase or bonus.threshold is not None


def combine(bonuses: Sequence[Bonus]) -> list[Bonus]:
    """The bonuses that count.

    By priority, highest first, then by id. An exclusive one counts only if none counted before it, and none counts
    after it; stacking ones add up.
    """
    counting: list[Bonus] = []
    for bonus in sorted(bonuses, key=lambda one: (-one.priority, one.campaign_id)):
        if bonus.combination == "stacking":
            counting.append(bonus)
        elif not counting:
            return [bonus]
    return counting


def differences(before: PurchasePosted, now: PurchasePosted) -> list[str]:
    """Names of the fields in which two purchases of one id differ."""
    return [name for name in PurchasePosted.__struct_fields__ if getattr(before, name) != getattr(now, name)]


def _base_line(base: Fraction, request: Calculate) -> Line:
    rate, currency = request.rate, request.purchase.amount.currency
    if "rate" in request.fallbacks:
        reason = ": the programme's base rate, until the rate is known"
    elif rate.basis == "no-rate":
        reason = f": the programme's base rate, as no rate is set for {rate.card_product}"
    else:
        place = "all other merchants" if rate.category == ANY_CATEGORY else request.category.category
        reason = f" at {place}, since {rate.effective_from.astimezone(UTC):%-d %B %Y}"
    text = f"{_counted(rate.points_per_unit)} per {currency}{reason}"
    return Line(kind="base", text=text, points=_whole(base))


def _base_caps(request: Calculate) -> list[Cap]:
    rate, purchase = request.rate, request.purchase
    caps: list[Cap] = []
    if rate.points_per_purchase is not None:
        caps.append(Cap(kind="purchase", most=rate.points_per_purchase))
    if rate.points_per_member_month is not None:
        counter = _member_month(purchase, f"rate#{rate.card_product}#{rate.category}")
        caps.append(Cap(kind="member-month", most=rate.points_per_member_month, counter=counter))
    return caps


def _campaign_caps(bonus: Bonus, purchase: PurchasePosted) -> list[Cap]:
    campaign = f"campaign#{bonus.campaign_id}"
    caps: list[Cap] = []
    if bonus.points_per_purchase is not None:
        caps.append(Cap(kind="purchase", most=bonus.points_per_purchase))
    if bonus.points_per_member_month is not None:
        counter = _member_month(purchase, campaign)
        caps.append(Cap(kind="member-month", most=bonus.points_per_member_month, counter=counter))
    if bonus.budget_points is not None:
        caps.append(Cap(kind="budget", most=bonus.budget_points, counter=campaign))
    return caps


def _member_month(purchase: PurchasePosted, what: str) -> str:
    return f"{month_of(purchase.posted_at)}#{purchase.member_id}#{what}"


def _campaign_line(base: Fraction, bonus: Bonus) -> Line:
    match bonus.multiplier, bonus.fixed_points:
        case str(multiplier), None if Fraction(multiplier) >= 1:
            extra = _whole(base * (Fraction(multiplier) - 1))
            text = f"{bonus.name}: {_plain(multiplier)} times the points"
        case None, int(extra):
            text = f"{bonus.name}: +{_counted(str(extra))}"
        case _:
            raise InvalidRequest(
                f"bonus {bonus.campaign_id}: either a multiplier of at least 1 or fixed_points is allowed"
            )
    return Line(kind="campaign", text=text, points=extra, campaign_id=bonus.campaign_id)


def _whole(points: Fraction) -> int:
    return points.numerator // points.denominator


def _counted(number: str) -> str:
    return "1 point" if Decimal(number) == 1 else f"{_plain(number)} points"


def _plain(number: str) -> str:
    """A decimal as people write it: 2, not 2.000000."""
    return f"{Decimal(number).normalize():f}"
