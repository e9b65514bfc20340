"""The verbs of a PBC hold it to its contract, and an offering to its own."""

import shutil
from pathlib import Path

import pytest

from sandbox.program import DuplicateUrn, capture

ROOT = Path(__file__).parents[2]
PROGRAM = """
from components.environment import EnvironmentConfig
from components.offering import Offering
from components.pbc import Pbc
from components.unit import UnitArgs
from contracts.cards import PurchasePosted
from contracts.earning_rates import RATE
from contracts.points_calculation import PointsCalculated
from contracts.points_ledger import BALANCE, PointsPosted

config = EnvironmentConfig.load(("points-ledger", "earn-points"))
pbc = Pbc("points-ledger", UnitArgs(config=config, publishes_as=["points-ledger"]))
{action}
"""

UNNAMED_CALLER = """
from pathlib import Path
offering = Offering("earn-points", UnitArgs(config=config))
offering.workflow("earn", starts_on=PurchasePosted, definition=Path("x"), asks=[BALANCE], values={})
"""


def run(folder: Path, action: str) -> None:
    for file in ("Pulumi.yaml", "Pulumi.dev.yaml"):
        shutil.copy(ROOT / file, folder)
    (folder / "__main__.py").write_text(PROGRAM.format(action=action))
    capture("dev", root=folder)


@pytest.mark.parametrize(
    ("action", "error", "message"),
    [
        ("pbc.publishes(PointsCalculated)", "ContractViolation", "points-calculation does"),
        ("pbc.exposes(RATE, [])", "ContractViolation", "earning-rates does"),
        (
            "pbc.subscribes(PointsCalculated, PurchasePosted, handler='post-points', grants=[])",
            "InvalidSubscription",
            "one source",
        ),
        ("pbc.subscribes(handler='post-points', grants=[])", "InvalidSubscription", "none"),
        (
            UNNAMED_CALLER,
            "KeyError",
            "balance",
        ),
    ],
)
def test_what_the_contract_does_not_say_is_refused(tmp_path: Path, action: str, error: str, message: str):
    with pytest.raises(Exception, match=message) as raised:
        run(tmp_path, action)
    assert type(raised.value).__name__ == error


def test_the_same_thing_twice_is_refused(tmp_path: Path):
    with pytest.raises(DuplicateUrn, match="registered twice"):
        run(tmp_path, "pbc.store()\npbc.store()")
