"""What a campaign left behind, beside what it must have left: every posting, every letter, every event."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from devtools.faults.plan import CALCULATION, LEDGER, Plan
from ops.demo.expected import Expectation
from ops.demo.scenarios import Finding
from ops.demo.world import DeployedSystem
from pbckit.cli.client.unit_admins import QueueName, UnitAdmins
from pbckit.contracts.operating import DeadLetter, Health

_from_dynamodb = TypeDeserializer()


@dataclass(frozen=True, kw_only=True)
class Books:
    """The ledger's items, read as nobody may who operates it: straight from its table."""

    known: frozenset[str]
    """Ids of all postings that would not be booked again."""
    accounts: Mapping[str, Mapping[str, Any]]
    """By member."""
    lines: Mapping[str, Sequence[Mapping[str, Any]]]
    """By member, in their order: each is a posting."""

    @property
    def postings(self) -> list[Mapping[str, Any]]:
        """All lines of all members."""
        return [line for lines in self.lines.values() for line in lines]

    @classmethod
    def of(cls, world: DeployedSystem) -> "Books":
        """The books as they stand."""
        known: set[str] = set()
        accounts: dict[str, Mapping[str, Any]] = {}
        lines: dict[str, list[Mapping[str, Any]]] = {}
        for item in scan(world, world.names(LEDGER).physical("store")):
            kind, _, identity = item["pk"].partition("#")
            if kind == "posting":
                known.add(identity)
            elif kind == "member" and item["sk"] == "account":
                accounts[identity] = item
            elif kind == "member" and item["sk"].startswith("line#"):
                lines.setdefault(identity, []).append(item)
        in_order = {member: sorted(found, key=lambda line: line["sequence"]) for member, found in lines.items()}
        return cls(known=frozenset(known), accounts=accounts, lines=in_order)

    def unbalanced(self) -> int:
        """How many postings and running balances do not add up."""
        postings = sum(sum(entry["amount_points"] for entry in posting["entries"]) != 0 for posting in self.postings)
        return postings + sum(not _adds_up(self.accounts.get(member), lines) for member, lines in self.lines.items())


def _adds_up(account: Mapping[str, Any] | None, lines: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the lines of a member are numbered without a gap, and each balance follows from the one before."""
    balance = 0
    for number, line in enumerate(lines, start=1):
        balance += line["points"]
        if (line["sequence"], line["balance_points"]) != (number, balance):
            return False
    return account is not None and (account["version"], _balance(account)) == (len(lines), balance)


def _balance(account: Mapping[str, Any]) -> int:
    """A member's points; nothing is held in a campaign."""
    return int(sum(account.get("lots", {}).values()))


def findings(
    world: DeployedSystem, unit_admins: UnitAdmins, plan: Plan, expectation: Expectation, letters: Sequence[DeadLetter]
) -> list[Finding]:
    """All that must hold after recovery."""
    books = Books.of(world)
    posted = Counter(posting["id"] for posting in books.postings)
    expected = {purchase_id: earned.points for purchase_id, earned in expectation.purchases.items()}
    found = {posting["id"]: _points(posting) for posting in books.postings}
    everything = sum(entry["amount_points"] for posting in books.postings for entry in posting["entries"])
    balances = {member: _balance(account) for member, account in sorted(books.accounts.items())}
    health = unit_admins.all_health()
    return [
        _count("valid purchases posted", len(expected), sum(purchase_id in posted for purchase_id in expected)),
        _count("postings of anything else, or twice", 0, len(books.postings) - len(posted.keys() & expected.keys())),
        _count("postings that are known by their ids", len(expected), len(books.known)),
        _count("postings with other points than recomputed", 0, _differences(expected, found)),
        _count("balances other than recomputed", 0, _differences(expectation.points_by_member(), balances)),
        _count("sum over all entries", 0, everything),
        _count("postings and balances that do not add up", 0, books.unbalanced()),
        _count(
            "invalid purchases in a dead-letter queue with their reason", len(plan.bad), _bad_letters(plan, letters)
        ),
        _count("poison messages in a dead-letter queue with their reason", len(plan.poison), _poison(plan, letters)),
        _count("dead letters of anything else", 0, sum(not expected_letter(plan, letter) for letter in letters)),
        _count("events pending in an outbox", 0, sum(one.pending_events for one in health)),
        _count("items in an outbox", 0, _left(world)),
        _count("messages in queues", 0, waiting(health)),
    ]


def damage(world: DeployedSystem, expectation: Expectation) -> list[Finding]:
    """What became of valid purchases where nothing sees to it that each is posted exactly once."""
    posted = Counter(posting["id"] for posting in Books.of(world).postings)
    return [
        _count("valid purchases lost", 0, sum(posted[purchase_id] == 0 for purchase_id in expectation.purchases)),
        _count(
            "valid purchases posted twice", 0, sum(posted[purchase_id] > 1 for purchase_id in expectation.purchases)
        ),
    ]


def scan(world: DeployedSystem, table: str) -> Iterator[dict[str, Any]]:
    """Every item of a table, with the deployer's keys."""
    for page in world.aws.client("dynamodb").get_paginator("scan").paginate(TableName=table):
        for item in page["Items"]:
            yield {name: _from_dynamodb.deserialize(value) for name, value in item.items()}


def waiting(health: Sequence[Health]) -> int:
    """How many messages are in queues that feed consumers."""
    depths = [queue.depth for one in health for queue in one.queues]
    return sum(depth.waiting + depth.in_flight + depth.delayed for depth in depths)


def expected_letter(plan: Plan, letter: DeadLetter) -> bool:
    """Whether a letter is of a purchase or message that must be refused."""
    if letter.body in plan.poison:
        return True
    return any(f'"{bad.purchase_id}"' in letter.body for bad in plan.bad)


def stream_failures(letters: Sequence[DeadLetter], queue: QueueName) -> int:
    """How many stream records the letters of an on-failure queue point to."""
    return sum(
        json.loads(letter.body)["DDBStreamBatchInfo"]["batchSize"] for letter in letters if letter.queue == queue.queue
    )


def _count(what: str, expected: int, found: int) -> Finding:
    return Finding(what=what, expected=str(expected), found=str(found))


def _points(posting: Mapping[str, Any]) -> int:
    return sum(int(one["amount_points"]) for one in posting["entries"] if one["account"].startswith("member:"))


def _differences(expected: Mapping[str, int], found: Mapping[str, int]) -> int:
    return sum(expected.get(key) != found.get(key) for key in {*expected, *found})


def _bad_letters(plan: Plan, letters: Sequence[DeadLetter]) -> int:
    return sum(
        any(f'"{bad.purchase_id}"' in letter.body and bad.reason in letter.reason for letter in letters)
        for bad in plan.bad
    )


def _poison(plan: Plan, letters: Sequence[DeadLetter]) -> int:
    return sum(
        any(letter.body == body and "ValidationError" in letter.reason for letter in letters) for body in plan.poison
    )


def _left(world: DeployedSystem) -> int:
    """Events that were not removed: what is counted as pending would hide one that is not marked as such."""
    return sum(1 for unit in (CALCULATION, LEDGER) for _ in scan(world, world.names(unit).physical("outbox")))
