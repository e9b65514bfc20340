"""The deployed system as the demo and the journeys see it: asked as an operator, broken and mended as AWS can break."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import msgspec

from contracts.points_calculation import EXPLAIN, Calculation, Explain
from contracts.points_ledger import BALANCE, GetBalance
from ops.demo.compromise import as_module
from pbckit.cli.client.capabilities import LambdaCapabilities
from pbckit.cli.client.event_publisher import publish
from pbckit.cli.client.session import LOCAL_STACK, Session, open_session
from pbckit.cli.errors import Refused
from pbckit.cli.waiting import NothingHappens, wait_for
from pbckit.contracts import catalogue
from pbckit.contracts.definitions import Event
from pbckit.contracts.envelope import Envelope
from pbckit.infra.iam import Statement, document
from pbckit.infra.names import LIVE, Names
from pbckit.runtime.runtime import SETTINGS_SECONDS
from pbckit.sandbox.embedded_aws import EmbeddedAws

PBCS = catalogue.publishers()
"""Keys of all PBCs: each publishes events."""

_BROKEN = "broken"
_SLEEPER = "import time\n\n\ndef handler(_event, _context):\n    time.sleep(600)\n"


class _OnTheBus(msgspec.Struct, frozen=True):
    detail: Envelope


@dataclass(frozen=True, kw_only=True)
class DeployedSystem:
    """A deployed system."""

    aws: EmbeddedAws
    session: Session
    capabilities: LambdaCapabilities

    @classmethod
    def of(cls, aws: EmbeddedAws, stack: str = LOCAL_STACK) -> "DeployedSystem":
        """The system of a stack in a running sandbox."""
        session = open_session(stack, aws.folder)
        return cls(aws=aws, session=session, capabilities=LambdaCapabilities(session))

    def names(self, unit: str) -> Names:
        """A unit's physical names."""
        return self.session.names.of(unit)

    def ingest(self, events: Sequence[Event]) -> None:
        """Publish events of outside sources: purchases, for example."""
        publish(self.session, events, lambda _count: None)

    def postings(self, member_id: str) -> int:
        """How many postings a member has."""
        return self._balance(member_id)[1]

    def balance(self, member_id: str) -> int:
        """A member's points; 0 without an account."""
        return self._balance(member_id)[0]

    def calculation(self, purchase_id: str) -> Calculation | None:
        """What was calculated for a purchase; None while nothing was."""
        try:
            return self.capabilities.ask(EXPLAIN, Explain(purchase_id=purchase_id))
        except Refused:
            return None

    def wait_for_postings(self, expected: dict[str, int], on_progress: Callable[[int], None]) -> None:
        """Wait until each member has so many postings.

        Raises:
            NothingHappens: they do not come.
        """
        have = dict.fromkeys(expected, 0)

        def look() -> int:
            for member_id, count in expected.items():
                if have[member_id] < count:
                    have[member_id] = self.postings(member_id)
            on_progress(sum(have.values()))
            return sum(have.values())

        wait_for(look, lambda _total: all(have[one] >= count for one, count in expected.items()), "postings")

    def wait_for_calculation(self, purchase_id: str) -> Calculation:
        """Wait until a purchase was calculated.

        Raises:
            NothingHappens: it is not.
        """
        found = wait_for(lambda: self.calculation(purchase_id), lambda it: it is not None, f"purchase {purchase_id}")
        if found is None:
            raise NothingHappens(purchase_id)
        return found

    def run_scheduled(self, unit: str, function: str) -> None:
        """Call a scheduled function now, as the scheduler would.

        Raises:
            NothingHappens: it failed.
        """
        arn = f"{self.names(unit).function(self.names(unit).physical(function))}:live"
        answer = self.aws.client("lambda").invoke(FunctionName=arn, Payload=b"{}")
        if "FunctionError" in answer:
            raise NothingHappens(f"{function} failed: {answer['Payload'].read().decode()}")

    @contextmanager
    def tapped(self, kind: type[Event]) -> Iterator[Callable[[], list[Envelope]]]:
        """Listen to the bus: gives a function that gives all events of a kind that came since."""
        sqs, events, name = self.aws.client("sqs"), self.aws.client("events"), f"tap-{uuid4()}"
        place = {"EventBusName": self.session.names.bus_name()}
        url = sqs.create_queue(QueueName=name)["QueueUrl"]
        queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        pattern = {"source": [kind.source], "detail-type": [kind.detail_type()]}
        events.put_rule(Name=name, EventPattern=json.dumps(pattern), **place)
        events.put_targets(Rule=name, Targets=[{"Id": "tap", "Arn": queue}], **place)
        seen: list[Envelope] = []

        def look() -> list[Envelope]:
            while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
                seen.extend(msgspec.json.decode(one["Body"], type=_OnTheBus).detail for one in messages)
                for one in messages:
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
            return list(seen)

        try:
            yield look
        finally:
            events.remove_targets(Rule=name, Ids=["tap"], **place)
            events.delete_rule(Name=name, **place)
            sqs.delete_queue(QueueUrl=url)

    @contextmanager
    def broken(self, unit: str, function: str) -> Iterator[None]:
        """A function that fails: its role may no longer use any table, and what it remembered is too old."""
        iam, role = self.aws.client("iam"), self.names(unit).physical(function)
        denial = document([Statement(sid="Broken", effect="Deny", actions=["dynamodb:*"], resources=["*"])])
        iam.put_role_policy(RoleName=role, PolicyName=_BROKEN, PolicyDocument=denial)
        time.sleep(SETTINGS_SECONDS)
        try:
            yield
        finally:
            iam.delete_role_policy(RoleName=role, PolicyName=_BROKEN)

    @contextmanager
    def hanging(self, unit: str, function: str) -> Iterator[None]:
        """A function that takes its time, all of it: traffic goes to a version that only sleeps."""
        lambda_, name = self.aws.client("lambda"), self.names(unit).physical(function)
        before = lambda_.get_alias(FunctionName=name, Name=LIVE)["FunctionVersion"]
        handler = lambda_.get_function_configuration(FunctionName=name)["Handler"]
        sleeping = lambda_.update_function_code(FunctionName=name, ZipFile=as_module(handler, _SLEEPER), Publish=True)
        lambda_.update_alias(FunctionName=name, Name=LIVE, FunctionVersion=sleeping["Version"])
        try:
            yield
        finally:
            lambda_.update_alias(FunctionName=name, Name=LIVE, FunctionVersion=before)

    @contextmanager
    def stopped(self, unit: str, consumer: str) -> Iterator[None]:
        """A consumer that takes no messages from its queue."""
        lambda_, function = self.aws.client("lambda"), self.names(unit).physical(consumer)
        queue = self.names(unit).queue(self.names(unit).physical(f"{consumer}-queue", limit=80))
        (mapping,) = lambda_.list_event_source_mappings(EventSourceArn=queue)["EventSourceMappings"]
        if function not in mapping["FunctionArn"]:
            raise NothingHappens(f"{queue} feeds {mapping['FunctionArn']}, not {function}")
        lambda_.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
        try:
            yield
        finally:
            lambda_.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)

    def dead_letters(self, unit: str, queue: str) -> list[dict[str, Any]]:
        """What lies in a dead-letter queue: body and attributes. Looking takes nothing away."""
        sqs = self.aws.client("sqs")
        url = sqs.get_queue_url(QueueName=self.names(unit).physical(queue, limit=80))["QueueUrl"]
        found: dict[str, dict[str, Any]] = {}
        received: list[str] = []
        while messages := sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=60, MessageAttributeNames=["All"]
        ).get("Messages", []):
            for message in messages:
                attributes = {
                    name: value["StringValue"] for name, value in message.get("MessageAttributes", {}).items()
                }
                found[message["MessageId"]] = {"body": message["Body"], **attributes}
                received.append(message["ReceiptHandle"])
        # All at once, so that whoever looks next sees all of them too.
        for receipt in received:
            sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=receipt, VisibilityTimeout=0)
        return list(found.values())

    def _balance(self, member_id: str) -> tuple[int, int]:
        try:
            answer = self.capabilities.ask(BALANCE, GetBalance(member_id=member_id))
        except Refused:
            return 0, 0
        return answer.balance_points, answer.version
