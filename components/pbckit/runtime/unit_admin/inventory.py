"""What the unit admin of a unit looks after, as infrastructure tells it in the variable `UNIT_ADMIN`."""

import msgspec

from pbckit.runtime.environment import InvalidEnvironment


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    """A queue of the unit that feeds a consumer."""

    url: str
    rule: str
    """ARN of the rule that feeds the queue."""
    source: str
    """Whose events it brings."""


class DeadLetterQueue(msgspec.Struct, frozen=True, kw_only=True):
    """A dead-letter queue of the unit."""

    url: str
    origin: str | None
    """URL of the queue that its letters came from. None for failures of the outbox's stream."""


class Inventory(msgspec.Struct, frozen=True, kw_only=True):
    """The unit's queues, logs and sweeper."""

    queues: dict[str, Queue]
    """By thing."""
    dead_letters: dict[str, DeadLetterQueue]
    """By thing."""
    log_groups: dict[str, list[str]]
    """What the names of the unit's log groups end with, by what they begin with: environments hold 4 KB."""
    sweeper: str | None
    """ARN of the outbox's sweeper."""

    def every_log_group(self) -> list[str]:
        """The names of the unit's log groups."""
        return [f"{beginning}{end}" for beginning, ends in self.log_groups.items() for end in ends]


def read_inventory(text: str) -> Inventory:
    """Read the variable.

    Raises:
        InvalidEnvironment: it is not what infrastructure writes.
    """
    try:
        return msgspec.json.decode(text, type=Inventory)
    except msgspec.DecodeError as error:
        raise InvalidEnvironment(f"environment variable UNIT_ADMIN: {error}") from error
