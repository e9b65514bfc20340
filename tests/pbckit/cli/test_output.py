"""What is printed can be used: IDs are whole, a row of piped output is a line, what cannot be written is said."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LONG = "purchase-" + "0123456789" * 5
REASON = "a reason of many words, so that it is long"
TABLE = f"""
from pbckit.cli.output import print_table
print_table("Purchases", ["id", "reason", "other"], [[{LONG!r}, {REASON!r}, {LONG!r}]])
"""


def printed(code: str, **environment: str) -> str:
    environment = {"PYTHONPATH": "components", **environment}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment, cwd=ROOT).stdout


def test_a_row_of_piped_output_is_one_line():
    (row,) = [line for line in printed(TABLE).splitlines() if LONG in line]
    assert row.count(LONG) == 2
    assert REASON in row


def test_a_narrow_terminal_folds_text_and_no_id():
    lines = printed(TABLE, COLUMNS="80", FORCE_COLOR="1", TERM="xterm").splitlines()
    (row,) = [line for line in lines if LONG in line]
    assert row.count(LONG) == 2
    assert not any(REASON in line for line in lines)


def pbc(*arguments: str, stdout: int) -> "subprocess.CompletedProcess[str]":
    command = [str(Path(sys.executable).with_name("pbc")), *arguments]
    return subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False, cwd=ROOT)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("arguments", [("policy", "explain", "dynamodb:GetItem"), ("stacks", "units")])
def test_a_full_disk_is_one_line(arguments: tuple[str, ...]):
    with Path("/dev/full").open("w") as full:
        done = pbc(*arguments, stdout=full.fileno())
    assert (done.returncode, done.stderr) == (2, "error: No space left on device\n")


def test_a_closed_pipe_ends_without_a_word():
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = pbc("policy", "explain", "dynamodb:GetItem", stdout=writing)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.parametrize("port", ["99999", "-1", "http"])
def test_a_port_that_is_none(port: str):
    done = pbc("sandbox", "up", "--port", port, stdout=subprocess.DEVNULL)
    assert done.returncode == 2
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr
