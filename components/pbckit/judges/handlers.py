"""Lambda functions: the zip that is deployed holds what it runs, and the layer fits the function.

Nothing is imported: modules are parsed, so that the check needs no AWS library and runs no code.
"""

import ast
import sys
import zipfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast

from pbckit.judges.archives import LAYER, Archive, archive_of, layers_of
from pbckit.judges.finding import Finding, Judge, finding
from pbckit.sandbox.graph import Graph, Resource

FUNCTION = "aws:lambda/function:Function"
_EMBEDDED_ACCOUNT = "000000000000"
_HANDLER_GUIDE = "Lambda developer guide, Define Lambda function handler in Python"
_LAYER_GUIDE = "Lambda developer guide, Packaging your layer content"
_IN_RUNTIME = frozenset({"boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3"})
"""Packages that the Python runtimes of Lambda include (Lambda developer guide, Python)."""
_ELF_MACHINES = {b"\x3e\x00": "x86_64", b"\xb7\x00": "arm64"}
_ELF_MACHINE_AT = slice(18, 20)


def _judge(graph: Graph) -> Iterator[Finding]:
    for layer in graph.by_type(LAYER):
        yield from _native_code(graph, layer)
    for function in graph.by_type(FUNCTION):
        own = layers_of(graph, function)
        yield from _handler(function)
        yield from _imports(function, own)
        for layer in own:
            yield from _fits(function, layer)


JUDGE = Judge(
    name="handlers",
    shows="Every function's zip has the module and the attribute that its handler names, what that code imports is "
    "in the zip, the layer or the runtime, and the layer is built for the function's runtime and architecture.",
    source="the zips that the program deploys, parsed",
    judge=_judge,
)


def _handler(function: Resource) -> Iterator[Finding]:
    handler, archive = function.inputs.get("handler"), archive_of(function)
    if not isinstance(handler, str) or archive is None:
        return
    if not archive.path.is_file():
        yield _missing(function, "code", "the zip does not exist", str(archive.path), "a zip that the program built")
        return
    module, _, attribute = handler.rpartition(".")
    modules = _modules(archive)
    names = modules.get(module)
    if names is None:
        near = sorted(f"{one}.handler" for one in modules if "handler" in modules[one])
        yield _missing(function, "handler", f"{archive.path.name} has no module {module!r}", handler, ", ".join(near))
    elif attribute not in names:
        yield _missing(function, "handler", f"{module} has no {attribute!r}", handler, ", ".join(sorted(names)))


def _missing(function: Resource, property_: str, problem: str, value: str, allowed: str) -> Finding:
    return finding(function, property_, problem, value=value, allowed=allowed, source=_HANDLER_GUIDE)


def _imports(function: Resource, layers: list[Resource]) -> Iterator[Finding]:
    """Packages that the handler's module imports, directly or not, and nobody brings."""
    archive = archive_of(function)
    module = str(function.inputs.get("handler")).rpartition(".")[0]
    if archive is None or not archive.path.is_file():
        return
    there = {name.partition(".")[0] for name in _modules(archive)} | _IN_RUNTIME | sys.stdlib_module_names
    there = there.union(*(_layer_packages(one) for layer in layers if (one := archive_of(layer))))
    for package, importer in sorted(_imported(archive, module).items()):
        if package not in there:
            yield _missing(
                function, "code", f"{importer} imports a package that is in none of zip, layer and runtime", package,
                "a package of the unit's requirements.txt",
            )  # fmt: skip


def _fits(function: Resource, layer: Resource) -> Iterator[Finding]:
    """The layer is declared for the function's runtime and architecture."""
    pairs = {
        "compatibleRuntimes": [function.inputs.get("runtime")],
        "compatibleArchitectures": function.inputs.get("architectures", ["x86_64"]),
    }
    for property_, needed in pairs.items():
        declared = layer.inputs.get(property_)
        allowed = cast("list[Any]", declared) if isinstance(declared, list) else needed
        if not set(needed) <= set(allowed):
            yield finding(
                function, "layers", f"{layer.name} is not declared for it ({property_})",
                value=needed, allowed=allowed, source=_LAYER_GUIDE,
            )  # fmt: skip


