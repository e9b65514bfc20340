"""Nothing is stored that its own reader cannot decode, in any unit."""

import ast
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from contracts.points_ledger import PointsPosted
from lambdas.points_ledger.model.account import Account
from pbckit.runtime.ports import KeyOnly, Put, UnreadableRecord, Update
from pbckit.runtime.unit_of_work import MessageContext, UnitOfWork
from pbckit.testing.world import STORE, world

ROOT = Path(__file__).parents[3]
UNITS = ("lambdas", "components/pbckit/runtime", "components/pbckit/strangler", "components/pbckit/cli/new", "examples")
KEY = {"pk": "a", "sk": "b"}


class Counter(msgspec.Struct, frozen=True, kw_only=True):
    used: int


def test_an_item_that_its_reader_cannot_decode_is_never_an_operation():
    account = {"pk": "member#m-1", "sk": "account", "member_id": "m-1", "lots": {"not a month": 5}}
    with pytest.raises(UnreadableRecord, match=r"store: .* cannot be read as Account: .*lots"):
        Put(table=STORE, item=account, read_as=Account)


def test_an_attribute_that_its_reader_cannot_decode_is_never_an_operation():
    with pytest.raises(UnreadableRecord, match=r"used: many cannot be read as int"):
        Update(table=STORE, key=KEY, read_as=Counter, set={"used": "many"})


def test_an_attribute_that_its_reader_does_not_know_is_never_an_operation():
    with pytest.raises(UnreadableRecord, match="Counter has no attribute 'usd'"):
        Update(table=STORE, key=KEY, read_as=Counter, set={"usd": 1})


def test_an_index_entry_is_its_key_and_nothing_else():
    with pytest.raises(UnreadableRecord, match="more"):
        Put(table=STORE, item={**KEY, "more": 1}, read_as=KeyOnly)


def test_an_event_that_no_consumer_could_decode_is_not_committed():
    there = world("points-ledger")
    work = UnitOfWork(there.runtime, MessageContext(correlation_id="c"))
    event = PointsPosted(posting_id="p", member_id="not an id", points=1, balance_points=1)
    with pytest.raises(UnreadableRecord, match=r"PointsPosted of not an id cannot be read: .*member_id"):
        work.publish(event, sequence=1)


@pytest.mark.parametrize("folder", UNITS)
def test_every_unit_names_the_reader_of_what_it_writes(folder: str):
    """`dict` reads anything: it is for tests of the store itself."""
    loose = [place for path in sorted((ROOT / folder).rglob("*.py")) for place in _read_as_dict(path)]
    assert loose == []


def _read_as_dict(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.keyword) and node.arg == "read_as" and ast.unparse(node.value) in ("dict", "Any"):
            yield f"{path.relative_to(ROOT)}:{node.value.lineno}"
