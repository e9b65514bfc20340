"""What is wrong in a program is told in one line, where it is made."""

import shutil
from pathlib import Path

import pulumi
import pytest

from pbckit.sandbox.program import capture
from tests.conftest import ROOT

PROGRAM = """
from pbckit.infra.environment import EnvironmentConfig
from pbckit.infra.pbc import Pbc
from pbckit.infra.unit import UnitArgs

config = EnvironmentConfig.load(("orders", "inventory"))
orders = Pbc("orders", UnitArgs(config=config))
inventory = Pbc("inventory", UnitArgs(config=config))
{action}
"""


def mistake(folder: Path, action: str) -> str:
    """What the program says of it, as Pulumi would print it: without a traceback."""
    for file in ("Pulumi.yaml", "Pulumi.dev.yaml"):
        shutil.copy(ROOT / file, folder)
    (folder / "__main__.py").write_text(PROGRAM.format(action=action))
    with pytest.raises(pulumi.RunError) as raised:
        capture("dev", root=folder)
    return str(raised.value)


def code(folder: Path, text: str = "handler = print\n") -> None:
    (folder / "lambdas/inventory").mkdir(parents=True)
    (folder / "lambdas/inventory/reserve.py").write_text(text)


@pytest.mark.parametrize("grant", ["read", "write"])
def test_a_grant_on_the_store_of_another_unit_is_refused(tmp_path: Path, grant: str):
    code(tmp_path)
    told = mistake(tmp_path, f"inventory.function('reserve', [orders.store().{grant}()])")
    assert told == (
        "inventory: 'reserve' is granted the use of arn:aws:dynamodb:eu-central-1:111111111111:table/"
        "rewards-dev-orders_store, a store of orders; a unit reaches no store but its own: ask a capability of orders, "
        "or subscribe to an event that orders publishes"
    )


def test_a_grant_on_the_outbox_of_another_unit_is_refused(tmp_path: Path):
    code(tmp_path)
    told = mistake(tmp_path, "inventory.function('reserve', [orders.publishes().append()])")
    assert "rewards-dev-orders_outbox, a store of orders" in told


def test_a_grant_on_the_own_store_is_not(tmp_path: Path):
    code(tmp_path)
    with pytest.raises(AssertionError, match="reached"):
        mistake(tmp_path, "inventory.function('reserve', [inventory.store().read()])\nraise AssertionError('reached')")


def test_a_unit_without_code_is_named_with_the_folder_that_it_needs(tmp_path: Path):
    told = mistake(tmp_path, "inventory.function('reserve', [])")
    assert (
        told == "unit 'inventory' has no code: there is no folder lambdas/inventory/; make it, with a module reserve.py"
    )


def test_a_handler_that_does_not_exist_is_named_with_those_that_do(tmp_path: Path):
    code(tmp_path)
    told = mistake(tmp_path, "inventory.function('release-all', [])")
    assert told == ("unit 'inventory': there is no lambdas/inventory/release_all.py; lambdas/inventory/ has reserve.py")


def test_a_module_without_a_handler_is_named(tmp_path: Path):
    code(tmp_path, "def handle(): ...\n")
    told = mistake(tmp_path, "inventory.function('reserve', [])")
    assert told == "unit 'inventory': lambdas/inventory/reserve.py defines no 'handler', which Lambda would call"


@pytest.mark.parametrize(
    "text",
    [
        "def handler(): ...",
        "handler = print",
        "handler: object = print",
        "from x import handler",
        "import x as handler",
    ],
)
def test_a_handler_may_be_defined_in_any_way(tmp_path: Path, text: str):
    code(tmp_path, text)
    with pytest.raises(AssertionError, match="reached"):
        mistake(tmp_path, "inventory.function('reserve', [])\nraise AssertionError('reached')")


def test_code_that_is_no_python_is_named_with_its_line(tmp_path: Path):
    code(tmp_path, "x = 1\nclass :\n")
    (tmp_path / "lambdas/inventory").rename(tmp_path / "lambdas/orders")
    told = mistake(tmp_path, "")
    assert told == f"{tmp_path}/lambdas/orders/reserve.py:2: not Python: invalid syntax"


def test_a_function_of_the_name_of_the_role_for_people_is_refused(tmp_path: Path):
    code(tmp_path)
    told = mistake(tmp_path, "inventory.function('operator', [])")
    assert told == "inventory: no function can be called 'operator': the role for people has that name; rename it"


@pytest.mark.parametrize("memory", [0, 127, 10_241])
def test_a_memory_that_lambda_does_not_have_is_refused(tmp_path: Path, memory: int):
    code(tmp_path)
    told = mistake(tmp_path, f"inventory.function('reserve', [], memory_mb={memory})")
    assert told == f"inventory reserve: memory_mb is {memory}; allowed: 128 to 10,240"
