"""A console's connection to scripted unit admins."""

from pathlib import Path

import pytest

from pbckit.cli.client.session import Session
from pbckit.console import connection
from pbckit.console.connection import Connection
from tests.ops.aws import Aws
from tests.ops.unit_admins import ScriptedAdmin, unit_admins


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Aws:
    scripted = Aws()

    def open_session(_stack: str, _folder: Path) -> Session:
        return scripted.session()

    monkeypatch.setattr(connection, "open_session", open_session)
    return scripted


@pytest.fixture
def admins(aws: Aws) -> dict[str, ScriptedAdmin]:
    return unit_admins(aws)


@pytest.fixture
def connected() -> Connection:
    return Connection(stack="dev", folder=Path(".sandbox"))
