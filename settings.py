"""What a stack of rewards configures besides what every program on the platform does."""

from dataclasses import dataclass

from contracts.vocabulary import FURTHEST_DAYS_AHEAD, FURTHEST_DAYS_BACK, MOST_POINTS, USUAL_DAYS_AHEAD, USUAL_DAYS_BACK
from pbckit.infra.configuration import Configuration

SHORTFALLS = ("debt", "clamp")
POINTS_ON_CLOSING = ("keep-until-expiry", "forfeit")


@dataclass(frozen=True, kw_only=True)
class RewardsSettings:
    """The programme's rules that differ between environments."""

    base_rate: str
    """Default earning rate when no rate is found: points per currency unit, a decimal."""
    expiry_months: str
    """How many months points live, or `never`."""
    shortfall: str
    """What happens when points are taken back after they were spent: a `debt`, or forgiven (`clamp`)."""
    correction_limit: int = 10_000
    """A correction by hand of more points needs a second person's approval."""
    points_on_closing: str = POINTS_ON_CLOSING[0]
    """What becomes of a member's points when the account is closed."""
    days_back: int = USUAL_DAYS_BACK
    """How far in the past a purchase or refund may have been posted, in days."""
    days_ahead: int = USUAL_DAYS_AHEAD
    """How far in the future; a booking day may have begun elsewhere already."""

    def instant_bounds(self) -> dict[str, str]:
        """The bounds of instants from outside, as functions get them: `DAYS_BACK` and `DAYS_AHEAD`."""
        return {"DAYS_BACK": str(self.days_back), "DAYS_AHEAD": str(self.days_ahead)}

    @classmethod
    def load(cls) -> "RewardsSettings":
        """Read and validate the stack's configuration.

        Raises:
            InvalidConfiguration: a value is missing or not allowed.
        """
        given = Configuration()
        return cls(
            base_rate=given.matching("baseRate", r"[0-9]{1,6}(\.[0-9]{1,6})?", 'a decimal such as "1" or "0.5"'),
            expiry_months=given.matching(
                "pointsExpiryMonths", r"never|[1-9]|[1-5][0-9]|60", "whole months from 1 to 60, or never", default="24"
            ),
            shortfall=given.one_of("shortfall", SHORTFALLS, default="debt"),
            correction_limit=given.optional_number("correctionLimit", MOST_POINTS) or cls.correction_limit,
            points_on_closing=given.one_of("pointsOnClosing", POINTS_ON_CLOSING, default=cls.points_on_closing),
            days_back=given.optional_number("postedDaysBack", FURTHEST_DAYS_BACK) or cls.days_back,
            days_ahead=given.optional_number("postedDaysAhead", FURTHEST_DAYS_AHEAD) or cls.days_ahead,
        )
