"""Whether the commands of a block exist: targets of make, subcommands and options, modules."""

import re
import shlex
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from typing import Any

from typer.main import get_command

import ops.main
import pbckit.cli.main
from tests.conftest import ROOT

APPS = {"pbc": pbckit.cli.main.app, "rewards": ops.main.app}
OTHERS = {".", "aws", "cd", "gh", "git", "head", "mkdir", "pip", "pulumi"}
"""Programs that are not ours."""
_ENDS = {"&&", "||", ";", "|", "&"}
_TARGET = re.compile(r"^([a-z-]+):", re.MULTILINE)


def unknown(text: str) -> list[str]:
    """What a block names that does not exist, a sentence each."""
    return [problem for command in _commands(text) for problem in _problems(command)]


def _commands(text: str) -> Iterator[list[str]]:
    for line in text.replace("\\\n", " ").splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        words: list[str] = []
        for word in lexer:
            if word in _ENDS:
                yield words
                words = []
            else:
                words.append(word)
        if words:
            yield words


def _problems(command: list[str]) -> Iterator[str]:
    program, arguments = command[0].rpartition("/")[2], command[1:]
    if program == "make":
        yield from (f"make {one}: no such target" for one in arguments if "=" not in one and one not in _targets())
    elif program in APPS:
        yield from _of_app(program, arguments)
    elif program.startswith("python"):
        if arguments[0] == "-m" and find_spec(arguments[1]) is None:
            yield f"{' '.join(command)}: no such module"
        elif arguments[0] != "-m" and not (ROOT / arguments[0]).is_file():
            yield f"{' '.join(command)}: no such file"
    elif command[0] not in OTHERS:
        yield f"{' '.join(command)}: no known program"


@cache
def _targets() -> frozenset[str]:
    return frozenset(_TARGET.findall((ROOT / "Makefile").read_text()))


def _of_app(program: str, arguments: list[str]) -> Iterator[str]:
    command: Any = get_command(APPS[program])
    context = command.make_context(program, [], resilient_parsing=True)
    path, left = program, [*arguments]
    while hasattr(command, "list_commands"):
        known = [*command.list_commands(context)]
        if not left or left[0] not in known:
            yield f"{path} {left[0] if left else ''}: there are {', '.join(known)}"
            return
        path, command = f"{path} {left[0]}", command.get_command(context, left.pop(0))
    options = {name for one in command.params for name in (*one.opts, *one.secondary_opts)} | {"--help"}
    used = [one.partition("=")[0] for one in left if one.startswith("--") and one != "--"]
    yield from (f"{path}: no option {one}" for one in used if one not in options)
