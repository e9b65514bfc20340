"""Physical names and ARNs, known before anything exists.

Every name is `{project}-{environment}-{unit}_{thing}`. Units are kebab-case and never contain an underscore, so the
prefix up to and including `_` belongs to one unit only: an IAM pattern `…:table/shop-dev-orders_*` cannot cover the
unit `orders-archive`. Because names are known, so are ARNs, and every IAM document is plain text already at preview.
"""

import hashlib
import re
from dataclasses import dataclass, replace

from pbckit.errors import PbckitError

UNIT_PATTERN = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_THING_PATTERN = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_HASH_LENGTH = 7

LIMIT = 64
"""The shortest limit among the services used: IAM roles, Lambda functions and EventBridge rules allow 64 characters."""


class InvalidName(PbckitError, ValueError):
    """A unit or thing that cannot be part of a physical name."""


def partition_of(region: str) -> str:
    """The ARN partition a region belongs to."""
    if region.startswith("cn-"):
        return "aws-cn"
    if region.startswith("us-gov-"):
        return "aws-us-gov"
    return "aws"


@dataclass(frozen=True, kw_only=True)
class Names:
    """The names and ARNs of one unit in one environment."""

    project: str
    environment: str
    unit: str
    account: str
    region: str

    def __post_init__(self) -> None:
        if not UNIT_PATTERN.fullmatch(self.unit):
            raise InvalidName(f"unit {self.unit!r}: must be kebab-case, for example gift-cards")

    def of(self, unit: str) -> "Names":
        """The names of another unit in the same environment, as its contract makes them known."""
        return replace(self, unit=unit)

    @property
    def prefix(self) -> str:
        """What all names of the unit start with, the separating underscore included."""
        return f"{self.project}-{self.environment}-{self.unit}_"

    @property
    def partition(self) -> str:
        return partition_of(self.region)

    def physical(self, thing: str, limit: int = LIMIT) -> str:
        """The physical name of one of the unit's things, at most `limit` characters.

        A thing that is too long is cut and gets a hash of itself, so that two long things stay two names.

        Raises:
            InvalidName: `thing` is not kebab-case.
        """
        if not _THING_PATTERN.fullmatch(thing):
            raise InvalidName(f"thing {thing!r}: must be kebab-case, for example place-order")
        name = self.prefix + thing
        if len(name) <= limit:
            return name
        digest = hashlib.sha256(thing.encode()).hexdigest()[:_HASH_LENGTH]
        room = limit - len(self.prefix) - _HASH_LENGTH - 1
        if room < 1:
            raise InvalidName(f"unit {self.unit!r}: its prefix {self.prefix!r} leaves no room in {limit} characters")
        return f"{self.prefix}{thing[:room].rstrip('-')}-{digest}"

    def arn(self, service: str, resource: str) -> str:
        """An ARN in this account and region; IAM's have no region."""
        region = "" if service == "iam" else self.region
        return f"arn:{self.partition}:{service}:{region}:{self.account}:{resource}"

    def table(self, name: str) -> str:
        """ARN of a DynamoDB table. Its indexes and streams lie below it."""
        return self.arn("dynamodb", f"table/{name}")

    def queue(self, name: str) -> str:
        """ARN of an SQS queue."""
        return self.arn("sqs", name)

    def queue_url(self, name: str) -> str:
        """URL of an SQS queue."""
        suffix = "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"
        return f"https://sqs.{self.region}.{suffix}/{self.account}/{name}"

    def function(self, name: str) -> str:
        """ARN of a Lambda function, unqualified."""
        return self.arn("lambda", f"function:{name}")

    def role(self, name: str) -> str:
        """ARN of an IAM role."""
        return self.arn("iam", f"role/{name}")

    def policy(self, name: str) -> str:
        """ARN of a managed policy of this account."""
        return self.arn("iam", f"policy/{name}")

    def root(self) -> str:
        """The account itself as a principal."""
        return self.arn("iam", "root")

    def bus(self) -> str:
        """ARN of the platform's event bus, the one thing that all units share."""
        return self.arn("events", f"event-bus/{self.bus_name()}")

    def bus_name(self) -> str:
        """Name of the platform's event bus."""
        return self.of(PLATFORM).physical("bus")

    def rule(self, name: str) -> str:
        """ARN of a rule on the platform's bus."""
        return self.arn("events", f"rule/{self.bus_name()}/{name}")

    def state_machine(self, name: str) -> str:
        """ARN of a Step Functions state machine."""
        return self.arn("states", f"stateMachine:{name}")

    def log_group(self, name: str) -> str:
        """ARN of a log group with everything in it."""
        return self.arn("logs", f"log-group:{name}:*")

    def dashboard(self, name: str) -> str:
        """ARN of a CloudWatch dashboard. Dashboards are in no region."""
        return f"arn:{self.partition}:cloudwatch::{self.account}:dashboard/{name}"

    def owner_of_store(self, arn: str) -> str | None:
        """Key of the unit of this environment that a table or queue belongs to, by its ARN; None for anything else."""
        stores = "|".join(re.escape(one) for one in (self.table(""), self.queue("")))
        found = re.match(
            f"(?:{stores}){re.escape(f'{self.project}-{self.environment}-')}({UNIT_PATTERN.pattern})_", arn
        )
        return found[1] if found else None

    def topic(self, name: str) -> str:
        """ARN of an SNS topic."""
        return self.arn("sns", name)

    def key_alias(self, thing: str = "key") -> str:
        """Alias of the unit's own KMS key, or of another key that it has for one purpose."""
        return f"alias/{self.prefix}{thing}"

    def capability(self, name: str) -> str:
        """ARN of the alias that callers invoke for one of the unit's capabilities."""
        return f"{self.function(self.physical(name))}:{LIVE}"


PLATFORM = "platform"
"""Key of the unit that owns the bus."""
DEPLOYMENT = "deploy"
"""What stands in the place of a unit in the names of deployment roles: no unit's patterns cover them."""
OPERATOR = "operator"
"""Role of a unit that people act under."""
LIVE = "live"
"""Alias that all traffic goes through; a deployment moves it."""
