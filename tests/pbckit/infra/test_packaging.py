"""Lambda artefacts: complete, minimal, and the same bytes for the same sources."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import uv

from pbckit.contracts import catalogue
from pbckit.infra.packaging import Target, code, layer
from pbckit.program_root import working_on
from tests.conftest import ROOT

PBCS = catalogue.publishers()
HOST = Target(None)


def names(archive: Path) -> set[str]:
    with zipfile.ZipFile(ROOT / archive) as file:
        return set(file.namelist())


@pytest.mark.parametrize("unit", PBCS)
def test_a_unit_ships_its_own_code_and_the_kernel_and_nobody_elses(unit: str):
    folder = f"lambdas/{unit.replace('-', '_')}/"
    shipped = {name for name in names(code(unit)) if name.startswith("lambdas/")}
    assert any(name.startswith(folder) for name in shipped)
    assert "pbckit/runtime/relay.py" in names(code(unit))
    others = shipped - {name for name in shipped if name.startswith(folder)}
    assert others == {"lambdas/__init__.py"}


def test_only_contracts_that_are_imported_are_shipped():
    shipped = {name for name in names(code("earning-rates")) if name.startswith("contracts/")}
    assert "contracts/earning_rates.py" in shipped
    assert "contracts/points_ledger.py" not in shipped
    assert not [name for name in shipped if name.endswith(".json")]


def test_a_unit_without_code_of_its_own_ships_the_kernel():
    assert all(name.startswith(("contracts/", "lambdas/__init__.py", "pbckit/")) for name in names(code("earn-points")))
    assert "pbckit/runtime/starter.py" in names(code("earn-points"))


def test_the_same_sources_give_the_same_bytes():
    first = (ROOT / code("campaigns")).read_bytes()
    (ROOT / code("campaigns")).unlink()
    assert (ROOT / code("campaigns")).read_bytes() == first


def test_a_layer_is_built_once_and_holds_no_botocore():
    path = layer("points-calculation", HOST)
    before = (ROOT / path).stat().st_mtime_ns
    assert layer("points-calculation", HOST) == path
    assert (ROOT / path).stat().st_mtime_ns == before
    top = {name.split("/")[1] for name in names(path)}
    assert {"aws_lambda_powertools", "aws_xray_sdk", "msgspec", "iso4217"} <= top
    assert not {"boto3", "botocore"} & top


def test_units_with_the_same_requirements_have_copies_of_one_layer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    with working_on(tmp_path):
        first = layer("orders", HOST)
        monkeypatch.setattr(uv, "find_uv_bin", lambda: pytest.fail("it is installed once more"))
        second = layer("inventory", HOST)
    assert first != second
    assert (tmp_path / first).read_bytes() == (tmp_path / second).read_bytes()


def test_a_layer_for_lambda_holds_wheels_of_lambdas_platform():
    shipped = names(layer("points-ledger", Target("arm64")))
    assert any("cpython-313-aarch64-linux-gnu.so" in name for name in shipped)
    assert not any("x86_64" in name for name in shipped)


def test_only_a_layer_for_this_machine_brings_bytecode_and_it_is_taken_where_it_is_unpacked(tmp_path: Path):
    assert not any(name.endswith(".pyc") for name in names(layer("campaigns", Target("arm64"))))
    with zipfile.ZipFile(ROOT / layer("campaigns", HOST)) as file:
        file.extractall(tmp_path)
    source = tmp_path / "python/aws_lambda_powertools/__init__.py"
    source.write_text("raise RuntimeError('compiled anew')\n")
    unpacked = str(tmp_path / "python")
    ask = f"import sys; sys.path.insert(0, {unpacked!r}); import aws_lambda_powertools as it; print(it.__file__)"
    done = subprocess.run([sys.executable, "-I", "-c", ask], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, str(source)), done.stderr


@pytest.mark.parametrize("unit", PBCS)
def test_every_handler_can_be_imported_from_zip_and_layer_alone(unit: str, tmp_path: Path):
    for archive in (code(unit), layer(unit, HOST)):
        with zipfile.ZipFile(ROOT / archive) as file:
            file.extractall(tmp_path)
    package = unit.replace("-", "_")
    modules = [f"lambdas.{package}.{path.stem}" for path in (tmp_path / "lambdas" / package).glob("*.py")]
    done = subprocess.run(
        [sys.executable, "-I", "-c", _IMPORT.format(paths=[str(tmp_path), str(tmp_path / "python")], modules=modules)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


# Isolated from the project, whose modules an editable installation would offer otherwise.
_IMPORT = """
import sys
sys.meta_path = [finder for finder in sys.meta_path if "editable" not in repr(finder)]
sys.path[:0] = {paths}
import importlib
for module in {modules}:
    importlib.import_module(module)
    assert sys.modules[module].__file__.startswith({paths}[0])
"""
