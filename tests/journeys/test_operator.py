"""What sticks is found, understood and mended with one command, by the operator's own rights."""

import json
import signal
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from contracts.points_calculation import PointsCalculated
from ops.demo import scenarios
from ops.demo.world import DeployedSystem, wait_for
from ops.main import app

Rewards = Callable[..., tuple[int, Any]]
LEDGER = "points-ledger"
LEDGER_DLQ = f"{LEDGER}/post-points-queue-dlq"
EARNING = {"earn-points", "merchant-categorization", "earning-rates", "campaigns", "points-calculation", LEDGER}
"""Units with a part in earning. Others may hear of it."""
REWARDS = Path(sys.executable).with_name("rewards")


@pytest.fixture
def rewards(world: DeployedSystem, monkeypatch: pytest.MonkeyPatch) -> Rewards:
    """Runs the command as a person in the sandbox's folder; gives the exit code and what it printed."""
    monkeypatch.chdir(world.aws.folder.parent)

    def run(*arguments: str) -> tuple[int, Any]:
        result = CliRunner().invoke(app, [*arguments, "--json"])
        return result.exit_code, json.loads(result.stdout) if result.stdout else result.stderr

    return run


def send_to_ledger(world: DeployedSystem, purchase_ids: list[str], member_id: str, *, points: int = 7) -> None:
    """Letters in the ledger's dead-letter queue, as the ledger puts them there: good events."""
    names = world.names("points-ledger")
    url = names_url(world, "post-points-queue-dlq")
    for purchase_id in purchase_ids:
        event = calculated(purchase_id, member_id, points)
        world.aws.client("sqs").send_message(
            QueueUrl=url,
            MessageBody=json.dumps(event),
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value}
                for name, value in {
                    "reason": f"StoreDown: {member_id}",
                    "source": names.unit,
                    "attempts": "5",
                    "correlation_id": event["detail"]["metadata"]["correlation_id"],
                }.items()
            },
        )


def names_url(world: DeployedSystem, queue: str) -> str:
    names = world.names("points-ledger")
    return world.aws.client("sqs").get_queue_url(QueueName=names.physical(queue, limit=80))["QueueUrl"]


def calculated(purchase_id: str, member_id: str, points: int) -> dict[str, Any]:
    """An event as EventBridge delivers it."""
    metadata = {
        "event_id": str(uuid.uuid5(uuid.NAMESPACE_OID, purchase_id)),
        "occurred_at": datetime.now(UTC).isoformat(),
        "schema_version": PointsCalculated.schema_version,
        "aggregate_id": purchase_id,
        "sequence": 1,
        "correlation_id": f"correlation-{purchase_id}",
    }
    data = {
        "purchase_id": purchase_id,
        "member_id": member_id,
        "points": points,
        "category": "restaurants",
        "fallbacks": [],
        "lines": [],
        "posted_at": "2026-09-15T12:00:00Z",
    }
    return {
        "source": PointsCalculated.source,
        "detail-type": PointsCalculated.detail_type(),
        "detail": {"metadata": metadata, "data": data},
    }


def letters_of(rewards: Rewards, member_id: str) -> list[dict[str, Any]]:
    return rewards("dlq", "list", "--queue", LEDGER_DLQ, "--reason", member_id)[1]


