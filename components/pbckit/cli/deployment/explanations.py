"""How `pbc policy explain` shows what the policy pack thinks of actions."""

from collections.abc import Sequence
from dataclasses import asdict

import typer

from pbckit.cli.deployment.policy_pack import Explained
from pbckit.cli.output import print_json, print_table

_MANY = 1


def show_actions(found: Sequence[Explained], *, as_json: bool) -> None:
    """One action with everything in its answer; several as a table."""
    if as_json:
        print_json([asdict(one) for one in found])
    elif len(found) > _MANY:
        harmless = sum(one.harmless for one in found)
        title = f"{len(found)} actions: {harmless} harmless, {len(found) - harmless} harmful"
        print_table(title, ["action", "verdict", "because"], [(one.action, one.verdict, one.reason) for one in found])
    else:
        for one in found:
            _show(one)


def _show(one: Explained) -> None:
    verdict = "harmless" if one.harmless else f"harmful: {one.verdict}"
    for title, text in (
        ("action", one.action),
        ("verdict", verdict),
        ("rule", one.rule),
        ("because", one.reason),
        ("level", one.level),
        ("answered by", ", ".join(one.operations)),
    ):
        if text:
            typer.echo(f"{title}: {text}")
    if one.answer:
        rows = [(member.path, member.type, member.metadata or "content") for member in one.answer]
        print_table("answer", ["member", "type", "what it is"], rows)
