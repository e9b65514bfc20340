"""The console asks in many threads: whatever it imports decodes types that are ready for that."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT

IMPORTS_ALL = """
import importlib, pkgutil, sys
import ops.console, pbckit.console
for package in (ops.console, pbckit.console):
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)
print(*{module.__file__ for module in list(sys.modules.values()) if getattr(module, "__file__", None)}, sep="\\n")
"""
DECODES = {f"msgspec.{one}" for one in ("convert", "json.decode", "json.Decoder", "yaml.decode", "toml.decode")}
NO_CLASS = {"list", "dict", "str", "int", "float", "bool", "object", "datetime", "Annotated", "msgspec", "MinorUnits"}
"""Names in types that msgspec need not learn first."""


def not_ready(source: str) -> Iterator[str]:
    """Places that decode a class which other threads may be learning."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in DECODES:
            kinds = [*node.args[1:], *(one.value for one in node.keywords if one.arg == "type")]
            for kind in kinds:
                names = {one.id for one in ast.walk(kind) if isinstance(one, ast.Name)}
                if "ready" not in names and not names <= NO_CLASS:
                    yield f"{node.lineno}: {ast.unparse(node)}"


def test_what_the_console_decodes_is_ready_for_many_threads():
    done = subprocess.run([sys.executable, "-c", IMPORTS_ALL], cwd=ROOT, capture_output=True, text=True, check=True)
    ours = [file for file in map(Path, done.stdout.splitlines()) if file.is_relative_to(ROOT)]
    sources = [file for file in ours if ".venv" not in file.relative_to(ROOT).parts]
    assert ROOT / "components/pbckit/cli/client/capabilities.py" in sources
    assert {str(file): found for file in sources if (found := list(not_ready(file.read_text())))} == {}


def test_a_class_that_is_not_ready_is_found():
    assert list(not_ready("msgspec.convert(a, list[Line], strict=False)")) == [
        "1: msgspec.convert(a, list[Line], strict=False)"
    ]
    assert list(not_ready("msgspec.json.decode(a, type=answer.kind)"))
    assert not list(not_ready("msgspec.json.decode(a, type=ready(Line)), msgspec.convert(a, list[str])"))