def test_a_poison_purchase_is_found_understood_mended_and_posted_once(world: DeployedSystem, rewards: Rewards):
    """The ledger may not use its store: the event ends in the dead-letter queue with the reason; then it is mended."""
    member = "operator-poison"
    body = calculated("operator-poison-1", member, 7)
    with world.broken("points-ledger", "post-points"):
        world.aws.client("lambda").invoke(
            FunctionName=world.names("points-ledger").physical("post-points") + ":live",
            Payload=json.dumps(last_attempt(body)),
        )
        found = wait_for(
            lambda: rewards("dlq", "list", "--correlation-id", "correlation-operator-poison-1")[1],
            lambda letters: len(letters) > 0,
            "a letter",
        )
    (letter,) = found
    assert (letter["queue"], letter["source"], letter["attempts"]) == (LEDGER_DLQ, "points-ledger", 5)
    assert "AccessDenied" in letter["reason"]
    code, shown = rewards("dlq", "show", LEDGER_DLQ, letter["id"])
    assert (code, json.loads(shown["body"])["detail"]) == (0, body["detail"])
    assert world.postings(member) == 0

    redrive = ("dlq", "redrive", LEDGER_DLQ, "--id", letter["id"])
    assert rewards(*redrive, "--dry-run")[1] == {
        "queue": LEDGER_DLQ,
        "action": "redrive",
        "dry_run": True,
        "selected": 1,
        "done": 0,
    }
    code, answer = rewards(*redrive)
    assert (code, answer["done"]) == (0, 1)
    world.wait_for_postings({member: 1}, lambda _count: None)
    code, error = rewards(*redrive)
    assert (code, f"{LEDGER_DLQ} has no letter {letter['id']}" in error) == (1, True)
    acts = [act for act in rewards("dlq", "audit", "--since", "1h")[1] if letter["id"] in act["name"]]
    assert [(act["what"], act["outcome"], act["actor"]) for act in acts] == [
        ("redrive", "begun", world.session.actor),
        ("redrive", "done", world.session.actor),
    ]
    assert (world.balance(member), world.postings(member)) == (7, 1)


def test_a_message_that_fails_comes_again_soon_and_not_after_the_queues_time(world: DeployedSystem, rewards: Rewards):
    """Its queue hides it for three minutes. What fails is wanted again after 5 seconds, then after 20."""
    purchase = scenarios.example_purchase("operator-again-1", "operator-again")

    def attempts() -> list[str]:
        code, way = rewards("events", "trace", purchase.id)
        at_ledger = (LEDGER, "handled")
        return [hop["outcome"] for hop in way if (hop["unit"], hop["what"]) == at_ledger] if code == 0 else []

    with world.broken("points-ledger", "post-points"):
        world.ingest([purchase])
        failed = wait_for(attempts, lambda outcomes: len(outcomes) >= 2, "a second attempt")
    world.wait_for_postings({"operator-again": 1}, lambda _count: None)
    assert all(outcome.startswith("failed: ") for outcome in failed)
    assert wait_for(attempts, lambda outcomes: "done" in outcomes, "an end")[-1] == "done"


def last_attempt(body: dict[str, Any]) -> dict[str, Any]:
    """A delivery of the queue after which it would give up."""
    record = {
        "messageId": str(uuid.uuid4()),
        "receiptHandle": "handle",
        "body": json.dumps(body),
        "attributes": {"ApproximateReceiveCount": "5"},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
    }
    return {"Records": [record]}


