"""The shapes have what `pulumi_aws`'s classes have, for every type of the program, in the forms that AWS documents."""

import re

import pytest

from tests.aws_shapes import SHAPES, Place, created, filled
from tests.aws_shapes.classes import NoClass, computed, misfits, properties
from tests.conftest import STACKS, captured

AT = Place("111122223333", "eu-central-1")
URN = "urn:pulumi:dev::rewards::x::y"
ID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
FUNCTION = "arn:aws:lambda:eu-central-1:111122223333:function:f"
INVOKED = "arn:aws:apigateway:eu-central-1:lambda:path"
INVOCATIONS = f"{INVOKED}/2015-03-31/functions/{FUNCTION}/invocations"


@pytest.mark.parametrize("stack", [*STACKS, "migration"])
def test_every_type_of_the_program_has_a_shape(stack):
    assert {one.type for one in captured(stack).resources if one.custom} - SHAPES.keys() == set()


@pytest.mark.parametrize("stack", ["dev", "migration"])
def test_every_property_fits_its_class(stack):
    made = [state for state in created(stack)["deployment"]["resources"] if state["type"] in SHAPES]
    wrong = {f"{one['type']}: {found}" for one in made for found in misfits(one["type"], one["outputs"])}
    missing = {f"{one['type']}: {key}" for one in made for key in computed(one["type"]) - one["outputs"].keys()}
    absent = {f"{one['type']}: {key}" for one in made for key in properties(one["type"]).keys() - one["outputs"].keys()}
    assert (wrong, missing, absent) == (set(), set(), set())


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"names": "x"}, ["names is no property"]),
        ({"ttl": {"attributeNames": "x"}}, ["ttl.attributeNames is no property"]),
        ({"attributes": [{"name": "x", "kind": "S"}]}, ["attributes[].kind is no property"]),
        ({"readCapacity": "1"}, ["readCapacity is '1', not int"]),
        ({"readCapacity": True}, ["readCapacity is True, not int"]),
        ({"streamEnabled": 0}, ["streamEnabled is 0, not bool"]),
        ({"attributes": {"name": "x"}}, ["attributes is {'name': 'x'}, not a list"]),
        ({"ttl": [{"enabled": True}]}, ["ttl is [{'enabled': True}], not a block"]),
        ({"tags": {"a": 1}}, ["tags.a is 1, not str"]),
        ({"name": "x", "readCapacity": 1, "ttl": None, "id": "x", "__meta": "{}"}, []),
    ],
)
def test_what_no_class_has_is_noticed(values, found):
    assert misfits("aws:dynamodb/table:Table", values) == found


def test_a_type_that_does_not_exist_is_noticed():
    with pytest.raises(NoClass, match="no type aws:dynamodb/tables:Table"):
        misfits("aws:dynamodb/tables:Table", {})


@pytest.mark.parametrize(
    ("token", "inputs", "key", "form"),
    [
        (
            "lambda/function:Function",
            {"name": "f"},
            "invokeArn",
            f"{INVOKED}/2015-03-31/functions/{FUNCTION}/invocations",
        ),
        (
            "lambda/function:Function",
            {"name": "f"},
            "responseStreamingInvokeArn",
            f"{INVOKED}/2021-11-15/functions/{FUNCTION}/response-streaming-invocations",
        ),
        ("lambda/function:Function", {"name": "f", "publish": True}, "qualifiedArn", f"{FUNCTION}:1"),
        ("lambda/function:Function", {"name": "f"}, "qualifiedArn", rf"{FUNCTION}:\$LATEST"),
        ("lambda/layerVersion:LayerVersion", {"layerName": "l"}, "layerArn", r"arn:aws:lambda:\S+:layer:l"),
        ("lambda/layerVersion:LayerVersion", {"layerName": "l"}, "arn", r"arn:aws:lambda:\S+:layer:l:1"),
        (
            "lambda/eventSourceMapping:EventSourceMapping",
            {"functionName": "f"},
            "arn",
            rf"arn:aws:lambda:eu-central-1:111122223333:event-source-mapping:{ID}",
        ),
        ("lambda/eventSourceMapping:EventSourceMapping", {"functionName": "f"}, "functionArn", FUNCTION),
        ("iam/role:Role", {"name": "r"}, "arn", "arn:aws:iam::111122223333:role/r"),
        ("iam/role:Role", {"name": "r"}, "uniqueId", "AROA[A-Z0-9]{17}"),
        ("iam/policy:Policy", {"name": "p"}, "policyId", "ANPA[A-Z0-9]{17}"),
        ("kms/key:Key", {}, "arn", rf"arn:aws:kms:eu-central-1:111122223333:key/{ID}"),
        ("kms/alias:Alias", {"name": "alias/a", "targetKeyId": "k"}, "targetKeyArn", r"arn:aws:kms:\S+:key/k"),
        (
            "cloudwatch/dashboard:Dashboard",
            {"dashboardName": "d"},
            "dashboardArn",
            r"arn:aws:cloudwatch::\d+:dashboard/d",
        ),
        (
            "dynamodb/table:Table",
            {"name": "t", "streamEnabled": True},
            "streamArn",
            r"arn:aws:dynamodb:\S+:table/t/stream/20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}",
        ),
        ("dynamodb/table:Table", {"name": "t"}, "streamArn", ""),
        ("sqs/queue:Queue", {"name": "q"}, "url", r"https://sqs\.eu-central-1\.amazonaws\.com/111122223333/q"),
        ("sns/topic:Topic", {"name": "t"}, "policy", r'.*"AWS:SourceOwner":"111122223333".*'),
        ("kms/key:Key", {}, "policy", r'.*"AWS":"arn:aws:iam::111122223333:root".*'),
    ],
)
def test_what_aws_computes_has_the_form_that_it_documents(token, inputs, key, form):
    _, outputs = filled(AT, f"aws:{token}", URN, inputs)
    assert re.fullmatch(form, outputs[key])


def test_what_aws_draws_is_the_same_each_time_and_differs_between_resources():
    ids = [filled(AT, "aws:kms/key:Key", urn, {})[0] for urn in (URN, URN, f"{URN}z")]
    assert ids[0] == ids[1] != ids[2]
