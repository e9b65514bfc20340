"""Lambda artefacts: one code zip and one layer a unit, byte for byte the same for the same sources.

The code zip holds the unit's own folder, the library's runtime and just those contracts that they import. The layer
holds the pinned wheels of the unit's `requirements.txt`, for the platform the function runs on. Both land in the
program's `dist/`.
"""

import ast
import compileall
import hashlib
import os
import platform
import py_compile
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pulumi
import uv

from pbckit.errors import PbckitError
from pbckit.program_root import program_root

_LIBRARY = Path(__file__).resolve().parents[1]
_RUNTIME_CODE = _LIBRARY / "runtime"
_DIST = "dist"
RUNTIME = "python3.13"
"""The Lambda runtime. The embedded AWS runs the code on this machine's Python instead."""

_EPOCH = (1980, 1, 1, 0, 0, 0)
_SHIPPED_PACKAGES = ("contracts", "lambdas", _LIBRARY.name)
_READABLE = 0o644 << 16


class PackagingError(PbckitError, pulumi.RunError):
    """An artefact cannot be built. The message holds what the installer said."""


class NoHandler(PbckitError, pulumi.RunError):
    """The program has no code for a function. The message names the file that is missing, and what is there."""


@dataclass(frozen=True)
class Target:
    """What Lambda code runs on. `architecture` None stands for this machine (the embedded AWS)."""

    architecture: str | None

    @property
    def label(self) -> str:
        """Part of the layer's file name."""
        if self.architecture is None:
            return f"{sys.platform}-{platform.machine()}-python{sys.version_info.major}.{sys.version_info.minor}"
        return f"{self.architecture}-{RUNTIME}"

    @property
    def installer_options(self) -> list[str]:
        """How `uv` is told of it."""
        if self.architecture is None:
            return ["--python", sys.executable]
        machine = {"arm64": "aarch64", "x86_64": "x86_64"}[self.architecture]
        version = RUNTIME.removeprefix("python")
        return ["--python-platform", f"{machine}-manylinux2014", "--python-version", version]


def code(unit: str, folder: Path | None = None) -> Path:
    """Build the zip of a unit's code and give its path, relative to the program's root.

    Args:
        unit: key of the unit. Without a folder of its own under `lambdas/` it gets the kernel alone.
        folder: where its code is instead, relative to the program's root.
    """
    root = program_root()
    own = root / (_folder(unit) if folder is None else folder)
    # Another implementation of a unit has a zip of its own: a capture of one does not change the other's.
    name = unit if own == root / _folder(unit) else f"{unit}-{own.name.replace('_', '-')}"
    files = {_LIBRARY / "__init__.py", *_files(_RUNTIME_CODE), *_files(own)}
    files |= {path for path in (root / "lambdas/__init__.py",) if path.is_file()}
    files |= _imported_by(root, (path for path in files if path.suffix == ".py"))
    return _write(root, f"{name}.zip", {_name_in_zip(root, path): path.read_bytes() for path in files})


def layer(unit: str, target: Target, folder: Path | None = None) -> Path:
    """Build the zip of a unit's layer and give its path, relative to the program's root.

    A layer whose requirements have not changed is not built again, and units with the same ones have copies of one.

    Raises:
        PackagingError: a wheel cannot be installed for the target.
    """
    root = program_root()
    own = root / (_folder(unit) if folder is None else folder) / "requirements.txt"
    requirements = own if own.exists() else _RUNTIME_CODE / "requirements.txt"
    made_of = requirements.read_bytes() + target.label.encode() + (b"bytecode" if target.architecture is None else b"")
    digest = hashlib.sha256(made_of).hexdigest()[:12]
    name = f"{unit}-layer-{target.label}-{digest}.zip"
    if (root / _DIST / name).exists():
        return Path(_DIST, name)
    same = next((root / _DIST).glob(f"*-layer-{target.label}-{digest}.zip"), None)
    if same is not None:
        return _copy(same, name)
    with tempfile.TemporaryDirectory() as installed:
        command = [
            uv.find_uv_bin(), "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:", "--require-hashes",
            "--target", installed, *target.installer_options, "--requirement", str(requirements),
        ]  # fmt: skip
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode != 0:
            raise PackagingError(f"layer of {unit}: {done.stderr.strip()}")
        top = Path(installed)
        files = _files(top)
        if target.architecture is None:
            files |= _bytecode(top)
        return _write(root, name, {f"python/{file.relative_to(top)}": file.read_bytes() for file in files})


