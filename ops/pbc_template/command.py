"""`rewards new-pbc`."""

from pathlib import Path
from typing import Annotated

import typer

from ops.repository import ROOT
from pbckit.cli.new.consumed import Consumed, consumed
from pbckit.cli.new.pbc import make_pbc
from pbckit.cli.new.rendering import package_of
from pbckit.cli.output import out

PURCHASES = "cards.PurchasePosted"
_GENERATE_DOCUMENTS = ("-m", "ops", "docs", "generate")


def purchases() -> Consumed:
    """What a new PBC counts here: purchases, by member."""
    return consumed(PURCHASES, "member_id")


def new_pbc(
    name: Annotated[str, typer.Argument(help="Its key everywhere: kebab-case, for example badges or gift-cards.")],
    on: Annotated[str, typer.Option(metavar="SOURCE.EVENT", help="Event that it consumes.")] = PURCHASES,
    by: Annotated[
        str | None, typer.Option(metavar="FIELD", help="Field that it counts by; by default what the event is about.")
    ] = None,
    root: Annotated[Path, typer.Option(help="The project's root.")] = ROOT,
) -> None:
    """Make a new PBC that works: contract, infrastructure, code, tests, README and pipeline.

    It consumes an event, publishes one, and answers a capability. Change what it does, and keep its shape. Generated
    documents are made anew. Exit code 2: the name cannot be used, or it cannot be made; then nothing has changed.
    """
    of = purchases() if (on, by) == (PURCHASES, None) else consumed(on, by)
    for path in make_pbc(root, name, of, _GENERATE_DOCUMENTS):
        out.print(f"wrote {path}", markup=False, highlight=False, soft_wrap=True)
    out.print(f"Next: contracts/{package_of(name)}.py; then `make check`, and `make test-unit UNIT={name}`.")
