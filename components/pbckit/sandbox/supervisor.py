"""The process that owns the embedded AWS: starts it, keeps what it is told of traces, and takes all down with it.

Started by `pbckit.sandbox.embedded_aws`: `python -m pbckit.sandbox.supervisor PORT REGION FOLDER LOCK ENDPOINT
[UNTIL]`.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from types import FrameType

from pbckit.sandbox.embedded_aws import ACCOUNT, HOST, ROOT_KEY

_LARGEST_DATAGRAM = 65_536


def main(port: str, region: str, folder: Path, lock: int, endpoint: str, until: int | None = None) -> int:
    """Run until the embedded AWS ends or this process is told to stop.

    Args:
        port: where the embedded AWS listens.
        region: the region that it plays.
        folder: where its state and logs go.
        lock: descriptor of the folder's lock, held as long as this process or the embedded AWS lives.
        endpoint: URL by which Lambda functions reach AWS.
        until: descriptor of a pipe that is at its end when nobody needs the embedded AWS any more.
    """
    traces = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    traces.bind((HOST, 0))
    threading.Thread(target=_keep_segments, args=(traces, folder / "segments.jsonl"), daemon=True).start()
    aws = subprocess.Popen(
        [sys.executable, "-m", "pbckit.sandbox.aws_process"],
        env=_environment(port, region, folder, endpoint, traces.getsockname()[1]),
        pass_fds=[lock],
    )

    def take_down(_signal: int, _frame: FrameType | None) -> None:
        aws.terminate()

    signal.signal(signal.SIGTERM, take_down)
    signal.signal(signal.SIGINT, take_down)
    if until is not None:
        threading.Thread(target=_end_with, args=(until, aws), daemon=True).start()
    code = aws.wait()
    # Lambda workers are in this session's process group and have nothing left to serve.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.killpg(os.getpgid(0), signal.SIGTERM)
    return code


def _end_with(pipe: int, aws: subprocess.Popen[bytes]) -> None:
    """End the embedded AWS when nobody holds the other end of a pipe: who started it has ended, by whatever way."""
    os.read(pipe, 1)
    aws.terminate()


def _environment(port: str, region: str, folder: Path, endpoint: str, trace_port: int) -> dict[str, str]:
    # AWS_* of the caller must not leak in: Lambda workers inherit this environment.
    kept = {
        key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "MINISTACK_", "POWERTOOLS_"))
    }
    return {
        **kept,
        "GATEWAY_PORT": port,
        "BIND_HOST": HOST,
        "MINISTACK_HOST": HOST,
        "MINISTACK_REGION": region,
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "AUTH": "true",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_SECRET_ACCESS_KEY": ROOT_KEY,
        "AWS_XRAY_DAEMON_ADDRESS": f"{HOST}:{trace_port}",
        "TMPDIR": str(_temporary(folder)),
        # The parent of Lambda workers: their bytecode is worth keeping, whatever the caller's setting.
        "PYTHONDONTWRITEBYTECODE": "",
    }


def _temporary(folder: Path) -> Path:
    place = folder / "tmp"
    place.mkdir(exist_ok=True)
    return place


def _keep_segments(traces: socket.socket, path: Path) -> None:
    """Append each segment that X-Ray's daemon would get: a header line, then the document."""
    with path.open("a", buffering=1) as file:
        while True:
            datagram = traces.recv(_LARGEST_DATAGRAM).decode()
            _, _, document = datagram.partition("\n")
            file.write(document.replace("\n", " ") + "\n")


if __name__ == "__main__":
    _port, _region, _folder, _lock, _endpoint, *_until = sys.argv[1:]
    sys.exit(main(_port, _region, Path(_folder), int(_lock), _endpoint, *map(int, _until)))
