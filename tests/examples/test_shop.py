"""A second program, on the installed library: deployed, driven and judged from a folder with nothing else around it."""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from tests.conftest import ROOT
from tests.examples.conftest import Program, leak_into

SHOP = ROOT / "examples/shop"
WAIT_SECONDS = 60
T = TypeVar("T")


@pytest.fixture
def shop(installed: Path, tmp_path: Path) -> Program:
    return copied(installed, tmp_path)


@pytest.fixture(scope="module")
def sandbox(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """A copy that is deployed to an embedded AWS, once for all tests."""
    program = copied(installed, tmp_path_factory.mktemp("deployed"))
    up = program.pbc("sandbox", "up", "--port", "0")
    assert up.returncode == 0, up.stderr
    yield program
    program.pbc("sandbox", "down")


def copied(installed: Path, folder: Path) -> Program:
    root = folder / "shop"
    shutil.copytree(SHOP, root, ignore=shutil.ignore_patterns("__pycache__", "dist", ".sandbox"))
    return Program(root, installed)


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


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["stacks", "units"], '["platform","operations","inventory","orders","cancel-order"]'),
        (["stacks", "configure", "dev-orders"], ""),
        (["fitness"], "Nothing smells"),
        (["policy", "explain", "dynamodb:GetItem"], "dynamodb:GetItem"),
        (["contracts", "check", "--against", "HEAD"], "18 contracts of HEAD are kept."),
        (["delivery", "report"], "orders"),
    ],
)
def test_a_command_of_any_program_works_by_root_from_anywhere(
    shop: Program, installed: Path, tmp_path: Path, arguments: list[str], told: str
):
    commit(shop)
    elsewhere = Program(tmp_path / "elsewhere", installed)
    elsewhere.root.mkdir()
    assert told in answered(elsewhere, "--root", str(shop.root), *arguments)


def commit(shop: Program) -> None:
    for arguments in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "Begin"]):
        identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
        done = shop.run("git", *identity, *arguments)
        assert done.returncode == 0, done.stderr


def test_a_leak_between_its_units_is_blocked_with_its_path(shop: Program):
    module = shop.root / "pbcs/inventory/__init__.py"
    leak_into(module, "reserve")
    told = shop.pbc("preview", "--json")
    assert told.returncode == 1, told.stderr
    (violation, *_) = json.loads(told.stdout)["violations"]
    assert violation["rule"] == "isolation-attachments"
    assert violation["path"] == ["curious", "is attached to", "shop-dev-inventory_reserve"]


def test_an_order_flows_from_one_unit_to_the_other_on_the_embedded_aws(sandbox: Program):
    publish(sandbox, "storefront.OrderPlaced", order_id="o-1", article="lamp", quantity=3)
    assert seen(lambda: reserved(sandbox, "inventory", "lamp"), 3) == 3
    told = sandbox.pbc("ask", "orders.order", '{"order_id": "o-9"}')
    assert (told.returncode, told.stderr) == (1, "error: UnknownOrder: there is no order 'o-9'\n")


def test_operators_see_and_probe_its_units(sandbox: Program):
    units = {one["unit"] for one in json.loads(answered(sandbox, "status", "--json"))["units"]}
    assert units >= {"orders", "inventory", "cancel-order"}
    answered(sandbox, "smoke", "orders", "--stack", "local")
    answered(sandbox, "dlq", "list")


def test_an_offering_asks_one_unit_and_then_the_other(sandbox: Program):
    publish(sandbox, "storefront.OrderPlaced", order_id="o-2", article="desk", quantity=2)
    publish(sandbox, "storefront.OrderPlaced", order_id="o-3", article="desk", quantity=4)
    assert seen(lambda: reserved(sandbox, "inventory", "desk"), 6) == 6
    publish(sandbox, "storefront.OrderCancelled", order_id="o-2")
    assert seen(lambda: reserved(sandbox, "inventory", "desk"), 4) == 4


def test_a_facade_answers_by_legacy_and_finds_what_inventory_says_otherwise(sandbox: Program):
    assert (reserved(sandbox, "inventory", "chair"), reserved(sandbox, "stock-facade", "chair")) == (0, 5)
    assert json.loads(answered(sandbox, "migrate", "start", "--json"))["routing"]["mode"] == "shadow"
    found = seen(lambda: mismatches(sandbox), {"chair": "reserved: 5 → 0"})
    assert found == {"chair": "reserved: 5 → 0"}
    assert reserved(sandbox, "stock-facade", "chair") == 5
    too_early = sandbox.pbc("migrate", "advance")
    assert too_early.returncode == 1
    assert too_early.stderr.startswith("error: NotReady: ")


def publish(shop: Program, event: str, **data: object) -> None:
    answered(shop, "publish", event, json.dumps(data))


def reserved(shop: Program, unit: str, article: str) -> int:
    return int(json.loads(answered(shop, "ask", f"{unit}.reservation", json.dumps({"article": article})))["reserved"])


def mismatches(shop: Program) -> dict[str, str]:
    """What the facade found, once more asked: by the key that was asked for."""
    reserved(shop, "stock-facade", "chair")
    found = json.loads(answered(shop, "migrate", "mismatches", "--json"))["mismatches"]
    return {one["key"]: one["difference"] for one in found}


def answered(shop: Program, *arguments: str) -> str:
    told = shop.pbc(*arguments)
    assert told.returncode == 0, told.stderr
    return told.stdout


def seen(look: Callable[[], T], expected: T) -> T:
    """What is seen last: what is expected, or what is there after all that time."""
    deadline = time.monotonic() + WAIT_SECONDS
    while (found := look()) != expected and time.monotonic() < deadline:
        time.sleep(0.2)
    return found
