"""The graph, and its form as an export."""

import json
from pathlib import Path

import pytest

from pbckit.sandbox.graph import STACK_TYPE, UNKNOWN, Graph, InvalidExport, Resource, child_urn, load, stack_urn

STACK = stack_urn("tiny", "dev")
BOX = child_urn("tiny", "dev", STACK, "tiny:index:Box", "box")
KEY = child_urn("tiny", "dev", BOX, "aws:kms/key:Key", "key")
PROVIDER = "urn:pulumi:dev::tiny::pulumi:providers:aws::default::default"


def graph() -> Graph:
    return Graph(
        project="tiny",
        stack="dev",
        resources=[
            Resource(urn=BOX, type="tiny:index:Box", name="box", custom=False, parent=STACK),
            Resource(
                urn=KEY,
                type="aws:kms/key:Key",
                name="key",
                custom=True,
                parent=BOX,
                inputs={"description": "d"},
                outputs={"description": "d", "arn": UNKNOWN},
                dependencies=[BOX],
                property_dependencies={"description": [BOX]},
                protect=True,
                aliases=["urn:pulumi:dev::tiny::aws:kms/key:Key::old"],
                provider=PROVIDER,
            ),
        ],
        outputs={"key": "k"},
    )


def test_urns_carry_the_types_of_all_parents_but_the_stack():
    assert STACK == "urn:pulumi:dev::tiny::pulumi:pulumi:Stack::tiny-dev"
    assert BOX == "urn:pulumi:dev::tiny::tiny:index:Box::box"
    assert KEY == "urn:pulumi:dev::tiny::tiny:index:Box$aws:kms/key:Key::key"
    assert child_urn("tiny", "dev", KEY, "a:b:C", "c").split("::")[2] == "tiny:index:Box$aws:kms/key:Key$a:b:C"
    assert child_urn("tiny", "dev", "", "a:b:C", "c") == "urn:pulumi:dev::tiny::a:b:C::c"


def test_the_export_has_the_engines_form():
    export = graph().export()
    stack, provider, box, key = export["deployment"]["resources"]
    assert export["version"] == 3
    assert stack == {"urn": STACK, "custom": False, "type": STACK_TYPE, "outputs": {"key": "k"}}
    assert provider == {
        "urn": PROVIDER.removesuffix("::default"),
        "custom": True,
        "type": "pulumi:providers:aws",
        "id": "default",
    }
    assert box == {"urn": BOX, "custom": False, "type": "tiny:index:Box", "parent": STACK}
    assert key["propertyDependencies"] == {"description": [BOX]}
    assert key["provider"] == PROVIDER
    assert key["protect"] is True
    assert key["outputs"]["arn"] == UNKNOWN


def test_an_export_is_read_as_it_was_written(tmp_path: Path):
    path = tmp_path / "deep/export.json"
    graph().save(path)
    assert load(path) == graph()


def test_queries():
    one = graph()
    assert one.resource(KEY).name == "key"
    assert [found.urn for found in one.by_type("aws:kms/key:Key")] == [KEY]
    assert [found.urn for found in one.children(BOX)] == [KEY]
    assert one.children(KEY) == []
    assert one.one("aws:kms/key:Key", "key").urn == KEY


def test_a_resource_that_is_not_there():
    with pytest.raises(KeyError):
        graph().resource("urn:nothing")
    with pytest.raises(KeyError, match="0 resources are aws:kms/key:Key lock"):
        graph().one("aws:kms/key:Key", "lock")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not an export"),
        ("{", "not an export"),
        ("[]", "not an export"),
        ('{"Resources": {}}', "not an export"),
        ('{"deployment": {"resources": [{"type": "x"}]}}', "not an export"),
        ('{"deployment": {"resources": []}}', "holds 0 stacks"),
        (
            json.dumps({"deployment": {"resources": 2 * [{"urn": STACK, "type": STACK_TYPE}]}}),
            "holds 2 stacks",
        ),
    ],
)
def test_what_is_no_export_is_refused(tmp_path: Path, text: str, reason: str):
    path = tmp_path / "export.json"
    path.write_text(text)
    with pytest.raises(InvalidExport, match=rf"export\.json: .*{reason}"):
        load(path)


def test_a_missing_file_is_refused(tmp_path: Path):
    with pytest.raises(InvalidExport, match=r"none\.json"):
        load(tmp_path / "none.json")
