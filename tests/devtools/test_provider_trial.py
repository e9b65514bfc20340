"""The program as Terraform applies it: whole, with references, against the embedded AWS only."""

import json
from functools import cache
from typing import Any

import pytest

from devtools.provider_trial import __main__ as trial
from devtools.provider_trial.configuration import as_terraform, program
from pbckit.judges.finding import CannotJudge
from pbckit.judges.terraform_configuration import Block, BlockType
from tests.conftest import ROOT

ENDPOINT = "http://127.0.0.1:4567"
BUS = "aws_cloudwatch_event_bus"
BLOCKS = {
    "aws_kms_alias": Block(attributes={"name": {}, "target_key_id": {}}),
    BUS: Block(
        attributes={"name": {}, "description": {}, "kms_key_identifier": {}, "tags": {}},
        block_types={"dead_letter_config": BlockType(block=Block(attributes={"arn": {}}))},
    ),
}
"""Of the provider's schema what the tests look at: resources of other types are left out."""


@cache
def configured() -> dict[str, Any]:
    return json.loads(as_terraform(program(ROOT, ["platform"]), BLOCKS, ROOT, ENDPOINT))


def test_computed_values_refer_to_what_computes_them():
    resources = configured()["resource"]
    assert resources[BUS]["platform-bus"]["kms_key_identifier"] == "${aws_kms_key.platform-key.arn}"
    assert resources["aws_kms_alias"]["platform-key-alias"]["target_key_id"] == "${aws_kms_key.platform-key.key_id}"


def test_the_rest_is_as_the_program_has_it():
    bus = configured()["resource"][BUS]["platform-bus"]
    assert bus["name"] == "rewards-local-platform_bus"
    assert bus["dead_letter_config"] == [
        {"arn": "arn:aws:sqs:eu-central-1:000000000000:rewards-local-platform_bus-dlq"}
    ]
    assert "aws_sqs_queue.platform-bus-dead-letters-queue" in bus["depends_on"]


def test_an_argument_that_the_provider_lacks_is_named():
    blocks = {BUS: Block(attributes={"name": {}})}
    with pytest.raises(ValueError, match=r"the provider has no argument for .* of platform-bus"):
        as_terraform(program(ROOT, ["platform"]), blocks, ROOT, ENDPOINT)


def test_the_provider_is_the_stacks_and_the_endpoint_is_the_embedded_aws():
    settings = configured()["provider"]["aws"]
    assert settings["allowed_account_ids"] == ["000000000000"]
    assert set(settings["endpoints"][0].values()) == {ENDPOINT}
    assert "skip_requesting_account_id" not in settings


def test_without_terraform_it_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    def missing() -> None:
        raise CannotJudge("terraform is missing: https://developer.hashicorp.com/terraform/install")

    monkeypatch.setattr(trial, "workspace", missing)
    assert trial.main([]) == 2
    assert capsys.readouterr().err == "terraform is missing: https://developer.hashicorp.com/terraform/install\n"