def test_a_redrive_that_is_killed_half_way_loses_and_doubles_nothing(world: DeployedSystem, rewards: Rewards):
    member, count = "operator-killed", 12
    send_to_ledger(world, [f"operator-killed-{number}" for number in range(count)], member, points=1)
    before = {letter["id"] for letter in letters_of(rewards, member)}
    assert len(before) == count
    with world.stopped("points-ledger", "post-points"):  # What is redriven stays to be counted.
        process = subprocess.Popen(
            [REWARDS, "dlq", "redrive", LEDGER_DLQ, "--reason", member, "--rate", "1"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_for(lambda: waiting(world, "post-points-queue"), lambda number: number >= 2, "redriven letters")
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
            process.stdout.close() if process.stdout else None
        # Half of it is done. What the killed command sent back before it could delete it would be there twice:
        world.aws.client("sqs").send_message(
            QueueUrl=names_url(world, "post-points-queue"),
            MessageBody=json.dumps(calculated("operator-killed-0", member, 1)),
        )
    left = wait_for(
        lambda: letters_of(rewards, member), lambda letters: all(one["id"] in before for one in letters), "letters"
    )
    assert 0 < len(left) < count
    code, answer = rewards("dlq", "redrive", LEDGER_DLQ, "--reason", member)
    assert (code, answer["done"]) == (0, len(left))
    world.wait_for_postings({member: count}, lambda _count: None)
    assert letters_of(rewards, member) == []
    wait_for(lambda: waiting(world, "post-points-queue"), lambda number: number == 0, "the queue")
    assert (world.postings(member), world.balance(member)) == (count, count)


def waiting(world: DeployedSystem, queue: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    attributes = world.aws.client("sqs").get_queue_attributes(QueueUrl=names_url(world, queue), AttributeNames=names)[
        "Attributes"
    ]
    return sum(int(attributes[name]) for name in names)


def test_what_is_discarded_is_gone_and_stands_in_the_audit_trail(world: DeployedSystem, rewards: Rewards):
    member = "operator-discarded"
    send_to_ledger(world, ["operator-discarded-1", "operator-discarded-2"], member)
    code, error = rewards("dlq", "discard", LEDGER_DLQ)
    assert (code, "discard needs to know which" in error) == (2, True)
    (one, _other) = letters_of(rewards, member)
    assert rewards("dlq", "discard", LEDGER_DLQ, "--id", one["id"])[1]["done"] == 1
    assert [letter["id"] == one["id"] for letter in letters_of(rewards, member)] == [False]
    assert rewards("dlq", "discard", LEDGER_DLQ, "--reason", member)[1]["done"] == 1
    acts = [act for act in rewards("dlq", "audit", "--since", "1h")[1] if member in (act["detail"] or "")]
    assert [(act["what"], act["outcome"]) for act in acts] == [("discard", "begun"), ("discard", "done")] * 2
    assert world.postings(member) == 0


def test_a_purchase_is_followed_through_every_unit(world: DeployedSystem, rewards: Rewards, tmp_path: Path):
    purchase = scenarios.example_purchase("operator-trace-1", "operator-trace")
    world.ingest([purchase])
    world.wait_for_postings({"operator-trace": 1}, lambda _count: None)
    page = tmp_path / "way.html"
    way = wait_for(
        lambda: rewards("events", "trace", purchase.id, "--html", str(page))[1],
        lambda found: any((hop["what"], hop["name"]) == ("handled", "PointsPosted") for hop in found),
        "the last hop",
    )
    earning = [(hop["unit"], hop["what"], hop["name"]) for hop in way if hop["unit"] in EARNING]
    assert earning == [
        ("earn-points", "ran", "PurchasePosted"),
        ("merchant-categorization", "answered", "categorize"),
        ("earning-rates", "answered", "rate"),
        ("campaigns", "answered", "bonuses"),
        ("points-calculation", "answered", "calculate"),
        ("points-calculation", "published", "PointsCalculated"),
        ("points-ledger", "handled", "PointsCalculated"),
        ("points-ledger", "published", "PointsPosted"),
        ("points-calculation", "handled", "PointsPosted"),
    ]
    assert {hop["outcome"] for hop in way} == {"done"}
    first = next(hop for hop in way if hop["unit"] == "earn-points")
    assert all(hop["started"] <= hop["ended"] for hop in way)
    calculate = next(hop for hop in way if hop["name"] == "calculate")
    assert "dynamodb TransactWriteItems" in [call["what"] for call in calculate["calls"]]
    assert "TransactWriteItems" in page.read_text()
    by_correlation = rewards("events", "trace", first["correlation_id"])[1]
    assert [hop["name"] for hop in by_correlation] == [hop["name"] for hop in way]


def test_the_archive_is_replayed_into_an_emptied_consumer_and_nowhere_else(world: DeployedSystem, rewards: Rewards):
    since = datetime.now(UTC) - timedelta(seconds=1)
    purchases = [scenarios.example_purchase(f"operator-replay-{number}", "operator-replay") for number in range(2)]
    world.ingest(purchases)
    world.wait_for_postings({"operator-replay": 2}, lambda _count: None)
    until = datetime.now(UTC) + timedelta(seconds=1)
    statement = rewards("member", "statement", "operator-replay")[1]
    empty(world, world.names("points-ledger").physical("store"), "operator-replay")
    assert world.postings("operator-replay") == 0

    window = ("--from", since.isoformat(), "--to", until.isoformat())
    for _ in range(2):  # Once to rebuild, and once more to change nothing.
        code, answer = rewards("events", "replay", *window, "--target", "points-ledger")
        queues = ["keep-pending-queue", "post-points-queue", "release-pending-queue"]
        assert (code, answer["state"], answer["queues"]) == (0, "COMPLETED", queues)
        world.wait_for_postings({"operator-replay": 2}, lambda _count: None)
    rebuilt = rewards("member", "statement", "operator-replay")[1]
    assert same(rebuilt) == same(statement)
    way = rewards("events", "trace", "operator-replay-0")[1]
    assert [hop["unit"] for hop in way if hop["what"] in ("ran", "answered")].count("earn-points") == 1
    handled = [(hop["unit"], hop["outcome"]) for hop in way if hop["what"] == "handled"]
    assert [outcome for unit, outcome in handled if unit == LEDGER] == ["done", "done", "known already"]
    # The rebuilt consumer tells again what it told before it was emptied, under the same id: whoever heard knows it.
    published = {hop["event_id"]: hop["name"] for hop in way if hop["what"] == "published" and hop["unit"] in EARNING}
    assert sorted(published.values()) == ["PointsCalculated", "PointsPosted"]
    others = [hop for hop in way if hop["what"] == "handled" and hop["unit"] != LEDGER]
    done = Counter((hop["unit"], hop["name"]) for hop in others if hop["outcome"] == "done")
    assert done["points-calculation", "PointsPosted"] == 1
    assert set(done.values()) == {1}
    assert {hop["outcome"] for hop in others} <= {"done", "known already"}


def test_a_failure_of_the_stream_is_redriven_from_the_outbox(world: DeployedSystem, rewards: Rewards):
    """The relay is stopped, and Lambda has given up on its records: what is left of them is a pointer."""
    queue, purchase = "points-calculation/relay-dlq", scenarios.example_purchase("operator-stream-1", "operator-stream")
    names, sqs = world.names("points-calculation"), world.aws.client("sqs")
    url = sqs.get_queue_url(QueueName=names.physical("relay-dlq", limit=80))["QueueUrl"]
    with relay_stopped(world, names.physical("relay")):
        world.ingest([purchase])
        world.wait_for_calculation(purchase.id)
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps(stream_failure()))
        (letter,) = rewards("dlq", "list", "--queue", queue)[1]
        assert letter["reason"].startswith("RetryAttemptsExhausted: 1 records of shard-1")
        assert world.postings("operator-stream") == 0

        assert rewards("dlq", "redrive", queue)[1]["done"] == 1
        world.wait_for_postings({"operator-stream": 1}, lambda _count: None)
        assert rewards("dlq", "list", "--queue", queue)[1] == []
    # The relay reads the record after all, and finds it published: the ledger is told once more and drops it.
    later = scenarios.example_purchase("operator-stream-2", "operator-stream")
    world.ingest([later])
    world.wait_for_postings({"operator-stream": 2}, lambda _count: None)
    assert (world.postings("operator-stream"), world.balance("operator-stream")) == (2, 200)


@contextmanager
def relay_stopped(world: DeployedSystem, relay: str) -> Iterator[None]:
    lambda_ = world.aws.client("lambda")
    (mapping,) = [
        one
        for one in lambda_.list_event_source_mappings()["EventSourceMappings"]
        if one["FunctionArn"].rpartition(":function:")[2].split(":")[0] == relay
    ]
    lambda_.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    try:
        yield
    finally:
        lambda_.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)


def stream_failure() -> dict[str, Any]:
    """What Lambda puts into the on-failure queue."""
    now = datetime.now(UTC).isoformat()
    return {
        "requestContext": {"condition": "RetryAttemptsExhausted", "approximateInvokeCount": 21, "functionArn": "relay"},
        "DDBStreamBatchInfo": {
            "shardId": "shard-1",
            "startSequenceNumber": "1",
            "endSequenceNumber": "1",
            "approximateArrivalOfFirstRecord": now,
            "approximateArrivalOfLastRecord": now,
            "batchSize": 1,
        },
    }


def same(statement: dict[str, Any]) -> dict[str, Any]:
    """A statement without when it was written and in which order: events of two purchases have none."""
    lines = sorted((line["posting_id"], line["kind"], line["points"]) for line in statement["lines"])
    return {"balance_points": statement["balance_points"], "lines": lines}


def empty(world: DeployedSystem, table: str, member_id: str) -> None:
    """Take away what the ledger knows of a member, and which events it has handled."""
    dynamodb = world.aws.client("dynamodb")
    for item in dynamodb.scan(TableName=table)["Items"]:
        if item["pk"]["S"].startswith("inbox#") or member_id in json.dumps(item):
            dynamodb.delete_item(TableName=table, Key={"pk": item["pk"], "sk": item["sk"]})


def test_status_sees_a_pile_up_and_its_end(world: DeployedSystem, rewards: Rewards):
    def ledger() -> dict[str, Any]:
        return next(unit for unit in rewards("status")[1]["units"] if unit["unit"] == "points-ledger")

    with world.stopped("points-ledger", "post-points"):
        purchases = [scenarios.example_purchase(f"operator-pile-{number}", "operator-pile") for number in range(2)]
        world.ingest(purchases)
        wait_for(ledger, lambda unit: unit["queues"]["post-points-queue"] >= 2, "a pile")
    world.wait_for_postings({"operator-pile": 2}, lambda _count: None)
    wait_for(ledger, lambda unit: unit["queues"]["post-points-queue"] == 0, "an end of the pile")


def test_status_tells_fallbacks_dead_letters_and_alarms(world: DeployedSystem, rewards: Rewards):
    purchase = scenarios.example_purchase("operator-fallback", "operator-fallback")
    with world.broken("campaigns", "bonuses"):
        world.ingest([purchase])
        world.wait_for_calculation(purchase.id)
    send_to_ledger(world, ["operator-status-1"], "operator-status")
    alarm = world.names("campaigns").physical("outbox-pending-age", limit=255)
    world.aws.client("cloudwatch").set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="a test")
    wait_for(
        lambda: unit_of(rewards("status"), "earn-points")["fallbacks"],
        lambda fallbacks: "bonuses" in fallbacks,
        "the fallback",
    )
    found = rewards("status")
    assert (found[0], found[1]["healthy"]) == (1, False)
    assert unit_of(found, "points-ledger")["dead_letters"]["post-points-queue-dlq"] >= 1
    assert alarm in [one["name"] for one in unit_of(found, "campaigns")["alarms"]]
    rewards("dlq", "discard", LEDGER_DLQ, "--reason", "operator-status")


