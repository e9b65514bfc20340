"""The command: what people and machines read, and the exit code."""

import json

import pytest
from typer.testing import CliRunner

from devtools.simulation.command import app
from tests.devtools.simulation import mutants


def invoke(*arguments: str):
    return CliRunner().invoke(app, ["run", *arguments, "--workers", "1"])


def test_histories_that_end_well():
    result = invoke("--seeds", "3", "--purchases", "10", "--seed", "5")

    assert result.exit_code == 0
    assert result.stdout.startswith("3 histories, ")
    assert result.stdout.endswith("faults: 0 fail\n")


def test_json_for_machines():
    result = invoke("--seeds", "2", "--purchases", "10", "--json")

    document = json.loads(result.stdout)
    assert (document["total"]["seeds"], document["total"]["failed"], document["failure"]) == (2, [], None)


def test_a_failing_seed_is_printed_with_its_shortest_history_and_how_to_see_it_again(monkeypatch: pytest.MonkeyPatch):
    mutants.no_inbox(monkeypatch)
    result = invoke("--seeds", "2", "--purchases", "20")

    assert result.exit_code == 1
    assert "seed 0: " in result.stdout
    assert "Shortest history of seed 0: " in result.stdout
    assert " arrives: p-" in result.stdout
    assert "was counted 1 times too often" in result.stdout
    command = result.stdout.splitlines()[-1]
    assert command == "python -m devtools.simulation run --seeds 1 --seed 0 --purchases 20"
    again = CliRunner().invoke(app, [*command.split()[3:], "--workers", "1", "--json"])
    assert again.exit_code == 1
    assert json.loads(again.stdout)["failure"]["shortest"]["lines"][0] in result.stdout


@pytest.mark.parametrize("option", ["--seeds", "--purchases", "--workers"])
def test_nothing_is_not_a_number_of_histories(option: str):
    assert CliRunner().invoke(app, ["run", option, "0"]).exit_code == 2
