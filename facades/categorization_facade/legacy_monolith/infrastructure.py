"""What the legacy system is deployed with: one table and one service. See README.md."""

from pbckit.infra.context import child_of
from pbckit.infra.function import Function, FunctionArgs
from pbckit.infra.pbc import Pbc


def define(unit: Pbc) -> None:
    """One table and one service, owned by nobody else."""
    table = unit.store()
    Function(
        "legacy-rewards-service",
        FunctionArgs(
            context=unit.context,
            thing="service",
            handler="facades.categorization_facade.legacy_monolith.service.handler",
            grants=[table.write()],
        ),
        opts=child_of(unit),
    )
