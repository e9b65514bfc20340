"""A programme file: the requests that bring a programme about."""

from pathlib import Path
from typing import Any

import msgspec
import yaml

from contracts.campaigns import SetCampaign
from contracts.earning_rates import SetCardProduct, SetEarningRules, SetRate
from contracts.merchant_categorization import SetMerchantOverride, UnknownCategory, require_categories
from contracts.tiers import SetTiers
from pbckit.cli.errors import OperatorError
from pbckit.contracts.decoding import converted


class Programme(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a programme file holds: the requests that bring it about."""

    card_products: list[SetCardProduct] = msgspec.field(default_factory=list)
    rates: list[SetRate] = msgspec.field(default_factory=list)
    earning_rules: list[SetEarningRules] = msgspec.field(default_factory=list)
    campaigns: list[SetCampaign] = msgspec.field(default_factory=list)
    overrides: list[SetMerchantOverride] = msgspec.field(default_factory=list)
    tiers: list[SetTiers] = msgspec.field(default_factory=list)

    def __len__(self) -> int:
        return sum(len(getattr(self, name)) for name in self.__struct_fields__)


def read_programme(file: Path) -> Programme:
    """A programme file.

    Raises:
        OperatorError: it cannot be read, is not YAML, or a value is wrong; names the place.
    """
    try:
        content: Any = yaml.safe_load(file.read_text())
        programme = converted(content, Programme)
        _require_categories(programme)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, msgspec.ValidationError, UnknownCategory) as error:
        raise OperatorError(f"{file}: {error}") from error
    return programme


def _require_categories(programme: Programme) -> None:
    for number, rate in enumerate(programme.rates):
        require_categories([rate.category], f"rates[{number}]")
    for number, rules in enumerate(programme.earning_rules):
        require_categories(rules.excluded_categories, f"earning_rules[{number}]")
    for number, campaign in enumerate(programme.campaigns):
        require_categories(campaign.categories, f"campaigns[{number}]")
    for number, override in enumerate(programme.overrides):
        require_categories([override.category] if override.category else [], f"overrides[{number}]")
