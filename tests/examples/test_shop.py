"""A second program, on the installed library: deployed, driven and judged from a folder with nothing else around it."""

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.examples.conftest import Program

SHOP = ROOT / "examples/shop"
WAIT_SECONDS = 60
LEAK = '''

import pulumi_aws as aws

_define = define


def define(pbc: Pbc) -> None:
    """As before, and a policy from outside of the unit that reads the orders' table."""
    _define(pbc)
    names = pbc.context.names
    aws.iam.RolePolicy(
        "curious",
        role=names.physical("reserve"),
        policy=json.dumps({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Action": "dynamodb:GetItem",
                "Resource": names.table(names.of("orders").physical("store")),
            }],
        }),
    )
'''


@pytest.fixture
def shop(installed: Path, tmp_path: Path) -> Program:
    root = tmp_path / "shop"
    shutil.copytree(SHOP, root, ignore=shutil.ignore_patterns("__pycache__", "dist", ".sandbox"))
    return Program(root, installed)


@pytest.fixture
def sandbox(shop: Program) -> Iterator[Program]:
    up = shop.pbc("sandbox", "up", "--port", "0")
    assert up.returncode == 0, up.stderr
    yield shop
    shop.pbc("sandbox", "down")


def test_the_command_is_that_of_the_wheel(shop: Program, installed: Path):
    told = shop.python("import pbckit, pbc_isolation; print(pbckit.__file__, pbc_isolation.__file__)").stdout.split()
    assert [Path(one).is_relative_to(installed) for one in told] == [True, True]


def test_the_wheels_have_every_file_of_the_packages(installed: Path):
    for package in (ROOT / "components/pbckit", ROOT / "policies/pbc_isolation"):
        files = {path.relative_to(package.parent) for path in package.rglob("*") if path.is_file()}
        missing = {path for path in files if "__pycache__" not in path.parts and not (installed / path).exists()}
        assert missing == set()


def test_the_schemas_that_are_committed_are_those_of_the_contracts(shop: Program):
    before = {path.name: path.read_text() for path in (shop.root / "contracts/schemas").iterdir()}
    assert shop.pbc("contracts", "generate").returncode == 0
    assert {path.name: path.read_text() for path in (shop.root / "contracts/schemas").iterdir()} == before


def test_the_shop_is_judged_without_a_violation(shop: Program):
    told = shop.pbc("preview", "--json")
    assert (told.returncode, json.loads(told.stdout)["violations"]) == (0, []), told.stderr


def test_a_leak_between_its_units_is_blocked_with_its_path(shop: Program):
    module = shop.root / "pbcs/inventory/__init__.py"
    module.write_text(module.read_text().replace('"""\n', '"""\n\nimport json\n', 1) + LEAK)
    told = shop.pbc("preview", "--json")
    assert told.returncode == 1, told.stderr
    (violation, *_) = json.loads(told.stdout)["violations"]
    assert violation["rule"] == "isolation-attachments"
    assert violation["path"] == ["curious", "is attached to", "shop-dev-inventory_reserve"]


def test_an_order_flows_from_one_unit_to_the_other_on_the_embedded_aws(sandbox: Program):
    placed = sandbox.pbc("publish", "storefront.OrderPlaced", '{"order_id": "o-1", "article": "lamp", "quantity": 3}')
    assert placed.returncode == 0, placed.stderr
    deadline = time.monotonic() + WAIT_SECONDS
    while (reserved := _reserved(sandbox)) != 3 and time.monotonic() < deadline:
        time.sleep(0.2)
    assert reserved == 3
    told = sandbox.pbc("ask", "orders.order", '{"order_id": "o-9"}')
    assert (told.returncode, told.stderr) == (1, "error: UnknownOrder: there is no order 'o-9'\n")


def _reserved(shop: Program) -> int:
    told = shop.pbc("ask", "inventory.reservation", '{"article": "lamp"}')
    assert told.returncode == 0, told.stderr
    return int(json.loads(told.stdout)["reserved"])
