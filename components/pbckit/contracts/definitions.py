"""The two kinds of contract, `Event` and `Capability`, and the errors a capability may answer with."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Generic, TypeVar

import msgspec

from pbckit.errors import PbckitError


class UnitKind(StrEnum):
    """What a contract's module is of, by its `KIND`; without one it is of a unit that is always there."""

    FACADE = "facade"
    """Stands in front of a capability while that moves out of a legacy system."""
    LEGACY = "legacy"
    """A system that capabilities move out of. It keeps to no contract but what its callers know of it."""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that its source has committed, published on the bus and named in the past tense.

    The class name is the EventBridge detail type. Consumers ignore fields that they do not know, so that a producer
    can add optional ones.
    """

    source: ClassVar[str]
    """Key of the unit that publishes it; the EventBridge source."""
    schema_version: ClassVar[int] = 1
    """Major version of the schema: what changes when a change would break a consumer."""
    aggregate: ClassVar[str]
    """Name of the field that identifies the aggregate the event is about. Sequence numbers count per aggregate."""

    @classmethod
    def detail_type(cls) -> str:
        """The EventBridge detail type."""
        return cls.__name__

    @property
    def aggregate_id(self) -> str:
        """ID of the aggregate the event is about."""
        return str(getattr(self, type(self).aggregate))


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A response of a capability, or a part of a message. Readers ignore fields that they do not know."""


class Request(Message, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The request of a capability. An unknown field is refused: a misspelt one must not pass in silence."""


class ContractError(PbckitError):
    """A refusal that is part of a contract.

    ```
    ContractError
    ├── InvalidRequest          the request does not fit its schema
    └── (one per refusal)       defined beside the capability that answers with it
    ```

    The class name stands in the `error` of the refusal that the caller gets; nothing is raised across the boundary.
    """


class InvalidRequest(ContractError):
    """The request does not fit its schema. The message names the field, what is wrong and what is allowed."""


RequestT = TypeVar("RequestT", bound=Request)
ResponseT = TypeVar("ResponseT", bound=Message)


@dataclass(frozen=True, kw_only=True)
class Capability(Generic[RequestT, ResponseT]):
    """A synchronous question or command that a unit answers, for named callers only."""

    unit: str
    """Key of the unit that answers."""
    name: str
    """Kebab-case name; with the unit it gives the function's physical name."""
    request: type[RequestT]
    response: type[ResponseT]
    callers: tuple[str, ...]
    """Keys of the units that may ask. Everyone else is denied by IAM."""
    errors: tuple[type[ContractError], ...] = ()
    """Refusals besides `InvalidRequest`, which every capability has."""
    changes_state: bool = False
    """True for a command, False for a question."""
    route: str | None = None
    """Path at which the unit's read API passes the question on, for example `/orders/{order_id}`; None where it does
    not. Names in braces are fields of the request; its other fields are query parameters.
    """
    stands_for: "Capability[Any, Any] | None" = None
    """The capability that a facade answers in the stead of, while it is deployed: offerings ask this one instead."""


AnyCapability = Capability[Any, Any]
"""A capability whose messages do not matter, for example for deployment or in a list."""

PEOPLE = "operations"
"""The caller by which a contract names people: whoever may assume the role `operator` of the unit that answers."""

UNIT_ADMIN = "unit-admin"
"""Name of the capability that operators see and mend a unit by; every unit that works has one."""
