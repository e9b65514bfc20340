"""Where the operator works and as whom: a stack's names, and AWS clients under the roles that people may assume."""

import getpass
import json
import os
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from pbckit.cli.errors import Unreachable
from pbckit.contracts import catalogue
from pbckit.contracts.definitions import PEOPLE, UNIT_ADMIN, AnyCapability
from pbckit.infra.environment import EMBEDDED
from pbckit.infra.names import OPERATOR, Names
from pbckit.program_root import program_root
from pbckit.sandbox.embedded_aws import SandboxError, connect
from pbckit.sandbox.stack_config import InvalidStack, StackConfig, read_stack

LOCAL_STACK = "local"
MIGRATION_STACK = "migration"
"""Stack with a legacy system and a facade, beside `local` on the embedded AWS."""
OPERATIONS = PEOPLE
_CONFIG = Config(connect_timeout=5, read_timeout=60, retries={"max_attempts": 4, "mode": "standard"})

_SHORTEST_SESSION_NAME, _LONGEST_SESSION_NAME = 2, 64


@dataclass(frozen=True, kw_only=True)
class Session:
    """A stack, and clients under the roles for people in it. Each role is assumed when it is first needed, once."""

    names: Names
    """Names of the unit `operations`; `names.of` gives other units'."""
    actor: str
    """Who asks: stands in audit trails."""
    assume: Callable[[str], boto3.Session]
    """Becomes the operator of a unit. It raises Unreachable where the caller may not, or there is no such role."""
    endpoint: str | None
    units: tuple[str, ...] = catalogue.permanent_units()
    """Keys of the units that are there."""
    _clients: dict[tuple[str, str], Any] = field(default_factory=dict[tuple[str, str], Any])
    _acting: dict[str, boto3.Session] = field(default_factory=dict[str, boto3.Session])
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def client(self, service: str, unit: str = OPERATIONS) -> Any:
        """A client of an AWS service under the operator's role of a unit, made once.

        Raises:
            Unreachable: the role cannot be assumed.
        """
        with self._lock:  # Threads ask several units at once.
            if unit not in self._acting:
                self._acting[unit] = self.assume(unit)
            if (service, unit) not in self._clients:
                made = self._acting[unit].client(service, endpoint_url=self.endpoint, config=_CONFIG)
                self._clients[service, unit] = made
            return self._clients[service, unit]

    def lambda_for(self, capability: AnyCapability) -> Any:
        """Lambda's client under the role by which people ask a capability: every unit admin under that of operations.

        Raises:
            Unreachable: the role cannot be assumed.
        """
        return self.client("lambda", OPERATIONS if capability.name == UNIT_ADMIN else capability.unit)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a stack is, and who works there."""

    caller: boto3.Session
    """With the caller's own credentials; in the sandbox with the deployer's."""
    endpoint: str | None
    names: Names
    """Names of the unit `operations`; `names.of` gives other units'."""


def open_session(stack: str, folder: Path | None = None, root: Path | None = None) -> Session:
    """A session of an operator in a stack.

    That is in the running sandbox for `local` and `migration`, else in AWS with the usual credentials.

    Args:
        stack: its name.
        folder: of the sandbox; by default that of `PBC_SANDBOX`, else `.sandbox`.
        root: folder of the program; by default the one that commands work on.

    Raises:
        Unreachable: there is no such stack, or no sandbox.
    """
    place, config = _place(stack, folder, root)
    return as_operator(place.caller, place.endpoint, config)


def place_of(stack: str, folder: Path | None = None, root: Path | None = None) -> Place:
    """Where a stack is, without a role: for what the caller's own credentials allow. Arguments as of `open_session`.

    Raises:
        Unreachable: there is no such stack, or no sandbox.
    """
    return _place(stack, folder, root)[0]


def _place(stack: str, folder: Path | None, root: Path | None) -> tuple[Place, StackConfig]:
    try:
        config = read_stack(root or program_root(), stack)
        names = _names(config)
        if stack in EMBEDDED:
            aws = connect(folder)
            return Place(caller=aws.session(), endpoint=aws.endpoint, names=names), config
        return Place(caller=boto3.Session(region_name=names.region), endpoint=None, names=names), config
    except (SandboxError, InvalidStack) as error:
        raise Unreachable(str(error)) from error


def _names(config: StackConfig) -> Names:
    return Names(
        project=config.project,
        environment=config.own("environment"),
        unit=OPERATIONS,
        account=config.own("account"),
        region=config.value("aws:region"),
    )


def current_actor() -> str:
    """Who sits at this machine, in the characters that a role session's name may have."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # A user id without a name, as in many containers.
        user = f"uid-{os.getuid()}"
    allowed = re.sub(r"[^A-Za-z0-9_+=,.@-]", "-", user)[:_LONGEST_SESSION_NAME]
    return allowed.ljust(_SHORTEST_SESSION_NAME, "-")


def as_operator(caller: boto3.Session, endpoint: str | None, config: StackConfig) -> Session:
    """A session in a stack that assumes operators' roles with a caller's credentials.

    Raises:
        InvalidStack: the stack's configuration does not say where it is.
    """
    names = _names(config)
    actor = current_actor()
    return Session(
        names=names,
        actor=actor,
        assume=lambda unit: _assumed(caller, endpoint, names.of(unit), actor),
        endpoint=endpoint,
        units=_units(config),
    )


def _assumed(caller: boto3.Session, endpoint: str | None, names: Names, actor: str) -> boto3.Session:
    role = names.role(names.physical(OPERATOR))
    try:
        sts = caller.client("sts", endpoint_url=endpoint, config=_CONFIG)
        given = sts.assume_role(RoleArn=role, RoleSessionName=actor)["Credentials"]
    except (BotoCoreError, ClientError) as error:
        raise Unreachable(f"cannot act as {role}, under which people work with {names.unit}: {error}") from error
    return boto3.Session(
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
        region_name=names.region,
    )


def _units(config: StackConfig) -> tuple[str, ...]:
    moving = json.loads(config.values.get(f"{config.project}:migration", "[]"))
    return (*catalogue.permanent_units(), *(unit for unit in catalogue.units() if unit in moving))
