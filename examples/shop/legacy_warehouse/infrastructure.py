"""What the legacy warehouse is deployed with: one function."""

from pbckit.infra.context import child_of
from pbckit.infra.function import Function, FunctionArgs
from pbckit.infra.pbc import Pbc


def define(unit: Pbc) -> None:
    """One function, owned by nobody else."""
    args = FunctionArgs(context=unit.context, thing="stock", handler="legacy_warehouse.service.handler")
    Function("legacy-warehouse-stock", args, opts=child_of(unit))
