"""What purchases cost on AWS, by service."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import msgspec

from ops.capacity.way import Deployed, Way, lasts
from pbckit.cli.errors import OperatorError

FILE = Path(__file__).with_name("prices.yaml")
OLD = timedelta(days=365)
_MB, _MILLION = 1024, 1_000_000
_WORKFLOW_MB = 64
"""Step Functions charges for memory in steps of so much; this workflow stays in the first."""
_FORMER_MB = 512
"""Of each function, before memory was given by what a function takes."""
_EACH_BATCH = 2
"""Requests of a queue for each batch: received, deleted. Each message is sent alone."""
_TRANSACTION = 2
"""Write units of an item of at most a KiB in a transaction."""


class Prices(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """List prices of a region in USD. The fields are explained in the data file."""

    lambda_requests: float
    lambda_gb_second: float
    express_requests: float
    express_gb_second: float
    events: float
    queue_requests: float
    writes: float
    reads: float


class PriceList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Prices by region, as they were known on a day."""

    as_of: date
    regions: Mapping[str, Prices]

    def of(self, region: str) -> Prices:
        """Prices of a region.

        Raises:
            OperatorError: they are not known.
        """
        if region not in self.regions:
            raise OperatorError(f"no prices for region {region!r}: there are those of {', '.join(self.regions)}")
        return self.regions[region]

    def age_warning(self, today: date) -> str | None:
        """What to say of prices that were known too long ago."""
        if today - self.as_of <= OLD:
            return None
        return f"prices are of {self.as_of}, more than {OLD.days} days ago: look them up and give them with --prices"


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What one service takes for a purchase, and its price."""

    service: str
    amount: float
    """What is charged for, each purchase."""
    unit: str
    usd_a_million: float
    """USD for a million purchases."""


def price_list(file: Path = FILE) -> PriceList:
    """The prices of a file.

    Raises:
        OperatorError: the file cannot be read, or is not a price list.
    """
    try:
        return msgspec.yaml.decode(file.read_bytes(), type=PriceList)
    except OSError as error:
        raise OperatorError(f"{file}: {error.strerror or error}") from error
    except msgspec.MsgspecError as error:
        raise OperatorError(
            f"{file} is not a price list: {error}. {FILE.name} of the package shows its form"
        ) from error


def bill(way: Way, prices: Prices, *, in_full_batches: bool = False) -> list[Line]:
    """The lines of a bill.

    Args:
        way: of a purchase.
        prices: of the region.
        in_full_batches: queues hand over as many messages as they may, as they do under load; else one at a time.
    """
    steps = way.steps
    batches = {one.step.name: one.batch if in_full_batches else 1 for one in steps}
    requests = sum(1 / batches[one.step.name] for one in steps)
    gb_seconds = sum(_each(one, batches[one.step.name]) * one.memory / _MB for one in steps)
    workflows = [one for one in steps if one.step.starts]
    workflow_seconds = sum(one.step.waits for one in workflows) * _WORKFLOW_MB / _MB
    events = way.outside.events + sum(one.step.events for one in steps)
    queue_requests = sum(1 + _EACH_BATCH / batches[one.step.name] for one in steps if one.step.by == "queue")
    return [
        _line("Lambda", requests, "requests", prices.lambda_requests / _MILLION),
        _line("Lambda", gb_seconds, "GB-seconds", prices.lambda_gb_second),
        _line("Step Functions", len(workflows), "requests", prices.express_requests / _MILLION),
        _line("Step Functions", workflow_seconds, "GB-seconds", prices.express_gb_second),
        _line("EventBridge", events, "events", prices.events / _MILLION),
        _line("SQS", queue_requests, "requests", prices.queue_requests / _MILLION),
        _line("DynamoDB", sum(one.write for one in steps), "write units", prices.writes / _MILLION),
        _line("DynamoDB", sum(one.read for one in steps), "read units", prices.reads / _MILLION),
    ]


def one_service(way: Way, prices: Prices) -> list[Line]:
    """The bill of one service with one database: a request, and all it writes in one transaction."""
    service = way.one_service
    return [
        _line("Lambda", 1, "requests", prices.lambda_requests / _MILLION),
        _line("Lambda", service.seconds * service.memory / _MB, "GB-seconds", prices.lambda_gb_second),
        _line("DynamoDB", service.items * _TRANSACTION, "write units", prices.writes / _MILLION),
        _line("DynamoDB", 1, "read units", prices.reads / _MILLION),
    ]


def published_after_commit(way: Way) -> Way:
    """The way in a design without outboxes: a function publishes once its transaction is committed.

    Where it dies in between, the event is lost.
    """
    return replace(way, steps=list(_without_outbox(way.steps)))


def nothing_remembered(way: Way) -> Way:
    """The way in the naive design: published after commit, and no function knows what it has handled before."""
    steps = published_after_commit(way).steps
    return replace(way, steps=[replace(one, write=one.write - one.step.remembers) for one in steps])


def before(way: Way, units: Mapping[tuple[str, str], tuple[float, float]]) -> Way:
    """The way in former releases, of which the same things are charged.

    Args:
        way: of today.
        units: write and read units of a purchase then, by unit and function.
    """
    return replace(way, steps=[_before(one, units) for one in way.steps])


def together(lines: Sequence[Line]) -> float:
    """USD for a million purchases."""
    return sum(line.usd_a_million for line in lines)


def _before(one: Deployed, units: Mapping[tuple[str, str], tuple[float, float]]) -> Deployed:
    former = replace(one, memory=_FORMER_MB)
    write_read = units.get((one.step.unit, one.step.function))
    return replace(former, write=write_read[0], read=write_read[1]) if write_read else former


def _without_outbox(steps: Sequence[Deployed]) -> list[Deployed]:
    relayed = {one.step.unit: one.step.events for one in steps if one.step.by == "stream"}
    found: list[Deployed] = []
    for one in steps:
        if one.step.by == "stream":
            continue
        publishes = one.outbox_write > 0
        step = msgspec.structs.replace(one.step, events=relayed[one.step.unit] if publishes else 0)
        found.append(replace(one, step=step, write=one.write - one.outbox_write, outbox_write=0))
    return found


def _each(one: Deployed, batch: int) -> float:
    """Seconds of one purchase in a batch: a starter waits for all workflows of its batch side by side."""
    waits = one.step.waits / (batch if one.step.starts else 1)
    return lasts(waits, one.step.processor, one.memory)


def _line(service: str, amount: float, unit: str, price: float) -> Line:
    return Line(service=service, amount=amount, unit=unit, usd_a_million=amount * price * _MILLION)
