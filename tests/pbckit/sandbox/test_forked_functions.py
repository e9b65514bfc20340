"""Processes of functions are copies of one that has the AWS SDK, and else as if they had their own interpreter."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pbckit.sandbox import fork_server, forked_functions
from pbckit.sandbox.forked_functions import PID_FILE, Forked, begin

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks on Linux only")

TELLS = """
import json, os, sys
print("began", file=sys.stderr, flush=True)
for line in sys.stdin:
    told = {
        "said": line.strip(),
        "folder": os.getcwd(),
        "environment": dict(os.environ),
        "path": sys.path[0],
        "arguments": sys.argv,
        "name": __name__,
        "modules": sorted(name for name in sys.modules if "." not in name),
    }
    print(json.dumps(told), flush=True)
print("ended")
"""


@pytest.fixture(autouse=True, scope="module")
def ended() -> Iterator[None]:
    yield
    forked_functions.end()


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """The folder of a function's code, and beside it the program that runs it."""
    (tmp_path / "run.py").write_text(TELLS)
    (tmp_path / "code").mkdir()
    return tmp_path / "code"


@contextmanager
def begun(code: Path, **environment: str) -> Iterator[Any]:
    process: Any = begin(
        [sys.executable, str(code.with_name("run.py"))],
        cwd=str(code),
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    try:
        assert process.stderr.readline() == "began\n"
        yield process
    finally:
        process.kill()
        process.wait(10)
        for stream in (process.stdin, process.stdout, process.stderr):
            stream.close()


def told(process: Any, line: str) -> Mapping[str, Any]:
    process.stdin.write(f"{line}\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())


def test_a_copy_has_streams_a_folder_and_variables_of_its_own(code: Path):
    with begun(code, WHOSE="first") as first, begun(code, WHOSE="second") as second:
        assert isinstance(first, Forked)
        assert first.pid != second.pid
        for name, process in (("first", first), ("second", second)):
            answer = told(process, name)
            assert answer["said"] == name
            assert answer["folder"] == str(code)
            assert answer["environment"] == {**os.environ, "WHOSE": name}
            assert (answer["path"], answer["arguments"]) == (str(code.parent), [str(code.with_name("run.py"))])
            assert answer["name"] == "__main__"


def test_a_copy_has_the_sdk_and_nothing_of_what_tests_a_function(code: Path):
    with begun(code) as process:
        modules = told(process, "which?")["modules"]
        assert {"boto3", "botocore"} <= set(modules)
        assert not {"pbckit", "ministack", "aws_lambda_powertools", "pydantic", "pulumi", "pytest"} & set(modules)


def test_a_copy_ends_when_nobody_can_say_anything_to_it(code: Path):
    with begun(code) as process:
        assert process.poll() is None
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.01)
        process.stdin.close()
        assert process.stdout.readline() == "ended\n"
        assert process.wait(10) == process.poll() == 0


def test_a_copy_can_be_ended(code: Path):
    for end in (Forked.terminate, Forked.kill):
        with begun(code) as process:
            end(process)
            process.wait(10)
            assert process.stdout.readline() == ""
            end(process)


def test_the_process_of_a_function_can_be_found(code: Path):
    with begun(code) as process:
        assert code.with_name(PID_FILE).read_text() == str(process.pid)


@pytest.mark.parametrize(
    "place", ["code/boto3", "layer/python/botocore", "layer/python/lib/python3.12/site-packages/botocore"]
)
def test_who_brings_an_sdk_gets_an_interpreter_that_has_none_yet(code: Path, tmp_path: Path, place: str):
    (tmp_path / place).mkdir(parents=True)
    with begun(code, _LAMBDA_LAYERS_DIRS=str(tmp_path / "layer")) as process:
        assert isinstance(process, subprocess.Popen)
        assert "botocore" not in told(process, "which?")["modules"]


def test_variables_that_an_interpreter_reads_are_read_by_one(code: Path):
    with begun(code, PYTHONOPTIMIZE="1") as process:
        assert isinstance(process, subprocess.Popen)


def test_what_needs_no_interpreter_gets_none(code: Path):
    begun: Any = begin(["/bin/echo", "here"], cwd=str(code), env={}, stdout=subprocess.PIPE)
    with begun as process:
        assert process.communicate()[0] == b"here\n"


def test_elsewhere_nothing_is_copied(code: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(forked_functions.sys, "platform", "darwin")
    with begun(code) as process:
        assert isinstance(process, subprocess.Popen)


def test_when_the_copied_process_has_ended_there_is_another_one(code: Path):
    with begun(code) as process:
        copied = int(Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[1])
    os.kill(copied, signal.SIGKILL)
    with begun(code) as process:
        assert isinstance(process, Forked)
        assert told(process, "again")["said"] == "again"


def test_the_copied_process_ends_when_a_request_breaks_off():
    ours, theirs = socket.socketpair()
    with theirs:
        command = [sys.executable, "-P", fork_server.__file__, str(theirs.fileno())]
        process = subprocess.Popen(command, pass_fds=[theirs.fileno()])
    try:
        with ours:
            ours.sendall((100).to_bytes(4, "big") + b"{")
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()
