"""What a stack of rewards configures besides what every program on the platform does."""

from dataclasses import dataclass

from pbckit.infra.configuration import Configuration

SHORTFALLS = ("debt", "clamp")


@dataclass(frozen=True, kw_only=True)
class RewardsSettings:
    """The programme's rules that differ between environments."""

    base_rate: str
    """Default earning rate when no rate is found: points per currency unit, a decimal."""
    expiry_months: str
    """How many months points live, or `never`."""
    shortfall: str
    """What happens when points are taken back after they were spent: a `debt`, or forgiven (`clamp`)."""

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
        )
