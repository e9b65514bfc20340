"""The monolith's quirks, on which the adapter and the ignore rules rest."""

from typing import Any

import pytest

from facades.categorization_facade.legacy_monolith import service


class Table:
    """Its one table, with one shop by hand."""

    def get_item(self, Key: dict[str, str]) -> dict[str, Any]:  # noqa: N803 boto3's own name
        return {"Item": {"cat": "RST"}} if Key == {"pk": "SHOP", "sk": "by-hand"} else {}

    def update_item(self, **request: Any) -> None:
        assert request["Key"] == {"pk": "USAGE", "sk": "TEST"}


@pytest.fixture(autouse=True)
def table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "table", Table)


def classify(shop: str, mcc: object) -> dict[str, Any]:
    return service.handler({"op": "CLASSIFY", "shop": shop, "mcc": mcc, "src": "TEST"}, None)


@pytest.mark.parametrize(
    ("shop", "mcc", "answer"),
    [
        ("shop-1", 5812, {"rc": 0, "cat": "RST", "man": "N"}),
        ("shop-1", 5814, {"rc": 0, "cat": "FFD", "man": "N"}),
        ("shop-1", 742, {"rc": 0, "cat": "BGD", "man": "N"}),
        ("shop-1", 8888, {"rc": 0, "cat": "BUS", "man": "N"}),
        ("shop-1", 2999, {"rc": 4, "msg": "MCC 2999"}),
        ("by-hand", 5411, {"rc": 0, "cat": "RST", "man": "Y"}),
    ],
)
def test_a_shop_is_in_the_category_of_its_code_unless_somebody_knew_better(shop: str, mcc: int, answer: dict[str, Any]):
    assert classify(shop, mcc) == answer


def test_it_answers_errors_by_number():
    assert service.handler({"op": "DANCE"}, None)["rc"] == 9
    assert service.handler({"op": "CLASSIFY", "shop": "shop-1"}, None) == {"rc": 2, "msg": "FIELD 'src'"}


def test_no_code_is_in_two_ranges_of_which_the_wider_comes_first():
    """The first that fits wins: a range that lies within an earlier one could never be reached."""
    for number, (first, last, code) in enumerate(service.RANGES):
        for earlier_first, earlier_last, _ in service.RANGES[:number]:
            assert not (earlier_first <= first and last <= earlier_last), code
