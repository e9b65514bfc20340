"""What AWS names: ARNs, and identifiers that it draws at random. Here those follow from the URN."""

import base64
import hashlib
import uuid
from dataclasses import dataclass

NOW = "2030-01-31T09:30:00Z"


@dataclass(frozen=True)
class Place:
    """An account and a region."""

    account: str = "111111111111"
    region: str = "eu-central-1"

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource in the region."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"

    def global_arn(self, service: str, resource: str) -> str:
        """The ARN of a resource of a service that has no regions."""
        return f"arn:aws:{service}::{self.account}:{resource}"

    def invoke_arn(self, function: str, api: str = "2015-03-31", call: str = "invocations") -> str:
        """What API Gateway invokes a function by."""
        return f"arn:aws:apigateway:{self.region}:lambda:path/{api}/functions/{function}/{call}"


def drawn_uuid(urn: str) -> str:
    """A UUID that stays the same for a URN."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, urn))


def drawn_id(prefix: str, urn: str) -> str:
    """An identifier of IAM, such as `AROA…` for a role."""
    return prefix + hashlib.sha256(urn.encode()).hexdigest()[:17].upper()


def drawn_hash(urn: str) -> str:
    """A SHA-256 in base 64, as Lambda gives for code."""
    return base64.b64encode(hashlib.sha256(urn.encode()).digest()).decode()
