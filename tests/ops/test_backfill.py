"""Carrying over: what is set, what is left alone, how it goes on after breaking off, and when it is verified."""

from dataclasses import dataclass, field

import pytest

from contracts.legacy_rewards import AssignedShop, Export, LegacyAnswer
from contracts.merchant_categorization import LIST_OVERRIDES, SET_OVERRIDE
from ops.migration.backfill import Backfill, backfill, checksum
from ops.migration.legacy import Operation
from pbckit.cli.errors import OperatorError, Unreachable
from pbckit.contracts.definitions import Capability, RequestT, ResponseT

PAGE = 2


@dataclass(kw_only=True)
class Monolith:
    """Exports what it has, two shops a page."""

    shops: dict[str, str]

    def ask(self, operation: Operation) -> LegacyAnswer:
        assert isinstance(operation, Export)
        names = [name for name in sorted(self.shops) if operation.after is None or name > operation.after]
        rows = tuple(AssignedShop(shop=name, cat=self.shops[name]) for name in names[:PAGE])
        return LegacyAnswer(rc=0, rows=rows, next=names[PAGE - 1] if len(names) > PAGE else None)


@dataclass(kw_only=True)
class Here:
    """Keeps overrides; breaks off where it is told to."""

    overrides: dict[str, str | None] = field(default_factory=dict[str, str | None])
    breaks_off_after: int = 1000
    asked: int = 0

    def ask(self, capability: Capability[RequestT, ResponseT], request: RequestT) -> ResponseT:
        import msgspec

        body = msgspec.to_builtins(request)
        if capability.name == SET_OVERRIDE.name:
            if self.asked == self.breaks_off_after:
                raise Unreachable("the line is dead")
            self.asked += 1
            self.overrides[body["merchant_id"]] = body["category"]
            return msgspec.convert(_override(body["merchant_id"], body["category"]), capability.response)
        assert capability.name == LIST_OVERRIDES.name
        listed = [_override(key, value) for key, value in self.overrides.items()]
        return msgspec.convert({"overrides": listed}, capability.response)


def _override(merchant_id: str, category: str | None) -> dict[str, object]:
    return {
        "merchant_id": merchant_id, "category": category, "reason": "r", "changed_by": "ada",
        "changed_at": "2026-06-01T00:00:00Z", "version": 1,
    }  # fmt: skip


def run(monolith: Monolith, here: Here) -> Backfill:
    return backfill(monolith, here, lambda: None)


SHOPS = {"shop-1": "RST", "shop-2": "FFD", "shop-3": "ENT", "shop-4": "GRO", "shop-5": "FUE"}


def test_every_category_by_hand_is_set_in_our_words_and_verified():
    here = Here()
    done = run(Monolith(shops=SHOPS), here)
    assert here.overrides == {
        "shop-1": "restaurants", "shop-2": "restaurants", "shop-3": "entertainment", "shop-4": "groceries",
        "shop-5": "fuel",
    }  # fmt: skip
    assert (done.exported, done.set_now, done.there_before, done.conflicts, done.verified) == (5, 5, 0, [], True)


def test_broken_off_it_goes_on_where_it_stopped():
    here = Here(breaks_off_after=2)
    with pytest.raises(Unreachable):
        run(Monolith(shops=SHOPS), here)
    here.breaks_off_after = 1000
    done = run(Monolith(shops=SHOPS), here)
    assert (done.set_now, done.there_before, here.asked, done.verified) == (3, 2, 5, True)
    assert run(Monolith(shops=SHOPS), here).set_now == 0


def test_what_somebody_decided_here_is_left_alone_and_named():
    here = Here(overrides={"shop-1": "travel"})
    done = run(Monolith(shops=SHOPS), here)
    assert here.overrides["shop-1"] == "travel"
    (conflict,) = done.conflicts
    assert (conflict.merchant_id, conflict.legacy, conflict.here) == ("shop-1", "restaurants", "travel")
    assert (done.set_now, done.verified) == (4, False)


def test_a_code_without_a_translation_stops_it_before_anything_is_set():
    here = Here()
    with pytest.raises(OperatorError, match=r"without a translation: QQQ, XYZ; nothing was set"):
        run(Monolith(shops={**SHOPS, "shop-6": "XYZ", "shop-7": "QQQ"}), here)
    assert here.overrides == {}


def test_an_override_that_the_pbc_lost_is_seen():
    class Forgetful(Here):
        def ask(self, capability: Capability[RequestT, ResponseT], request: RequestT) -> ResponseT:
            answer = super().ask(capability, request)
            self.overrides.pop("shop-3", None)
            return answer

    assert not run(Monolith(shops=SHOPS), Forgetful()).verified


def test_nothing_to_carry_over_is_verified_too():
    assert run(Monolith(shops={}), Here()).verified


def test_a_checksum_does_not_depend_on_the_order_and_tells_every_change():
    one = {"a": "fuel", "b": "pets"}
    assert checksum(one) == checksum({"b": "pets", "a": "fuel"})
    assert len({checksum(one), checksum({"a": "pets", "b": "fuel"}), checksum({"a": "fuel"}), checksum({})}) == 4
