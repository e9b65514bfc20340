"""`rewards merchants`: categories set by hand."""

from typing import Annotated

import typer

from contracts.merchant_categorization import (
    LIST_OVERRIDES,
    OVERRIDE_HISTORY,
    SET_OVERRIDE,
    GetOverrideHistory,
    ListMerchantOverrides,
    MerchantOverride,
    SetMerchantOverride,
)
from ops.programme.history_table import print_changes
from pbckit.cli.client.capabilities import CapabilityClient, capabilities_of, every_page
from pbckit.cli.client.session import LOCAL_STACK
from pbckit.cli.output import AsJson, Stack, print_json, print_table, records
from pbckit.cli.requests import request_of

app = typer.Typer(no_args_is_help=True, help="Categories of merchants, set by hand.")


@app.command("list")
def list_overrides(stack: Stack = LOCAL_STACK, as_json: AsJson = False) -> None:
    """Every merchant whose category was set by hand."""
    overrides = every_override(capabilities_of(stack))
    if as_json:
        print_json({"overrides": records(overrides)})
    else:
        _print(overrides)


@app.command("set")
def set_override(
    merchant_id: Annotated[str, typer.Argument(help="The merchant's id.")],
    category: Annotated[str | None, typer.Argument(help="The category; without it the MCC decides again.")] = None,
    reason: Annotated[str, typer.Option(help="Why; stands in the audit trail.")] = "set by hand",
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Set a merchant's category by hand, or take that back."""
    request = request_of(SetMerchantOverride, merchant_id=merchant_id, category=category, reason=reason)
    answer = capabilities_of(stack).ask(SET_OVERRIDE, request)
    if as_json:
        print_json(answer)
    else:
        _print([answer])


@app.command()
def history(
    merchant_id: Annotated[str, typer.Argument(help="The merchant's id.")],
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Every change of a merchant's override, oldest first: who made it, when, and what it changed."""
    answer = capabilities_of(stack).ask(OVERRIDE_HISTORY, request_of(GetOverrideHistory, merchant_id=merchant_id))
    if as_json:
        print_json(answer)
    else:
        print_changes(merchant_id, [(change.before, change.after) for change in answer.changes])


def every_override(capabilities: CapabilityClient) -> list[MerchantOverride]:
    """All overrides."""
    pages = every_page(capabilities, LIST_OVERRIDES, ListMerchantOverrides(), lambda page: page.next)
    return [override for page in pages for override in page.overrides]


def _print(overrides: list[MerchantOverride]) -> None:
    print_table(
        "Merchant overrides",
        ["merchant", "category", "reason", "changed by", "changed at", "version"],
        [
            (
                one.merchant_id,
                one.category or "(by MCC)",
                one.reason,
                one.changed_by,
                f"{one.changed_at:%Y-%m-%d %H:%M}",
                one.version,
            )
            for one in overrides
        ],
    )
