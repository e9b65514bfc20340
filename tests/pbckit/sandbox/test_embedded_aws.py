"""Starting, finding and stopping the embedded AWS."""

import contextlib
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from pbckit.sandbox import embedded_aws
from pbckit.sandbox.embedded_aws import HOST, EmbeddedAws, SandboxError, connect, running, start, stop
from tests.pbckit.sandbox.conftest import REGION

SLEEPER = "import time\nprint('up', flush=True)\ntime.sleep(600)"
IN_A_BLOCK = """
import sys, time
from pathlib import Path
from pbckit.sandbox.embedded_aws import running

with running(Path(sys.argv[1]), region=sys.argv[2]) as aws:
    print(aws.port, flush=True)
    time.sleep(600)
"""
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
        ],
    }
)


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def runs(folder: Path) -> bool:
    with contextlib.suppress(SandboxError):
        return bool(connect(folder))
    return False


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def make_function(aws: EmbeddedAws, source: str) -> None:
    """Make the function `worker`."""
    role = aws.client("iam").create_role(RoleName="worker", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("function.py", source)
    aws.client("lambda").create_function(
        FunctionName="worker",
        Role=role,
        Runtime="python3.13",
        Handler="function.handler",
        Code={"ZipFile": code.getvalue()},
        Timeout=900,
    )


def worker_environment(aws: EmbeddedAws) -> dict[str, str]:
    """What a worker sees, with its process id as PID. It stays warm."""
    make_function(aws, "import os\ndef handler(_, __):\n    return {**os.environ, 'PID': os.getpid()}\n")
    return json.loads(aws.client("lambda").invoke(FunctionName="worker")["Payload"].read())


def busy_worker(aws: EmbeddedAws, note: Path) -> int:
    """Process id of a worker in the middle of an invocation."""
    source = f"import os, pathlib, time\ndef handler(_, __):\n    pathlib.Path({str(note)!r})"
    make_function(aws, source + ".write_text(f'{os.getpid()}.')\n    time.sleep(600)\n")
    aws.client("lambda").invoke(FunctionName="worker", InvocationType="Event")
    wait_until(lambda: note.exists() and note.read_text().endswith("."))
    return int(note.read_text().removesuffix("."))


def test_it_answers_on_loopback_with_iam_enforced(aws: EmbeddedAws):
    assert aws.endpoint == f"http://127.0.0.1:{aws.port}"
    assert aws.client("sts").get_caller_identity()["Arn"] == f"arn:aws:iam::{aws.account}:root"
    nobody = aws.client("iam").create_user(UserName="nobody")["User"]["UserName"]
    key = aws.client("iam").create_access_key(UserName=nobody)["AccessKey"]
    session = aws.session().__class__(key["AccessKeyId"], key["SecretAccessKey"], region_name=REGION)
    with pytest.raises(ClientError, match="AccessDenied"):
        session.client("dynamodb", endpoint_url=aws.endpoint).list_tables()


def test_it_is_found_by_its_folder(aws: EmbeddedAws):
    assert connect(aws.folder) == aws
    assert aws.region == REGION


def test_only_one_runs_in_a_folder(aws: EmbeddedAws):
    with pytest.raises(SandboxError, match=r"running in .* already; stop it first"):
        start(aws.folder, region=REGION)
    assert connect(aws.folder) == aws


def test_a_block_that_is_refused_stops_nobody_elses(tmp_path: Path):
    with running(tmp_path, region=REGION):
        with pytest.raises(SandboxError, match="already"), running(tmp_path, region=REGION):
            pass
        assert runs(tmp_path)


def test_a_port_that_is_taken_is_refused(tmp_path: Path):
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(SandboxError, match=f"port {port} is taken by another program; choose another"):
            start(tmp_path, region=REGION, port=port)
    with pytest.raises(SandboxError, match="no sandbox is running"):
        connect(tmp_path)


def test_stopping_takes_the_workers_along(tmp_path: Path):
    with running(tmp_path, region=REGION) as aws:
        worker = busy_worker(aws, tmp_path / "note")
        assert alive(worker)
    wait_until(lambda: not alive(worker))
    assert not alive(aws.pid)
    assert not listening(aws.port)


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGKILL])
def test_it_ends_with_the_process_whose_block_it_serves(tmp_path: Path, sign: signal.Signals):
    with subprocess.Popen([sys.executable, "-c", IN_A_BLOCK, str(tmp_path), REGION], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        assert runs(tmp_path)
        process.send_signal(sign)
    wait_until(lambda: not runs(tmp_path))


def test_a_supervisor_told_to_end_takes_all_along(tmp_path: Path):
    aws = start(tmp_path, region=REGION)
    worker = busy_worker(aws, tmp_path / "note")
    os.kill(aws.pid, signal.SIGTERM)
    os.waitpid(aws.pid, 0)
    wait_until(lambda: not alive(worker))
    assert not listening(aws.port)
    assert stop(tmp_path) is False


def test_stopping_twice_is_stopping_once(tmp_path: Path):
    start(tmp_path, region=REGION)
    assert stop(tmp_path) is True
    assert stop(tmp_path) is False


def test_it_starts_again_after_it_stopped(tmp_path: Path):
    with running(tmp_path, region=REGION) as first:
        first.client("sqs").create_queue(QueueName="jobs")
    with running(tmp_path, region=REGION, port=first.port) as second:
        assert second.client("sqs").list_queues().get("QueueUrls", []) == []


def test_an_orphan_of_a_killed_supervisor_is_found_and_stopped(tmp_path: Path):
    aws = start(tmp_path, region=REGION)
    os.kill(aws.pid, signal.SIGKILL)
    os.waitpid(aws.pid, 0)
    assert connect(tmp_path) == aws
    assert stop(tmp_path) is True
    assert not listening(aws.port)


def test_the_state_of_one_that_died_names_nobody(tmp_path: Path):
    """Another program has got the process id: it is neither taken for a sandbox nor stopped."""
    with subprocess.Popen([sys.executable, "-c", SLEEPER], stdout=subprocess.PIPE, start_new_session=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"up\n"
        (tmp_path / "lock").touch()
        (tmp_path / "state.json").write_text(json.dumps({"pid": other.pid, "port": 1, "region": REGION}))
        try:
            with pytest.raises(SandboxError, match=r"no sandbox is running in .*; start one with"):
                connect(tmp_path)
            assert stop(tmp_path) is False
            assert other.poll() is None
        finally:
            other.kill()


def test_damaged_state_of_one_that_runs_is_named(tmp_path: Path):
    aws = start(tmp_path, region=REGION)
    whole = (tmp_path / "state.json").read_text()
    try:
        (tmp_path / "state.json").write_text("{")
        with pytest.raises(SandboxError, match=r"its state\.json cannot be read"):
            connect(tmp_path)
    finally:
        (tmp_path / "state.json").write_text(whole)
        stop(tmp_path)
    assert not alive(aws.pid)


def test_one_that_does_not_come_up_says_why_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "ministack.py").write_text("raise SystemExit('no room for a cloud')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    folder = tmp_path / "sandbox"
    with pytest.raises(SandboxError, match=r"did not come up on port \d+; its last words:\n.*no room for a cloud"):
        start(folder, region=REGION)
    with pytest.raises(SandboxError, match="no sandbox is running"):
        connect(folder)
    with contextlib.closing(socket.socket()) as probe:
        probe.bind((HOST, 0))


def test_one_that_never_answers_is_given_up_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "ministack.py").write_text(SLEEPER)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(embedded_aws, "_START_SECONDS", 1)
    folder = tmp_path / "sandbox"
    with pytest.raises(SandboxError, match="did not come up"):
        start(folder, region=REGION)
    with pytest.raises(SandboxError, match="no sandbox is running"):
        connect(folder)


def test_nothing_of_the_callers_aws_settings_reaches_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_REGION", "mars-north-1")
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of another account")
    with running(tmp_path, region=REGION) as aws:
        assert aws.session().region_name == REGION
        environment = worker_environment(aws)
    assert environment["AWS_REGION"] == REGION
    assert environment["AWS_ENDPOINT_URL"] == aws.endpoint
    assert environment.get("AWS_SESSION_TOKEN") != "of another account"
    assert "AWS_PROFILE" not in environment
