"""The pack runs on any stack, from its own folder: it imports nothing of the project."""

import ast
from collections.abc import Iterator
from pathlib import Path

from pbc_isolation.pack_process import PACK
from tests.conftest import ROOT

ROOMS = {path.name for path in ROOT.iterdir() if path.is_dir()} | {"policies"}
OWN = {path.stem for path in PACK.iterdir()}


def test_the_pack_imports_nothing_of_the_project():
    imported = {(path.relative_to(PACK), name) for path in PACK.rglob("*.py") for name in imports(path)}
    assert imported
    assert {(path, name) for path, name in imported if name in ROOMS - OWN} == set()


def imports(path: Path) -> Iterator[str]:
    """The top-level names that a module imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: a relative import breaks where the pack is the working directory"
            yield (node.module or "").partition(".")[0]


def test_no_module_has_the_name_of_a_room():
    assert OWN & (ROOMS - {"policies"}) == set()
