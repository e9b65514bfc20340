"""Configuration as the CLI would hand it to the program."""

from pathlib import Path

import pytest

from pbckit.sandbox.stack_config import InvalidStack, read_stack


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.yaml").write_text("name: tiny\n")
    return tmp_path


def write(root: Path, stack: str, text: str) -> None:
    (root / f"Pulumi.{stack}.yaml").write_text(text)


def test_values_are_text(root: Path):
    write(root, "dev", "config:\n  aws:region: eu-central-1\n  tiny:days: 14\n  tiny:on: true\n  tiny:off: false\n")
    assert read_stack(root, "dev").values == {
        "aws:region": "eu-central-1",
        "tiny:days": "14",
        "tiny:on": "true",
        "tiny:off": "false",
    }


def test_objects_and_lists_are_json_text(root: Path):
    write(root, "dev", "config:\n  tiny:units: [a, b]\n  tiny:limits:\n    seconds: 5\n")
    values = read_stack(root, "dev").values
    assert values == {"tiny:units": '["a", "b"]', "tiny:limits": '{"seconds": 5}'}


def test_a_key_without_namespace_is_the_projects(root: Path):
    write(root, "dev", "config:\n  word: hello\n")
    assert read_stack(root, "dev").value("tiny:word") == "hello"


def test_a_stack_may_have_no_configuration(root: Path):
    write(root, "dev", "encryptionsalt: v1\n")
    assert read_stack(root, "dev").values == {}


def test_a_stack_that_does_not_exist_is_answered_with_those_that_do(root: Path):
    write(root, "prod", "config: {}\n")
    write(root, "dev", "config: {}\n")
    with pytest.raises(InvalidStack, match=r"^stack 'dve' does not exist; there are: dev, prod$"):
        read_stack(root, "dve")


def test_an_encrypted_value_is_refused(root: Path):
    write(root, "dev", "config:\n  tiny:password:\n    secure: v1:abc\n")
    with pytest.raises(InvalidStack, match=r"Pulumi.dev.yaml: tiny:password is encrypted"):
        read_stack(root, "dev")


def test_a_missing_value_is_named(root: Path):
    write(root, "dev", "config: {}\n")
    with pytest.raises(InvalidStack, match=r"^Pulumi.dev.yaml: aws:region is missing$"):
        read_stack(root, "dev").value("aws:region")


@pytest.mark.parametrize("text", ["config: [", "just text", ""])
def test_a_damaged_file_is_named(root: Path, text: str):
    write(root, "dev", text)
    with pytest.raises(InvalidStack, match=r"^Pulumi.dev.yaml: "):
        read_stack(root, "dev")


def test_a_folder_without_a_project_is_named(tmp_path: Path):
    with pytest.raises(InvalidStack, match=r"^Pulumi.yaml: "):
        read_stack(tmp_path, "dev")
