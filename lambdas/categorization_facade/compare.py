"""Lambda handler on the facade's own queue: compares both sides, off the caller's path."""

from functools import cache
from typing import Any

from contracts.merchant_categorization import Categorization, Categorize
from lambdas.categorization_facade.definition import sides
from pbckit.strangler.comparer import Comparer
from pbckit.strangler.environment import OFF_THE_PATH_SECONDS


def handler(event: dict[str, Any], context: Any) -> Any:
    """What Lambda calls. Answers with the messages that are to be delivered again."""
    return _comparer().receive(event, context)


@cache
def _comparer() -> Comparer[Categorize, Categorization]:
    return Comparer(sides(OFF_THE_PATH_SECONDS))