def _native_code(graph: Graph, layer: Resource) -> Iterator[Finding]:
    """Shared libraries in a layer are built for what the layer says that it is compatible with."""
    archive = archive_of(layer)
    if archive is None or not archive.path.is_file() or _runs_here(graph):
        return
    declared = cast("list[str]", layer.inputs.get("compatibleArchitectures", []))
    tags = [f"cpython-{one.removeprefix('python').replace('.', '')}" for one in layer.inputs["compatibleRuntimes"]]
    for name, architecture in sorted(_libraries(archive).items()):
        if declared and declared != [architecture]:
            yield finding(
                layer, "compatibleArchitectures", f"{name} is built for another processor",
                value=architecture, allowed=declared, source=_LAYER_GUIDE,
            )  # fmt: skip
        if "cpython-" in name and not any(tag in name for tag in tags):
            yield finding(
                layer, "compatibleRuntimes", f"{name} is built for another Python",
                value=Path(name).name, allowed=tags, source=_LAYER_GUIDE,
            )  # fmt: skip


def _runs_here(graph: Graph) -> bool:
    """True for the account of the embedded AWS, which runs functions on this machine's Python."""
    roles = [function.inputs.get("role", "") for function in graph.by_type(FUNCTION)]
    return any(f":{_EMBEDDED_ACCOUNT}:" in role for role in roles)


@cache
def _parsed(archive: Archive) -> Mapping[str, ast.Module]:
    """The modules of a zip by dotted name."""
    with zipfile.ZipFile(archive.path) as opened:
        return {
            name.removesuffix(".py").removesuffix("/__init__").replace("/", "."): ast.parse(opened.read(name))
            for name in opened.namelist()
            if name.endswith(".py")
        }


@cache
def _modules(archive: Archive) -> Mapping[str, frozenset[str]]:
    """The names that each module of a zip defines or imports at top level."""
    return {module: frozenset(_top_level(tree)) for module, tree in _parsed(archive).items()}


def _top_level(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name))


@cache
def _imported(archive: Archive, handler: str) -> Mapping[str, str]:
    """Top-level packages that are imported when a module of a zip is, each with a module that imports it."""
    imports = _imports_by_module(archive)
    found: dict[str, str] = {}
    waiting, reached = _with_parents(handler), set[str]()
    while waiting:
        module = waiting.pop()
        if module in imports and module not in reached:
            reached.add(module)
            names = imports[module]
            found |= {name.partition(".")[0]: module for name in names}
            waiting += [one for name in names for one in _with_parents(name)]
    return found


def _with_parents(module: str) -> list[str]:
    """A module and the packages that are imported before it."""
    parts = module.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts) + 1)]


@cache
def _imports_by_module(archive: Archive) -> Mapping[str, list[str]]:
    """What each module of a zip imports: the handlers of a unit share most of it."""
    return {module: list(_imports_of(tree)) for module, tree in _parsed(archive).items()}


def _imports_of(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None and node.level == 0:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@cache
def _layer_packages(archive: Archive) -> frozenset[str]:
    """Top-level packages and modules in a layer, which has them below `python/`."""
    if not archive.path.is_file():
        return frozenset()
    with zipfile.ZipFile(archive.path) as opened:
        tops = [name.split("/")[1] for name in opened.namelist() if name.startswith("python/")]
    return frozenset(top.partition(".")[0] for top in tops)


@cache
def _libraries(archive: Archive) -> Mapping[str, str]:
    """Shared libraries in a zip, each with the processor in its ELF header."""
    with zipfile.ZipFile(archive.path) as opened:
        headers = {name: opened.read(name)[:20] for name in opened.namelist() if ".so" in Path(name).suffixes}
    return {name: _ELF_MACHINES.get(header[_ELF_MACHINE_AT], "unknown") for name, header in headers.items()}
