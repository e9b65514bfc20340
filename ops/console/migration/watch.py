"""Looking at a facade: all open pages share one question, and none is asked where there is no facade."""

import asyncio
from dataclasses import dataclass, field

from pbckit.cli.client.capabilities import LambdaCapabilities
from pbckit.cli.client.session import MIGRATION_STACK, Session
from pbckit.cli.errors import OperatorError
from pbckit.cli.migration.command import MOST_HISTORY
from pbckit.cli.migration.facade import Facade
from pbckit.console.connection import Connection
from pbckit.contracts.migration import GetMigration, ListMismatches, Migration, Mismatch

QUESTIONS = 2
"""In one look: the migration, and the newest mismatches."""


class NoFacade(OperatorError):
    """The stack has no facade to look at."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a facade answered."""

    migration: Migration
    mismatches: list[Mismatch]
    """The first page of them."""


@dataclass(kw_only=True)
class Watch:
    """Of one facade."""

    connection: Connection
    of: Facade
    _open: "asyncio.Task[Seen] | None" = field(default=None)

    async def look(self) -> Seen:
        """How it stands now. Pages that look at the same time share the answer.

        Raises:
            NoFacade: the stack has none; says what to do.
            OperatorError: it cannot be asked.
        """
        if self._open is None or self._open.done():
            self._open = asyncio.create_task(asyncio.to_thread(self.connection.ask, self._ask))
        return await asyncio.shield(self._open)

    def _ask(self, session: Session) -> Seen:
        if self.of.unit not in session.units:
            raise NoFacade(without_facade(self.connection.stack, self.of.unit, session.names.project))
        capabilities = LambdaCapabilities(session)
        migration = capabilities.ask(self.of.migration, GetMigration(history=MOST_HISTORY))
        page = capabilities.ask(self.of.list_mismatches, ListMismatches())
        return Seen(migration=migration, mismatches=page.mismatches)


def without_facade(stack: str, unit: str, project: str) -> str:
    """What to do where a stack has no facade."""
    return (
        f"Stack {stack} has no facade {unit}, so there is nothing to move. On this machine: "
        f"`{project} sandbox up --stack {MIGRATION_STACK}`, then `{project} console --stack {MIGRATION_STACK}`. "
        f"On AWS: list {unit} under {project}:migration in Pulumi.{stack}.yaml, and deploy it."
    )