def unit_of(answer: tuple[int, Any], unit: str) -> dict[str, Any]:
    return next(one for one in answer[1]["units"] if one["unit"] == unit)


LONG_AGO = ("--from", "2020-01-01T00:00:00Z", "--to", "2020-02-01T00:00:00Z")
BAD_INPUT: dict[str, tuple[list[str], int, str]] = {
    "missing queue": (["dlq", "redrive", "points-ledger/nothing"], 1, "UnknownQueue: there is no dead-letter queue"),
    "missing unit": (["dlq", "redrive", "nobody/nothing"], 2, "there is no unit nobody; there are: campaigns"),
    "no queue": (["dlq", "redrive", "no-slash"], 2, "write it as unit/queue"),
    "no length of time": (["dlq", "list", "--older-than", "soon"], 2, "'soon' is no length of time"),
    "missing letter": (["dlq", "show", LEDGER_DLQ, "no-such-letter"], 1, "has no letter no-such-letter"),
    "missing purchase": (["events", "trace", "no-such-purchase"], 1, "nobody has noted 'no-such-purchase'"),
    "before the archive": (
        ["events", "replay", *LONG_AGO, "--target", "points-ledger"],
        1,
        "the archive holds nothing before",
    ),
    "backwards": (
        ["events", "replay", "--from", LONG_AGO[3], "--to", LONG_AGO[1], "--target", "points-ledger"],
        2,
        "is no time",
    ),
    "no offset": (
        ["events", "replay", "--from", "2020-01-01", "--to", LONG_AGO[3], "--target", "points-ledger"],
        2,
        "'2020-01-01' is no instant with an offset",
    ),
    "no consumer": (
        ["events", "replay", *LONG_AGO, "--target", "campaigns"],
        1,
        "campaigns has nothing to replay events to: it consumes no events",
    ),
    "another source": (
        ["events", "replay", *LONG_AGO, "--target", "points-ledger", "--source", "partners"],
        1,
        "it consumes events of cards, points-calculation",
    ),
}


@pytest.mark.parametrize("case", BAD_INPUT)
def test_bad_input_is_one_clear_line(rewards: Rewards, case: str):
    arguments, code, reason = BAD_INPUT[case]
    got, error = rewards(*arguments)
    assert got == code
    assert reason in error
    assert error.count("\n") == 1
