"""A function's zip and layer are looked into: each fault is found, with the value and what would be right."""

import zipfile
from pathlib import Path

import pytest

from pbckit.judges.archives import LAYER
from pbckit.judges.handlers import FUNCTION, JUDGE
from pbckit.sandbox.graph import Graph, Resource

ELF = b"\x7fELF" + bytes(14)
X86_64, ARM64 = b"\x3e\x00", b"\xb7\x00"
HANDLER = "from pbckit.runtime import start\nimport json, msgspec\ndef handler(event, context): ..."


def _zip(path: Path, files: dict[str, str | bytes]) -> dict[str, str]:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return {"path": str(path), "hash": str(hash(frozenset(files.items())))}


@pytest.fixture
def graph(tmp_path: Path) -> Graph:
    """One function with one layer, without a fault."""
    code = {
        "lambdas/__init__.py": "",
        "pbckit/__init__.py": "",
        "pbckit/runtime.py": "def start(): ...",
        "lambdas/tiers.py": HANDLER,
    }
    layer = Resource(
        urn="layer",
        type=LAYER,
        name="tiers-layer",
        custom=True,
        inputs={
            "compatibleRuntimes": ["python3.13"],
            "compatibleArchitectures": ["arm64"],
            "code": _zip(tmp_path / "layer.zip", _wheel("cpython-313-aarch64", ARM64)),
        },
    )
    function = Resource(
        urn="function",
        type=FUNCTION,
        name="tiers-function",
        custom=True,
        inputs={
            "handler": "lambdas.tiers.handler",
            "runtime": "python3.13",
            "architectures": ["arm64"],
            "role": "arn:aws:iam::111111111111:role/tiers",
            "code": _zip(tmp_path / "code.zip", code),
        },
        property_dependencies={"layers": ["layer"]},
    )
    return Graph(project="rewards", stack="dev", resources=[layer, function])


def _wheel(tag: str, machine: bytes) -> dict[str, str | bytes]:
    return {"python/msgspec/__init__.py": "", f"python/msgspec/_core.{tag}-linux-gnu.so": ELF + machine}


def _only_finding(graph: Graph) -> tuple[str, str, str, str]:
    (one,) = set(JUDGE.judge(graph))
    return one.property, one.problem, one.value, one.allowed


def test_a_function_without_a_fault_passes(graph: Graph):
    assert list(JUDGE.judge(graph)) == []


def test_a_misspelt_module_is_found(graph: Graph):
    graph.resource("function").inputs["handler"] = "lambdas.teirs.handler"
    assert _only_finding(graph) == (
        "handler",
        "code.zip has no module 'lambdas.teirs'",
        "lambdas.teirs.handler",
        "lambdas.tiers.handler",
    )


def test_a_misspelt_attribute_is_found(graph: Graph):
    graph.resource("function").inputs["handler"] = "lambdas.tiers.handle"
    assert _only_finding(graph) == (
        "handler",
        "lambdas.tiers has no 'handle'",
        "lambdas.tiers.handle",
        "handler, json, msgspec, start",
    )


def test_a_zip_that_is_not_there_is_found(graph: Graph):
    graph.resource("function").inputs["code"] = {"path": "/nowhere/code.zip"}
    assert _only_finding(graph)[:3] == ("code", "the zip does not exist", "/nowhere/code.zip")


def test_an_import_that_nobody_brings_is_found_through_other_modules(graph: Graph, tmp_path: Path):
    code = {
        "lambdas/__init__.py": "",
        "pbckit/__init__.py": "",
        "pbckit/runtime.py": "import pulumi",
        "lambdas/tiers.py": HANDLER,
    }
    graph.resource("function").inputs["code"] = _zip(tmp_path / "other.zip", code)
    assert "pbckit.runtime imports a package that is in none" in _only_finding(graph)[1]
    assert _only_finding(graph)[2] == "pulumi"


def test_a_layer_of_another_processor_is_found(graph: Graph, tmp_path: Path):
    graph.resource("layer").inputs["code"] = _zip(tmp_path / "x86.zip", _wheel("cpython-313-x86_64", X86_64))
    property_, problem, value, allowed = _only_finding(graph)
    assert (property_, value, allowed) == ("compatibleArchitectures", "x86_64", "['arm64']")
    assert "is built for another processor" in problem


def test_a_layer_of_another_python_is_found(graph: Graph, tmp_path: Path):
    graph.resource("layer").inputs["code"] = _zip(tmp_path / "old.zip", _wheel("cpython-311-aarch64", ARM64))
    property_, problem, _, allowed = _only_finding(graph)
    assert (property_, allowed) == ("compatibleRuntimes", "['cpython-313']")
    assert "is built for another Python" in problem


def test_a_function_that_its_layer_is_not_for_is_found(graph: Graph):
    graph.resource("function").inputs["architectures"] = ["x86_64"]
    assert _only_finding(graph) == (
        "layers",
        "tiers-layer is not declared for it (compatibleArchitectures)",
        "['x86_64']",
        "['arm64']",
    )
