"""Where the operator works and as whom: a stack's names, and AWS clients under the operator's role."""

import getpass
import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from pbckit.cli.errors import Unreachable
from pbckit.contracts import catalogue
from pbckit.infra.environment import EMBEDDED
from pbckit.infra.names import Names
from pbckit.program_root import program_root
from pbckit.sandbox.embedded_aws import DEFAULT_FOLDER, SandboxError, connect
from pbckit.sandbox.stack_config import InvalidStack, StackConfig, read_stack

LOCAL_STACK = "local"
MIGRATION_STACK = "migration"
"""Stack with a legacy system and a facade, beside `local` on the embedded AWS."""
OPERATIONS = "operations"
_CONFIG = Config(connect_timeout=5, read_timeout=60, retries={"max_attempts": 4, "mode": "standard"})

_SHORTEST_SESSION_NAME, _LONGEST_SESSION_NAME = 2, 64


@dataclass(frozen=True, kw_only=True)
class Session:
    """A stack, and clients under the operator's role in it."""

    names: Names
    """Names of the unit `operations`; `names.of` gives other units'."""
    actor: str
    """Who asks: stands in audit trails."""
    boto: boto3.Session
    endpoint: str | None
    units: tuple[str, ...] = catalogue.permanent_units()
    """Keys of the units that are there."""
    _clients: dict[str, Any] = field(default_factory=dict[str, Any])

    def client(self, service: str) -> Any:
        """A client of an AWS service, made once."""
        if service not in self._clients:
            self._clients[service] = self.boto.client(service, endpoint_url=self.endpoint, config=_CONFIG)
        return self._clients[service]


def open_session(stack: str, folder: Path = DEFAULT_FOLDER, root: Path | None = None) -> Session:
    """Assume the operator's role in a stack.

    That is in the running sandbox for `local` and `migration`, else in AWS with the usual credentials.

    Raises:
        Unreachable: there is no such stack, no sandbox, or the role cannot be assumed.
    """
    try:
        config = read_stack(root or program_root(), stack)
        if stack in EMBEDDED:
            aws = connect(folder)
            return as_operator(aws.session(), aws.endpoint, config)
        return as_operator(boto3.Session(region_name=config.value("aws:region")), None, config)
    except (SandboxError, InvalidStack) as error:
        raise Unreachable(str(error)) from error


def current_actor() -> str:
    """Who sits at this machine, in the characters that a role session's name may have."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # A user id without a name, as in many containers.
        user = f"uid-{os.getuid()}"
    allowed = re.sub(r"[^A-Za-z0-9_+=,.@-]", "-", user)[:_LONGEST_SESSION_NAME]
    return allowed.ljust(_SHORTEST_SESSION_NAME, "-")


def as_operator(caller: boto3.Session, endpoint: str | None, config: StackConfig) -> Session:
    """Assume the operator's role of a stack with a caller's credentials.

    Raises:
        Unreachable: the role is not there, or the caller may not assume it.
        InvalidStack: the stack's configuration does not say where it is.
    """
    names = Names(
        project=config.project,
        environment=config.own("environment"),
        unit=OPERATIONS,
        account=config.own("account"),
        region=config.value("aws:region"),
    )
    role, actor = names.role(names.physical("operator")), current_actor()
    try:
        sts = caller.client("sts", endpoint_url=endpoint, config=_CONFIG)
        given = sts.assume_role(RoleArn=role, RoleSessionName=actor)["Credentials"]
    except (BotoCoreError, ClientError) as error:
        raise Unreachable(f"cannot act as {role}: {error}") from error
    session = boto3.Session(
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
        region_name=names.region,
    )
    return Session(names=names, actor=actor, boto=session, endpoint=endpoint, units=_units(config))


def _units(config: StackConfig) -> tuple[str, ...]:
    moving = json.loads(config.values.get(f"{config.project}:migration", "[]"))
    return (*catalogue.permanent_units(), *(unit for unit in catalogue.units() if unit in moving))
