"""`rewards new-pbc`."""

from pathlib import Path
from typing import Annotated

import typer

from ops.repository import ROOT
from pbckit.cli.new.consumed import Consumed, consumed
from pbckit.cli.new.pbc import make_pbc
from pbckit.cli.new.rendering import package_of
from pbckit.cli.output import out

_GENERATE_DOCUMENTS = ("-m", "ops", "docs", "generate")


def purchases() -> Consumed:
    """What a new PBC counts here: purchases, by member."""
    return consumed("cards.PurchasePosted", "member_id")


def new_pbc(
    name: Annotated[str, typer.Argument(help="Its key everywhere: kebab-case, for example tiers or gift-cards.")],
    root: Annotated[Path, typer.Option(help="The project's root.")] = ROOT,
) -> None:
    """Make a new PBC that works: contract, infrastructure, code, tests, README and pipeline.

    It consumes an event, publishes one, and answers a capability. Change what it does, and keep its shape. Generated
    documents are made anew. Exit code 2: the name cannot be used, or it cannot be made; then nothing has changed.
    """
    for path in make_pbc(root, name, purchases(), _GENERATE_DOCUMENTS):
        out.print(f"wrote {path}", markup=False, highlight=False, soft_wrap=True)
    out.print(f"Next: contracts/{package_of(name)}.py; then `make check`, and `make test-unit UNIT={name}`.")
