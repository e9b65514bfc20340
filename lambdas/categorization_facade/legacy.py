"""The anti-corruption adapter: asks the monolith in its words, and gives its answers in ours.

Nothing else in the new system knows a word of the monolith's.
"""

import json
from functools import cache
from pathlib import Path

import msgspec

from contracts.legacy_rewards import Classify, LegacyAnswer
from contracts.merchant_categorization import UNCATEGORIZED, Categorization, Categorize
from pbckit.strangler.sides import SideFailed, Transport

_CODES = Path(__file__).with_name("legacy_codes.json")
_SOURCE = "FACADE"
_OK, _UNKNOWN_MCC = 0, 4


def ask(transport: Transport, request: Categorize) -> Categorization:
    """The category that the monolith gives a merchant.

    Raises:
        SideFailed: it gives none in time, or one that is not of its own form.
    """
    merchant = request.merchant
    question = Classify(shop=merchant.id, mcc=int(merchant.mcc), src=_SOURCE)
    return translated(transport.ask(msgspec.json.encode(question)))


def translated(body: bytes) -> Categorization:
    """An answer of the monolith in our words.

    Raises:
        SideFailed: it is no answer: not of its form, an error code, or a category that nobody has translated.
    """
    try:
        answer = msgspec.json.decode(body, type=LegacyAnswer)
    except msgspec.DecodeError as error:
        raise SideFailed(f"outside its schema: {error}") from error
    if answer.rc == _UNKNOWN_MCC:
        return Categorization(category=UNCATEGORIZED, basis="unknown-mcc")
    if answer.rc != _OK:
        raise SideFailed(f"rc {answer.rc}: {answer.msg}")
    if answer.cat is None or answer.cat not in codes():
        raise SideFailed(f"outside its schema: category {answer.cat!r}")
    return Categorization(category=codes()[answer.cat], basis="override" if answer.man == "Y" else "mcc")


@cache
def codes() -> dict[str, str]:
    """Our category for each of the monolith's codes."""
    return json.loads(_CODES.read_text())
