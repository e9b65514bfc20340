"""Which fields of contracts' messages code in Python reads: the type checker tells, as it knows every expression.

It checks the code against a copy of the contracts in which each field is a deprecated property, so that each reading is
reported with its class and field, through variables, loops, comprehensions and other functions. What it cannot see, by
design of such code: a message that is passed on whole (encoded, or shown to people as JSON).
"""

import ast
import json
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
_MARK = re.compile(r"is read: (\S+)")
_CONFIG = {"typeCheckingMode": "off", "reportDeprecated": "error", "extraPaths": ["components"]}
_CONTRACTS = {"contracts": "contracts", "components/pbckit/contracts": "pbckit.contracts"}
"""Folders of contracts, and their packages."""


class Reading:
    """What some code reads, of which parts may be asked one after the other: all of it is checked together once."""

    def __init__(self, code: Sequence[str], workplace: Path) -> None:
        """Check the code.

        Args:
            code: folders or files, relative to the project's root, or to the workplace.
            workplace: a folder for copies.
        """
        self._workplace = workplace.resolve()
        for package in ("lambdas", "ops", "contracts", "components", "devtools"):
            shutil.copytree(ROOT / package, workplace / package, ignore=shutil.ignore_patterns("__pycache__"))
        self._all = self._reported(code, set())

    def fields(self, code: Sequence[str]) -> set[str]:
        """The fields that a part of the code reads, for example `contracts.cards.PurchasePosted.amount`."""
        known: set[str] = set()
        found = {file: fields for file, fields in self._all.items() if any(_is_in(file, part) for part in code)}
        # Of a union's fields only one is reported at a place: what is known is not marked again, until nothing is new.
        # What hides another is reported itself, so that files without any need not be checked again.
        while found:
            known = known.union(*found.values())
            found = self._reported(sorted(found), known)
        return known

    def _reported(self, code: Sequence[str], known: set[str]) -> dict[str, set[str]]:
        """The fields besides those that are known, by the file that reads them."""
        config = self._workplace / "pyrightconfig.json"
        config.write_text(json.dumps({**_CONFIG, "include": list(code)}))
        for folder, package in _CONTRACTS.items():
            for module in (ROOT / folder).glob("*.py"):
                tree = ast.parse(module.read_text())
                marked = ast.unparse(_marked(tree, f"{package}.{module.stem}", known))
                (self._workplace / folder / module.name).write_text(marked)
        command = [sys.executable, "-m", "basedpyright", "--project", str(config), "--outputjson"]
        run = subprocess.run([*command, "--pythonpath", sys.executable], capture_output=True, text=True, check=False)
        report = json.loads(run.stdout)
        assert report["summary"]["filesAnalyzed"] > 0, run.stdout
        found: dict[str, set[str]] = defaultdict(set)
        for one in report["generalDiagnostics"]:
            for field in _MARK.findall(one["message"]):
                found[str(Path(one["file"]).resolve().relative_to(self._workplace))].add(field)
        return found


def _is_in(file: str, part: str) -> bool:
    return Path(file).is_relative_to(part)


def _marked(tree: ast.Module, module: str, known: set[str]) -> ast.Module:
    """The module with each field of each message as a property, whose reading is reported unless it is known."""
    for statement in tree.body:
        if isinstance(statement, ast.ClassDef) and statement.bases and not statement.decorator_list:
            owner = f"{module}.{statement.name}"
            statement.body = [part for old in statement.body for part in _property(old, owner, known)]
            statement.body += ast.parse("def __init__(self, **_: typing.Any) -> None: ...").body
    docstring = 1 if ast.get_docstring(tree) is not None else 0
    tree.body[docstring:docstring] = ast.parse("import typing\nfrom typing_extensions import deprecated").body
    return ast.fix_missing_locations(tree)


def _property(statement: ast.stmt, owner: str, known: set[str]) -> Iterator[ast.stmt]:
    if not isinstance(statement, ast.AnnAssign) or "ClassVar" in ast.unparse(statement.annotation):
        yield statement
        return
    name = ast.unparse(statement.target)
    mark = [] if f"{owner}.{name}" in known else [f"@deprecated('is read: {owner}.{name}')"]
    getter = f"def {name}(self) -> {ast.unparse(statement.annotation)}: ..."
    yield from ast.parse("\n".join(["@property", *mark, getter])).body
