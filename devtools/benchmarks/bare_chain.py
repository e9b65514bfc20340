"""The same hops as those of a purchase until it is posted, with functions that do nothing but call the next one.

Bus, queue, starter, synchronous workflow of four functions, table with a stream, relay, bus, queue, table: what is left
is what the embedded AWS takes for the hops, beside which the system's own time is seen. Each function writes a line, as
any does: the embedded AWS waits 50 ms for the log of one that writes nothing.
"""

import json
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from ops.demo.compromise import as_module
from pbckit.cli.waiting import wait_for
from pbckit.infra.function import MEMORY_MB
from pbckit.infra.iam import Statement, document
from pbckit.infra.packaging import RUNTIME
from pbckit.sandbox.embedded_aws import EmbeddedAws

_BUS, _SOURCE = "bare", "bare"
_STORE, _OUTBOX = "bare-store", "bare-outbox"
_LOOKUPS = ("categorize", "rate", "bonuses")
_POLL_SECONDS = 0.02
_ADDED = {"Filters": [{"Pattern": json.dumps({"eventName": ["INSERT"]})}]}
_FUNCTIONS = f"""\
import json
from functools import cache

import boto3


@cache
def client(service):
    return boto3.client(service)


def logged(handler):
    def run(event, context):
        print(handler.__name__)
        return handler(event, context)

    return run


def text(item):
    return {{name: {{"S": value}} for name, value in item.items()}}


def publish(kind, number):
    detail = json.dumps({{"id": number}})
    entry = {{"EventBusName": {_BUS!r}, "Source": {_SOURCE!r}, "DetailType": kind, "Detail": detail}}
    client("events").put_events(Entries=[entry])


def put(table, key):
    return {{"Put": {{"TableName": table, "Item": text({{"pk": key}})}}}}


def told(record):
    return json.loads(record["body"])["detail"]["id"]


@logged
def start(event, context):
    region, account = context.invoked_function_arn.split(":")[3:5]
    machine = f"arn:aws:states:{{region}}:{{account}}:stateMachine:bare"
    for record in event["Records"]:
        client("stepfunctions").start_sync_execution(stateMachineArn=machine, input=json.dumps({{"id": told(record)}}))


@logged
def look(event, context):
    client("dynamodb").get_item(TableName={_STORE!r}, Key=text({{"pk": "setting"}}))
    return event


@logged
def calculate(event, context):
    puts = [put({_STORE!r}, f"calculated#{{event['id']}}"), put({_OUTBOX!r}, event["id"])]
    client("dynamodb").transact_write_items(TransactItems=puts)
    return event


@logged
def relay(event, context):
    for record in event["Records"]:
        number = record["dynamodb"]["Keys"]["pk"]["S"]
        publish("Calculated", number)
        client("dynamodb").delete_item(TableName={_OUTBOX!r}, Key=text({{"pk": number}}))


@logged
def post(event, context):
    for record in event["Records"]:
        puts = [put({_STORE!r}, f"{{kind}}#{{told(record)}}") for kind in ("posting", "account")]
        client("dynamodb").transact_write_items(TransactItems=puts)
"""


class BareChain:
    """The chain on an embedded AWS, once it is made."""

    def __init__(self, aws: EmbeddedAws) -> None:
        self._aws = aws
        self._role = self._made_role("lambda.amazonaws.com")
        aws.client("events").create_event_bus(Name=_BUS)
        self._make_tables()
        self._make_workflow()
        self._follow("Bought", self._function("start"))
        self._follow("Calculated", self._function("post"))
        stream = aws.client("dynamodb").describe_table(TableName=_OUTBOX)["Table"]["LatestStreamArn"]
        self._feed(stream, self._function("relay"), StartingPosition="TRIM_HORIZON", FilterCriteria=_ADDED)

    def earn(self, number: str) -> None:
        """Publish a purchase, and wait until it is posted."""
        entry = {"EventBusName": _BUS, "Source": _SOURCE, "DetailType": "Bought", "Detail": json.dumps({"id": number})}
        self._aws.client("events").put_events(Entries=[entry])
        wait_for_item(self._aws, _STORE, {"pk": f"posting#{number}"})

    def _make_tables(self) -> None:
        for table, stream in ((_STORE, {}), (_OUTBOX, {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"})):
            self._aws.client("dynamodb").create_table(
                TableName=table,
                KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
                BillingMode="PAY_PER_REQUEST",
                **({"StreamSpecification": stream} if stream else {}),
            )

    def _make_workflow(self) -> None:
        calls = {name: self._function(name, "look") for name in _LOOKUPS} | {"calculate": self._function("calculate")}
        self._aws.client("stepfunctions").create_state_machine(
            name="bare",
            type="EXPRESS",
            definition=json.dumps({"StartAt": next(iter(calls)), "States": _tasks(calls)}),
            roleArn=self._made_role("states.amazonaws.com"),
        )

    def _function(self, name: str, handler: str | None = None) -> str:
        """Make a function. Its ARN."""
        path = f"bare.{handler or name}"
        made = self._aws.client("lambda").create_function(
            FunctionName=f"bare-{name}",
            Runtime=RUNTIME,
            Role=self._role,
            Handler=path,
            Code={"ZipFile": as_module(path, _FUNCTIONS)},
            MemorySize=MEMORY_MB,
            Timeout=30,
        )
        return made["FunctionArn"]

    def _follow(self, kind: str, function: str) -> None:
        """Bring events of a kind to a function, by a queue."""
        sqs, name = self._aws.client("sqs"), f"bare-{kind.lower()}"
        url = sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "180"})["QueueUrl"]
        queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        bus = {"Service": "events.amazonaws.com"}
        sends = Statement(sid="Send", principal=bus, actions=["sqs:SendMessage"], resources=[queue])
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": document([sends])})
        events = self._aws.client("events")
        pattern = json.dumps({"source": [_SOURCE], "detail-type": [kind]})
        events.put_rule(Name=name, EventBusName=_BUS, EventPattern=pattern)
        events.put_targets(Rule=name, EventBusName=_BUS, Targets=[{"Id": "queue", "Arn": queue}])
        self._feed(queue, function)

    def _feed(self, source: str, function: str, **more: Any) -> None:
        self._aws.client("lambda").create_event_source_mapping(
            EventSourceArn=source, FunctionName=function, BatchSize=10, **more
        )

    def _made_role(self, service: str) -> str:
        """A role that may do anything: the chain measures time, and holds nobody's data."""
        assumed = Statement(sid="Assume", principal={"Service": service}, actions=["sts:AssumeRole"])
        anything = Statement(sid="Anything", actions=["*"], resources=["*"])
        iam, name = self._aws.client("iam"), f"bare-{service.split('.', maxsplit=1)[0]}"
        made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document([assumed]))
        iam.put_role_policy(RoleName=name, PolicyName="anything", PolicyDocument=document([anything]))
        return made["Role"]["Arn"]


def wait_for_item(aws: EmbeddedAws, table: str, key: Mapping[str, str]) -> None:
    """Wait until a table has an item."""
    request = {"TableName": table, "Key": {name: {"S": value} for name, value in key.items()}}

    def look() -> bool:
        return "Item" in aws.client("dynamodb").get_item(**request)

    wait_for(look, bool, f"no {key} in {table}", every_seconds=_POLL_SECONDS)


def _tasks(functions: Mapping[str, str]) -> dict[str, dict[str, object]]:
    following = dict(pairwise(functions))
    return {
        name: {
            "Type": "Task",
            "Resource": function,
            **({"Next": following[name]} if name in following else {"End": True}),
        }
        for name, function in functions.items()
    }
