"""The reference of commands says what the commands say."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from pbckit.cli.docs.commands_page import commands_page

ROOT = Path("/program")

first, second, group = typer.Typer(), typer.Typer(), typer.Typer(help="A group.")


@group.command()
def leaf(count: Annotated[int, typer.Option(min=1, help="How | often.")] = 3) -> None:
    """Count.

    Exit code 1: too many.
    """


@first.command()
def show(
    name: Annotated[str, typer.Argument(help="Whose.")],
    form: Annotated[Literal["table", "json"], typer.Option(help="How.")] = "table",
    file: Annotated[Path, typer.Option(help="Which.")] = ROOT / "examples/x.csv",
    *,
    hidden: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Show it."""


@second.command()
def more(to: Annotated[str, typer.Option(help="To whom.")], what: list[str]) -> None:
    """More of it."""


for app in (first, second):
    app.add_typer(group, name="group")
    app.callback()(lambda: None)
PAGE = commands_page({"first": first, "second": second}, ROOT)


def test_a_command_has_its_help_usage_and_parameters():
    section = PAGE.partition("### `first show`\n")[2].partition("\n### ")[0]
    assert "Show it." in section
    assert "first show [OPTIONS] NAME" in section
    assert "| `NAME` | text | required | Whose. |" in section
    assert "| `--form` | `table`, `json` | `table` | How. |" in section
    assert "--hidden" not in section


def test_a_default_in_the_program_is_relative_to_it():
    assert "| `--file` | path | `examples/x.csv` | Which. |" in PAGE
    assert str(ROOT) not in PAGE


def test_subcommands_have_sections_and_what_would_end_a_cell_does_not():
    assert "### `first group`\n\nA group.\n\n### `first group leaf`\n\nCount.\n\nExit code 1: too many." in PAGE
    assert "| `--count` | integer | `3` | How &#124; often. |" in PAGE


def test_what_is_required_stands_in_the_usage():
    assert "second more --to text WHAT..." in PAGE


def test_what_an_earlier_command_has_is_named_and_not_told_again():
    assert PAGE.count("group leaf`") == 1
    assert "It has all of these, too, as above: `group`." in PAGE