def require_handler(unit: str, handler: str) -> None:
    """See that the code of a function is in the program. The library's own handlers are always there.

    Args:
        unit: key of the unit that the function belongs to.
        handler: dotted path, for example `lambdas.orders.place.handler`.

    Raises:
        NoHandler: the unit has no code, there is no such module, or it defines no such name.
    """
    module, _, name = handler.rpartition(".")
    if module.split(".")[0] == _LIBRARY.name:
        return
    root = program_root()
    file = root.joinpath(*module.split(".")).with_suffix(".py")
    folder, shown = file.parent.relative_to(root), file.relative_to(root)
    if not file.parent.is_dir():
        raise NoHandler(f"unit {unit!r} has no code: there is no folder {folder}/; make it, with a module {file.name}")
    if not file.is_file():
        there = sorted(path.name for path in file.parent.glob("*.py") if path.stem != "__init__")
        raise NoHandler(f"unit {unit!r}: there is no {shown}; {folder}/ has {', '.join(there) or 'no modules'}")
    if name not in _names_defined(_parsed(file)):
        raise NoHandler(f"unit {unit!r}: {shown} defines no {name!r}, which Lambda would call")


def _names_defined(module: ast.Module) -> set[str]:
    """Names that a module has at its top level."""
    found: set[str] = set()
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)}
    return found


def _folder(unit: str) -> Path:
    return Path("lambdas", unit.replace("-", "_"))


def _files(folder: Path) -> set[Path]:
    return {
        path
        for path in folder.rglob("*")
        if path.is_file()
        and path.suffix != ".pyc"
        and path.name not in ("requirements.txt", "requirements.in", ".lock")
    }


def _bytecode(folder: Path) -> set[Path]:
    """Bytecode of a folder's modules, which this machine's Python takes wherever they are unpacked.

    The embedded AWS unpacks a layer for each process of a function, and each would compile it anew.
    """
    unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
    compileall.compile_dir(folder, quiet=2, stripdir=folder, invalidation_mode=unchecked)
    return set(folder.rglob("*.pyc"))


def _imported_by(root: Path, sources: Iterator[Path]) -> set[Path]:
    """The files of the program and of this library that these files import, to the end."""
    found: set[Path] = set()
    modules: set[str] = set()
    waiting = list(sources)
    while waiting:
        source = waiting.pop()
        # Most sources import what others have: the file system is asked once about each module.
        new = _shipped_modules(source, source.stat().st_mtime_ns) - modules
        modules |= new
        files = {path for module in new for path in _module_files(root, module)} - found
        found |= files
        waiting += files
    return found


def _parsed(source: Path) -> ast.Module:
    try:
        return ast.parse(source.read_text())
    except SyntaxError as error:
        raise PackagingError(f"{source}:{error.lineno}: not Python: {error.msg}") from error


@cache
def _shipped_modules(source: Path, _written: int) -> frozenset[str]:
    """Modules of the shipped packages that a source imports. Units share most of their sources: each is read once."""
    modules: set[str] = set()
    for node in ast.walk(_parsed(source)):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            modules |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(module for module in modules if module.split(".")[0] in _SHIPPED_PACKAGES)


def _module_files(root: Path, module: str) -> Iterator[Path]:
    """A module's file and the `__init__.py` of the packages above it."""
    parts = module.split(".")
    for depth in range(1, len(parts) + 1):
        top = _LIBRARY.parent if parts[0] == _LIBRARY.name else root
        place = top.joinpath(*parts[:depth])
        for path in (place / "__init__.py", place.with_suffix(".py")):
            if path.is_file():
                yield path


def _name_in_zip(root: Path, path: Path) -> str:
    return str(path.relative_to(_LIBRARY.parent if path.is_relative_to(_LIBRARY) else root))


def _copy(archive: Path, name: str) -> Path:
    with _finished(archive.with_name(name)) as unfinished:
        shutil.copyfile(archive, unfinished)
    return Path(_DIST, name)


@contextmanager
def _finished(path: Path) -> Generator[Path]:
    """A file to write, put in its place when it is done: two programs may build the same artefact at once."""
    unfinished = path.with_suffix(f".{os.getpid()}.unfinished")
    yield unfinished
    unfinished.replace(path)


def _write(root: Path, name: str, content: dict[str, bytes]) -> Path:
    """Write a zip with sorted names and fixed times: the same content gives the same bytes."""
    path = root / _DIST / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with _finished(path) as unfinished, zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
        for inside in sorted(content):
            entry = zipfile.ZipInfo(inside, _EPOCH)
            entry.external_attr = _READABLE
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content[inside])
    return Path(_DIST, name)
