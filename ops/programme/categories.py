"""`rewards categories`: the reward categories that rates, campaigns and overrides can name."""

import typer

from contracts.merchant_categorization import CATEGORIES
from pbckit.cli.output import AsJson, print_json, print_table

app = typer.Typer(no_args_is_help=True, help="Reward categories.")


@app.callback()
def group() -> None:
    """Reward categories."""


@app.command("list")
def list_categories(as_json: AsJson = False) -> None:
    """Every reward category that a rate, a campaign or an override can name."""
    if as_json:
        print_json({"categories": list(CATEGORIES)})
    else:
        print_table("Categories", ["category"], [(name,) for name in CATEGORIES])
