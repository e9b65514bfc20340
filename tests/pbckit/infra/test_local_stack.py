"""`pulumi up --stack local`: the provider's settings, and a program that asks for nothing that is not there."""

import json
from urllib.parse import urlsplit

import pytest
from pulumi_aws.config import outputs

from pbckit.sandbox.embedded_aws import ACCOUNT, DEFAULT_PORT, HOST, ROOT_KEY
from pbckit.sandbox.provision.registry import TYPES_NOT_MODELLED
from pbckit.sandbox.stack_config import read_stack
from tests.conftest import ROOT, captured

SETTINGS = read_stack(ROOT, "local").values
ENDPOINTS = json.loads(SETTINGS["aws:endpoints"])
SERVICES = {"cloudwatch": {"cloudwatch", "events", "logs"}}
"""Services behind a module of Pulumi's, where they are not the module's name."""


def test_every_service_of_the_program_is_the_embedded_aws():
    modules = {one.type.split(":")[1].split("/")[0] for one in captured("local").resources if one.custom}
    asked = {service for module in modules for service in SERVICES.get(module, {module})}
    (endpoints,) = ENDPOINTS
    assert set(endpoints) == asked | {"sts"}
    assert {urlsplit(one)[:2] for one in endpoints.values()} == {("http", f"{HOST}:{DEFAULT_PORT}")}


@pytest.mark.parametrize("program", ["examples/shop", "components/pbckit/cli/new/templates/program"])
def test_other_programs_are_deployed_to_it_by_the_same_settings(program: str):
    given = read_stack(ROOT / program, "local").values
    same = {key: value for key, value in SETTINGS.items() if key.startswith("aws:")}
    assert {key: value for key, value in given.items() if key.startswith("aws:")} == same


def test_the_provider_knows_every_endpoint():
    known = {name.rstrip("_") for name, value in vars(outputs.Endpoints).items() if isinstance(value, property)}
    assert set(ENDPOINTS[0]) <= known


def test_the_provider_asks_for_the_account_and_takes_the_embedded_one_only():
    """Without asking it would know none, and refuse every one."""
    assert json.loads(SETTINGS["aws:allowedAccountIds"]) == [ACCOUNT] == [SETTINGS["rewards:account"]]
    assert "aws:skipRequestingAccountId" not in SETTINGS
    assert (SETTINGS["aws:accessKey"], SETTINGS["aws:secretKey"]) == (ROOT_KEY, ROOT_KEY)


@pytest.mark.parametrize("stack", ["local", "migration"])
def test_an_embedded_environment_asks_for_no_type_that_the_embedded_aws_lacks(stack: str):
    assert {one.type for one in captured(stack).resources} & TYPES_NOT_MODELLED.keys() == set()


def test_elsewhere_every_event_has_its_schema():
    assert {one.type for one in captured("dev").resources} >= TYPES_NOT_MODELLED.keys()
    assert len(captured("dev").by_type("aws:schemas/schema:Schema")) == 25


@pytest.mark.parametrize("stack", ["local", "dev"])
def test_redrive_policies_are_as_sqs_gives_them_back(stack: str):
    """The provider compares them as text, where it does not compare them as JSON."""
    texts = [
        one.inputs[key]
        for one in captured(stack).by_type("aws:sqs/queue:Queue")
        for key in ("redrivePolicy", "redriveAllowPolicy")
        if key in one.inputs
    ]
    assert texts
    for text in texts:
        assert text == json.dumps(json.loads(text), separators=(",", ":"), sort_keys=True)
