"""What the architecture costs before anybody buys anything, counted."""

import re
from collections import Counter

import pytest

from ops.docs.costs import costs_page, counts, standing_price
from pbckit.cli.errors import OperatorError
from tests.conftest import captured


def test_all_and_each_kind_are_counted():
    counted = counts(captured("dev"))
    custom = [one for one in captured("dev").resources if one.custom]
    assert counted["resources"] == len(custom)
    assert counted["tables"] == sum(one.type.endswith(":Table") for one in custom)


def test_units_add_up_to_their_stack():
    migration = captured("migration")
    units = [one.name for one in migration.resources if one.inputs.get("unit") == one.name]
    assert sum((counts(migration, unit) for unit in units), Counter()) == counts(migration)


def test_a_unit_that_is_not_there_is_said():
    with pytest.raises(OperatorError, match="nothing of a unit 'ghosts'"):
        counts(captured("dev"), "ghosts")


def test_the_price_is_the_sum_of_its_parts():
    assert standing_price(Counter({"KMS keys": 2, "alarms": 10, "dashboards": 1, "queues": 9})) == pytest.approx(6.0)


def test_the_page_sets_one_service_beside_the_system():
    page = costs_page(captured("dev"), captured("migration"), facade="categorization-facade", legacy="legacy-rewards")
    assert re.search(r"^\| functions \| \d\d+ \| 1 \| \d+ \|$", page, re.MULTILINE)
